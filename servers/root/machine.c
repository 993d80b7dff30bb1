/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.c - COM1's receiver, and the doors out of the emulators.
 *
 * The first access to a port raises an I/O page fault, which sigma0 answers.
 */
#include "machine.h"

#include <abi/protocol.h>
#include <l4/ipc.h>

enum {
	COM1_DATA = 0x3f8,
	COM1_LINE_STATUS = 0x3fd,
	RECEIVED = 1 << 0,          /* LSR: data ready */
	TRANSMITTER_EMPTY = 1 << 6, /* LSR: nothing is on its way any more */
	NO_PORT = 0xff,             /* what a port reads where no device is */
};

static unsigned char port_in(unsigned short port)
{
	unsigned char value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void port_out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

int machine_received(void)
{
	unsigned char status = port_in(COM1_LINE_STATUS);

	return status != NO_PORT && status & RECEIVED ? port_in(COM1_DATA) : -1;
}

void machine_end(bool good)
{
	while (!(port_in(COM1_LINE_STATUS) & TRANSMITTER_EMPTY))
		;
	port_out(EXIT_PORT, good ? EXIT_OK : EXIT_FAILED);
	for (const char *c = "Shutdown"; *c; c++)
		port_out(BOCHS_SHUTDOWN_PORT, *c);
	for (;;)
		L4_Sleep(L4_Never);
}
