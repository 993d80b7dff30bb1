/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_test.c - what is typed, and what then stands in the line and on a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "line.h"

enum { COLUMNS = 400, ROUNDS = 2000 };

/* A terminal that knows backspace and newline. */
static char screen[COLUMNS];
static unsigned int column;

static void show(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\b') {
			assert_true(column > 0);
			column--;
		} else if (text[i] == '\n') {
			memset(screen, ' ', sizeof(screen));
			column = 0;
		} else {
			assert_true(column < COLUMNS);
			screen[column++] = text[i];
		}
	}
}

static struct line line;

static int setup(void **state)
{
	(void)state;
	memset(&line, 0, sizeof(line));
	line.put = show;
	show("\n", 1);
	line_begin(&line);
	return 0;
}

/* The last event, and at each step what stands on the terminal is the line. */
static enum line_event type(const char *keys)
{
	enum line_event event = LINE_GOES_ON;

	for (; *keys; keys++) {
		event = line_key(&line, *keys);
		assert_true(line.length <= LINE_MAX && line.cursor <= line.length);
		if (event != LINE_GOES_ON)
			continue;
		assert_memory_equal(screen, line.text, line.length);
		assert_int_equal(screen[line.length], ' ');
		assert_int_equal(column, line.cursor);
	}
	return event;
}

static void expect(const char *keys, const char *text)
{
	assert_int_equal(type(keys), LINE_COMPLETE);
	assert_string_equal(line.text, text);
}

static void plain_lines(void **state)
{
	(void)state;
	expect("run hello\n", "run hello");
	expect("\n", "");
	expect("a\r", "a");
	assert_int_equal(type("\n"), LINE_GOES_ON); /* of the same key */
	expect("\n", "");
	expect("tab\tand bell\a\n", "taband bell");
}

static void editing(void **state)
{
	(void)state;
	expect("helo\b\blo\n", "helo");
	expect("helo\x7f\x7flo\n", "helo");
	expect("\b\bx\n", "x");
	expect("bc\x01""a\x05""d\n", "abcd");
	expect("ac\x02""b\n", "abc");
	expect("abc\x02\x02\x06X\n", "abXc");
	expect("\x02\x06\x06ok\n", "ok");
	expect("one two\x01\x0bthree\n", "three");
	expect("one two\x02\x02\x15\n", "wo");
	expect("one two  \x17six\n", "one six");
	expect("one\x17\x17six\n", "six");
	expect("abcd\x02\x02\x04\n", "abd");
}

static void keys_of_a_terminal(void **state)
{
	(void)state;
	expect("ac\033[Db\n", "abc");
	expect("bc\033[Ha\033[Fd\n", "abcd");
	expect("bc\033[1~a\033[4~d\n", "abcd");
	expect("bc\033OHa\033OFd\n", "abcd");
	expect("abc\033[D\033[D\033[3~\n", "ac");
	expect("ab\033[C\033[1;5C\033xc\n", "abc");
	expect("a\033[99999999999~b\n", "ab");
}

static void lines_before(void **state)
{
	(void)state;
	type("first\nsecond\nsecond\n");
	expect("\033[A\n", "second");
	expect("\033[A\033[A\n", "first");
	expect("dra\033[A\033[Bft\n", "draft");
	expect("\020\020\020\020\020\n", "first");
	expect("x\033[A\033[A\033[B\033[B\033[By\n", "xy");
	expect("\033[A!\n", "xy!");
	assert_string_equal(line_before(&line, 1), "xy!");
	assert_null(line_before(&line, 0));
	assert_null(line_before(&line, 100));
	for (unsigned int i = 0; i < 2 * HISTORY_MAX; i++) {
		char text[] = { 'a' + (char)(i % 26), '\n', 0 };

		type(text);
	}
	assert_null(line_before(&line, HISTORY_MAX + 1));
	assert_string_equal(line_before(&line, HISTORY_MAX), "q");
}

static void ends(void **state)
{
	(void)state;
	assert_int_equal(type("half\003"), LINE_CANCELLED);
	expect("whole\n", "whole");
	assert_int_equal(type("\004"), LINE_END);
	assert_int_equal(type("a\004"), LINE_GOES_ON);
}

static void long_lines(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * LINE_MAX; i++)
		type("x");
	assert_int_equal(line.length, LINE_MAX);
	type("\x01y\bz");
	assert_int_equal(type("\n"), LINE_COMPLETE);
	assert_int_equal(strlen(line.text), LINE_MAX);
}

static void noise(void **state)
{
	(void)state;
	srand(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		char keys[64];

		for (unsigned int i = 0; i < sizeof(keys) - 1; i++)
			keys[i] = (char)(rand() % 3 ? 1 + rand() % 31 : 1 + rand() % 255);
		keys[sizeof(keys) - 1] = 0;
		for (char *c = keys; *c; c++) {
			char key[] = { *c, 0 };

			if (type(key) == LINE_END)
				setup(NULL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(plain_lines, setup),   cmocka_unit_test_setup(editing, setup),
		cmocka_unit_test_setup(keys_of_a_terminal, setup), cmocka_unit_test_setup(lines_before, setup),
		cmocka_unit_test_setup(ends, setup),	      cmocka_unit_test_setup(long_lines, setup),
		cmocka_unit_test_setup(noise, setup),
	};

	return cmocka_run_group_tests_name("shell/line", tests, NULL, NULL);
}
