/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * irqoff.c - how late does an interrupt reach the thread that waits for it?
 *
 * A thread of the highest priority sleeps some ten thousand ticks of the counter, again and again,
 * while others work. (In Bochs that is milliseconds: there, a microsecond has four instructions.)
 * How long a sleep takes by the counter, less what the same sleep takes at least when the interrupt
 * meets a thread in user mode, is how late it was: the time for which the kernel kept interrupts
 * off, or kept this thread waiting.
 *
 * The kernel's clock counts microseconds. So each sleep begins right behind a change of that clock,
 * or the rest of the microsecond would be a random part of the sleep. What stays uncertain is the
 * length of one call of L4_SystemClock(); and a timer that was set for something earlier, a time
 * slice's end, can make one sleep longer by up to a microsecond. Both only make a sample too large.
 *
 * A sample shows what is left of a piece of work when the timer expires in it. The longest piece is
 * found by many samples; the periods differ, so that they do not keep step with the work. A piece
 * that is done only once is seen up to one period too short.
 */
#include "irqoff.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <service/root.h>

#include "clock.h"

enum {
	PERIODS = 8,
	LEARN = 64, /* sleeps of each period */
	SAMPLES_MAX = 30000,
	RATE_MICROSECONDS = 10000,
	SHORTEST = 4, /* microseconds: so that there is a sleep at all */
};
enum { LABEL_LEARN = 1, LABEL_WATCH, LABEL_PAUSE };

/* How long the sleeps are: in thousands of ticks, then in microseconds. */
static const unsigned int lengths[PERIODS] = { 11, 13, 17, 19, 23, 29, 31, 37 };
static unsigned long periods[PERIODS];

static char stack[4096] __attribute__((aligned(16)));
static L4_ThreadId_t watcher;

/* The watcher's, until it pauses. */
static unsigned long undisturbed[PERIODS];
static unsigned long samples[SAMPLES_MAX];
static unsigned int count;

/* From one thread to the other. */
static volatile bool learned, pausing;

static unsigned int first_of_work; /* the index of its first sample */

static unsigned long ticks_per_microsecond(void)
{
	L4_Word64_t from = L4_SystemClock().raw;
	unsigned long start = clock_read(), rate;

	L4_Sleep(L4_TimePeriod(RATE_MICROSECONDS));
	rate = (clock_read() - start) / (L4_SystemClock().raw - from);
	return rate ? rate : 1;
}

static unsigned long sleep_timed(unsigned long period)
{
	L4_Word64_t now = L4_SystemClock().raw;
	unsigned long start;

	while (L4_SystemClock().raw == now)
		;
	start = clock_read();
	L4_Sleep(L4_TimePeriod(period));
	return clock_read() - start;
}

static void learn(void)
{
	unsigned long rate = ticks_per_microsecond();

	for (unsigned int i = 0; i < PERIODS; i++) {
		periods[i] = lengths[i] * 1000UL / rate;
		if (periods[i] < SHORTEST)
			periods[i] = SHORTEST;
		undisturbed[i] = ~0UL;
		for (unsigned int n = 0; n < LEARN; n++) {
			unsigned long ticks = sleep_timed(periods[i]);

			if (ticks < undisturbed[i])
				undisturbed[i] = ticks;
		}
	}
	learned = true;
}

static void watch(void)
{
	for (unsigned int i = 0; !pausing && count < SAMPLES_MAX; i = (i + 1) % PERIODS) {
		unsigned long ticks = sleep_timed(periods[i]);

		samples[count++] = ticks > undisturbed[i] ? ticks - undisturbed[i] : 0;
	}
}

static void watcher_thread(void *unused)
{
	L4_ThreadId_t owner;

	(void)unused;
	for (;;) {
		L4_MsgTag_t tag = L4_Wait(&owner);

		L4_Set_MsgTag(L4_Niltag);
		L4_Reply(owner);
		if (L4_Label(tag) == LABEL_LEARN)
			learn();
		else if (L4_Label(tag) == LABEL_WATCH)
			watch();
	}
}

static void tell(unsigned long label)
{
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = label << 16 });
	L4_Call(watcher);
}

bool irqoff_begin(void)
{
	if (root_thread_start(watcher_thread, NULL, stack, sizeof(stack), &watcher) != ROOT_OK)
		return false;
	count = 0;
	learned = false;
	tell(LABEL_LEARN);
	while (!learned) /* in user mode, so that nothing is in the interrupt's way */
		;
	return true;
}

void irqoff_watch(void)
{
	pausing = false;
	first_of_work = count;
	tell(LABEL_WATCH);
}

bool irqoff_pause(struct figures *figures)
{
	pausing = true;
	tell(LABEL_PAUSE);
	if (count == first_of_work)
		return false;
	*figures = figures_of(samples + first_of_work, count - first_of_work, 0);
	return true;
}

bool irqoff_overran(void)
{
	return count == SAMPLES_MAX;
}

bool irqoff_end(struct figures *figures)
{
	root_thread_delete(watcher);
	if (count == 0)
		return false;
	*figures = figures_of(samples, count, 0);
	return true;
}
