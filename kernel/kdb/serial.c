/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdb/serial.c - what is typed on COM1, and the key that enters the debugger: a break.
 *
 * COM1 is not the kernel's. Programs read characters from it, polled or by its interrupt, and the kernel must take none
 * from them. A break is no character: the UART interrupts for it when asked to interrupt for errors only, and
 * whoever polls for characters does not disturb that. So the debugger takes COM1's interrupt line as long as no driver
 * wants it, and gives it up to one who does. A program that writes COM1's interrupt-enable register itself switches the
 * key off, until the debugger is entered another way or a driver gives an interrupt back.
 */
#include "base/debugger.h"
#include "core/irq.h"
#include "kdb/kdb.h"
#include "x86/cpu.h"
#include "x86/ioapic.h"
#include "x86/lapic.h"

enum { COM1 = 0x3f8, INTERRUPT_ENABLE = COM1 + 1, MODEM_CONTROL = COM1 + 4, LINE_STATUS = COM1 + 5 };
enum { RECEIVED = 1 << 0, BREAK = 1 << 4 };             /* LINE_STATUS */
enum { ON_LINE_ERRORS = 1 << 2 };                       /* INTERRUPT_ENABLE */
enum { READY = 3, INTERRUPTS_OUT = 1 << 3 };            /* MODEM_CONTROL */
enum { COM1_LINE = 4, NO_UART = 0xff };

static bool key_is_on;

int kdb_poll(void)
{
	uint8_t status = in8(LINE_STATUS);

	return status != NO_UART && (status & RECEIVED) ? in8(COM1) : -1;
}

char kdb_read(void)
{
	int c;

	while ((c = kdb_poll()) < 0)
		pause();
	return (char)c;
}

void debugger_key_off(void)
{
	if (key_is_on)
		ioapic_unroute(COM1_LINE);
	key_is_on = false;
}

void debugger_key_on(void)
{
	if (in8(LINE_STATUS) == NO_UART || !ioapic_has(COM1_LINE))
		return;
	if (!key_is_on && !ioapic_route(COM1_LINE, COM1_LINE + VECTOR_EXCEPTIONS, lapic_id()))
		return;
	if (ioapic_is_level(COM1_LINE)) { /* nobody might take down what asks for something else */
		ioapic_unroute(COM1_LINE);
		return;
	}
	key_is_on = true;
	out8(MODEM_CONTROL, READY | INTERRUPTS_OUT);
	out8(INTERRUPT_ENABLE, ON_LINE_ERRORS);
	ioapic_unmask(COM1_LINE);
}

void debugger_interrupt(struct tcb *self, word_t number)
{
	if (number != COM1_LINE || !(in8(LINE_STATUS) & BREAK))
		return;
	in8(COM1); /* a break is received as a zero */
	kdb_enter(self->cpu, "break on the serial line");
}
