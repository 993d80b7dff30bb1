/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pingpong.c - what does a round trip of Call and ReplyWait cost, for messages of 0 to 63 words?
 *
 * Each round trip is timed alone, from before the client's call to behind it: libl4's part, the
 * kernel's twice, and the partner's loop are in it. Before a size is timed it is exchanged WARM_UP
 * times; in these rounds the words that come back are compared. Nothing but the call lies between
 * the two readings of the clock, whose own distance is subtracted.
 */
#include "pingpong.h"

#include <l4/ipc.h>
#include <l4/message.h>

#include "clock.h"
#include "pong.h"

enum { WARM_UP = 50 };

const unsigned int pingpong_words[PINGPONG_SIZES] = { 0, 1, 2, 4, 7, 8, 16, 32, 63 };

static unsigned long samples[PINGPONG_ROUNDS_MAX];

static L4_MsgTag_t echo_tag(unsigned int words)
{
	return (L4_MsgTag_t){ .raw = (L4_Word_t)PONG_ECHO << 16 | words };
}

static L4_Word_t test_word(unsigned int round, unsigned int index)
{
	return 0x0123456789abcdefUL * (round * 64 + index + 1);
}

/* One exchange with words of its own; true: all of them came back. */
static bool exchange_checked(L4_ThreadId_t partner, unsigned int words, unsigned int round)
{
	L4_MsgTag_t tag;

	for (unsigned int i = 1; i <= words; i++)
		L4_LoadMR(i, test_word(round, i));
	L4_Set_MsgTag(echo_tag(words));
	tag = L4_Call(partner);
	if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != words)
		return false;
	for (unsigned int i = 1; i <= words; i++) {
		L4_Word_t word;

		L4_StoreMR(i, &word);
		if (word != test_word(round, i))
			return false;
	}
	return true;
}

/* False: the call failed. */
static bool exchange_timed(L4_ThreadId_t partner, unsigned int words, unsigned long *sample)
{
	unsigned long start;
	L4_MsgTag_t tag;

	L4_Set_MsgTag(echo_tag(words));
	start = clock_read();
	tag = L4_Call(partner);
	*sample = clock_read() - start;
	return L4_IpcSucceeded(tag);
}

static bool measure_size(L4_ThreadId_t partner, unsigned int words, unsigned int rounds)
{
	for (unsigned int i = 0; i < WARM_UP; i++)
		if (!exchange_checked(partner, words, i))
			return false;
	for (unsigned int i = 0; i < rounds; i++)
		if (!exchange_timed(partner, words, &samples[i]))
			return false;
	return true;
}

bool pingpong(L4_ThreadId_t partner, unsigned int rounds, struct figures results[PINGPONG_SIZES])
{
	unsigned long overhead = clock_overhead();
	bool good = true;

	for (unsigned int i = 0; i < PINGPONG_SIZES && good; i++) {
		good = measure_size(partner, pingpong_words[i], rounds);
		if (good)
			results[i] = figures_of(samples, rounds, overhead);
	}
	return good;
}
