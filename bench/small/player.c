/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * player.c - client and server of a round trip, as a 64-bit and as a 32-bit program.
 *
 * A round is: the client reads a word in each of its pages, calls, the server reads a word in each of its own and
 * answers. What is timed is all of that, so that the TLB misses of either working set are in it. One word a page, each
 * in another cache line: what differs between the pairs of players is the switch, and what it makes of the TLB.
 */
#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "../measure.h"
#include "play.h"

static unsigned char pages[PLAY_PAGES_MAX][PLAY_PAGE] __attribute__((aligned(PLAY_PAGE)));
static unsigned long ticks[PLAY_ROUNDS_MAX];

/* Bochs stops here when its debugger watches; nothing happens elsewhere. */
static inline void mark(void)
{
	__asm__ volatile("xchgw %%bx, %%bx" : : : "memory");
}

/* The lower half: no round takes that long. */
static inline unsigned int clock_low(void)
{
	unsigned int low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

static void touch(unsigned long count)
{
	enum { LINE = 64, LINES = PLAY_PAGE / LINE };

	for (unsigned long i = 0; i < count; i++)
		(void)*(volatile unsigned char *)&pages[i][i % LINES * LINE];
}

static inline bool exchange(L4_ThreadId_t server, unsigned long count)
{
	touch(count);
	L4_LoadMR(1, count);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = PLAY_ECHO << 16 | 1 });
	return L4_IpcSucceeded(L4_Call(server));
}

/* Two readings with nothing between. */
static unsigned long overhead(void)
{
	unsigned long least = ~0UL;

	for (unsigned int i = 0; i < PLAY_WARM_UP; i++) {
		unsigned int start = clock_low();
		unsigned long distance = clock_low() - start;

		least = distance < least ? distance : least;
	}
	return least;
}

static bool run(L4_ThreadId_t server, unsigned long count, unsigned int rounds, bool marked, struct figures *figures)
{
	for (unsigned int i = 0; i < PLAY_WARM_UP; i++)
		if (!exchange(server, count))
			return false;
	for (unsigned int i = 0; i < rounds; i++) {
		unsigned int start = clock_low();
		bool good = exchange(server, count);

		ticks[i] = clock_low() - start;
		if (!good)
			return false;
	}
	for (unsigned int i = 0; marked && i < PLAY_MARKED; i++) {
		mark();
		exchange(server, count);
		mark();
	}
	*figures = figures_of(ticks, rounds, overhead());
	return true;
}

/* The answer to PLAY_RUN, in the message registers. */
static void serve_run(void)
{
	L4_Word_t server, count, rounds, marked;
	struct figures figures;

	L4_StoreMR(1, &server);
	L4_StoreMR(2, &count);
	L4_StoreMR(3, &rounds);
	L4_StoreMR(4, &marked);
	L4_Set_MsgTag(L4_Niltag);
	if (count > PLAY_PAGES_MAX || rounds == 0 || rounds > PLAY_ROUNDS_MAX ||
	    !run((L4_ThreadId_t){ .raw = server }, count, rounds, marked != 0, &figures)) {
		L4_Set_MsgTag(L4_Niltag);
		return;
	}
	L4_LoadMR(1, figures.median);
	L4_LoadMR(2, figures.min);
	L4_LoadMR(3, figures.max);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = 3 });
}

int main(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	touch(PLAY_PAGES_MAX);
	tag = L4_Wait(&client);
	for (;;) {
		if (L4_IpcSucceeded(tag) && tag.raw == (PLAY_ECHO << 16 | 1)) {
			L4_Word_t count;

			L4_StoreMR(1, &count);
			touch(count <= PLAY_PAGES_MAX ? count : PLAY_PAGES_MAX);
		} else if (L4_IpcSucceeded(tag) && L4_Label(tag) == PLAY_RUN && L4_UntypedWords(tag) == 4) {
			serve_run();
		} else {
			tag = L4_Wait(&client);
			continue;
		}
		tag = L4_ReplyWait(client, &client);
	}
}
