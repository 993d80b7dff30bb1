/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uart.c - the back end that writes to COM1 itself.
 *
 * A 16550 serial port, as firmware or boot component have set it up; it is polled. The program
 * needs no right to the ports beforehand: its first access becomes an I/O page fault, and its
 * pager maps them or does not. While the port is not ready the thread gives its time slice away.
 */
#include <l4io.h>
#include <l4/schedule.h>

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

static void wait_for(unsigned char status)
{
	while (!(in(COM1_LINE_STATUS) & status))
		L4_Yield();
}

static void send(char character)
{
	wait_for(LSR_TRANSMITTER_HOLDING_EMPTY);
	out(COM1_DATA, (unsigned char)character);
}

void io_write(const char *text, unsigned long size)
{
	for (; size != 0; size--, text++) {
		if (*text == '\n')
			send('\r');
		send(*text);
	}
}

int io_read(void)
{
	wait_for(LSR_DATA_READY);
	return in(COM1_DATA);
}
