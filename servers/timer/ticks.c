/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ticks - the client to copy: one thread, two alarms: one with a period, and one that ends it.
 */
#include <device/timer.h>
#include <l4io.h>
#include <service/root.h>

enum { TICK, END, MILLISECOND = 1000 };

int main(void)
{
	L4_ThreadId_t timer = root_lookup("timer");
	struct timer_alarm alarm;

	if (L4_IsNilThread(timer)) {
		printf("ticks: no program called `timer` has alarms\n");
		return 1;
	}
	timer_set_after(timer, TICK, 100 * MILLISECOND, 100 * MILLISECOND);
	timer_set_after(timer, END, 350 * MILLISECOND, 0);
	while (timer_next(timer, &alarm) && alarm.number == TICK)
		printf("ticks: at %lu.%03lu ms\n", alarm.time / MILLISECOND, alarm.time % MILLISECOND);
	timer_cancel(timer, TICK);
	printf("ticks: end at %lu.%03lu ms\n", alarm.time / MILLISECOND, alarm.time % MILLISECOND);
	return 0;
}
