/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input_test.c - who gets what is typed: turns, lines, readers that have gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "input.h"

enum { A = 1, B = 2, ROUNDS = 100000, GONE = 1000 /* clients from here on do not wait any more */ };

static struct output echo;
static struct input input;
static char got[512]; /* "client:character " */
static unsigned long given;

static bool give(unsigned long client, int character)
{
	size_t used = strlen(got);

	if (client >= GONE)
		return false;
	given++;
	if (used < sizeof(got) - 16)
		sprintf(got + used, character == INPUT_END ? "%lu:end " : "%lu:%c ", client,
			character == '\n' ? '$' : character);
	return true;
}

static int setup(void **state)
{
	(void)state;
	memset(&echo, 0, sizeof(echo));
	memset(&input, 0, sizeof(input));
	input.give = give;
	input.echo = &echo;
	got[0] = 0;
	given = 0;
	return 0;
}

static void type(const char *keys)
{
	for (; *keys; keys++)
		assert_true(input_add(&input, *keys));
	input_deliver(&input);
}

static void expect(const char *text)
{
	input_deliver(&input);
	assert_string_equal(got, text);
	got[0] = 0;
}

static void characters_by_turns(void **state)
{
	(void)state;
	type("xy");
	input_wait(&input, A, 1);
	input_wait(&input, B, 2);
	input_wait(&input, A, 3);
	expect("1:x 2:y ");
	type("zw");
	expect("3:z ");
	assert_int_equal(input_now(&input, B), 'w');
	assert_int_equal(input_now(&input, B), INPUT_NOTHING);
}

static void a_line_is_its_programs(void **state)
{
	(void)state;
	input_lines(&input, A, true);
	input_wait(&input, A, 1);
	input_wait(&input, B, 2);
	input_wait(&input, A, 3);
	type("ab");
	expect("");
	type("\nc");
	expect("1:a 2:c 3:b ");
	input_wait(&input, B, 2);
	input_wait(&input, A, 1);
	type("");
	expect("1:$ "); /* what is left of its line waits for no turn */
	assert_int_equal(input_now(&input, A), INPUT_NOTHING);
}

static void ends(void **state)
{
	(void)state;
	input_lines(&input, A, true);
	input_wait(&input, A, 1);
	type("\004");
	expect("1:end ");
	type("x\004");
	assert_int_equal(input_now(&input, A), 'x');
	assert_int_equal(input_now(&input, A), INPUT_NOTHING);
	type("\004");
	assert_int_equal(input_now(&input, A), INPUT_END);
	assert_int_equal(input_now(&input, A), INPUT_NOTHING);
}

static void who_has_gone(void **state)
{
	(void)state;
	input_wait(&input, A, GONE);
	input_wait(&input, B, 2);
	type("x");
	expect("2:x "); /* not the character, only the turn */
	input_lines(&input, A, true);
	input_wait(&input, A, GONE);
	input_wait(&input, B, 2);
	type("line");
	expect("");
	assert_int_equal(input_line_reader(&input), GONE);
	input_forget(&input, GONE);
	assert_int_equal(input_line_reader(&input), 0);
	expect("2:l ");
	input_wait(&input, A, GONE + 1);
	input_wait(&input, A, 1);
	type("\n");
	expect("1:i ");
	assert_int_equal(input_now(&input, A), 'n');
}

static void echo_needs_room(void **state)
{
	(void)state;
	while (output_has_echo_room(&echo))
		output_echo(&echo, "0123456789abcdef", 16);
	input_lines(&input, A, true);
	input_wait(&input, A, 1);
	type("a\n");
	expect("");
	assert_int_equal(input.kept_count, 2);
	echo.echo_count = 0;
	expect("1:a ");
}

static void room(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < INPUT_KEPT_MAX; i++)
		assert_true(input_add(&input, (char)i));
	assert_false(input_add(&input, 'x'));
	for (unsigned int i = 0; i < INPUT_KEPT_MAX; i++)
		assert_int_equal(input_now(&input, B), i % 256);
	assert_int_equal(input_now(&input, B), INPUT_NOTHING);
	for (unsigned int i = 0; i < INPUT_READERS_MAX; i++)
		assert_true(input_wait(&input, A, 1 + i));
	assert_false(input_wait(&input, A, 99));
	assert_true(input_wait(&input, B, 98));
}

/* Anybody does anything. Nothing is made up; nobody waits for ever for what is there. */
static void crowd(void **state)
{
	unsigned long typed = 0, now = 0;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int program = (unsigned int)rand() % INPUT_PROGRAMS;
		unsigned long client = 1 + (unsigned long)rand() % (GONE + GONE / 2);

		switch (rand() % 8) {
		case 0:
			input_lines(&input, program, rand() % 2);
			break;
		case 1:
			now += input_now(&input, program) >= 0;
			break;
		case 2:
			input_forget(&input, client);
			break;
		case 3:
			input_wait(&input, program, client);
			break;
		default:
			typed += input_add(&input, "abc\n\r\b\025\004 \033"[rand() % 10]);
		}
		input_deliver(&input);
		echo.echo_count = 0;
		assert_true(input.kept_count <= INPUT_KEPT_MAX && given + now <= typed + i);
		assert_true(input.reader_count <= INPUT_PROGRAMS * INPUT_READERS_MAX);
	}
	assert_true(given > 1000 && now > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(characters_by_turns, setup),    cmocka_unit_test_setup(ends, setup),
		cmocka_unit_test_setup(a_line_is_its_programs, setup), cmocka_unit_test_setup(who_has_gone, setup),
		cmocka_unit_test_setup(echo_needs_room, setup),	       cmocka_unit_test_setup(room, setup),
		cmocka_unit_test_setup(crowd, setup),
	};

	return cmocka_run_group_tests_name("serial/input", tests, NULL, NULL);
}
