/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calendar.c - from what the clock shows to seconds.
 */
#include "calendar.h"

enum { HOURS_PM = 1 << 7 };

static unsigned int number_of(unsigned int value, unsigned char b)
{
	return b & B_BINARY ? value : (value >> 4) * 10 + (value & 0xf);
}

unsigned long calendar_seconds(const unsigned char field[FIELDS], unsigned char b)
{
	static const unsigned short days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	unsigned long years = number_of(field[FIELD_YEAR], b) + 30; /* since 1970 */
	unsigned int month = number_of(field[FIELD_MONTH], b) - 1;
	unsigned int hours = number_of(field[FIELD_HOURS] & ~(b & B_24_HOURS ? 0U : HOURS_PM), b);
	unsigned long days = years * 365 + (years + 1) / 4; /* 1972 was the first leap year */

	days += days_before[month < 12 ? month : 0] + (years % 4 == 2 && month > 1) +
		number_of(field[FIELD_DAY], b) - 1;
	if (!(b & B_24_HOURS))
		hours = hours % 12 + (field[FIELD_HOURS] & HOURS_PM ? 12 : 0);
	return ((days * 24 + hours) * 60 + number_of(field[FIELD_MINUTES], b)) * 60 +
	       number_of(field[FIELD_SECONDS], b);
}
