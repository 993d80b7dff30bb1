/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format_test.c - host test of format.c: every conversion against the host's vsnprintf.
 *
 * Each case is formatted by both, with room for all of it and with every smaller buffer, and text,
 * length and the bytes behind the buffer must be the same. Build with format.c and CMocka.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "format.h"

enum { ROOM = 200 };

static void compare_with_room(unsigned long room, const char *format, va_list arguments)
{
	char ours[ROOM + 1], theirs[ROOM + 1];
	va_list again;
	int our_count, their_count;

	va_copy(again, arguments);
	memset(ours, '#', sizeof ours);
	memset(theirs, '#', sizeof theirs);
	our_count = format_buffer(ours, room, format, arguments);
	their_count = vsnprintf(theirs, room, format, again);
	va_end(again);
	if (room == ROOM)
		assert_string_equal(ours, theirs);
	assert_int_equal(our_count, their_count);
	assert_memory_equal(ours, theirs, sizeof ours);
}

static void compare(const char *format, ...)
{
	unsigned long room = ROOM;
	va_list arguments;

	do {
		va_start(arguments, format);
		compare_with_room(room, format, arguments);
		va_end(arguments);
		room = room == ROOM ? 40 : room - 1;
	} while (room != ~0UL);
}

static void plain_text(void **state)
{
	(void)state;
	compare("%s", "");
	compare("text 100%% text%c", '!');
	compare("%%%%");
}

static void integers(void **state)
{
	static const char *const formats[] = {
	    "%d",      "%i",	  "%5d|",    "%-5d|",	"%05d|", "%+d",	  "% d",   "%.3d", "%8.3d|",
	    "%-8.3d|", "%08.3d|", "%.0d|",   "%u",	"%x",	 "%X",	  "%o",	   "%#x",  "%#X",
	    "%#o",     "%#10x|",  "%#010x|", "%-#10x|", "%3u|",	 "%.10x", "%+.2i",
	 };
	static const int values[] = { 0, 1, -1, 7, 8, 10, 255, 1234567, INT_MAX, INT_MIN };

	(void)state;
	for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
		for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
			compare(formats[f], values[v]);
}

static void long_integers(void **state)
{
	static const char *const formats[] = {
	    "%ld",     "%lld", "%lu", "%lx", "%llx", "%lX",  "%lo",	  "%016lx|",
	    "%-20lx|", "%zu",  "%zx", "%td", "%jd",  "%#lx", "%25.20ld|",
	 };
	static const long values[] = { 0, 1, -1, LONG_MAX, LONG_MIN, 0x123456789abcdefL };

	(void)state;
	for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
		for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
			compare(formats[f], values[v]);
}

static void short_integers(void **state)
{
	static const char *const formats[] = { "%hd", "%hu", "%hx", "%hhd", "%hhu", "%hhx" };
	static const int values[] = { 0, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536 };

	(void)state;
	for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
		for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
			compare(formats[f], values[v]);
}

static void strings_and_characters(void **state)
{
	(void)state;
	compare("%s|%10s|%-10s|%.2s|%10.2s|%-10.2s|", "text", "text", "text", "text", "text",
		"text");
	compare("%.0s|%s|%5s|", "text", "", "");
	compare("%c|%5c|%-5c|", 'a', 'b', 'c');
	compare("%p", (void *)0x7ff000100000);
}

static void stars(void **state)
{
	(void)state;
	compare("%*d|%-*d|%*d|", 8, 42, 8, 42, -8, 42);
	compare("%.*d|%.*s|%*.*s|", 5, 42, 2, "text", 8, 2, "text");
	compare("%.*d|", -1, 0);
	compare("%.*s|", -5, "text");
}

static void many_arguments(void **state)
{
	(void)state;
	compare("%d %lx %s %c %u %d %ld %x %s %d", 1, 2L, "3", '4', 5, 6, 7L, 8, "9", 10);
}

static int format(char *text, unsigned long size, const char *format, ...)
{
	va_list arguments;
	int count;

	va_start(arguments, format);
	count = format_buffer(text, size, format, arguments);
	va_end(arguments);
	return count;
}

static void union_by_value(void **state)
{
	union {
		unsigned long raw;
		struct {
			unsigned long version : 32, number : 32;
		} X;
	} id = { 0x0000012200000001 };
	char text[40];

	(void)state;
	format(text, sizeof text, "%lx %d", id, 5);
	assert_string_equal(text, "12200000001 5");
	format(text, sizeof text, "%x %d", id, 5);
	assert_string_equal(text, "1 5");
}

static void unknown_conversions_stand(void **state)
{
	char text[40];

	(void)state;
	assert_int_equal(format(text, sizeof text, "%y %d", 5), 4);
	assert_string_equal(text, "%y 5");
	format(text, sizeof text, "end %");
	assert_string_equal(text, "end %");
	format(text, sizeof text, "end %5l");
	assert_string_equal(text, "end %5l");
	format(text, sizeof text, "%s", (char *)0);
	assert_string_equal(text, "(null)");
	assert_int_equal(format(0, 0, "%d", 12345), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_text),
	    cmocka_unit_test(integers),
	    cmocka_unit_test(long_integers),
	    cmocka_unit_test(short_integers),
	    cmocka_unit_test(strings_and_characters),
	    cmocka_unit_test(stars),
	    cmocka_unit_test(many_arguments),
	    cmocka_unit_test(union_by_value),
	    cmocka_unit_test(unknown_conversions_stand),
	 };

	return cmocka_run_group_tests_name("io/format", tests, NULL, NULL);
}
