/* SPDX-License-Identifier: BSD-2-Clause */
/* base/print.c - kernel messages go to the serial line, polled. */
#include "base/print.h"
#include "x86/uart.h"

void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_format(uart_write, format, arguments);
	va_end(arguments);
}
