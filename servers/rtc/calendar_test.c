/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calendar_test.c - every way in which the clock may write the time; leap years, against the host's library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "calendar.h"

static void ways_to_write(void **state)
{
	const unsigned char bcd[FIELDS] = { 0x56, 0x34, 0x21, 0x03, 0x02, 0x01 };
	const unsigned char binary[FIELDS] = { 56, 34, 21, 3, 2, 1 };
	const unsigned char evening[FIELDS] = { 0x56, 0x34, 0x89, 0x03, 0x02, 0x01 };
	const unsigned char noon[FIELDS] = { 0, 0, 12 | 1 << 7, 1, 1, 0 }, midnight[FIELDS] = { 0, 0, 12, 1, 1, 0 };
	const unsigned long then = 981236096; /* 2001-02-03 21:34:56 */

	(void)state;
	assert_int_equal(calendar_seconds(bcd, B_24_HOURS), then);
	assert_int_equal(calendar_seconds(binary, B_24_HOURS | B_BINARY), then);
	assert_int_equal(calendar_seconds(evening, 0), then);
	assert_int_equal(calendar_seconds(midnight, B_BINARY), 946684800);
	assert_int_equal(calendar_seconds(noon, B_BINARY), 946684800 + 12 * 3600);
}

static void each_day_of_the_century(void **state)
{
	(void)state;
	for (time_t day = 946684800; day < 4102444800; day += 86400) {
		struct tm tm;
		unsigned char field[FIELDS];

		gmtime_r(&day, &tm);
		field[FIELD_SECONDS] = field[FIELD_MINUTES] = field[FIELD_HOURS] = 0;
		field[FIELD_DAY] = (unsigned char)tm.tm_mday;
		field[FIELD_MONTH] = (unsigned char)(tm.tm_mon + 1);
		field[FIELD_YEAR] = (unsigned char)(tm.tm_year - 100);
		assert_int_equal(calendar_seconds(field, B_24_HOURS | B_BINARY), day);
	}
}

static void a_clock_without_battery(void **state)
{
	const unsigned char wild[FIELDS] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	(void)state;
	for (unsigned int b = 0; b < 256; b++)
		calendar_seconds(wild, (unsigned char)b); /* anything, but nothing outside the table */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways_to_write),
		cmocka_unit_test(each_day_of_the_century),
		cmocka_unit_test(a_clock_without_battery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
