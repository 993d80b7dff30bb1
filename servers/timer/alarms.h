/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarms.h - the alarms of a program: which comes next, how often it has been due. Pure: compiles for the host.
 *
 * Times are in microseconds.
 */
#ifndef TIMER_ALARMS_H
#define TIMER_ALARMS_H

#include <device/timer.h>

#define NEVER (~0UL)

struct alarms {
	unsigned long next; /* when the first one is due; NEVER: none is set */
	unsigned int first; /* which that is */
	unsigned long set;  /* a bit for each */
	struct {
		unsigned long time; /* that has not been told */
		unsigned long period;
	} alarm[TIMER_ALARMS];
};

/* False: there is no such alarm, or no such period. */
bool alarms_set(struct alarms *alarms, unsigned long number, unsigned long time, unsigned long period);

/* Those whose bits are 1. */
void alarms_cancel(struct alarms *alarms, unsigned long which);

/* The first one, which is due. */
struct timer_alarm alarms_due(const struct alarms *alarms, unsigned long now);

/* It has been told so. */
void alarms_told(struct alarms *alarms, const struct timer_alarm *told);

#endif
