/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prepared.c - what clients may have prepared, so that somebody else's next fault costs much.
 */
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <pager/fork.h>

#include "test.h"

enum { RW = L4_Readable | L4_Writable };

static L4_ThreadId_t pager;
static volatile unsigned long longest;
static volatile bool enough;

static void attach(unsigned long pages)
{
	pager_begin(pager);
	EXPECT_EQ(pager_attach(pager, AT, pages * PAGE, RW, 0), PAGER_OK);
}

/*
 * Somebody who has done nothing wrong, and wants a page every SLEEP_US: how late it has one at most. A pager has a
 * higher priority than its clients, so what it does for others is in that time.
 */
static void want(unsigned long pages)
{
	enum { SLEEP_US = 100 };
	unsigned long cycles_per_us = L4_ProcDescInternalFreq(L4_ProcDesc(L4_GetKernelInterface(), 0)) / 1000;

	attach(pages);
	for (unsigned long page = 0; page < pages; page++) {
		unsigned long due = now() + SLEEP_US * cycles_per_us, then;

		L4_Sleep(L4_TimePeriod(SLEEP_US));
		*word_at(AT + page * PAGE) = 1;
		then = now();
		longest = then > due + longest ? then - due : longest;
	}
}

/*
 * A family in servers/cow, of which all but one have left: they have entries there, and no frames.
 */

enum { COW_QUOTA = 256, COW_POOL = 1024, FORKS = 24, COW_BOUND = 1000000 };

static volatile L4_ThreadId_t parent, child;
static volatile unsigned int born, forked;

static void have_children(unsigned long stride)
{
	attach(COW_QUOTA * stride);
	for (unsigned long page = 0; page < COW_QUOTA; page++)
		*word_at(AT + page * stride * PAGE) = page;
	parent = L4_MyGlobalId();
	for (unsigned int i = 1; i <= FORKS; i++) {
		while (born < i)
			L4_Sleep(L4_TimePeriod(50));
		EXPECT_EQ(pager_fork(pager, child), PAGER_OK);
		forked = i;
	}
}

static void be_born_and_leave(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	child = L4_MyGlobalId();
	for (unsigned int i = 1; i <= FORKS; i++) {
		EXPECT_EQ(pager_enter(pager), PAGER_OK);
		EXPECT_EQ(pager_child_of(pager, parent), PAGER_OK);
		born = i;
		while (forked < i)
			L4_Sleep(L4_TimePeriod(50));
		EXPECT_EQ(pager_leave(pager), PAGER_OK);
	}
}

static void clear_a_family(const char *what, unsigned long stride)
{
	struct actor *first, *second, *others[COW_POOL / COW_QUOTA - 1];

	pager = pager_named("cow");
	born = forked = 0;
	parent = child = L4_nilthread;
	first = actor_start(have_children, stride, PRIORITY_VICTIM);
	while (L4_IsNilThread(parent))
		L4_Sleep(L4_TimePeriod(1000));
	second = actor_start(be_born_and_leave, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(second, 10 * PATIENCE_MS), ACTOR_DONE);
	EXPECT_EQ(actor_wait(first, PATIENCE_MS), ACTOR_DONE);
	longest = 0;
	for (unsigned int i = 0; i < COW_POOL / COW_QUOTA - 1; i++) {
		others[i] = actor_start(want, COW_QUOTA, PRIORITY_VICTIM);
		EXPECT_EQ(actor_wait(others[i], PATIENCE_MS), ACTOR_DONE);
	}
	actor_kill(others[0]);
	run_actor(want, 16);
	printf("BENCH name=cow.fault.%s unit=instructions max=%lu bound=%d\n", what, longest, COW_BOUND);
	EXPECT_AT_MOST(longest, COW_BOUND);
}

static void family_of_the_dead(void)
{
	clear_a_family("family_of_the_dead", 1);
}

/* Its pages are as far from each other as is worst for the table that has them. */
static void family_in_one_bucket(void)
{
	enum { BUCKETS = 4096 };

	clear_a_family("family_in_one_bucket", BUCKETS);
}

/*
 * Somebody in servers/cow who has left with a view of pages that become the child's alone, when what was left behind is
 * cleared away.
 */

enum { SECRET = 0x5ec2e7, SECRETS = 16 };

static volatile unsigned int left, cleared, looks;

static void leave_with_a_view(unsigned long unused)
{
	(void)unused;
	attach(SECRETS);
	for (unsigned long page = 0; page < SECRETS; page++)
		*word_at(AT + page * PAGE) = 1;
	parent = L4_MyGlobalId();
	while (!born)
		L4_Sleep(L4_TimePeriod(50));
	EXPECT_EQ(pager_fork(pager, child), PAGER_OK);
	for (unsigned long page = 0; page < SECRETS; page++)
		(void)*word_at(AT + page * PAGE);
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
	left = 1;
	while (!looks)
		L4_Sleep(L4_TimePeriod(50));
	for (unsigned long page = 0; page < SECRETS; page++)
		EXPECT(*word_at(AT + page * PAGE) != SECRET);
}

static void stay_and_have_secrets(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	child = L4_MyGlobalId();
	EXPECT_EQ(pager_enter(pager), PAGER_OK);
	EXPECT_EQ(pager_child_of(pager, parent), PAGER_OK);
	born = 1;
	while (!cleared)
		L4_Sleep(L4_TimePeriod(50));
	for (unsigned long page = 0; page < SECRETS; page++)
		*word_at(AT + page * PAGE) = SECRET;
}

static void who_has_left_sees_nothing_new(void)
{
	struct actor *first, *second, *other;
	enum actor_event event;

	pager = pager_named("cow");
	born = forked = left = cleared = looks = 0;
	parent = child = L4_nilthread;
	first = actor_start(leave_with_a_view, 0, PRIORITY_VICTIM);
	while (L4_IsNilThread(parent))
		L4_Sleep(L4_TimePeriod(1000));
	second = actor_start(stay_and_have_secrets, 0, PRIORITY_VICTIM);
	while (!left)
		L4_Sleep(L4_TimePeriod(1000));
	for (unsigned int i = 0; i < 2 * COW_POOL / COW_QUOTA; i++) {
		other = actor_start(want, COW_QUOTA, PRIORITY_VICTIM);
		EXPECT_EQ(actor_wait(other, PATIENCE_MS), ACTOR_DONE);
		actor_kill(other);
	}
	cleared = 1;
	EXPECT_EQ(actor_wait(second, PATIENCE_MS), ACTOR_DONE);
	looks = 1;
	event = actor_wait(first, PATIENCE_MS);
	EXPECT(event == ACTOR_DONE || event == ACTOR_REFUSED);
}

/*
 * Clients of servers/file that come, touch a page, and leave, again and again.
 */

enum { FILE_FRAMES = 64, FILE_BOUND = 40000 };

static void come_and_leave(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	while (!enough) {
		pager_attach(pager, AT, FILE_FRAMES * PAGE, RW, 0);
		(void)*word_at(AT);
		pager_leave(pager);
	}
}

static void coming_and_leaving(void)
{
	enum { CROWD = 8 };

	pager = pager_named("file");
	longest = 0;
	run_actor(want, FILE_FRAMES);
	printf("BENCH name=file.fault.due unit=instructions max=%lu\n", longest);
	longest = 0;
	enough = false;
	for (unsigned int i = 0; i < CROWD; i++)
		EXPECT(actor_start(come_and_leave, i, PRIORITY_CROWD));
	run_actor(want, FILE_FRAMES);
	enough = true;
	printf("BENCH name=file.fault.leavers unit=instructions max=%lu bound=%d\n", longest, FILE_BOUND);
	EXPECT_AT_MOST(longest, FILE_BOUND);
}

const struct test_case prepared_cases[] = {
	{ "cow_family_of_the_dead", family_of_the_dead },
	{ "cow_family_in_one_bucket", family_in_one_bucket },
	{ "cow_who_has_left_sees_nothing_new", who_has_left_sees_nothing_new },
	{ "file_coming_and_leaving", coming_and_leaving },
	{ NULL, NULL },
};
