/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeout.c - what does it cost to start a timeout and to cancel it, while others run?
 *
 * A call that waits for its answer no longer than a second starts a timeout, and the answer cancels it. It is timed
 * from before the call to behind it, as often as the same call without the timeout, whose median is subtracted. What
 * is left is reading the clock, and putting one timeout among those of the sleeping threads and taking it out again.
 * Calls and answers are LIPC: a message with a timeout takes the long way through the kernel, and that difference is
 * not what is asked for.
 *
 * The sleepers' timeouts end at many times between minutes and hours from now, so that none ends meanwhile.
 */
#include "timeout.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <service/root.h>

#include "clock.h"
#include "pong.h"

enum { WARM_UP = 50, STACK_SIZE = 512, SETTLE_MICROSECONDS = 50000 };
enum { NAP_SHORTEST = 200, NAP_LONGEST = 20000 }; /* seconds */

static unsigned long samples[TIMEOUT_ROUNDS_MAX];
static char stacks[TIMEOUT_SLEEPERS_MAX][STACK_SIZE] __attribute__((aligned(16)));
static L4_ThreadId_t threads[TIMEOUT_SLEEPERS_MAX];
static unsigned int count;

static void sleeper(void *seconds)
{
	for (;;)
		L4_Sleep(L4_TimePeriod((unsigned long)seconds * 1000000));
}

/* Have as many threads asleep. */
static bool put_to_sleep(unsigned int sleepers)
{
	for (; count < sleepers; count++) {
		unsigned long seconds = NAP_SHORTEST + count * 7919UL % (NAP_LONGEST - NAP_SHORTEST);

		if (root_thread_start(sleeper, (void *)seconds, stacks[count], STACK_SIZE, &threads[count]) != ROOT_OK)
			return false;
	}
	L4_Sleep(L4_TimePeriod(SETTLE_MICROSECONDS));
	return true;
}

static bool measure(L4_ThreadId_t partner, L4_Time_t patience, unsigned int rounds, struct figures *figures)
{
	for (unsigned int i = 0; i < WARM_UP + rounds; i++) {
		unsigned long start;
		L4_ThreadId_t from;
		L4_MsgTag_t tag;

		L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PONG_LONG_WAY << 16 });
		start = clock_read();
		tag = L4_Lipc(partner, partner, L4_Timeouts(L4_Never, patience), &from);
		if (i >= WARM_UP)
			samples[i - WARM_UP] = clock_read() - start;
		if (L4_IpcFailed(tag))
			return false;
	}
	*figures = figures_of(samples, rounds, 0);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PONG_TAKE << 16 }); /* no more of these */
	return L4_IpcSucceeded(L4_Call(partner));
}

enum timeout_answer timeout_insert(L4_ThreadId_t partner, unsigned int sleepers, unsigned int rounds,
				   struct figures *figures)
{
	struct figures without;

	if (!put_to_sleep(sleepers))
		return TIMEOUT_NO_THREADS;
	if (!measure(partner, L4_Never, rounds, &without) ||
	    !measure(partner, L4_TimePeriod(1000000), rounds, figures))
		return TIMEOUT_FAILED;
	*figures = figures_of(samples, rounds, without.median);
	return TIMEOUT_DONE;
}

void timeout_end(void)
{
	while (count > 0)
		root_thread_delete(threads[--count]);
}
