/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prepared.c - what clients may have prepared, so that somebody else's next fault costs much.
 */
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <pager/clients.h>
#include <pager/fork.h>
#include <service/root.h>

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
static void touch_in_time(unsigned long pages)
{
	enum { SLEEP_US = 100 };
	unsigned long cycles_per_us = L4_ProcDescInternalFreq(L4_ProcDesc(L4_GetKernelInterface(), 0)) / 1000;

	for (unsigned long page = 0; page < pages; page++) {
		unsigned long due = now() + SLEEP_US * cycles_per_us, then;

		L4_Sleep(L4_TimePeriod(SLEEP_US));
		*word_at(AT + page * PAGE) = 1;
		then = now();
		longest = then > due + longest ? then - due : longest;
	}
}

static void want(unsigned long pages)
{
	attach(pages);
	touch_in_time(pages);
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

/*
 * Somebody who passes a page on to another space, thousands of times, where it is used all the time. Whoever gets the
 * page's frame next waits until all have lost it; nobody waits for long because it is looked at, again and again.
 */

enum { COPIES = 20000, ITEMS = 30, TAKE_COPY = 1000, LOOK_AT_COPY = 500 };

#define COPIES_AT 0x300000000000UL

static volatile L4_ThreadId_t receiver;
static volatile bool all_passed_on;

static void get_copies(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
	receiver = L4_MyGlobalId();
	for (;;) {
		L4_ThreadId_t from;

		if (L4_IpcSucceeded(L4_Wait_Timeout(L4_TimePeriod(100), &from))) {
			L4_LoadMR(0, 0);
			L4_Reply(from);
		} else if (all_passed_on) {
			(void)*word_at(COPIES_AT);
		}
	}
}

static void pass_on(unsigned long leaves)
{
	attach(1);
	*word_at(AT) = 1;
	for (unsigned long copy = 0; copy < COPIES; copy += ITEMS) {
		L4_Msg_t msg;

		L4_MsgClear(&msg);
		for (unsigned long i = copy; i < copy + ITEMS; i++)
			L4_MsgAppendMapItem(&msg, L4_MapItem(L4_FpageAddRights(L4_Fpage(AT, PAGE), RW),
							     COPIES_AT + i * PAGE));
		L4_MsgLoad(&msg);
		EXPECT(L4_IpcSucceeded(L4_Call(receiver)));
	}
	all_passed_on = true;
	if (leaves)
		EXPECT_EQ(pager_leave(pager), PAGER_OK);
}

/* The longest wait of so many who want pages. */
static unsigned long longest_of(unsigned int victims, unsigned long pages)
{
	longest = 0;
	for (unsigned int i = 0; i < victims; i++)
		EXPECT_EQ(actor_wait(actor_start(want, pages, PRIORITY_VICTIM), 10 * PATIENCE_MS), ACTOR_DONE);
	return longest;
}

static void pass_on_in(const char *name, bool leaves, unsigned int victims, unsigned long pages)
{
	unsigned long first;

	pager = pager_named(name);
	receiver = L4_nilthread;
	all_passed_on = false;
	actor_start(get_copies, 0, PRIORITY_VICTIM);
	while (L4_IsNilThread(receiver))
		L4_Sleep(L4_TimePeriod(1000));
	EXPECT_EQ(actor_wait(actor_start(pass_on, leaves, PRIORITY_VICTIM), PATIENCE_MS), ACTOR_DONE);
	first = longest_of(victims, pages);
	printf("BENCH name=%s.fault.passed_on copies=%d unit=instructions max=%lu\n", name, COPIES, first);
	EXPECT_AT_MOST(first, (TAKE_COPY + LOOK_AT_COPY) * COPIES);
}

/* All of the pool is wanted when the first one has left. */
static void passed_on_and_left(void)
{
	pass_on_in("anonymous", true, 2, 1024);
	actors_kill();
	pass_on_in("cow", true, COW_POOL / COW_QUOTA, COW_QUOTA);
}

static void passed_on_and_used(void)
{
	static const char *const names[] = { "file", "compress" };
	static const unsigned long bounds[] = { FILE_BOUND, 200000 };

	for (unsigned int i = 0; i < 2; i++) {
		unsigned long again;

		pass_on_in(names[i], false, 1, 2 * FILE_FRAMES);
		again = longest_of(1, 2 * FILE_FRAMES);
		printf("BENCH name=%s.fault.passed_on.again unit=instructions max=%lu\n", names[i], again);
		EXPECT_AT_MOST(again, bounds[i]);
		actors_kill();
	}
}

/*
 * Clients of servers/compress that have filled its store with small things, and left: none of these has a frame.
 */

enum { COMPRESS_QUOTA = 1024, COMPRESS_CLIENTS = 4, COMPRESS_FRAMES = 64, COMPRESS_BOUND = 600000 };

static void fill_and_leave(unsigned long unused)
{
	(void)unused;
	attach(COMPRESS_QUOTA);
	for (unsigned long page = 0; page < COMPRESS_QUOTA; page++)
		*word_at(AT + page * PAGE) = page;
	born++;
	while (!left)
		L4_Sleep(L4_TimePeriod(1000));
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
}

static void small_things_left_behind(void)
{
	struct actor *actor[COMPRESS_CLIENTS];

	pager = pager_named("compress");
	born = left = 0;
	for (unsigned int i = 0; i < COMPRESS_CLIENTS; i++) {
		actor[i] = actor_start(fill_and_leave, i, PRIORITY_VICTIM);
		while (born <= i)
			L4_Sleep(L4_TimePeriod(1000));
	}
	left = 1;
	for (unsigned int i = 0; i < COMPRESS_CLIENTS; i++)
		EXPECT_EQ(actor_wait(actor[i], PATIENCE_MS), ACTOR_DONE);
	longest = 0;
	run_actor(want, 2 * COMPRESS_FRAMES);
	printf("BENCH name=compress.fault.left_behind unit=instructions max=%lu bound=%d\n", longest, COMPRESS_BOUND);
	EXPECT_AT_MOST(longest, COMPRESS_BOUND);
}

/*
 * A program that has all the places that it may have, each with many threads that are dead and one that is not; and
 * others of its threads that want one more, all the time.
 */

enum { PLACES_BOUND = 40000, WANTED = 64 };

static void take_a_place(void *unused)
{
	(void)unused;
	pager_begin(pager);
	if (pager_enter(pager) == PAGER_OK)
		for (unsigned int i = 1; i < PAGER_THREADS_MAX; i++)
			EXPECT_EQ(pager_add_thread(pager, L4_GlobalId(L4_ThreadNo(L4_MyGlobalId()), 64 * i + 1)), PAGER_OK);
	born++;
	L4_Sleep(L4_Never);
}

static void want_a_place(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	while (!enough)
		pager_enter(pager);
}

static void want_later(unsigned long pages)
{
	attach(pages);
	born++;
	while (!left)
		L4_Sleep(L4_TimePeriod(1000));
	touch_in_time(pages);
}

static void all_places_taken(void)
{
	enum { PLACES = PAGER_CLIENTS_MAX - PAGER_CLIENTS_KEPT, CROWD = 8 };
	static char stack[PLACES][2048] __attribute__((aligned(16)));
	L4_ThreadId_t thread[PLACES];
	struct actor *victim;

	pager = pager_named("anonymous");
	born = left = 0;
	longest = 0;
	enough = false;
	victim = actor_start(want_later, WANTED, PRIORITY_VICTIM);
	while (born < 1)
		L4_Sleep(L4_TimePeriod(1000));
	for (unsigned int i = 0; i < PLACES; i++) {
		EXPECT_EQ(root_thread_start(take_a_place, NULL, stack[i], sizeof(stack[i]), &thread[i]), ROOT_OK);
		while (born < i + 2)
			L4_Sleep(L4_TimePeriod(1000));
	}
	for (unsigned int i = 0; i < CROWD; i++)
		EXPECT(actor_start(want_a_place, i, PRIORITY_CROWD));
	left = 1;
	EXPECT_EQ(actor_wait(victim, 4 * PATIENCE_MS), ACTOR_DONE);
	enough = true;
	for (unsigned int i = 0; i < PLACES; i++)
		root_thread_delete(thread[i]);
	printf("BENCH name=anonymous.fault.all_places_taken unit=instructions max=%lu bound=%d\n", longest, PLACES_BOUND);
	EXPECT_AT_MOST(longest, PLACES_BOUND);
}

const struct test_case prepared_cases[] = {
	{ "cow_family_of_the_dead", family_of_the_dead },
	{ "cow_family_in_one_bucket", family_in_one_bucket },
	{ "cow_who_has_left_sees_nothing_new", who_has_left_sees_nothing_new },
	{ "file_coming_and_leaving", coming_and_leaving },
	{ "all_places_taken", all_places_taken },
	{ "compress_small_things_left_behind", small_things_left_behind },
	{ "passed_on_and_left", passed_on_and_left },
	{ "passed_on_and_used", passed_on_and_used },
	{ NULL, NULL },
};
