/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.h - from many single measurements to three figures.
 *
 * Pure: compiles for the host.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

struct figures {
	unsigned long min;
	unsigned long median; /* the lower of the two in the middle when their number is even */
	unsigned long max;
};

/*
 * Sorts the samples (count is at least 1) and returns their figures, from each of which the cost
 * of measuring is subtracted; a figure never falls below 0.
 */
struct figures figures_of(unsigned long *samples, unsigned int count, unsigned long overhead);

#endif
