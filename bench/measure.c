/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.c - sorting and picking.
 */
#include "measure.h"

/* Shell's sort: short, in place, and fast enough for some thousand samples. */
static void sort(unsigned long *samples, unsigned int count)
{
	for (unsigned int gap = count / 2; gap > 0; gap /= 2) {
		for (unsigned int i = gap; i < count; i++) {
			unsigned long sample = samples[i];
			unsigned int at = i;

			for (; at >= gap && samples[at - gap] > sample; at -= gap)
				samples[at] = samples[at - gap];
			samples[at] = sample;
		}
	}
}

static unsigned long without(unsigned long overhead, unsigned long sample)
{
	return sample > overhead ? sample - overhead : 0;
}

struct figures figures_of(unsigned long *samples, unsigned int count, unsigned long overhead)
{
	sort(samples, count);
	return (struct figures){
		.min = without(overhead, samples[0]),
		.median = without(overhead, samples[(count - 1) / 2]),
		.max = without(overhead, samples[count - 1]),
	};
}
