/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print.c - the functions of <l4io.h>.
 *
 * Text is gathered in a small buffer on the stack, so that a back end that sends messages sends
 * few; nothing is kept between calls, so threads may print at the same time (each call's pieces
 * may then be interleaved).
 */
#include <l4io.h>
#include <string.h>
#include "format.h"

enum { CHUNK = 128 }; /* what a line of text has at most: so it stays whole beside those of other programs */

struct chunk {
	struct format_sink sink;
	unsigned long used;
	char text[CHUNK];
};

static void chunk_put(struct format_sink *sink, char character)
{
	struct chunk *chunk = (struct chunk *)sink;

	if (chunk->used == CHUNK) {
		io_write(chunk->text, CHUNK);
		chunk->used = 0;
	}
	chunk->text[chunk->used++] = character;
}

int vprintf(const char *format, __builtin_va_list arguments)
{
	struct chunk chunk = { .sink.put = chunk_put };
	int count = format_text(&chunk.sink, format, arguments);

	if (chunk.used)
		io_write(chunk.text, chunk.used);
	return count;
}

int printf(const char *format, ...)
{
	__builtin_va_list arguments;
	int count;

	__builtin_va_start(arguments, format);
	count = vprintf(format, arguments);
	__builtin_va_end(arguments);
	return count;
}

int vsnprintf(char *buffer, __SIZE_TYPE__ size, const char *format, __builtin_va_list arguments)
{
	return format_buffer(buffer, size, format, arguments);
}

int snprintf(char *buffer, __SIZE_TYPE__ size, const char *format, ...)
{
	__builtin_va_list arguments;
	int count;

	__builtin_va_start(arguments, format);
	count = vsnprintf(buffer, size, format, arguments);
	__builtin_va_end(arguments);
	return count;
}

int putchar(int character)
{
	char c = (char)character;

	io_write(&c, 1);
	return (unsigned char)c;
}

int putc(int character)
{
	return putchar(character);
}

int puts(const char *text)
{
	io_write(text, strlen(text));
	return putchar('\n');
}

int getchar(void)
{
	return io_read();
}

int getc(void)
{
	return io_read();
}
