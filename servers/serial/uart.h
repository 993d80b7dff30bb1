/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uart.h - the registers of a 16550.
 *
 * It is asked for nothing unless it has interrupted or something is to go out. Reading the line status clears its
 * error bits, so it is read in one place, which keeps them.
 */
#ifndef SERIAL_UART_H
#define SERIAL_UART_H

#include <stdbool.h>

struct uart {
	unsigned int port;
	unsigned int room;	/* bytes that the transmitter takes when it is empty: 16, or 1 without FIFO */
	bool tells_empty;	/* it interrupts when the transmitter is empty */
	unsigned char errors;	/* read from the line status, about the next character */
	unsigned long overruns; /* characters that came when the receiver had no room */
};

/* What has been received. */
enum uart_event {
	UART_NOTHING = -1, /* else a character, 0 to 255 */
	UART_BREAK = -2,
	UART_DAMAGED = -3, /* a character with a wrong parity or stop bit */
};

/*
 * Takes the device at this port into use: 8 bits, no parity, at so many bits a second, or with speed 0 as it has been
 * set up. Its FIFOs keep what is in them. False: there is none, or no such speed.
 */
bool uart_begin(struct uart *uart, unsigned int port, unsigned long speed);

/* The next of what it has received: a character, or another enum uart_event. */
int uart_receive(struct uart *uart);

/* Whether the transmitter is empty and takes uart->room bytes by uart_send(). */
bool uart_can_send(struct uart *uart);
void uart_send(struct uart *uart, unsigned char byte);

/* It does not interrupt any more. */
void uart_hush(struct uart *uart);

/*
 * It interrupts when it has received something, and, if wanted, when the transmitter is empty; at once if that is so
 * already. Behind uart_hush() that is an edge on its line, for who hears edges only.
 */
void uart_listen(struct uart *uart, bool when_empty);

#endif
