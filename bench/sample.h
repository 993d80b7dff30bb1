/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample.h - how every operation of the suite is run: some times to warm up, some times between marks for the footprint
 * plugin, and then timed. Marks are never in what is timed, and the clock is never between marks.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "clock.h"
#include "footprint/mark.h"
#include "footprint/operations.h"
#include "measure.h"

enum { SAMPLE_WARM_UP = 20, SAMPLE_MARKED = 5, SAMPLE_ROUNDS_MAX = 10000 };

/* One question after the other uses them. */
extern unsigned long sample_ticks[SAMPLE_ROUNDS_MAX];

/* Runs `before` and then `operation`, both statements. The figures are of what `operation` took. */
#define SAMPLE(number, rounds, figures, before, operation)                                             \
	do {                                                                                           \
		for (unsigned int sample_i = 0; sample_i < SAMPLE_WARM_UP; sample_i++) {               \
			before;                                                                        \
			operation;                                                                     \
		}                                                                                      \
		for (unsigned int sample_i = 0; sample_i < SAMPLE_MARKED; sample_i++) {                \
			before;                                                                        \
			FOOTPRINT_MARK(number);                                                        \
			operation;                                                                     \
			FOOTPRINT_MARK(0);                                                             \
		}                                                                                      \
		for (unsigned int sample_i = 0; sample_i < (rounds); sample_i++) {                     \
			before;                                                                        \
			unsigned long sample_start = clock_read();                                     \
			operation;                                                                     \
			sample_ticks[sample_i] = clock_read() - sample_start;                          \
		}                                                                                      \
		*(figures) = figures_of(sample_ticks, rounds, clock_overhead());                       \
	} while (0)

#define SAMPLE_NOTHING (void)0

#endif
