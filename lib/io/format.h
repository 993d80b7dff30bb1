/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.h - printf's formats, character by character into whatever wants them.
 */
#ifndef IO_FORMAT_H
#define IO_FORMAT_H

struct format_sink {
	void (*put)(struct format_sink *sink, char character);
};

/* Returns how many characters it put. */
int format_text(struct format_sink *sink, const char *format, __builtin_va_list arguments);

/* vsnprintf: at most size bytes with the terminating zero; returns the length of the whole text. */
int format_buffer(char *text, unsigned long size, const char *format, __builtin_va_list arguments);

#endif
