/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * irq.c - how long from a device's interrupt to its driver?
 *
 * The device must say when it interrupts, to the instruction. COM1 does: its transmitter is empty, so the `out`
 * that switches on the interrupt for that raises the line at once, and the processor takes it
 * behind this instruction. The counter is read right before the `out`, by the thread that is
 * interrupted, and by the driver right behind its wait. From the difference is subtracted what the
 * same two readings are apart with the same `out` between them when it switches on nothing. What
 * is left is the kernel from the vector on, the driver's return from it, and libl4's part of that.
 *
 * The line is taken low again before each sample, and the driver has answered by then.
 */
#include "irq.h"

#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <service/root.h>

#include "clock.h"
#include "footprint/mark.h"
#include "footprint/operations.h"

enum { COM1_LINE = 4, COM1_INTERRUPTS = 0x3f9, COM1_MODEM = 0x3fc };
enum { NOTHING = 0, WHEN_EMPTY = 1 << 1, MODEM_ON = 0xb }; /* with OUT2, which lets interrupts through */
enum { PATIENCE = 1000000, WARM_UP = 20 };

static char stack[4096] __attribute__((aligned(16)));
static unsigned long samples[IRQ_ROUNDS_MAX];

/* The driver's. */
static volatile unsigned long arrived, arrivals;

static void out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* Whatever comes is answered: interrupts, and the one call that tells that it is there. */
static void driver_thread(void *unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		arrived = clock_read();
		FOOTPRINT_MARK(0);
		arrivals = arrivals + 1;
		L4_Set_MsgTag(L4_Niltag);
		L4_ReplyWait(from, &from);
	}
}

static unsigned long overhead(void)
{
	unsigned long least = ~0UL;

	for (unsigned int i = 0; i < WARM_UP; i++) {
		unsigned long start = clock_read(), ticks;

		out(COM1_INTERRUPTS, NOTHING);
		ticks = clock_read() - start;
		least = ticks < least ? ticks : least;
	}
	return least;
}

/* False: nothing came. */
static bool sample(unsigned long *ticks)
{
	unsigned long before = arrivals, start;

	out(COM1_INTERRUPTS, NOTHING);
	FOOTPRINT_MARK(FOOTPRINT_IRQ);
	start = clock_read();
	out(COM1_INTERRUPTS, WHEN_EMPTY);
	for (unsigned int i = 0; arrivals == before && i < PATIENCE; i++)
		;
	*ticks = arrived - start;
	return arrivals == before + 1;
}

static bool measure(unsigned int rounds)
{
	for (unsigned int i = 0; i < WARM_UP; i++)
		if (!sample(&samples[0]))
			return false;
	for (unsigned int i = 0; i < rounds; i++)
		if (!sample(&samples[i]))
			return false;
	return true;
}

enum irq_answer irq_latency(unsigned int rounds, struct figures *figures)
{
	enum irq_answer answer = IRQ_FAILED;
	L4_ThreadId_t driver;
	unsigned long least, message;

	if (root_thread_start(driver_thread, NULL, stack, sizeof(stack), &driver) != ROOT_OK)
		return IRQ_FAILED;
	L4_Set_MsgTag(L4_Niltag);
	L4_Call(driver);
	out(COM1_MODEM, MODEM_ON);
	least = overhead();
	if (root_interrupt(COM1_LINE, driver, &message) != ROOT_OK)
		answer = IRQ_NO_LINE;
	else if (measure(rounds))
		answer = IRQ_DONE;
	out(COM1_INTERRUPTS, NOTHING);
	root_thread_delete(driver);
	if (answer == IRQ_DONE)
		*figures = figures_of(samples, rounds, least);
	return answer;
}
