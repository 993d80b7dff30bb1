/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * messages.c - what does a message cost, one way: Call to a waiting server, ReplyWait to a waiting client, Send to a
 * waiting receiver?
 *
 * The partner reads the clock when a message has come and before it answers, and writes both into a page that it
 * shares with us. Call is from before it here to the first reading there, ReplyWait from the second one to behind the
 * call. For the plugin a round trip is marked, with no clock in it: its two visits to the kernel are Call and
 * ReplyWait.
 *
 * Send returns while the receiver is only ready; it gets the processor, and waits again, before the next one.
 */
#include "messages.h"

#include <l4/ipc.h>
#include <l4/ipcregs.h>
#include <l4/message.h>
#include <l4/schedule.h>

#include "memory.h"
#include "pong.h"
#include "sample.h"

const unsigned int messages_words[FOOTPRINT_SIZES] = FOOTPRINT_WORDS;

static volatile struct pong_stamps *const stamps = (volatile struct pong_stamps *)MEMORY_STAMPS;
static unsigned long replywait_ticks[SAMPLE_ROUNDS_MAX];

static inline L4_MsgTag_t tag_of(unsigned long label, unsigned int words)
{
	return (L4_MsgTag_t){ .raw = label << 16 | words };
}

/* The mark's number must be a constant: inlined once for each. */
static inline __attribute__((always_inline)) void round_trip_marked(L4_ThreadId_t partner, unsigned int number,
								     unsigned int words)
{
	for (unsigned int i = 0; i < SAMPLE_WARM_UP + SAMPLE_MARKED; i++) {
		FOOTPRINT_MARK(number);
		L4_Set_MsgTag(tag_of(PONG_ECHO, words));
		L4_Call(partner);
		FOOTPRINT_MARK(0);
	}
}

static bool one_way(L4_ThreadId_t partner, unsigned int rounds, unsigned int words, struct figures *call,
		    struct figures *replywait)
{
	for (unsigned int i = 0; i < SAMPLE_WARM_UP + rounds; i++) {
		unsigned int sample = i < SAMPLE_WARM_UP ? 0 : i - SAMPLE_WARM_UP;
		unsigned long start, end;
		L4_MsgTag_t tag;

		L4_Set_MsgTag(tag_of(PONG_STAMP, words));
		start = clock_read();
		tag = L4_Call(partner);
		end = clock_read();
		if (L4_IpcFailed(tag))
			return false;
		sample_ticks[sample] = stamps->arrived - start;
		replywait_ticks[sample] = end - stamps->left;
	}
	*call = figures_of(sample_ticks, rounds, clock_overhead());
	*replywait = figures_of(replywait_ticks, rounds, clock_overhead());
	return true;
}

static inline __attribute__((always_inline)) void send(L4_ThreadId_t partner, unsigned int rounds, unsigned int number,
							unsigned int words, struct figures *figures)
{
	SAMPLE(number, rounds, figures, L4_ThreadSwitch(L4_nilthread);
	       L4_Set_MsgTag(tag_of(PONG_SINK, words)), L4_Send(partner));
}

static inline __attribute__((always_inline)) bool measure(L4_ThreadId_t partner, unsigned int rounds, unsigned int trip,
							   unsigned int sent, struct messages_figures *figures)
{
	static const unsigned int words[FOOTPRINT_SIZES] = FOOTPRINT_WORDS;

#define SIZE(i)                                                                                        \
	round_trip_marked(partner, trip + (i), words[i]);                                              \
	if (!one_way(partner, rounds, words[i], &figures->call[i], &figures->replywait[i]))            \
		return false;                                                                          \
	send(partner, rounds, sent + (i), words[i], &figures->send[i])
	SIZE(0);
	SIZE(1);
	SIZE(2);
	SIZE(3);
	SIZE(4);
	SIZE(5);
#undef SIZE
	return true;
}

bool messages_intra(L4_ThreadId_t partner, unsigned int rounds, struct messages_figures *figures)
{
	return measure(partner, rounds, FOOTPRINT_INTRA, FOOTPRINT_INTRA_SEND, figures);
}

bool messages_inter(L4_ThreadId_t partner, unsigned int rounds, struct messages_figures *figures)
{
	return measure(partner, rounds, FOOTPRINT_INTER, FOOTPRINT_INTER_SEND, figures);
}

void messages_regs(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures)
{
	L4_MsgRegs_t unused;

	SAMPLE(FOOTPRINT_INTER_REGS, rounds, figures, SAMPLE_NOTHING, unused = L4_AnyMsgRegs();
	       L4_Call_Regs(partner, tag_of(PONG_REGS, 0), &unused));
}

void messages_fpu(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures)
{
	SAMPLE(FOOTPRINT_INTER_FPU, rounds, figures, SAMPLE_NOTHING, L4_Set_MsgTag(tag_of(PONG_VECTORS, 0));
	       L4_Call(partner); PONG_TOUCH_VECTORS);
}

void messages_lower(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures)
{
	SAMPLE(FOOTPRINT_LOWER_PRIO, rounds, figures, SAMPLE_NOTHING, L4_Set_MsgTag(tag_of(PONG_ECHO, 0));
	       L4_Call(partner));
}
