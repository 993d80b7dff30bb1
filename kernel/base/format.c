/* SPDX-License-Identifier: BSD-2-Clause */
/* base/format.c - formatted output without memory: the pure half of print(). */
#include "base/print.h"

/* Padded to at most so many characters. */
enum { NUMBER_MAX = 20 };

static void write_number(void (*write)(const char *text, size_t size), word_t value, unsigned base,
                         unsigned width, char pad)
{
	char text[NUMBER_MAX];
	unsigned at = NUMBER_MAX;

	do {
		text[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (at > 0 && NUMBER_MAX - at < width)
		text[--at] = pad;
	write(&text[at], NUMBER_MAX - at);
}

static void write_string(void (*write)(const char *text, size_t size), const char *s, unsigned width)
{
	size_t n = 0;

	while (s[n])
		n++;
	write(s, n);
	for (; n < width; n++)
		write(" ", 1);
}

void print_format(void (*write)(const char *text, size_t size), const char *format, va_list arguments)
{
	for (;; format++) {
		const char *start = format;

		while (*format && *format != '%')
			format++;
		write(start, (size_t)(format - start));
		if (!*format)
			return;
		start = format++;

		char pad = ' ', c;
		unsigned width = 0;
		bool wide = false;
		long value;

		if (*format == '0')
			pad = '0', format++;
		while (*format >= '0' && *format <= '9')
			width = width * 10 + (unsigned)(*format++ - '0');
		while (*format == 'l' || *format == 'z')
			wide = true, format++;

		switch (*format) {
		case 'd':
			value = wide ? va_arg(arguments, long) : va_arg(arguments, int);
			if (value < 0)
				write("-", 1);
			write_number(write, value < 0 ? -(word_t)value : (word_t)value, 10, width, pad);
			break;
		case 'u':
		case 'x':
			write_number(write, wide ? va_arg(arguments, word_t) : va_arg(arguments, unsigned),
			             *format == 'x' ? 16 : 10, width, pad);
			break;
		case 's':
			write_string(write, va_arg(arguments, const char *), width);
			break;
		case 'c':
			c = (char)va_arg(arguments, int);
			write(&c, 1);
			break;
		case '%':
			write(format, 1);
			break;
		case '\0':
			write(start, (size_t)(format - start));
			return;
		default:
			write(start, (size_t)(format - start) + 1);
		}
	}
}
