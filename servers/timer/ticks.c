/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ticks - the client to copy: one thread, two alarms: one with a period, and one that ends it.
 */
#include <device/timer.h>
#include <l4io.h>

enum { TICK, END, MILLISECOND = 1000 };

int main(void)
{
	L4_ThreadId_t timer = timer_open("timer");
	struct timer_alarm alarm;

	if (L4_IsNilThread(timer)) {
		printf("ticks: no program called `timer` has alarms\n");
		return 1;
	}
	timer_set_after(timer, TICK, 100 * MILLISECOND, 100 * MILLISECOND);
	timer_set_after(timer, END, 350 * MILLISECOND, 0);
	while (timer_next(timer, &alarm)) {
		printf("ticks: alarm %lu at %lu.%03lu ms\n", alarm.number, alarm.time / MILLISECOND,
		       alarm.time % MILLISECOND);
		if (alarm.number == END)
			return 0;
	}
	printf("ticks: `timer` has ended, and with it the alarms\n");
	return 1;
}
