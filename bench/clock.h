/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - the time-stamp counter, and what it counts on this machine.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

/*
 * The counter, read between two fences: what comes before has happened, what comes after has not
 * begun.
 */
static inline unsigned long clock_read(void)
{
	unsigned int low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (unsigned long)high << 32 | low;
}

struct clock_unit {
	const char *name;    /* "instructions" or "cycles" */
	const char *warning; /* a sentence for the reader when the unit says too much, else null */
};

/* Finds out by measurement; see clock.c. */
struct clock_unit clock_unit(void);

/* What two calls of clock_read() with nothing in between are apart: the least of many. */
unsigned long clock_overhead(void);

#endif
