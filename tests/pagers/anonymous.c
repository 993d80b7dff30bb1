/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * anonymous.c - the cases of servers/anonymous, which was started with pool=8192 quota=4096 (KiB).
 */
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>

#include "hostile.h"
#include "test.h"

enum { RW = L4_Readable | L4_Writable, SMALL = 64 * PAGE, QUOTA_PAGES = 1024, SUPERPAGE = 2 << 20 };

static const char name[] = "anonymous";

static void begin(unsigned long low, unsigned long size)
{
	pager_begin(pager_named(name));
	EXPECT_EQ(pager_attach(pager_named(name), low, size, RW, 0), PAGER_OK);
}

static void pages_are_zero(unsigned long unused)
{
	(void)unused;
	begin(AT, SMALL);
	for (unsigned long page = AT; page < AT + SMALL; page += PAGE) {
		for (unsigned int i = 0; i < PAGE; i += 8)
			EXPECT_EQ(*word_at(page + i), 0);
		*word_at(page) = page;
		*word_at(page + PAGE - 8) = ~page;
	}
	for (unsigned long page = AT; page < AT + SMALL; page += PAGE) {
		EXPECT_EQ(*word_at(page), page);
		EXPECT_EQ(*word_at(page + PAGE - 8), ~page);
	}
}

static void zero_at_first_then_kept(void)
{
	/* The second one gets frames that the first one wrote to. */
	run_actor(pages_are_zero, 0);
	run_actor(pages_are_zero, 0);
}

static void touch_superpage(unsigned long unused)
{
	struct pager_counts counts;

	(void)unused;
	begin(AT, SUPERPAGE);
	for (unsigned long page = AT; page < AT + SUPERPAGE; page += PAGE) {
		EXPECT_EQ(*word_at(page), 0);
		*word_at(page) = page;
	}
	EXPECT_EQ(pager_counts(pager_named(name), &counts), PAGER_OK);
	EXPECT_EQ(counts.faults, 1);
	EXPECT_EQ(counts.resident, SUPERPAGE / PAGE);
}

static void superpage_is_one_fault(void)
{
	run_actor(touch_superpage, 0);
}

static void touch_across(unsigned long unused)
{
	struct pager_counts counts;

	(void)unused;
	begin(AT + PAGE, SUPERPAGE); /* a superpage has no place there */
	*word_at(AT + PAGE) = 1;
	*word_at(AT + SUPERPAGE) = 2;
	EXPECT_EQ(*word_at(AT + PAGE), 1);
	EXPECT_EQ(*word_at(AT + SUPERPAGE), 2);
	EXPECT_EQ(pager_counts(pager_named(name), &counts), PAGER_OK);
	EXPECT_EQ(counts.resident, 2);
}

static void superpage_only_where_it_fits(void)
{
	run_actor(touch_across, 0);
}

static volatile unsigned long touched;

static void touch_all(unsigned long pages)
{
	begin(AT + PAGE, pages * PAGE);
	for (touched = 0; touched < pages; touched++)
		*word_at(AT + PAGE + touched * PAGE) = 1;
}

static void quota_is_the_end(void)
{
	struct actor *actor = actor_start(touch_all, QUOTA_PAGES + 1, PRIORITY_VICTIM);

	EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_REFUSED);
	EXPECT_EQ(touched, QUOTA_PAGES);
	/* Others are not concerned. */
	run_actor(pages_are_zero, 0);
	actor_kill(actor);
}

static void memory_of_the_dead_comes_back(void)
{
	/* Each is killed without a word; together they would need ten times the pool. */
	for (unsigned int i = 0; i < 20; i++) {
		struct actor *actor = actor_start(touch_all, QUOTA_PAGES, PRIORITY_VICTIM);

		EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_DONE);
		actor_kill(actor);
	}
	run_actor(pages_are_zero, 0);
}

static void more_clients_than_places(void)
{
	for (unsigned int i = 0; i < 40; i++)
		run_actor(pages_are_zero, 0);
}

static const struct test_case cases[] = {
	{ "zero_at_first_then_kept", zero_at_first_then_kept },
	{ "superpage_is_one_fault", superpage_is_one_fault },
	{ "superpage_only_where_it_fits", superpage_only_where_it_fits },
	{ "quota_is_the_end", quota_is_the_end },
	{ "memory_of_the_dead_comes_back", memory_of_the_dead_comes_back },
	{ "more_clients_than_places", more_clients_than_places },
	{ "leaver", hostile_leaver },
	{ NULL, NULL },
};

const struct test_pager anonymous_tests = {
	.name = name,
	.cases = cases,
	.size = SMALL,
	.takers = 2,
	.taken_pages = 1024,
	.flood_bound = 40000,
};
