/* SPDX-License-Identifier: BSD-2-Clause */
/* base/format.c - formatted output without memory: the pure half of print(). */
#include "base/print.h"

static void put_number(void (*put)(char), word_t value, unsigned base, unsigned width, char pad)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (unsigned i = n; i < width; i++)
		put(pad);
	while (n)
		put(digits[--n]);
}

static void put_string(void (*put)(char), const char *s, unsigned width)
{
	unsigned n = 0;

	for (; *s; s++, n++)
		put(*s);
	for (; n < width; n++)
		put(' ');
}

void print_format(void (*put)(char), const char *format, va_list arguments)
{
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		const char *start = format++;
		char pad = ' ';
		unsigned width = 0;
		bool wide = false;

		if (*format == '0')
			pad = '0', format++;
		while (*format >= '0' && *format <= '9')
			width = width * 10 + (unsigned)(*format++ - '0');
		while (*format == 'l' || *format == 'z')
			wide = true, format++;

		switch (*format) {
		case 'd': {
			long value = wide ? va_arg(arguments, long) : va_arg(arguments, int);

			if (value < 0)
				put('-');
			put_number(put, value < 0 ? -(word_t)value : (word_t)value, 10, width, pad);
			break;
		}
		case 'u':
		case 'x': {
			word_t value = wide ? va_arg(arguments, word_t) : va_arg(arguments, unsigned);

			put_number(put, value, *format == 'x' ? 16 : 10, width, pad);
			break;
		}
		case 's':
			put_string(put, va_arg(arguments, const char *), width);
			break;
		case 'c':
			put((char)va_arg(arguments, int));
			break;
		case '%':
			put('%');
			break;
		default:
			for (; start < format; start++)
				put(*start);
			if (!*format)
				return;
			put(*format);
		}
	}
}
