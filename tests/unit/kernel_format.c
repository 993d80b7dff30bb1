/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/kernel_format.c - kernel messages, against what is to be printed. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/print.h"

static char text[200];
static size_t length;

static void put(const char *piece, size_t size)
{
	assert_true(length + size < sizeof(text));
	memcpy(&text[length], piece, size);
	length += size;
	text[length] = '\0';
}

/* Without the compiler's check of formats: unknown ones are printed here, too. */
static const char *format(const char *how, ...)
{
	va_list arguments;

	length = 0;
	text[0] = '\0';
	va_start(arguments, how);
	print_format(put, how, arguments);
	va_end(arguments);
	return text;
}

static void plain_text(void **state)
{
	(void)state;
	assert_string_equal(format(""), "");
	assert_string_equal(format("as it is\n"), "as it is\n");
	assert_string_equal(format("100%%"), "100%");
}

static void strings_and_characters(void **state)
{
	(void)state;
	assert_string_equal(format("<%s>", "word"), "<word>");
	assert_string_equal(format("<%s>", ""), "<>");
	assert_string_equal(format("<%6s>", "word"), "<word  >");
	assert_string_equal(format("<%2s>", "word"), "<word>");
	assert_string_equal(format("%c%c", 'o', 'k'), "ok");
}

static void unsigned_numbers(void **state)
{
	(void)state;
	assert_string_equal(format("%u", 0u), "0");
	assert_string_equal(format("%u", UINT_MAX), "4294967295");
	assert_string_equal(format("%lu", ULONG_MAX), "18446744073709551615");
	assert_string_equal(format("%zu", (size_t)7), "7");
	assert_string_equal(format("%x", 0xbeefu), "beef");
	assert_string_equal(format("%lx", ULONG_MAX), "ffffffffffffffff");
	/* without l, only the lower half */
	assert_string_equal(format("%x", (unsigned)0x123456789aUL), "3456789a");
}

static void signed_numbers(void **state)
{
	(void)state;
	assert_string_equal(format("%d", 0), "0");
	assert_string_equal(format("%d", -1), "-1");
	assert_string_equal(format("%d", INT_MIN), "-2147483648");
	assert_string_equal(format("%ld", LONG_MIN), "-9223372036854775808");
	assert_string_equal(format("%ld", LONG_MAX), "9223372036854775807");
}

static void widths(void **state)
{
	(void)state;
	assert_string_equal(format("<%4u>", 42u), "<  42>");
	assert_string_equal(format("<%04u>", 42u), "<0042>");
	assert_string_equal(format("<%1u>", 42u), "<42>");
	assert_string_equal(format("%016lx", 0x1000UL), "0000000000001000");
	assert_string_equal(format("<%3x>", 0xau), "<  a>");
}

static void several_arguments_stay_in_order(void **state)
{
	(void)state;
	assert_string_equal(format("%s:%d %lx %c %u", "a.c", -3, 1UL << 40, '!', 9u),
			    "a.c:-3 10000000000 ! 9");
}

static void unknown_conversions_are_shown(void **state)
{
	(void)state;
	assert_string_equal(format("%q"), "%q");
	assert_string_equal(format("%08lq."), "%08lq.");
	assert_string_equal(format("end%"), "end%");
	assert_string_equal(format("end%08l"), "end%08l");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text),
		cmocka_unit_test(strings_and_characters),
		cmocka_unit_test(unsigned_numbers),
		cmocka_unit_test(signed_numbers),
		cmocka_unit_test(widths),
		cmocka_unit_test(several_arguments_stay_in_order),
		cmocka_unit_test(unknown_conversions_are_shown),
	};

	return cmocka_run_group_tests_name("kernel_format", tests, NULL, NULL);
}
