/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calendar.h - from what the clock shows to seconds. Pure: compiles for the host.
 */
#ifndef RTC_CALENDAR_H
#define RTC_CALENDAR_H

/* Years are from 2000 to 2099. */
enum { FIELD_SECONDS, FIELD_MINUTES, FIELD_HOURS, FIELD_DAY, FIELD_MONTH, FIELD_YEAR, FIELDS };
enum { B_24_HOURS = 1 << 1, B_BINARY = 1 << 2, B_EACH_SECOND = 1 << 4 }; /* of the clock's register B */

/* Seconds since 1970-01-01 00:00, from the fields and the register B that says how they are written. */
unsigned long calendar_seconds(const unsigned char field[FIELDS], unsigned char b);

#endif
