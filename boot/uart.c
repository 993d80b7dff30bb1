/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/uart.c - the first serial port (16550, COM1), 115200 baud, 8 bits, no parity, polled.
 *
 * A machine without one reads all ones: no wait here is without end, so such a machine boots
 * silently.
 */
#include "console.h"
#include "machine.h"

enum {
	COM1 = 0x3f8,
	UART_DATA = COM1,
	UART_INTERRUPTS = COM1 + 1,
	UART_FIFO = COM1 + 2,
	UART_LINE = COM1 + 3,
	UART_MODEM = COM1 + 4,
	UART_STATUS = COM1 + 5,
	LINE_8N1 = 0x03,
	LINE_DIVISOR = 0x80,
	STATUS_HOLDING_EMPTY = 0x20,
	STATUS_ALL_SENT = 0x40,
	PATIENCE = 1000000, /* port reads; a character takes some hundred */
};

static void uart_wait(uint8_t status)
{
	for (unsigned i = 0; i < PATIENCE && !(inb(UART_STATUS) & status); i++)
		;
}

void uart_init(void)
{
	outb(UART_INTERRUPTS, 0);
	outb(UART_LINE, LINE_DIVISOR | LINE_8N1);
	outb(UART_DATA, 1); /* divisor 1: 115200 baud */
	outb(UART_INTERRUPTS, 0);
	outb(UART_LINE, LINE_8N1);
	outb(UART_FIFO, 0x07);  /* on, and emptied */
	inb(UART_DATA);         /* QEMU types no more until somebody reads */
	outb(UART_MODEM, 0x03); /* data terminal ready, request to send */
}

void uart_put(char c)
{
	if (c == '\n')
		uart_put('\r');
	uart_wait(STATUS_HOLDING_EMPTY);
	outb(UART_DATA, (uint8_t)c);
}

void uart_drain(void)
{
	uart_wait(STATUS_ALL_SENT);
}
