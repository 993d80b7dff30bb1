/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/time.h - X.2's 16-bit times (reference manual 4.2).
 *
 * Relative: mantissa 0-9, exponent 10-14: mantissa * 2^exponent us; 0 is never. Absolute (bit 15): mantissa
 * 0-9, carry 10, exponent 11-14: the time whose bits from `exponent` on are the mantissa, in the present period
 * of 2^(exponent+10) us or the neighbouring one, as the carry says.
 */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include "core/timeout.h"

/* When such a time is over, if it starts at `now`. USEC_NEVER for never; not after `now` for a zero or past time. */
static inline usec_t time_deadline(word_t time, usec_t now)
{
	usec_t mantissa = time & 0x3ff;

	if ((time & 0xffff) == 0)
		return USEC_NEVER;
	if (!(time >> 15 & 1))
		return now + (mantissa << (time >> 10 & 0x1f));

	unsigned exponent = time >> 11 & 0xf;
	usec_t period = now >> (exponent + 10);

	if ((period & 1) != (time >> 10 & 1))
		period++;
	return period << (exponent + 10) | mantissa << exponent;
}

/* A relative time of so many microseconds, rounded up to what its mantissa can say. Not for 0. */
static inline word_t time_period(usec_t us)
{
	unsigned exponent = 0;

	for (; us > 0x3ff; exponent++)
		us = (us + 1) >> 1;
	return exponent << 10 | us;
}

#endif
