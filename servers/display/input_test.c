/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input_test.c - keys as characters, in order, none of them in part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <device/keyboard.h>

#include "input.h"

static struct input input;

static void expect(const char *text)
{
	for (; *text; text++) {
		assert_int_equal(input_next(&input), *text);
		assert_int_equal(input_next(&input), *text);
		input_take(&input);
	}
}

static void keys(void **state)
{
	static const unsigned int typed[] = {
		'a', '\n', 3, 27, KEY_UP, KEY_LEFT, KEY_END, KEY_DELETE, KEY_F1 + 11, KEY_F1,
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		input_key(&input, typed[i]);
	expect("a\n\003\033\033[A\033[D\033[F\033[3~\033[24~\033OP");
	assert_int_equal(input_next(&input), INPUT_NONE);
}

static void no_keys(void **state)
{
	(void)state;
	for (unsigned int key = 0x80; key < 0x10000; key++)
		if (key < KEY_UP || key > KEY_F1 + 11)
			input_key(&input, key);
	input_key(&input, KEY_NONE);
	input_key(&input, KEY_F1 - 1);
	input_key(&input, ~0U);
	assert_int_equal(input_next(&input), INPUT_NONE);
}

static void nobody_reads(void **state)
{
	(void)state;
	input_key(&input, 'x');
	for (unsigned int i = 0; i < INPUT_KEPT; i++)
		input_key(&input, KEY_UP);
	input_key(&input, 'y');
	input_key(&input, 'z');
	expect("x");
	for (unsigned int i = 0; i < (INPUT_KEPT - 1) / 3; i++)
		expect("\033[A");
	assert_int_equal(input_next(&input), INPUT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(no_keys),
		cmocka_unit_test(nobody_reads),
	};

	return cmocka_run_group_tests_name("display/input", tests, NULL, NULL);
}
