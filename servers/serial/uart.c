/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uart.c - National Semiconductor PC16550D, by its data sheet; section 8.
 */
#include "uart.h"

#include <device/ports.h>

enum {
	DATA = 0, INTERRUPT_ENABLE = 1, FIFO_CONTROL = 2, INTERRUPT_ID = 2, LINE_CONTROL = 3, MODEM_CONTROL = 4,
	LINE_STATUS = 5,
};
enum { DIVISOR_LOW = 0, DIVISOR_HIGH = 1, CLOCK = 115200, DIVISOR_MAX = 0xffff };

enum { ON_RECEIVED = 1 << 0, ON_EMPTY = 1 << 1, ON_ERRORS = 1 << 2 }; /* INTERRUPT_ENABLE */
enum { FIFO_ON = 1 << 0, FIFO_TELL_AT_8 = 2 << 6, HAS_FIFO = 3 << 6, FIFO_SIZE = 16 };
enum { EIGHT_BITS = 3, DIVISOR_LATCH = 1 << 7 };		      /* LINE_CONTROL */
enum { READY = 3, INTERRUPTS_OUT = 1 << 3 };			      /* MODEM_CONTROL */
enum {								      /* LINE_STATUS */
	RECEIVED = 1 << 0, OVERRUN = 1 << 1, PARITY = 1 << 2, FRAMING = 1 << 3, BREAK = 1 << 4, CAN_TAKE = 1 << 5,
	NO_DEVICE = 0xff,
};

static unsigned char in(const struct uart *uart, unsigned int number)
{
	return port_in8(uart->port + number);
}

static void out(const struct uart *uart, unsigned int number, unsigned char value)
{
	port_out8(uart->port + number, value);
}

static bool set_speed(const struct uart *uart, unsigned long speed)
{
	unsigned long divisor = CLOCK / speed;

	if (divisor * speed != CLOCK || divisor > DIVISOR_MAX)
		return false;
	out(uart, LINE_CONTROL, DIVISOR_LATCH | EIGHT_BITS);
	out(uart, DIVISOR_LOW, divisor & 0xff);
	out(uart, DIVISOR_HIGH, divisor >> 8);
	out(uart, LINE_CONTROL, EIGHT_BITS);
	return true;
}

bool uart_begin(struct uart *uart, unsigned int port, unsigned long speed)
{
	*uart = (struct uart){ .port = port, .room = 1 };
	if (in(uart, LINE_STATUS) == NO_DEVICE || (speed > 0 && !set_speed(uart, speed)))
		return false;
	out(uart, FIFO_CONTROL, FIFO_ON | FIFO_TELL_AT_8); /* which empties them only if they were off */
	if ((in(uart, INTERRUPT_ID) & HAS_FIFO) == HAS_FIFO)
		uart->room = FIFO_SIZE;
	out(uart, MODEM_CONTROL, READY | INTERRUPTS_OUT);
	uart_hush(uart);
	uart_listen(uart, false);
	return true;
}

static unsigned char line_status(struct uart *uart)
{
	unsigned char status = in(uart, LINE_STATUS);

	uart->errors |= status & (PARITY | FRAMING | BREAK);
	uart->overruns += status & OVERRUN ? 1 : 0;
	return status;
}

int uart_receive(struct uart *uart)
{
	unsigned char errors, byte;

	if (!(line_status(uart) & RECEIVED))
		return UART_NOTHING;
	byte = in(uart, DATA);
	errors = uart->errors;
	uart->errors = 0;
	if (errors & BREAK)
		return UART_BREAK;
	return errors ? UART_DAMAGED : byte;
}

bool uart_can_send(struct uart *uart)
{
	return line_status(uart) & CAN_TAKE;
}

void uart_send(struct uart *uart, unsigned char byte)
{
	out(uart, DATA, byte);
}

void uart_hush(struct uart *uart)
{
	out(uart, INTERRUPT_ENABLE, 0);
}

void uart_listen(struct uart *uart, bool when_empty)
{
	uart->tells_empty = when_empty;
	out(uart, INTERRUPT_ENABLE, ON_RECEIVED | ON_ERRORS | (when_empty ? ON_EMPTY : 0));
}
