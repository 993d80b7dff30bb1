/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared.c - the cases of servers/shared, which was started with pool=256 (pages).
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>

#include "hostile.h"
#include "test.h"

enum { RW = L4_Readable | L4_Writable, PAGES = 8, TASKS = 4, ROUNDS = 40, POOL_PAGES = 256, QUOTA = 64 };

static const char name[] = "shared";

static volatile unsigned long step, seen;
static unsigned long key = 0x6b6579; /* each case has segments of its own */

static L4_ThreadId_t pager(void)
{
	return pager_named(name);
}

static void attach(unsigned long low, unsigned int rights)
{
	pager_begin(pager());
	EXPECT_EQ(pager_attach(pager(), low, PAGES * PAGE, rights, key), PAGER_OK);
}

static unsigned long faults(void)
{
	struct pager_counts counts;

	EXPECT_EQ(pager_counts(pager(), &counts), PAGER_OK);
	return counts.faults;
}

static void until(unsigned long value)
{
	while (step < value)
		L4_Sleep(L4_TimePeriod(30));
}

/* Starts so many and waits for all of them. */
static void all(void (*function)(unsigned long), unsigned int count)
{
	struct actor *actor[TASKS];

	step = 0;
	key++;
	for (unsigned int i = 0; i < count; i++)
		actor[i] = actor_start(function, i, PRIORITY_VICTIM);
	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(actor_wait(actor[i], 5 * PATIENCE_MS), ACTOR_DONE);
	for (unsigned int i = 0; i < count; i++)
		actor_kill(actor[i]);
}

/* In round r task r modulo TASKS writes, then all read. Each has it at another address. */
static void write_in_turn(unsigned long who)
{
	unsigned long at = AT + who * 64 * PAGE;

	attach(at, RW);
	for (unsigned long round = 0; round < ROUNDS; round++) {
		/* Steps of a round: written, then seen by each. */
		unsigned long first = round * (TASKS + 1);

		if (round % TASKS == who) {
			until(first);
			for (unsigned int i = 0; i < PAGES; i++)
				*word_at(at + i * PAGE + 8 * who) = round + 1;
			step = first + 1;
		}
		until(first + 1 + who);
		for (unsigned int i = 0; i < PAGES; i++)
			EXPECT_EQ(*word_at(at + i * PAGE + round % TASKS * 8), round + 1);
		step = first + 2 + who;
	}
}

static void all_read_what_one_writes(void)
{
	all(write_in_turn, TASKS);
}

/* One writes and two read; who has the page is known by who faults. */
static void be_exclusive(unsigned long who)
{
	unsigned long before;

	attach(AT, RW);
	until(who);
	if (who == 0)
		*word_at(AT) = 1;
	else
		EXPECT_EQ(*word_at(AT), 1); /* the writer stays as a reader */
	before = faults();
	(void)*word_at(AT);
	EXPECT_EQ(faults(), before);
	step = who + 1;
	until(3 + who);
	if (who == 0) {
		/* All three are readers. To write again is a fault, once. */
		EXPECT_EQ(*word_at(AT), 1);
		EXPECT_EQ(faults(), before);
		*word_at(AT) = 2;
		*word_at(AT) = 3;
		EXPECT_EQ(faults(), before + 1);
	} else {
		/* The others have it no more. */
		EXPECT_EQ(*word_at(AT), 3);
		EXPECT_EQ(faults(), before + 1);
	}
	step = 4 + who;
	until(6);
}

static void one_writer_or_many_readers(void)
{
	all(be_exclusive, 3);
}

/*
 * Peterson's lock: nothing but loads and stores, in an order that both have to see. x86 lets a load overtake a store,
 * hence the fence; the rest is up to the pager.
 */
enum { INCREMENTS = 300 };

static void increment(unsigned long who)
{
	volatile unsigned long *interested = word_at(AT), *turn = word_at(AT + PAGE), *sum = word_at(AT + 2 * PAGE);

	attach(AT, RW);
	for (unsigned int i = 0; i < INCREMENTS; i++) {
		interested[who] = 1;
		*turn = 1 - who;
		__sync_synchronize();
		while (interested[1 - who] && *turn == 1 - who)
			L4_Sleep(L4_TimePeriod(20));
		*sum = *sum + 1;
		interested[who] = 0;
	}
	__sync_fetch_and_add(&step, 1);
	until(2);
	EXPECT_EQ(*sum, 2 * INCREMENTS);
}

static void a_lock_of_loads_and_stores_holds(void)
{
	all(increment, 2);
}

/* Nobody waits for the other one, and both get on. */
static void write_as_fast_as_possible(unsigned long who)
{
	attach(AT, RW);
	for (unsigned long i = 1; i <= 2000; i++) {
		word_at(AT)[who] = i;
		EXPECT_EQ(word_at(AT)[who], i);
		if (i % 16 == 0)
			L4_ThreadSwitch(L4_nilthread);
	}
}

static void all_writers_get_on(void)
{
	all(write_as_fast_as_possible, TASKS);
}

/*
 * Coming and going
 */

static void leave(unsigned long who)
{
	attach(AT, RW);
	if (who == 0) {
		*word_at(AT) = 11;
		step = 1;
		until(2);
		EXPECT_EQ(pager_leave(pager()), PAGER_OK);
		step = 3;
		until(4);
		seen = *word_at(AT); /* refused */
		return;
	}
	until(1);
	EXPECT_EQ(*word_at(AT), 11);
	step = 2;
	until(3);
	*word_at(AT) = 12;
	step = 4;
	L4_Sleep(L4_TimePeriod(5000));
	EXPECT_EQ(*word_at(AT), 12);
}

static void who_leaves_has_it_no_more(void)
{
	struct actor *goes, *stays;

	step = 0;
	key++;
	goes = actor_start(leave, 0, PRIORITY_VICTIM);
	stays = actor_start(leave, 1, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(goes, PATIENCE_MS), ACTOR_REFUSED);
	EXPECT_EQ(actor_wait(stays, PATIENCE_MS), ACTOR_DONE);
	actor_kill(goes);
	actor_kill(stays);
}

static void write_once(unsigned long value)
{
	attach(AT, RW);
	*word_at(AT + 8) = value;
	step = 1;
	L4_Sleep(L4_Never);
}

static void read_once(unsigned long value)
{
	attach(AT, RW);
	EXPECT_EQ(*word_at(AT + 8), value);
	*word_at(AT + 8) = value + 1;
	EXPECT_EQ(*word_at(AT + 8), value + 1);
}

static void a_dead_writer_holds_nothing_up(void)
{
	struct actor *writer;

	step = 0;
	key++;
	writer = actor_start(write_once, 99, PRIORITY_VICTIM);
	until(1);
	actor_kill(writer);
	run_actor(read_once, 99);
}

static void attach_all_kinds(unsigned long unused)
{
	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_attach(pager(), AT, PAGE, RW, 0), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager(), AT, PAGE, L4_FullyAccessible, 1), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager(), AT, (QUOTA + 1) * PAGE, RW, 1), PAGER_EXHAUSTED);
	EXPECT_EQ(pager_attach(pager(), AT, 2 * PAGE, RW, ~0UL), PAGER_OK);
	EXPECT_EQ(pager_attach(pager(), 2 * AT, 3 * PAGE, RW, ~0UL), PAGER_DENIED);
	EXPECT_EQ(pager_attach(pager(), 2 * AT, PAGE, RW, ~0UL), PAGER_OK);
	*word_at(AT) = 5;
	EXPECT_EQ(*word_at(2 * AT), 5);
	*word_at(2 * AT) = 6;
	EXPECT_EQ(*word_at(AT), 6);
	EXPECT_EQ(pager_attach(pager(), AT + QUOTA * PAGE, (QUOTA - 2) * PAGE, RW, 2), PAGER_EXHAUSTED);
}

static void sizes_are_kept(void)
{
	run_actor(attach_all_kinds, 0);
}

static volatile unsigned int attached;

/* Each a segment of its own, as large as it may be. */
static void take_all(unsigned long who)
{
	pager_begin(pager());
	if (pager_attach(pager(), AT, QUOTA * PAGE, RW, key + who) != PAGER_OK)
		return;
	attached++;
	for (unsigned int i = 0; i < QUOTA; i++)
		EXPECT_EQ(*word_at(AT + i * PAGE), 0);
	for (unsigned int i = 0; i < QUOTA; i++)
		*word_at(AT + i * PAGE) = 1;
	L4_Sleep(L4_TimePeriod(100000));
	/* Memory that was promised is there, however many others want some. */
}

static void memory_is_set_aside(void)
{
	struct actor *actor[8];

	for (unsigned int repeated = 0; repeated < 3; repeated++) {
		attached = 0;
		key += 8;
		for (unsigned int i = 0; i < 8; i++)
			actor[i] = actor_start(take_all, i, PRIORITY_VICTIM);
		for (unsigned int i = 0; i < 8; i++)
			EXPECT_EQ(actor_wait(actor[i], PATIENCE_MS), ACTOR_DONE);
		EXPECT_EQ(attached, POOL_PAGES / QUOTA);
		for (unsigned int i = 0; i < 8; i++)
			actor_kill(actor[i]);
	}
}

/*
 * What it costs: a word there and another one back, each written by one task and read by the other. A message says
 * when.
 */

enum { WARM_UP = 5, SAMPLES = 51 };

static L4_ThreadId_t echo_thread;

static void echo(unsigned long unused)
{
	L4_ThreadId_t from;

	(void)unused;
	attach(AT, RW);
	(void)*word_at(AT + PAGE); /* so that its page table stays */
	echo_thread = L4_MyGlobalId();
	step = 1;
	L4_Wait(&from);
	for (;;) {
		*word_at(AT) = *word_at(AT) + 1;
		L4_Set_MsgTag(L4_Niltag);
		L4_ReplyWait(from, &from);
	}
}

static unsigned long sample[SAMPLES];

static void ask(unsigned long unused)
{
	(void)unused;
	attach(AT, RW);
	(void)*word_at(AT + PAGE);
	until(1);
	for (unsigned int i = 0; i < WARM_UP + SAMPLES; i++) {
		unsigned long start = now();

		*word_at(AT) = 10 * i;
		L4_Set_MsgTag(L4_Niltag);
		L4_Call(echo_thread);
		EXPECT_EQ(*word_at(AT), 10 * i + 1);
		if (i >= WARM_UP)
			sample[i - WARM_UP] = now() - start;
	}
}

static void costs(void)
{
	struct actor *partner;

	step = 0;
	key++;
	partner = actor_start(echo, 0, PRIORITY_VICTIM);
	run_actor(ask, 0);
	actor_kill(partner);
	for (unsigned int i = 1; i < SAMPLES; i++)
		for (unsigned int j = i; j > 0 && sample[j] < sample[j - 1]; j--) {
			unsigned long larger = sample[j - 1];

			sample[j - 1] = sample[j];
			sample[j] = larger;
		}
	printf("BENCH name=shared.roundtrip words=0 unit=instructions min=%lu median=%lu max=%lu\n", sample[0],
	       sample[SAMPLES / 2], sample[SAMPLES - 1]);
}

static const struct test_case cases[] = {
	{ "all_read_what_one_writes", all_read_what_one_writes },
	{ "one_writer_or_many_readers", one_writer_or_many_readers },
	{ "a_lock_of_loads_and_stores_holds", a_lock_of_loads_and_stores_holds },
	{ "all_writers_get_on", all_writers_get_on },
	{ "who_leaves_has_it_no_more", who_leaves_has_it_no_more },
	{ "a_dead_writer_holds_nothing_up", a_dead_writer_holds_nothing_up },
	{ "sizes_are_kept", sizes_are_kept },
	{ "memory_is_set_aside", memory_is_set_aside },
	{ "costs", costs },
	{ NULL, NULL },
};

const struct test_pager shared_tests = {
	.name = name,
	.cases = cases,
	.argument = 7,
	.size = 16 * PAGE,
	.flood_bound = 60000,
};
