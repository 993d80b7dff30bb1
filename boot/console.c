/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/console.c - formatted messages, and the one way a boot fails.
 */
#include <stdarg.h>
#include <abi/protocol.h>
#include "console.h"
#include "machine.h"

static void print_string(const char *text)
{
	while (*text)
		uart_put(*text++);
}

static void print_decimal(unsigned value)
{
	char digits[10];
	unsigned count = 0;
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (count > 0)
		uart_put(digits[--count]);
}

static void print_hex(uint64_t value)
{
	int shift = 60;
	while (shift > 0 && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		uart_put("0123456789abcdef"[value >> shift & 15]);
}

static void print_list(const char *format, va_list list)
{
	for (; *format; format++) {
		if (*format != '%') {
			uart_put(*format);
			continue;
		}
		format++;
		if (*format == 's')
			print_string(va_arg(list, const char *));
		else if (*format == 'u')
			print_decimal(va_arg(list, unsigned));
		else if (*format == 'x')
			print_hex(va_arg(list, unsigned));
		else if (format[0] == 'l' && format[1] == 'l' && format[2] == 'x') {
			print_hex(va_arg(list, uint64_t));
			format += 2;
		} else
			uart_put(*format);
	}
}

void print(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	print_list(format, list);
	va_end(list);
}

void fail(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	print_string("Pecan boot: error: ");
	print_list(format, list);
	print_string(".\n");
	va_end(list);
	uart_drain();
	outb(EXIT_PORT, EXIT_FAILED);
	for (const char *c = "Shutdown"; *c; c++)
		outb(BOCHS_SHUTDOWN_PORT, (uint8_t)*c);
	for (;;)
		__asm__ volatile("cli; hlt");
}
