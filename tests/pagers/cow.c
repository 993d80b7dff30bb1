/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cow.c - the cases of servers/cow, which was started with pool=4096 quota=1024 (KiB).
 */
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>
#include <pager/fork.h>

#include "hostile.h"
#include "test.h"

enum { RW = L4_Readable | L4_Writable, PAGES = 40, QUOTA_PAGES = 256, GENERATIONS = 6 };

static const char name[] = "cow";

/* A family: each waits for the one before. */
static L4_ThreadId_t member[GENERATIONS];
static volatile unsigned int willing, forked, looked;

static L4_ThreadId_t pager(void)
{
	return pager_named(name);
}

static void until(volatile unsigned int *count, unsigned int value)
{
	while (*count < value)
		L4_Sleep(L4_TimePeriod(50));
}

static void family_begin(void)
{
	willing = forked = looked = 0;
}

static unsigned long value(unsigned int who, unsigned int page)
{
	return 1000000UL * (who + 1) + page;
}

static void attach(unsigned int pages)
{
	pager_begin(pager());
	EXPECT_EQ(pager_attach(pager(), AT, pages * PAGE, RW, 0), PAGER_OK);
}

static unsigned long pages_filled(void)
{
	struct pager_counts counts;

	EXPECT_EQ(pager_counts(pager(), &counts), PAGER_OK);
	return counts.page_ins;
}

/* Becomes the child of the member before, and waits for the fork. */
static void be_born(unsigned int who)
{
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	EXPECT_EQ(pager_child_of(pager(), member[who - 1]), PAGER_OK);
	member[who] = L4_MyGlobalId();
	willing = who;
	until(&forked, who);
}

static void have_child(unsigned int who)
{
	until(&willing, who + 1);
	EXPECT_EQ(pager_fork(pager(), member[who + 1]), PAGER_OK);
	forked = who + 1;
}

/*
 * Two
 */

static void parent(unsigned long unused)
{
	(void)unused;
	attach(PAGES);
	member[0] = L4_MyGlobalId();
	for (unsigned int i = 0; i < PAGES; i++)
		*word_at(AT + i * PAGE) = value(0, i);
	have_child(0);
	/* Before the child has looked. */
	for (unsigned int i = 0; i < PAGES; i += 2)
		*word_at(AT + i * PAGE) = value(5, i);
	looked = 1;
	until(&looked, 2);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(*word_at(AT + i * PAGE), i % 2 ? value(0, i) : value(5, i));
}

static void child(unsigned long unused)
{
	(void)unused;
	be_born(1);
	until(&looked, 1);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(*word_at(AT + i * PAGE), value(0, i));
	EXPECT_EQ(pages_filled(), 0);
	for (unsigned int i = 0; i < PAGES; i += 5)
		*word_at(AT + i * PAGE + 8) = value(1, i);
	for (unsigned int i = 0; i < PAGES; i++) {
		EXPECT_EQ(*word_at(AT + i * PAGE), value(0, i));
		EXPECT_EQ(*word_at(AT + i * PAGE + 8), i % 5 ? 0 : value(1, i));
	}
	/* The parent has copied the even ones; of the odd ones it is the child that has to. */
	EXPECT_EQ(pages_filled(), PAGES / 10);
	looked = 2;
}

static void two(void)
{
	struct actor *first, *second;

	family_begin();
	first = actor_start(parent, 0, PRIORITY_VICTIM);
	until(&looked, 0);
	L4_Sleep(L4_TimePeriod(2000));
	second = actor_start(child, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(second, PATIENCE_MS), ACTOR_DONE);
	EXPECT_EQ(actor_wait(first, PATIENCE_MS), ACTOR_DONE);
	actor_kill(first);
	actor_kill(second);
}

static void each_sees_his_own(void)
{
	two();
}

/* More often than there would be memory for, if the dead kept theirs. */
static void memory_of_the_dead_comes_back(void)
{
	for (unsigned int i = 0; i < 40; i++)
		two();
}

/*
 * Many
 */

static void generation(unsigned long who)
{
	if (who == 0) {
		attach(PAGES);
		member[0] = L4_MyGlobalId();
		for (unsigned int i = 0; i < PAGES; i++)
			*word_at(AT + i * PAGE) = value(0, i);
	} else {
		be_born((unsigned int)who);
	}
	/* Each changes a page of its own before it hands all on. */
	*word_at(AT + who * PAGE) = value((unsigned int)who, 77);
	if (who + 1 < GENERATIONS)
		have_child((unsigned int)who);
	/* After the fork: of no concern to anybody else. */
	*word_at(AT + 20 * PAGE) = value((unsigned int)who, 20);
	until(&forked, GENERATIONS - 1);
	L4_Sleep(L4_TimePeriod(3000));
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(*word_at(AT + i * PAGE), i == 20 ? value((unsigned int)who, 20) : i <= who ? value(i, 77) :
						   value(0, i));
}

static void generations(void)
{
	struct actor *actor[GENERATIONS];

	family_begin();
	for (unsigned int i = 0; i < GENERATIONS; i++) {
		actor[i] = actor_start(generation, i, PRIORITY_VICTIM);
		L4_Sleep(L4_TimePeriod(2000));
	}
	for (unsigned int i = 0; i < GENERATIONS; i++)
		EXPECT_EQ(actor_wait(actor[i], PATIENCE_MS), ACTOR_DONE);
	for (unsigned int i = 0; i < GENERATIONS; i++)
		actor_kill(actor[i]);
}

/*
 * Who leaves takes nothing with him
 */

static void leave_with_a_view(unsigned long unused)
{
	(void)unused;
	attach(PAGES);
	member[0] = L4_MyGlobalId();
	for (unsigned int i = 0; i < PAGES; i++)
		*word_at(AT + i * PAGE) = value(0, i);
	have_child(0);
	EXPECT_EQ(pager_leave(pager()), PAGER_OK);
	looked = 1;
	until(&looked, 2);
	/* What was the parent's page, and is the child's alone now. */
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT(*word_at(AT + i * PAGE + 8) != 0x5ec2e7);
}

static void keep_a_secret(unsigned long unused)
{
	(void)unused;
	be_born(1);
	until(&looked, 1);
	for (unsigned int i = 0; i < PAGES; i++)
		*word_at(AT + i * PAGE + 8) = 0x5ec2e7;
	looked = 2;
}

static void who_leaves_sees_nothing_new(void)
{
	struct actor *first, *second;
	enum actor_event event;

	family_begin();
	first = actor_start(leave_with_a_view, 0, PRIORITY_VICTIM);
	L4_Sleep(L4_TimePeriod(2000));
	second = actor_start(keep_a_secret, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(second, PATIENCE_MS), ACTOR_DONE);
	event = actor_wait(first, PATIENCE_MS);
	EXPECT(event == ACTOR_DONE || event == ACTOR_REFUSED);
	actor_kill(first);
	actor_kill(second);
}

/*
 * Consent
 */

static void fork_somebody(unsigned long unused)
{
	L4_Word_t word[4] = { 0 };

	(void)unused;
	attach(PAGES);
	*word_at(AT) = 1;
	member[0] = L4_MyGlobalId();
	EXPECT_EQ(pager_fork(pager(), L4_MyGlobalId()), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_fork(pager(), pager()), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_fork(pager(), L4_nilthread), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_call(pager(), PAGER_FORK, 2, word), PAGER_MALFORMED);
	until(&willing, 1);
	/* It is a client without regions, but not willing. */
	EXPECT_EQ(pager_fork(pager(), member[1]), PAGER_DENIED);
	looked = 1;
	until(&looked, 2);
	/* It is willing, and has regions. */
	EXPECT_EQ(pager_fork(pager(), member[1]), PAGER_DENIED);
	looked = 3;
}

static void be_unwilling(unsigned long unused)
{
	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	member[1] = L4_MyGlobalId();
	willing = 1;
	until(&looked, 1);
	EXPECT_EQ(pager_attach(pager(), AT, PAGE, RW, 0), PAGER_OK);
	EXPECT_EQ(pager_child_of(pager(), member[0]), PAGER_OK);
	looked = 2;
	until(&looked, 3);
	EXPECT_EQ(*word_at(AT), 0);
}

static void both_have_to_agree(void)
{
	struct actor *first, *second;

	family_begin();
	first = actor_start(fork_somebody, 0, PRIORITY_VICTIM);
	second = actor_start(be_unwilling, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(first, PATIENCE_MS), ACTOR_DONE);
	EXPECT_EQ(actor_wait(second, PATIENCE_MS), ACTOR_DONE);
	actor_kill(first);
	actor_kill(second);
}

/*
 * What it costs
 */

static volatile unsigned long fork_cost, copy_cost;

static void fork_all(unsigned long pages)
{
	unsigned long start;

	attach((unsigned int)pages);
	member[0] = L4_MyGlobalId();
	for (unsigned int i = 0; i < pages; i++)
		*word_at(AT + i * PAGE) = 1;
	until(&willing, 1);
	start = now();
	EXPECT_EQ(pager_fork(pager(), member[1]), PAGER_OK);
	fork_cost = now() - start;
	forked = 1;
	for (unsigned int i = 0; i < pages; i++) {
		start = now();
		*word_at(AT + i * PAGE) = 2;
		copy_cost = now() - start;
	}
}

static void be_forked(unsigned long unused)
{
	(void)unused;
	be_born(1);
}

static void costs(void)
{
	for (unsigned int pages = 1; pages <= QUOTA_PAGES; pages = pages == 1 ? QUOTA_PAGES : pages + 1) {
		struct actor *first, *second;

		family_begin();
		first = actor_start(fork_all, pages, PRIORITY_VICTIM);
		L4_Sleep(L4_TimePeriod(20000));
		second = actor_start(be_forked, 0, PRIORITY_VICTIM);
		EXPECT_EQ(actor_wait(first, PATIENCE_MS), ACTOR_DONE);
		actor_kill(first);
		actor_kill(second);
		printf("BENCH name=cow.fork pages=%u unit=instructions value=%lu\n", pages, fork_cost);
	}
	printf("BENCH name=cow.fault.copy unit=instructions value=%lu\n", copy_cost);
	EXPECT_AT_MOST(fork_cost, 1000000);
}

static const struct test_case cases[] = {
	{ "each_sees_his_own", each_sees_his_own },
	{ "memory_of_the_dead_comes_back", memory_of_the_dead_comes_back },
	{ "generations", generations },
	{ "who_leaves_sees_nothing_new", who_leaves_sees_nothing_new },
	{ "both_have_to_agree", both_have_to_agree },
	{ "costs", costs },
	{ "leaver", hostile_leaver },
	{ NULL, NULL },
};

const struct test_pager cow_tests = {
	.name = name,
	.cases = cases,
	.size = 16 * PAGE,
	.takers = 4,
	.taken_pages = 250,
	.flood_bound = 40000,
};
