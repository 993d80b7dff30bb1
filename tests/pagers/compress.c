/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compress.c - the cases of servers/compress, which was started with pool=256 store=2048 quota=4096 (KiB): 64 frames.
 */
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>

#include "hostile.h"
#include "test.h"

enum { RW = L4_Readable | L4_Writable, FRAMES = 64, PAGES = 400, QUOTA_PAGES = 1024, WORDS = PAGE / 8 };

static const char name[] = "compress";

static L4_ThreadId_t pager(void)
{
	return pager_named(name);
}

static void attach(unsigned int pages)
{
	pager_begin(pager());
	EXPECT_EQ(pager_attach(pager(), AT, pages * PAGE, RW, 0), PAGER_OK);
}

/* Contents of several kinds: some compress well, some a little, some not at all. */
static unsigned long word_of(unsigned long page, unsigned int word, unsigned long round)
{
	unsigned long noise = (page * WORDS + word + round) * 6364136223846793005UL;

	noise = (noise ^ noise >> 29) * 0xbf58476d1ce4e5b9UL;
	noise ^= noise >> 32;
	switch (page % 4) {
	case 0:
		return page + round;
	case 1:
		return word % 16 ? 0 : noise;
	case 2:
		return noise & 0xffff;
	default:
		return noise;
	}
}

static void write_page(unsigned long page, unsigned long round)
{
	for (unsigned int word = 0; word < WORDS; word++)
		word_at(AT + page * PAGE)[word] = word_of(page, word, round);
}

static void check_page(unsigned long page, unsigned long round)
{
	for (unsigned int word = 0; word < WORDS; word++)
		EXPECT_EQ(word_at(AT + page * PAGE)[word], word_of(page, word, round));
}

static struct pager_counts counts(void)
{
	struct pager_counts got;

	EXPECT_EQ(pager_counts(pager(), &got), PAGER_OK);
	return got;
}

static volatile unsigned long stored, taken;

/* Six times as much as there are frames, and not a word is lost. */
static void be_large(unsigned long unused)
{
	L4_Word_t usage[4];

	(void)unused;
	attach(PAGES);
	for (unsigned long page = 0; page < PAGES; page++)
		write_page(page, 1);
	for (unsigned long page = 0; page < PAGES; page++)
		check_page(page, 1);
	for (unsigned long page = 0; page < PAGES; page += 3)
		write_page(page, 2);
	for (unsigned long page = PAGES; page-- > 0;)
		check_page(page, page % 3 ? 1 : 2);
	EXPECT(counts().page_outs >= PAGES + PAGES / 3 - FRAMES);
	EXPECT_EQ(pager_call(pager(), PAGER_OWN_REQUEST, 0, usage), PAGER_OK);
	stored = usage[0];
	taken = usage[1];
}

void compress_more(void)
{
	run_actor(be_large, 0);
	printf("BENCH name=compress.store unit=pages stored=%lu taken=%lu\n", stored, taken);
	EXPECT(stored >= PAGES - FRAMES);
	EXPECT_AT_MOST(taken, stored * 2 / 3);
}

static void the_dead_need_no_room(void)
{
	/* Without what the dead had, neither frames nor the store would do. */
	for (unsigned int i = 0; i < 6; i++) {
		struct actor *actor = actor_start(be_large, 0, PRIORITY_VICTIM);

		EXPECT_EQ(actor_wait(actor, 10 * PATIENCE_MS), ACTOR_DONE);
		actor_kill(actor);
	}
}

/* What is only read is compressed once. */
static void read_again_and_again(unsigned long unused)
{
	unsigned long outs;

	(void)unused;
	attach(2 * FRAMES);
	for (unsigned long page = 0; page < 2 * FRAMES; page++)
		write_page(page, 1);
	for (unsigned long page = 0; page < 2 * FRAMES; page++)
		check_page(page, 1);
	outs = counts().page_outs;
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned long page = 0; page < 2 * FRAMES; page++)
			check_page(page, 1);
	EXPECT_EQ(counts().page_outs, outs);
	EXPECT(counts().page_ins >= 4 * FRAMES);
}

static void what_is_read_is_compressed_once(void)
{
	run_actor(read_again_and_again, 0);
}

static volatile unsigned long touched;

static void touch_all(unsigned long pages)
{
	attach((unsigned int)pages);
	for (touched = 0; touched < pages; touched++)
		*word_at(AT + touched * PAGE) = 1;
}

static void quota_is_the_end(void)
{
	struct actor *actor = actor_start(touch_all, QUOTA_PAGES + 1, PRIORITY_VICTIM);

	EXPECT_EQ(actor_wait(actor, 10 * PATIENCE_MS), ACTOR_REFUSED);
	EXPECT_EQ(touched, QUOTA_PAGES);
	actor_kill(actor);
	run_actor(be_large, 0);
}

/* Only noise: it does not get smaller, so the store is full before the quotas are. */
static void fill_the_store(unsigned long pages)
{
	attach((unsigned int)pages * 4);
	for (unsigned long page = 0; page < pages; page++)
		for (unsigned int word = 0; word < WORDS; word++)
			word_at(AT + page * PAGE)[word] = word_of(4 * page + 3, word, 9);
}

static void a_full_store_refuses(void)
{
	struct actor *first = actor_start(fill_the_store, 500, PRIORITY_VICTIM), *second;

	EXPECT_EQ(actor_wait(first, 10 * PATIENCE_MS), ACTOR_DONE);
	second = actor_start(fill_the_store, 200, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(second, 10 * PATIENCE_MS), ACTOR_REFUSED);
	/* Its memory comes back. */
	actor_kill(second);
	actor_kill(first);
	run_actor(be_large, 0);
}

static volatile unsigned long longest_in, longest_out;

static void be_measured(unsigned long kind)
{
	attach(4 * FRAMES);
	longest_in = longest_out = 0;
	for (unsigned int round = 0; round < 2; round++)
		for (unsigned long page = kind; page < 4 * FRAMES; page += 2) {
			volatile unsigned long *longest = round ? &longest_in : &longest_out;
			unsigned long start = now(), taken;

			(void)*word_at(AT + page * PAGE);
			taken = now() - start;
			*longest = taken > *longest ? taken : *longest;
			if (!round)
				write_page(page, 1);
		}
}

static void costs(void)
{
	static const char *const kinds[] = { "even", "odd" };

	for (unsigned int kind = 0; kind < 2; kind++) {
		run_actor(be_measured, kind);
		printf("BENCH name=compress.fault pages=%s unit=instructions max_out=%lu max_in=%lu\n", kinds[kind],
		       longest_out, longest_in);
		EXPECT_AT_MOST(longest_out, 200000);
		EXPECT_AT_MOST(longest_in, 200000);
	}
}

static const struct test_case cases[] = {
	{ "more_memory_than_there_is", compress_more },
	{ "the_dead_need_no_room", the_dead_need_no_room },
	{ "what_is_read_is_compressed_once", what_is_read_is_compressed_once },
	{ "quota_is_the_end", quota_is_the_end },
	{ "a_full_store_refuses", a_full_store_refuses },
	{ "costs", costs },
	{ "leaver", hostile_leaver },
	{ NULL, NULL },
};

const struct test_pager compress_tests = {
	.name = name,
	.cases = cases,
	.size = 16 * PAGE,
	/* As many as there are frames: so the leaver's are used again, and stay in use. */
	.takers = 1,
	.taken_pages = FRAMES,
	/* More than there are frames: all fight for them. */
	.flood_size = 2 * FRAMES * PAGE,
	.flood_bound = 200000,
};
