/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scancode_test.c - words typed, keys with two bytes, and bytes in any order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <device/keyboard.h>

#include "scancode.h"

/* The keys that these bytes make, as a string. */
static const char *typed(const unsigned char *bytes, unsigned int count)
{
	static char text[32];
	struct scancodes state = { .shift = false };
	unsigned int length = 0;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int key = scancode_key(&state, bytes[i]);

		if (key != KEY_NONE)
			text[length++] = (char)key;
	}
	text[length] = 0;
	return text;
}

static void words(void **state)
{
	static const unsigned char hello[] = { 0x2a, 0x23, 0xa3, 0xaa, 0x12, 0x92, 0x26, 0x26, 0x18, 0x39, 0x1c };
	static const unsigned char ends[] = { 0x02, 0x0d, 0x29, 0x2b, 0x2c, 0x35, 0x36, 0x02, 0x29, 0x2b, 0x2c, 0x35 };
	static const unsigned char caps[] = { 0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0xaa, 0x3a, 0x1e };
	static const unsigned char control[] = { 0x1d, 0x2e, 0x9d, 0x2e };

	(void)state;
	assert_string_equal(typed(hello, sizeof(hello)), "Hello \n");
	assert_string_equal(typed(ends, sizeof(ends)), "1=`\\z/!~|Z?");
	assert_string_equal(typed(caps, sizeof(caps)), "A1aa");
	assert_string_equal(typed(control, sizeof(control)), "\003c");
}

static void keys_with_two_bytes(void **state)
{
	struct scancodes scancodes = { .shift = false };

	(void)state;
	assert_int_equal(scancode_key(&scancodes, 0xe0), KEY_NONE);
	assert_int_equal(scancode_key(&scancodes, 0x48), KEY_UP);
	assert_int_equal(scancode_key(&scancodes, 0xe0), KEY_NONE);
	assert_int_equal(scancode_key(&scancodes, 0x53), KEY_DELETE);
	assert_int_equal(scancode_key(&scancodes, 0xe0), KEY_NONE);
	assert_int_equal(scancode_key(&scancodes, 0x2a), KEY_NONE);
	assert_false(scancodes.shift);
	assert_int_equal(scancode_key(&scancodes, 0x3b), KEY_F1);
	assert_int_equal(scancode_key(&scancodes, 0x58), KEY_F1 + 11);
}

static void any_bytes(void **state)
{
	struct scancodes scancodes = { .shift = false };
	unsigned int seed = 1;

	(void)state;
	for (unsigned int i = 0; i < 100000; i++) {
		seed = seed * 1103515245 + 12345;
		assert_true(scancode_key(&scancodes, (unsigned char)(seed >> 16)) <= KEY_F1 + 11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(keys_with_two_bytes),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
