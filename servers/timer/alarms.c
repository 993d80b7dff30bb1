/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarms.c - the alarms of a program.
 *
 * Who changes them finds out which is first, by looking at all: it is that program's time.
 */
#include "alarms.h"

static void find_first(struct alarms *alarms)
{
	alarms->next = NEVER;
	for (unsigned long left = alarms->set; left; left &= left - 1) {
		unsigned int number = (unsigned int)__builtin_ctzl(left);

		if (alarms->alarm[number].time >= alarms->next)
			continue;
		alarms->first = number;
		alarms->next = alarms->alarm[number].time;
	}
}

bool alarms_set(struct alarms *alarms, unsigned long number, unsigned long time, unsigned long period)
{
	if (number >= TIMER_ALARMS || period > TIMER_PERIOD_MAX)
		return false;
	alarms->alarm[number].time = time;
	alarms->alarm[number].period = period;
	alarms->set |= 1UL << number;
	find_first(alarms);
	return true;
}

void alarms_cancel(struct alarms *alarms, unsigned long which)
{
	alarms->set &= ~which;
	find_first(alarms);
}

struct timer_alarm alarms_due(const struct alarms *alarms, unsigned long now)
{
	unsigned long period = alarms->alarm[alarms->first].period, again = period ? (now - alarms->next) / period : 0;

	return (struct timer_alarm){ alarms->first, 1 + again, alarms->next + again * period };
}

void alarms_told(struct alarms *alarms, const struct timer_alarm *told)
{
	unsigned long period = alarms->alarm[told->number].period;

	if (period)
		alarms->alarm[told->number].time = told->time + period;
	else
		alarms->set &= ~(1UL << told->number);
	find_first(alarms);
}
