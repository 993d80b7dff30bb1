/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit/boot_bundle.c - boot/bundle.c: several modules in one file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../boot/bundle.h"

static const char two[] = "PECAN-BUNDLE\n5 kernel a=1 b\n4097 hello\n\n";

/* Reads all of a bundle of that size and text from an allocation of exactly that size. */
static enum bundle_result read_all(const char *text, size_t size, struct bundle_entry *entry,
				   unsigned *count)
{
	struct bundle_reader reader;
	enum bundle_result result = BUNDLE_BROKEN;
	char *data = calloc(1, size ? size : 1);
	size_t length = strlen(text);
	memcpy(data, text, length < size ? length : size);
	*count = 0;
	if (bundle_open(&reader, data, size)) {
		while ((result = bundle_next(&reader, &entry[*count])) == BUNDLE_ENTRY) {
			entry[*count].command_line = text + (entry[*count].command_line - data);
			(*count)++;
		}
	}
	free(data);
	return result;
}

static void test_two_modules(void **state)
{
	struct bundle_entry entry[3];
	unsigned count;
	(void)state;
	assert_int_equal(read_all(two, 8192 + 4097, entry, &count), BUNDLE_END);
	assert_int_equal(count, 2);
	assert_int_equal(entry[0].offset, 4096);
	assert_int_equal(entry[0].size, 5);
	assert_int_equal(entry[0].command_line_length, 12);
	assert_memory_equal(entry[0].command_line, "kernel a=1 b", 12);
	assert_int_equal(entry[1].offset, 8192);
	assert_int_equal(entry[1].size, 4097);
	assert_memory_equal(entry[1].command_line, "hello", 5);
}

static void test_no_bundle(void **state)
{
	struct bundle_reader reader;
	(void)state;
	assert_false(bundle_open(&reader, "\177ELF and so on, long enough", 26));
	assert_false(bundle_open(&reader, "PECAN-BUNDLE\n", 13));
}

static void test_no_modules(void **state)
{
	struct bundle_entry entry[1];
	unsigned count;
	(void)state;
	assert_int_equal(read_all("PECAN-BUNDLE\n\n", 14, entry, &count), BUNDLE_END);
	assert_int_equal(count, 0);
}

static void test_truncated_anywhere(void **state)
{
	struct bundle_entry entry[3];
	unsigned count;
	(void)state;
	for (size_t size = 0; size < 8192 + 4097; size++)
		assert_int_equal(read_all(two, size, entry, &count), BUNDLE_BROKEN);
}

static void test_bad_lines(void **state)
{
	static const char *const text[] = {
		"PECAN-BUNDLE\nkernel\n\n",
		"PECAN-BUNDLE\n 5 kernel\n\n",
		"PECAN-BUNDLE\n5\n\n",
		"PECAN-BUNDLE\n5x kernel\n\n",
		"PECAN-BUNDLE\n-5 kernel\n\n",
		"PECAN-BUNDLE\n18446744073709551617 kernel\n\n",
		"PECAN-BUNDLE\n99999999999999999999999999999999999999999 kernel\n\n",
		"PECAN-BUNDLE\n5 kernel\n",
	};
	struct bundle_entry entry[3];
	unsigned count;
	(void)state;
	for (unsigned i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		assert_int_equal(read_all(text[i], 8192, entry, &count), BUNDLE_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_modules), cmocka_unit_test(test_no_bundle),
		cmocka_unit_test(test_no_modules),  cmocka_unit_test(test_truncated_anywhere),
		cmocka_unit_test(test_bad_lines),
	};
	return cmocka_run_group_tests_name("boot_bundle", tests, NULL, NULL);
}
