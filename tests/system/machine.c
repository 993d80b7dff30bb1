/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/machine.c - the end of the run: tells boot/run, by the last line, and the emulator
 * how it went.
 *
 * Each first access to a port is an I/O page fault that sigma0 answers.
 */
#include "test.h"
#include <l4io.h>

void machine_exit(bool good) __attribute__((noreturn));

enum { COM1_LSR = 0x3f8 + 5, LSR_EMPTY = 1 << 6 };

static void port_out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static unsigned char port_in(unsigned short port)
{
	unsigned char value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

void machine_exit(bool good)
{
	printf("pecan: finished, status %d\n", good ? 0 : 1);
	while (!(port_in(COM1_LSR) & LSR_EMPTY))
		;
	port_out(EXIT_PORT, good ? EXIT_OK : EXIT_FAILED);
	for (const char *s = "Shutdown"; *s; s++)
		port_out(BOCHS_SHUTDOWN_PORT, (unsigned char)*s);
	sleep_forever();
}
