/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_test.c - keys, the line that they make, and what then stands on a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "line.h"

enum { NOISE = 200000 };

static struct line line;
static char screen[LINE_TEXT_MAX + 1]; /* the line of a terminal that knows backspace */
static unsigned int column, bells;

static int setup(void **state)
{
	(void)state;
	memset(&line, 0, sizeof(line));
	memset(screen, ' ', sizeof(screen));
	column = bells = 0;
	return 0;
}

static void show(char c)
{
	if (c == '\a') {
		bells++;
	} else if (c == '\b') {
		assert_true(column > 0);
		column--;
	} else if (c == '\n') {
		memset(screen, ' ', sizeof(screen));
		column = 0;
	} else if (((unsigned char)c & 0xc0) != 0x80) { /* the bytes of a character stand in one column */
		assert_true(column < sizeof(screen));
		screen[column++] = c;
	}
}

static void type(const char *keys, size_t size)
{
	char echo[LINE_ECHO_MAX];

	for (size_t i = 0; i < size && !line.is_complete; i++) {
		unsigned int length = line_key(&line, keys[i], echo);

		assert_true(length <= LINE_ECHO_MAX);
		for (unsigned int j = 0; j < length; j++)
			show(echo[j]);
		assert_true(line.length <= LINE_TEXT_MAX);
	}
}

static void expect(const char *keys, const char *text)
{
	type(keys, strlen(keys));
	assert_true(line.is_complete);
	assert_int_equal(line.length, strlen(text));
	assert_memory_equal(line.text, text, line.length);
	line.length = 0;
	line.is_complete = false;
}

static void lines(void **state)
{
	(void)state;
	expect("one\n", "one\n");
	expect("\r", "\n");
	expect("\n\n", "\n"); /* of which the first is the return's */
	expect("\r", "\n");
	expect("x\n", "x\n");
}

static void editing(void **state)
{
	(void)state;
	expect("helo\b\blp\n", "help\n");
	expect("\b\177ok\177k\n", "ok\n");
	expect("gone\025here\n", "here\n");
	expect("\025\n", "\n");
	expect("a\303\244\b\n", "a\n");	      /* a character of two bytes */
	expect("a\342\202\254\b\bb\n", "b\n"); /* of three */
	expect("\200\200\b\n", "\n");	      /* of none */
}

static void end(void **state)
{
	(void)state;
	expect("half\004", "half");
	expect("\004", "");
}

static void control_characters(void **state)
{
	(void)state;
	expect("a\tb\033[A\003\n", "ab[A\n");
	assert_int_equal(bells, 3);
}

static void long_line(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * LINE_TEXT_MAX; i++)
		type("x", 1);
	assert_int_equal(line.length, LINE_TEXT_MAX - 1);
	assert_int_equal(bells, LINE_TEXT_MAX + 1);
	type("\n", 1);
	assert_int_equal(line.length, LINE_TEXT_MAX);
	assert_int_equal(line.text[LINE_TEXT_MAX - 1], '\n');
}

static void taken_by_characters(void **state)
{
	(void)state;
	type("ab", 2);
	assert_int_equal(line_take(&line), 'a');
	type("c\n", 2);
	assert_int_equal(line_take(&line), 'b');
	assert_int_equal(line_take(&line), 'c');
	assert_true(line.is_complete);
	assert_int_equal(line_take(&line), '\n');
	assert_false(line.is_complete);
}

/* Of ASCII, whatever is typed: what stands on the terminal is the line. */
static void noise(void **state)
{
	(void)state;
	srand(1);
	for (unsigned int i = 0; i < NOISE; i++) {
		char key = (char)(rand() % 4 ? ' ' + rand() % 95 : rand() % 256);

		if ((unsigned char)key >= 128)
			continue;
		type(&key, 1);
		if (!line.is_complete) {
			assert_int_equal(column, line.length);
			assert_memory_equal(screen, line.text, line.length);
			continue;
		}
		if (line.length == 0 || line.text[line.length - 1] != '\n')
			show('\n');
		line.length = 0;
		line.is_complete = false;
	}
}

/* Any bytes at all. */
static void bytes(void **state)
{
	(void)state;
	srand(2);
	for (unsigned int i = 0; i < NOISE; i++) {
		char echo[LINE_ECHO_MAX];

		if (line.is_complete) {
			line.length = 0;
			line.is_complete = false;
		}
		assert_true(line_key(&line, (char)(rand() % 300), echo) <= LINE_ECHO_MAX);
		assert_true(line.length <= LINE_TEXT_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lines, setup),	  cmocka_unit_test_setup(editing, setup),
		cmocka_unit_test_setup(end, setup),	  cmocka_unit_test_setup(control_characters, setup),
		cmocka_unit_test_setup(long_line, setup), cmocka_unit_test_setup(taken_by_characters, setup),
		cmocka_unit_test_setup(noise, setup),	  cmocka_unit_test_setup(bytes, setup),
	};

	return cmocka_run_group_tests_name("serial/line", tests, NULL, NULL);
}
