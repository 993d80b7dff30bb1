/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtc.c - clients of the clock: one that wants to know the time, alone, beside a thread of its own that makes no sense, and
 * beside another program that makes none, which is of the same file with the argument hostile=1.
 */
#include <device/rtc.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/manage.h>

#include "role.h"

#define CLOCK "rtc"

static char stack[2][4096] __attribute__((aligned(16)));

static void kill_clock(void *unused)
{
	(void)unused;
	L4_Sleep(L4_TimePeriod(100000));
	root_program_stop(CLOCK, ROOT_STOP_AS_FAILED);
}

/* Anything, to a thread that answers to nobody who does not wait. */
static void flood(void *unused)
{
	(void)unused;
	for (L4_Word_t i = 0;; i++) {
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = i << 16 | (i % 5) });
		L4_Send_Timeout(root_lookup(CLOCK), L4_TimePeriod(1000));
		L4_Sleep(L4_TimePeriod(100));
	}
}

int main(void)
{
	unsigned long before, now, seconds = 3;
	L4_ThreadId_t thread, clock;

	if (root_option("hostile", 0))
		be_hostile(CLOCK, RTC_TIME);
	clock = root_lookup_wait(CLOCK);

	if (!rtc_time(clock, &now))
		return 1;
	printf("clock: %lu\n", now);
	root_thread_start(flood, NULL, stack[0], sizeof(stack[0]), &thread);
	rtc_next_second(clock, &now);
	for (unsigned long i = 0; i < seconds; i++) {
		before = now;
		rtc_next_second(clock, &now);
		printf("clock: the next second is %lu later\n", now - before);
	}
	root_program_start("hostile", NULL);
	L4_Sleep(L4_TimePeriod(10000));
	rtc_next_second(clock, &before);
	rtc_next_second(clock, &now);
	printf("clock: beside a hostile client the next second is %lu later\n", now - before);
	root_thread_start(kill_clock, NULL, stack[1], sizeof(stack[1]), &thread);
	printf("clock: its driver %s\n", rtc_next_second(clock, &now) ? "is there" : "has ended");
	clock = root_lookup_wait(CLOCK);
	if (!rtc_next_second(clock, &now))
		return 1;
	printf("clock: again, %s\n", now - before <= 5 ? "no time is lost" : "another time");
	return 0;
}
