/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uart.c - the back end that writes to COM1 itself.
 *
 * A 16550 serial port, as firmware or boot component have set it up; it is polled. The program
 * needs no right to the ports beforehand: its first access becomes an I/O page fault, and its
 * pager maps them or does not. While the port is not ready the thread gives its time slice away; but who prints is not
 * to stand still because nobody takes what the port sends: after PATIENCE the rest of the text is lost.
 */
#include <l4io.h>

#include <stdbool.h>

#include <l4/schedule.h>

enum {
	PATIENCE = 1000000, /* microseconds; the slowest line sends a character in a tenth of that */
};
enum {
	COM1 = 0x3f8,
	COM1_DATA = COM1 + 0,
	COM1_LINE_STATUS = COM1 + 5,
};
enum { /* line status register */
	LSR_DATA_READY = 1 << 0,
	LSR_TRANSMITTER_HOLDING_EMPTY = 1 << 5,
};

static unsigned char in(unsigned short port)
{
	unsigned char value;

	__asm__ __volatile__("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void out(unsigned short port, unsigned char value)
{
	__asm__ __volatile__("outb %0, %1" : : "a"(value), "Nd"(port));
}

static bool is_ready(unsigned char status)
{
	return in(COM1_LINE_STATUS) & status;
}

static bool is_ready_in_time(void)
{
	L4_Word_t since;

	if (is_ready(LSR_TRANSMITTER_HOLDING_EMPTY))
		return true;
	since = L4_SystemClock().raw;
	for (;;) {
		/* The clock first: it was long, perhaps, because others ran. */
		bool is_late = L4_SystemClock().raw - since > PATIENCE;

		if (is_ready(LSR_TRANSMITTER_HOLDING_EMPTY))
			return true;
		if (is_late)
			return false;
		L4_Yield();
	}
}

/* False: it is lost. */
static bool send(char character)
{
	if (!is_ready_in_time())
		return false;
	out(COM1_DATA, (unsigned char)character);
	return true;
}

void io_write(const char *text, unsigned long size)
{
	bool sent = true;

	for (; sent && size != 0; size--, text++)
		sent = (*text != '\n' || send('\r')) && send(*text);
}

int io_read(void)
{
	while (!is_ready(LSR_DATA_READY))
		L4_Yield();
	return in(COM1_DATA);
}
