/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/unmap.c - Unmap and flush: who loses what, and who keeps it.
 *
 * Most cases hand pages from this space (the root task's) to others at WINDOW, from there on to others, take something
 * away and see by accesses what is left where.
 */
#include "agent.h"
#include "probe.h"
#include <l4/arch.h>

#define RWX L4_FullyAccessible
#define RW  (L4_Readable | L4_Writable)

enum { CHAIN = 3 };

/* Spaces that have a page (of `log2`) at WINDOW: the first from us, each other from the one before. */
struct chain {
	L4_Word_t own; /* address here */
	unsigned log2;
	struct space *space[CHAIN];
	L4_ThreadId_t agent[CHAIN];
};

static struct chain chain_make(L4_Word_t own, unsigned log2, unsigned length)
{
	struct chain c = {.own = own, .log2 = log2};

	for (unsigned i = 0; i < length; i++) {
		c.space[i] = space_new();
		c.agent[i] = agent_new(c.space[i]);
		if (i == 0)
			EXPECT_EQ(give(worker, fpage(own, log2, RWX), c.agent[0], fpage(WINDOW, log2, 0), 0), 0);
		else
			EXPECT_EQ(give(c.agent[i - 1], fpage(WINDOW, log2, RWX), c.agent[i], fpage(WINDOW, log2, 0), 0), 0);
	}
	return c;
}

static struct chain pages_chain(unsigned length)
{
	return chain_make(fresh_pages(), 12, length);
}

/* Another space that gets a page from `from`. */
static struct space *taker(L4_ThreadId_t from, L4_Word_t address, L4_Word_t rights)
{
	struct space *s = space_new();

	EXPECT_EQ(give(from, fpage(address, 12, rights), agent_new(s), fpage(WINDOW, 12, 0), 0), 0);
	return s;
}

static bool own_reads(L4_Word_t address)
{
	return can_read(&own_space, address);
}

/* Who loses it. */

TEST(unmap, child_loses_page)
{
	struct chain c = pages_chain(1);

	EXPECT_EQ(reads_in(c.space[0], WINDOW), MARK(0));
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	EXPECT(!can_read(c.space[0], WINDOW));
}

TEST(unmap, own_page_stays)
{
	struct chain c = pages_chain(1);

	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	EXPECT_EQ(reads_in(&own_space, c.own), MARK(0));
	EXPECT(can_write(&own_space, c.own));
}

TEST(unmap, flush_takes_own_page)
{
	struct chain c = pages_chain(1);

	unmap_by(worker, FLUSH, fpage(c.own, 12, RWX));
	EXPECT(!own_reads(c.own));
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(own_reads(c.own + PAGE));
}

TEST(unmap, grandchildren_lose_page)
{
	struct chain c = pages_chain(3);

	EXPECT_EQ(reads_in(c.space[2], WINDOW), MARK(0));
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	for (unsigned i = 0; i < 3; i++)
		EXPECT(!can_read(c.space[i], WINDOW));
	EXPECT(own_reads(c.own));
}

TEST(unmap, every_space_loses_page)
{
	L4_Word_t own = fresh_pages();
	struct space *s[5];

	for (unsigned i = 0; i < 5; i++)
		s[i] = taker(worker, own, RWX);
	unmap_by(worker, UNMAP, fpage(own, 12, RWX));
	for (unsigned i = 0; i < 5; i++)
		EXPECT(!can_read(s[i], WINDOW));
}

TEST(unmap, neighbour_pages_stay)
{
	struct chain c = chain_make(fresh_pages(), 14, 2);

	unmap_by(worker, UNMAP, fpage(c.own + PAGE, 12, RWX));
	for (unsigned i = 0; i < 2; i++) {
		EXPECT_EQ(reads_in(c.space[i], WINDOW), MARK(0));
		EXPECT(!can_read(c.space[i], WINDOW + PAGE));
		EXPECT_EQ(reads_in(c.space[i], WINDOW + 2 * PAGE), MARK(2));
	}
}

TEST(unmap, same_page_in_other_space_by_other_way_stays)
{
	/* Two aliases here: what came from the one is not what came from the other. */
	L4_Word_t own = fresh_pages();
	L4_ThreadId_t self = agent_new(&own_space);
	struct space *a, *b;

	EXPECT_EQ(give(worker, fpage(own, 12, RWX), self, fpage(WINDOW, 12, 0), 0), 0);
	a = taker(worker, own, RWX);
	b = taker(worker, WINDOW, RWX);
	unmap_by(worker, FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT(can_read(a, WINDOW));
	EXPECT(!can_read(b, WINDOW));
	EXPECT(own_reads(own));
	EXPECT(!own_reads(WINDOW));
}

TEST(unmap, many_places_in_one_space)
{
	struct space *s = space_new();
	L4_ThreadId_t a = agent_new(s);
	L4_Word_t own = fresh_pages();

	for (unsigned i = 0; i < 8; i++)
		give(worker, fpage(own, 12, RWX), a, L4_CompleteAddressSpace, WINDOW + i * 0x8040201000UL);
	for (unsigned i = 0; i < 8; i++)
		EXPECT_EQ(reads_in(s, WINDOW + i * 0x8040201000UL), MARK(0));
	unmap_by(worker, UNMAP, fpage(own, 12, RWX));
	for (unsigned i = 0; i < 8; i++)
		EXPECT(!can_read(s, WINDOW + i * 0x8040201000UL));
}

/* Rights. */

TEST(unmap, write_alone)
{
	struct chain c = pages_chain(1);

	EXPECT(can_write(c.space[0], WINDOW));
	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Writable));
	EXPECT(!can_write(c.space[0], WINDOW));
	EXPECT_EQ(reads_in(c.space[0], WINDOW), MARK(0));
	EXPECT(can_execute(c.space[0], WINDOW));
	EXPECT(can_write(&own_space, c.own));
}

TEST(unmap, execute_alone)
{
	struct chain c = pages_chain(1);

	EXPECT(can_execute(c.space[0], WINDOW));
	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_eXecutable));
	EXPECT(!can_execute(c.space[0], WINDOW));
	EXPECT_EQ(reads_in(c.space[0], WINDOW), MARK(0));
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_execute(&own_space, c.own));
}

/* The processor has no pages that can be written or executed but not read. */
TEST(unmap, read_alone_takes_page)
{
	struct chain c = pages_chain(1);

	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Readable));
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(!can_write(c.space[0], WINDOW));
	EXPECT(!can_execute(c.space[0], WINDOW));
}

TEST(unmap, write_and_execute)
{
	struct chain c = pages_chain(2);

	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Writable | L4_eXecutable));
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(can_read(c.space[i], WINDOW));
		EXPECT(!can_write(c.space[i], WINDOW));
		EXPECT(!can_execute(c.space[i], WINDOW));
	}
}

TEST(unmap, rights_are_revoked_for_all_derived)
{
	struct chain c = pages_chain(3);

	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Writable));
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(!can_write(c.space[i], WINDOW));
		EXPECT(can_execute(c.space[i], WINDOW));
	}
}

TEST(unmap, revoked_right_is_not_passed_on)
{
	struct chain c = pages_chain(1);
	struct space *s;

	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Writable));
	s = taker(c.agent[0], WINDOW, RWX);
	EXPECT(can_read(s, WINDOW));
	EXPECT(!can_write(s, WINDOW));
}

/* The right comes back only where it is mapped anew, not to those who got the page from there. */
TEST(unmap, revoked_right_stays_revoked_below)
{
	struct chain c = pages_chain(2);

	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Writable));
	EXPECT_EQ(give(worker, fpage(c.own, 12, RWX), c.agent[0], fpage(WINDOW, 12, 0), 0), 0);
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_read(c.space[1], WINDOW));
	EXPECT(!can_write(c.space[1], WINDOW));
}

TEST(unmap, flush_takes_own_right)
{
	struct chain c = pages_chain(1);
	struct space *s;

	unmap_by(worker, FLUSH, fpage(c.own, 12, L4_Writable));
	EXPECT(own_reads(c.own));
	EXPECT(!can_write(&own_space, c.own));
	EXPECT(!can_write(c.space[0], WINDOW));
	s = taker(worker, c.own, RWX);
	EXPECT(can_read(s, WINDOW));
	EXPECT(!can_write(s, WINDOW));
}

TEST(unmap, no_rights_take_nothing)
{
	struct chain c = pages_chain(1);

	unmap_by(worker, FLUSH, fpage(c.own, 12, 0));
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_execute(c.space[0], WINDOW));
	EXPECT(can_write(&own_space, c.own));
}

/* In the middle of a chain. */

TEST(unmap, middle_takes_from_derived_only)
{
	struct chain c = pages_chain(3);

	unmap_by(c.agent[1], UNMAP, fpage(WINDOW, 12, RWX));
	EXPECT(!can_read(c.space[2], WINDOW));
	EXPECT(can_write(c.space[1], WINDOW));
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_write(&own_space, c.own));
}

TEST(unmap, middle_flush_leaves_ancestors)
{
	struct chain c = pages_chain(3);

	unmap_by(c.agent[1], FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT(!can_read(c.space[2], WINDOW));
	EXPECT(!can_read(c.space[1], WINDOW));
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_write(&own_space, c.own));
}

TEST(unmap, middle_right_leaves_ancestors)
{
	struct chain c = pages_chain(3);

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW, 12, L4_Writable));
	EXPECT(!can_write(c.space[2], WINDOW));
	EXPECT(!can_write(c.space[1], WINDOW));
	EXPECT(!can_write(c.space[0], WINDOW));
	EXPECT(can_read(c.space[2], WINDOW));
	EXPECT(can_write(&own_space, c.own));
}

TEST(unmap, last_takes_from_nobody)
{
	struct chain c = pages_chain(2);

	unmap_by(c.agent[1], UNMAP, fpage(WINDOW, 12, RWX));
	for (unsigned i = 0; i < 2; i++)
		EXPECT(can_write(c.space[i], WINDOW));
}

TEST(unmap, siblings_of_middle_stay)
{
	struct chain c = pages_chain(2);
	struct space *sibling = taker(c.agent[0], WINDOW, RWX);
	struct space *uncle = taker(worker, c.own, RWX);

	unmap_by(c.agent[1], FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT(!can_read(c.space[1], WINDOW));
	EXPECT(can_read(sibling, WINDOW));
	EXPECT(can_read(uncle, WINDOW));
}

TEST(unmap, page_comes_back_by_another_map)
{
	struct chain c = pages_chain(2);

	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	EXPECT_EQ(give(worker, fpage(c.own + PAGE, 12, RW), c.agent[0], fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(c.space[0], WINDOW), MARK(1));
	EXPECT(!can_read(c.space[1], WINDOW));
}

/* Spaces that go. */

TEST(unmap, after_childs_space_is_gone)
{
	struct chain c = pages_chain(1);

	EXPECT_EQ(thread_delete(c.agent[0]), 1);
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	unmap_by(worker, FLUSH, fpage(c.own, 12, L4_Writable));
	EXPECT(own_reads(c.own));
	EXPECT(!can_write(&own_space, c.own));
}

TEST(unmap, space_in_the_middle_goes)
{
	struct chain c = pages_chain(3);

	EXPECT_EQ(thread_delete(c.agent[1]), 1);
	EXPECT(!can_read(c.space[2], WINDOW));
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(own_reads(c.own));
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	EXPECT(!can_read(c.space[0], WINDOW));
}

TEST(unmap, first_space_goes)
{
	struct chain c = pages_chain(3);
	struct space *sibling = taker(worker, c.own, RWX);

	EXPECT_EQ(thread_delete(c.agent[0]), 1);
	EXPECT(!can_read(c.space[1], WINDOW));
	EXPECT(!can_read(c.space[2], WINDOW));
	EXPECT(can_write(sibling, WINDOW));
}

TEST(unmap, last_space_goes)
{
	struct chain c = pages_chain(3);

	EXPECT_EQ(thread_delete(c.agent[2]), 1);
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_write(c.space[1], WINDOW));
	unmap_by(c.agent[0], UNMAP, fpage(WINDOW, 12, RWX));
	EXPECT(!can_read(c.space[1], WINDOW));
}

/* Mapping over something. */

TEST(unmap, map_over_takes_what_was_derived)
{
	struct chain c = pages_chain(3);

	EXPECT_EQ(give(worker, fpage(c.own + PAGE, 12, RW), c.agent[0], fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(c.space[0], WINDOW), MARK(1));
	EXPECT(!can_read(c.space[1], WINDOW));
	EXPECT(!can_read(c.space[2], WINDOW));
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	EXPECT_EQ(reads_in(c.space[0], WINDOW), MARK(1));
	unmap_by(worker, UNMAP, fpage(c.own + PAGE, 12, RWX));
	EXPECT(!can_read(c.space[0], WINDOW));
}

/* The same frame, but by another way: not the same mapping. */
TEST(unmap, map_over_from_another_giver)
{
	struct chain c = pages_chain(2);

	EXPECT_EQ(give(worker, fpage(c.own, 12, RWX), c.agent[1], fpage(WINDOW, 12, 0), 0), 0);
	unmap_by(c.agent[0], FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT_EQ(reads_in(c.space[1], WINDOW), MARK(0));
}

TEST(unmap, same_page_again_adds_rights)
{
	L4_Word_t own = fresh_pages();
	struct space *s = space_new();
	L4_ThreadId_t a = agent_new(s);

	give(worker, fpage(own, 12, L4_Readable), a, fpage(WINDOW, 12, 0), 0);
	EXPECT(!can_write(s, WINDOW));
	EXPECT(!can_execute(s, WINDOW));
	give(worker, fpage(own, 12, RW), a, fpage(WINDOW, 12, 0), 0);
	EXPECT(can_write(s, WINDOW));
	EXPECT(!can_execute(s, WINDOW));
	give(worker, fpage(own, 12, L4_Readable | L4_eXecutable), a, fpage(WINDOW, 12, 0), 0);
	EXPECT(can_write(s, WINDOW));
	EXPECT(can_execute(s, WINDOW));
}

TEST(unmap, same_page_again_takes_nothing)
{
	struct chain c = pages_chain(2);

	give(worker, fpage(c.own, 12, L4_Readable), c.agent[0], fpage(WINDOW, 12, 0), 0);
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_write(c.space[1], WINDOW));
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(!can_read(c.space[1], WINDOW));
}

/*
 * Back to where it came from: the ancestor there goes, and with it the source. The kernel survives, and nobody keeps
 * it.
 */
TEST(unmap, map_over_own_ancestor)
{
	struct chain c = pages_chain(2);
	L4_ThreadId_t here = agent_new(&own_space);

	give(c.agent[1], fpage(WINDOW, 12, RWX), here, fpage(c.own, 12, 0), 0);
	if (!own_reads(c.own)) {
		EXPECT(!can_read(c.space[0], WINDOW));
		EXPECT(!can_read(c.space[1], WINDOW));
	}
	EXPECT(own_reads(c.own + PAGE));
	unmap_by(worker, FLUSH, fpage(c.own, 12, RWX));
	EXPECT(!own_reads(c.own));
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(!can_read(c.space[1], WINDOW));
}

TEST(unmap, back_to_another_address_of_the_ancestor)
{
	struct chain c = pages_chain(2);
	L4_ThreadId_t here = agent_new(&own_space);

	EXPECT_EQ(give(c.agent[1], fpage(WINDOW, 12, L4_Readable), here, fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(&own_space, WINDOW), MARK(0));
	EXPECT(!can_write(&own_space, WINDOW));
	unmap_by(c.agent[0], UNMAP, fpage(WINDOW, 12, RWX));
	EXPECT(!own_reads(WINDOW));
	EXPECT(own_reads(c.own));
}

TEST(unmap, alias_in_own_space)
{
	L4_Word_t own = fresh_pages();
	L4_ThreadId_t here = agent_new(&own_space);

	EXPECT_EQ(give(worker, fpage(own, 12, L4_Readable), here, fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(&own_space, WINDOW), MARK(0));
	EXPECT(!can_write(&own_space, WINDOW));
	EXPECT(can_write(&own_space, own));
	unmap_by(worker, FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT(!own_reads(WINDOW));
	EXPECT(own_reads(own));
}

TEST(unmap, alias_goes_with_the_original)
{
	L4_Word_t own = fresh_pages();
	L4_ThreadId_t here = agent_new(&own_space);

	EXPECT_EQ(give(worker, fpage(own, 12, RWX), here, fpage(WINDOW, 12, 0), 0), 0);
	unmap_by(worker, UNMAP, fpage(own, 12, RWX));
	EXPECT(!own_reads(WINDOW));
	EXPECT(own_reads(own));
}

/* A flexpage that holds both the original and the alias. */
TEST(unmap, original_and_alias_at_once)
{
	L4_Word_t own = fresh_pages();
	L4_ThreadId_t here = agent_new(&own_space);

	EXPECT_EQ(give(worker, fpage(own, 12, RWX), here, fpage(own + 5 * PAGE, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(&own_space, own + 5 * PAGE), MARK(0));
	unmap_by(worker, FLUSH, fpage(own, 16, RWX));
	for (unsigned i = 0; i < SMALL_PAGES; i++)
		EXPECT(!own_reads(own + i * PAGE));
}

TEST(unmap, to_where_it_is)
{
	L4_Word_t own = fresh_pages();
	L4_ThreadId_t here = agent_new(&own_space);

	EXPECT_EQ(give(worker, fpage(own, 12, L4_Readable), here, fpage(own, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(&own_space, own), MARK(0));
	EXPECT(can_write(&own_space, own));
}

/* Large pages. */

static struct chain large_chain(unsigned length)
{
	return chain_make(fresh_large(), LARGE_LOG2, length);
}

TEST(unmap, large_page)
{
	struct chain c = large_chain(2);

	EXPECT_EQ(reads_in(c.space[1], WINDOW + 511 * PAGE), MARK(511));
	unmap_by(worker, UNMAP, fpage(c.own, LARGE_LOG2, RWX));
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(!can_read(c.space[i], WINDOW));
		EXPECT(!can_read(c.space[i], WINDOW + 511 * PAGE));
	}
	EXPECT(own_reads(c.own));
}

TEST(unmap, part_of_large_page_flushed)
{
	struct chain c = large_chain(2);

	unmap_by(worker, FLUSH, fpage(c.own + 7 * PAGE, 12, RWX));
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(!can_read(c.space[i], WINDOW + 7 * PAGE));
		EXPECT_EQ(reads_in(c.space[i], WINDOW + 6 * PAGE), MARK(6));
		EXPECT(can_write(c.space[i], WINDOW + 8 * PAGE));
	}
	EXPECT(!own_reads(c.own + 7 * PAGE));
	EXPECT(own_reads(c.own + 6 * PAGE));
}

TEST(unmap, part_of_large_page_taken_from_the_middle)
{
	struct chain c = large_chain(3);

	unmap_by(c.agent[1], FLUSH, fpage(WINDOW + 16 * PAGE, 14, RWX));
	EXPECT(can_read(c.space[0], WINDOW + 17 * PAGE));
	for (unsigned i = 1; i < 3; i++) {
		for (unsigned n = 16; n < 20; n++)
			EXPECT(!can_read(c.space[i], WINDOW + n * PAGE));
		EXPECT(can_read(c.space[i], WINDOW + 15 * PAGE));
		EXPECT(can_read(c.space[i], WINDOW + 20 * PAGE));
	}
}

TEST(unmap, rights_of_part_of_large_page)
{
	struct chain c = large_chain(2);

	unmap_by(worker, UNMAP, fpage(c.own + 3 * PAGE, 12, L4_Writable));
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(can_read(c.space[i], WINDOW + 3 * PAGE));
		EXPECT(!can_write(c.space[i], WINDOW + 3 * PAGE));
		EXPECT(can_write(c.space[i], WINDOW + 2 * PAGE));
		EXPECT(can_write(c.space[i], WINDOW + 4 * PAGE));
	}
}

TEST(unmap, hole_in_large_page_is_not_mapped_on)
{
	struct chain c = large_chain(1);
	struct space *s = space_new();

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW + 7 * PAGE, 12, RWX));
	EXPECT_EQ(give(c.agent[0], fpage(WINDOW, LARGE_LOG2, RWX), agent_new(s), fpage(WINDOW, LARGE_LOG2, 0), 0), 0);
	EXPECT_EQ(reads_in(s, WINDOW + 6 * PAGE), MARK(6));
	EXPECT(!can_read(s, WINDOW + 7 * PAGE));
	EXPECT_EQ(reads_in(s, WINDOW + 8 * PAGE), MARK(8));
	unmap_by(worker, UNMAP, fpage(c.own, LARGE_LOG2, RWX));
	EXPECT(!can_read(s, WINDOW + 6 * PAGE));
	EXPECT(!can_read(s, WINDOW + 8 * PAGE));
}

TEST(unmap, large_page_again_fills_hole)
{
	struct chain c = large_chain(1);

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW + 7 * PAGE, 12, RWX));
	EXPECT_EQ(give(worker, fpage(c.own, LARGE_LOG2, RWX), c.agent[0], fpage(WINDOW, LARGE_LOG2, 0), 0), 0);
	EXPECT_EQ(reads_in(c.space[0], WINDOW + 7 * PAGE), MARK(7));
	EXPECT_EQ(reads_in(c.space[0], WINDOW + 8 * PAGE), MARK(8));
	unmap_by(worker, UNMAP, fpage(c.own, LARGE_LOG2, RWX));
	EXPECT(!can_read(c.space[0], WINDOW + 7 * PAGE));
	EXPECT(!can_read(c.space[0], WINDOW + 8 * PAGE));
}

TEST(unmap, part_mapped_on_goes_with_the_whole)
{
	struct chain c = large_chain(1);
	struct space *s = taker(c.agent[0], WINDOW + 9 * PAGE, RWX);

	EXPECT_EQ(reads_in(s, WINDOW), MARK(9));
	unmap_by(c.agent[0], UNMAP, fpage(WINDOW + 10 * PAGE, 12, RWX));
	EXPECT(can_read(s, WINDOW));
	unmap_by(worker, UNMAP, fpage(c.own, LARGE_LOG2, RWX));
	EXPECT(!can_read(s, WINDOW));
}

TEST(unmap, part_mapped_on_goes_with_the_part)
{
	struct chain c = large_chain(1);
	struct space *s = taker(c.agent[0], WINDOW + 9 * PAGE, RWX);

	unmap_by(worker, UNMAP, fpage(c.own + 9 * PAGE, 12, RWX));
	EXPECT(!can_read(s, WINDOW));
	EXPECT(!can_read(c.space[0], WINDOW + 9 * PAGE));
	EXPECT(can_read(c.space[0], WINDOW + 10 * PAGE));
}

TEST(unmap, parts_of_large_page_one_by_one)
{
	enum { PARTS = 6 };
	L4_Word_t own = fresh_large();
	struct space *s[PARTS];

	for (unsigned i = 0; i < PARTS; i++)
		s[i] = taker(worker, own + i * 85 * PAGE, RWX);
	for (unsigned gone = 0; gone < PARTS; gone++) {
		for (unsigned i = gone; i < PARTS; i++)
			EXPECT_EQ(reads_in(s[i], WINDOW), MARK(i * 85));
		unmap_by(worker, UNMAP, fpage(own + gone * 85 * PAGE, 12, RWX));
		EXPECT(!can_read(s[gone], WINDOW));
	}
	for (unsigned i = 0; i < PARTS; i++)
		EXPECT(own_reads(own + i * 85 * PAGE));
}

TEST(unmap, parts_of_large_page_at_once)
{
	enum { PARTS = 6 };
	L4_Word_t own = fresh_large();
	struct space *s[PARTS];

	for (unsigned i = 0; i < PARTS; i++)
		s[i] = taker(worker, own + (500 + i) * PAGE, RWX);
	unmap_by(worker, FLUSH, fpage(own, LARGE_LOG2, RWX));
	for (unsigned i = 0; i < PARTS; i++)
		EXPECT(!can_read(s[i], WINDOW));
	EXPECT(!own_reads(own));
	EXPECT(!own_reads(own + 511 * PAGE));
}

TEST(unmap, space_with_large_page_goes_and_takes_parts)
{
	struct chain c = large_chain(1);
	struct space *s = taker(c.agent[0], WINDOW + 9 * PAGE, RWX);

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW + 3 * PAGE, 12, RWX));
	EXPECT_EQ(thread_delete(c.agent[0]), 1);
	EXPECT(!can_read(s, WINDOW));
	unmap_by(worker, FLUSH, fpage(c.own, LARGE_LOG2, RWX));
	EXPECT(!own_reads(c.own));
}

/* A space with a large page that has another page where a part was. */
static struct chain patched_chain(void)
{
	struct chain c = large_chain(1);

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW + 7 * PAGE, 12, RWX));
	EXPECT_EQ(give(worker, fpage(fresh_pages() + PAGE, 12, RWX), c.agent[0], fpage(WINDOW + 7 * PAGE, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(c.space[0], WINDOW + 7 * PAGE), MARK(1));
	EXPECT_EQ(reads_in(c.space[0], WINDOW + 8 * PAGE), MARK(8));
	return c;
}

TEST(unmap, patch_in_large_page_is_flushed_too)
{
	struct chain c = patched_chain();

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW, LARGE_LOG2, RWX));
	EXPECT(!can_read(c.space[0], WINDOW + 8 * PAGE));
	EXPECT(!can_read(c.space[0], WINDOW + 7 * PAGE));
}

TEST(unmap, patch_in_large_page_is_flushed_alone)
{
	struct chain c = patched_chain();

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW + 7 * PAGE, 12, RWX));
	EXPECT(can_read(c.space[0], WINDOW + 8 * PAGE));
	EXPECT(!can_read(c.space[0], WINDOW + 7 * PAGE));
}

TEST(unmap, patch_in_large_page_is_not_its_givers)
{
	struct chain c = patched_chain();

	unmap_by(worker, UNMAP, fpage(c.own, LARGE_LOG2, RWX));
	EXPECT(!can_read(c.space[0], WINDOW + 8 * PAGE));
	EXPECT_EQ(reads_in(c.space[0], WINDOW + 7 * PAGE), MARK(1));
}

TEST(unmap, what_came_from_a_patch_goes_with_it)
{
	struct chain c = patched_chain();
	struct space *s = taker(c.agent[0], WINDOW + 7 * PAGE, RWX);

	EXPECT_EQ(reads_in(s, WINDOW), MARK(1));
	unmap_by(c.agent[0], UNMAP, fpage(WINDOW, LARGE_LOG2, RWX));
	EXPECT(!can_read(s, WINDOW));
	EXPECT_EQ(reads_in(c.space[0], WINDOW + 7 * PAGE), MARK(1));
}

TEST(unmap, rights_of_a_patch_go_with_the_whole)
{
	struct chain c = patched_chain();

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW, LARGE_LOG2, L4_Writable));
	EXPECT(!can_write(c.space[0], WINDOW + 8 * PAGE));
	EXPECT(!can_write(c.space[0], WINDOW + 7 * PAGE));
	EXPECT(can_read(c.space[0], WINDOW + 7 * PAGE));
}

/* Nothing of a deleted space may stay where its pages' givers find it. */
TEST(unmap, space_with_patched_large_page_goes)
{
	struct chain c = patched_chain();
	L4_Word_t small = fresh_pages();

	EXPECT_EQ(give(worker, fpage(small + PAGE, 12, RWX), c.agent[0], fpage(WINDOW + 7 * PAGE, 12, 0), 0), 0);
	EXPECT_EQ(thread_delete(c.agent[0]), 1);
	for (unsigned i = 0; i < 8; i++)
		agent_new(space_new()); /* use what was freed for something else */
	unmap_by(worker, FLUSH, fpage(small, 16, RWX));
	unmap_by(worker, FLUSH, fpage(c.own, LARGE_LOG2, RWX));
	EXPECT(!own_reads(small + PAGE));
	EXPECT(!own_reads(c.own));
}

/* A page of a large page to oneself, to another part of it. */
TEST(unmap, part_over_another_part)
{
	L4_Word_t own = fresh_large();
	L4_ThreadId_t here = agent_new(&own_space);

	EXPECT_EQ(give(worker, fpage(own + 2 * PAGE, 12, RWX), here, fpage(own + 5 * PAGE, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(&own_space, own + 5 * PAGE), MARK(2));
	EXPECT_EQ(reads_in(&own_space, own + 4 * PAGE), MARK(4));
	unmap_by(worker, FLUSH, fpage(own + 2 * PAGE, 12, RWX));
	EXPECT(!own_reads(own + 2 * PAGE));
	EXPECT(!own_reads(own + 5 * PAGE));
	EXPECT(own_reads(own + 4 * PAGE));
	unmap_by(worker, FLUSH, fpage(own, LARGE_LOG2, RWX));
	EXPECT(!own_reads(own + 4 * PAGE));
}

TEST(unmap, large_page_over_small_ones)
{
	struct space *s = space_new(), *below;
	L4_ThreadId_t a = agent_new(s);
	L4_Word_t small = fresh_pages(), large = fresh_large();

	give(worker, fpage(small, 16, RWX), a, fpage(WINDOW, LARGE_LOG2, 0), 0x40000);
	EXPECT_EQ(reads_in(s, WINDOW + 0x43000), MARK(3));
	below = taker(a, WINDOW + 0x43000, RWX);
	give(worker, fpage(large, LARGE_LOG2, RWX), a, fpage(WINDOW, LARGE_LOG2, 0), 0);
	EXPECT_EQ(reads_in(s, WINDOW + 0x43000), MARK(0x43));
	EXPECT(!can_read(below, WINDOW));
	unmap_by(worker, UNMAP, fpage(large, LARGE_LOG2, RWX));
	EXPECT(!can_read(s, WINDOW + 0x43000));
	EXPECT(own_reads(small));
}

/* Flexpages. */

TEST(unmap, several_flexpages)
{
	struct chain c = chain_make(fresh_pages(), 16, 1);
	L4_Fpage_t f[3] = {fpage(c.own, 12, RWX), fpage(c.own + 4 * PAGE, 12, L4_Writable), fpage(c.own + 8 * PAGE, 14, RWX)};

	L4_UnmapFpages(3, f);
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(can_write(c.space[0], WINDOW + PAGE));
	EXPECT(can_read(c.space[0], WINDOW + 4 * PAGE));
	EXPECT(!can_write(c.space[0], WINDOW + 4 * PAGE));
	EXPECT(!can_read(c.space[0], WINDOW + 8 * PAGE));
	EXPECT(!can_read(c.space[0], WINDOW + 11 * PAGE));
	EXPECT(can_write(c.space[0], WINDOW + 12 * PAGE));
}

TEST(unmap, sixty_four_flexpages)
{
	struct chain c = chain_make(fresh_large(), LARGE_LOG2, 1);
	L4_Fpage_t f[64];

	for (unsigned i = 0; i < 64; i++)
		f[i] = fpage(c.own + 2 * i * PAGE, 12, RWX);
	L4_FlushFpages(64, f);
	for (unsigned i = 0; i < 64; i++)
		EXPECT_EQ(f[i].raw & ~7UL, fpage(c.own + 2 * i * PAGE, 12, 0).raw);
	for (unsigned i = 0; i < 64; i += 9) {
		EXPECT(!can_read(c.space[0], WINDOW + 2 * i * PAGE));
		EXPECT(can_read(c.space[0], WINDOW + (2 * i + 1) * PAGE));
	}
	EXPECT(!own_reads(c.own + 126 * PAGE));
	EXPECT(can_read(c.space[0], WINDOW + 128 * PAGE));
}

/* Each control word takes as many flexpages as it says and leaves the other words alone. */
TEST(unmap, no_more_flexpages_than_told)
{
	struct chain c = chain_make(fresh_pages(), 13, 1);
	L4_Word_t second = fpage(c.own + PAGE, 12, RWX).raw;

	L4_LoadMR(0, fpage(c.own, 12, RWX).raw);
	L4_LoadMR(1, second);
	L4_Unmap(0);
	L4_StoreMR(1, &second);
	EXPECT_EQ(second, fpage(c.own + PAGE, 12, RWX).raw);
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(can_read(c.space[0], WINDOW + PAGE));
}

/* None of these names memory; each comes back without rights, and nothing goes. */
TEST(unmap, flexpages_of_nothing)
{
	static const L4_Word_t words[] = {
		0, 7, 0xf, 3 << 4 | 7, 11 << 4 | 7, 49 << 4 | 7, 63 << 4 | 7, 1 << 10 | 1 << 4 | 7,
		1UL << 48 | 12 << 4 | 7, ~0UL, 0x60 << 16 | 3 << 10 | 2 << 4 | 7, 17 << 10 | 2 << 4 | 7,
		0xffff800000000000UL | 12 << 4 | 7, 0xffffffff80000000UL | 12 << 4 | 7,
	};
	struct chain c = pages_chain(1);

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		L4_Fpage_t f = {.raw = words[i]};

		EXPECT_EQ(unmap_by(worker, FLUSH, f), words[i] & ~7UL);
		EXPECT_EQ(unmap_by(worker, UNMAP, f), words[i] & ~7UL);
	}
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(own_reads(c.own));
	EXPECT_EQ(*(volatile char *)own_space.kip, 'L');
}

TEST(unmap, place_without_page)
{
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(0x123456789000UL, 12, RWX)), fpage(0x123456789000UL, 12, 0).raw);
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(0x700000000000UL, 43, RWX)) & ~7UL, fpage(0x700000000000UL, 43, 0).raw);
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(0x7fffffffe000UL, 12, RWX)), fpage(0x7fffffffe000UL, 12, 0).raw);
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(0x7ffffffff000UL, 12, RWX)), fpage(0x7ffffffff000UL, 12, 0).raw);
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(0x800000000000UL, 47, RWX)), fpage(0x800000000000UL, 47, 0).raw);
}

TEST(unmap, huge_flexpage)
{
	struct chain c = chain_make(fresh_pages(), 16, 2);

	unmap_by(c.agent[0], UNMAP, fpage(0, 47, RWX));
	EXPECT(can_read(c.space[0], WINDOW + 15 * PAGE));
	EXPECT(!can_read(c.space[1], WINDOW));
	EXPECT(!can_read(c.space[1], WINDOW + 15 * PAGE));
}

/* The agent loses its own text and stack as well; its pager gives them back. */
TEST(unmap, complete_space_flushed)
{
	struct chain c = chain_make(fresh_pages(), 16, 2);
	L4_Fpage_t all = L4_FpageAddRights(L4_CompleteAddressSpace, RWX);

	EXPECT_EQ(unmap_by(c.agent[0], FLUSH, all) & ~7UL, L4_CompleteAddressSpace.raw);
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(!can_read(c.space[i], WINDOW));
		EXPECT(!can_read(c.space[i], WINDOW + 15 * PAGE));
	}
	EXPECT(own_reads(c.own));
}

TEST(unmap, complete_space_unmapped)
{
	struct chain c = chain_make(fresh_pages(), 16, 2);
	struct chain l = chain_make(fresh_large(), LARGE_LOG2, 1);

	unmap_by(worker, UNMAP, L4_FpageAddRights(L4_CompleteAddressSpace, RWX));
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(!can_read(c.space[1], WINDOW + 15 * PAGE));
	EXPECT(!can_read(l.space[0], WINDOW + LARGE - PAGE));
	EXPECT(own_reads(c.own));
	EXPECT(own_reads(l.own));
}

/* The size of the flexpage counts, not where in it the address points. */
TEST(unmap, address_within_flexpage)
{
	struct chain c = chain_make(fresh_pages(), 13, 1);

	unmap_by(worker, UNMAP, (L4_Fpage_t){.raw = (c.own + PAGE) | 13 << 4 | RWX});
	EXPECT(!can_read(c.space[0], WINDOW));
	EXPECT(!can_read(c.space[0], WINDOW + PAGE));
}

/* Accesses. */

enum { R = L4_Readable, W = L4_Writable, X = L4_eXecutable };

static L4_Word_t status(L4_ThreadId_t who, L4_Word_t address, unsigned log2)
{
	return unmap_by(who, UNMAP, fpage(address, log2, 0)) & 7;
}

/* Not even the look itself: pages that cannot be executed are used, so that reading can be told from it. */
static struct chain quiet_chain(unsigned length)
{
	struct chain c = {.own = fresh_pages(), .log2 = 12};

	for (unsigned i = 0; i < length; i++) {
		c.space[i] = space_new();
		c.agent[i] = agent_new(c.space[i]);
		give(i ? c.agent[i - 1] : worker, fpage(i ? WINDOW : c.own, 12, RW), c.agent[i], fpage(WINDOW, 12, 0), 0);
	}
	status(worker, c.own, 16);
	unmap_by(worker, FLUSH, fpage(c.own, 16, 0));
	return c;
}

TEST(status, untouched)
{
	struct chain c = quiet_chain(1);

	EXPECT_EQ(status(worker, c.own, 12), 0);
	EXPECT_EQ(status(c.agent[0], WINDOW, 12), 0);
}

TEST(status, read_by_child)
{
	struct chain c = quiet_chain(1);

	reads_in(c.space[0], WINDOW);
	EXPECT_EQ(status(worker, c.own, 12), R);
}

TEST(status, written_by_child)
{
	struct chain c = quiet_chain(1);

	can_write(c.space[0], WINDOW);
	EXPECT_EQ(status(worker, c.own, 12), R | W);
}

TEST(status, executed_by_child)
{
	struct chain c = pages_chain(1);

	unmap_by(worker, FLUSH, fpage(c.own, 12, 0));
	EXPECT(can_execute(c.space[0], WINDOW));
	EXPECT_EQ(status(worker, c.own, 12) & X, X);
}

TEST(status, asking_resets)
{
	struct chain c = quiet_chain(1);

	can_write(c.space[0], WINDOW);
	EXPECT_EQ(status(worker, c.own, 12), R | W);
	EXPECT_EQ(status(worker, c.own, 12), 0);
	reads_in(c.space[0], WINDOW);
	EXPECT_EQ(status(worker, c.own, 12), R);
	can_write(c.space[0], WINDOW);
	EXPECT_EQ(status(worker, c.own, 12), R | W);
}

TEST(status, asking_takes_nothing)
{
	struct chain c = quiet_chain(1);

	EXPECT_EQ(status(worker, c.own, 12), 0);
	EXPECT(can_write(c.space[0], WINDOW));
	EXPECT(can_write(&own_space, c.own));
}

TEST(status, accesses_of_grandchildren_count)
{
	struct chain c = quiet_chain(3);

	can_write(c.space[2], WINDOW);
	EXPECT_EQ(status(worker, c.own, 12), R | W);
}

TEST(status, accesses_count_for_every_ancestor)
{
	struct chain c = quiet_chain(3);

	can_write(c.space[2], WINDOW);
	EXPECT_EQ(status(c.agent[1], WINDOW, 12), R | W);
	EXPECT_EQ(status(c.agent[0], WINDOW, 12), R | W);
	EXPECT_EQ(status(worker, c.own, 12), R | W);
	EXPECT_EQ(status(worker, c.own, 12), 0);
}

TEST(status, accesses_of_ancestors_do_not_count)
{
	struct chain c = quiet_chain(2);

	can_write(c.space[0], WINDOW);
	EXPECT_EQ(status(c.agent[1], WINDOW, 12), 0);
}

/* Own accesses are the caller's too; a flush without rights asks for them in any case. */
TEST(status, own_accesses)
{
	struct chain c = quiet_chain(1);

	can_write(&own_space, c.own);
	EXPECT_EQ(status(worker, c.own, 12) & (R | W), R | W);
	EXPECT_EQ(status(worker, c.own, 12), 0);
}

TEST(status, own_accesses_by_flush)
{
	struct chain c = quiet_chain(1);

	can_write(&own_space, c.own);
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(c.own, 12, 0)) & (R | W), R | W);
	EXPECT_EQ(unmap_by(worker, FLUSH, fpage(c.own, 12, 0)) & 7, 0);
}

TEST(status, accesses_to_page_taken)
{
	struct chain c = quiet_chain(2);

	can_write(c.space[1], WINDOW);
	EXPECT_EQ(unmap_by(worker, UNMAP, fpage(c.own, 12, RWX)) & 7, R | W);
	EXPECT_EQ(status(worker, c.own, 12), 0);
}

/* Who wrote and then lost the page, by whatever way, has written it. */
TEST(status, accesses_of_deleted_space)
{
	struct chain c = quiet_chain(2);

	can_write(c.space[1], WINDOW);
	EXPECT_EQ(thread_delete(c.agent[1]), 1);
	EXPECT_EQ(status(worker, c.own, 12) & (R | W), R | W);
}

TEST(status, accesses_before_own_flush_by_child)
{
	struct chain c = quiet_chain(2);

	can_write(c.space[0], WINDOW);
	unmap_by(c.agent[0], FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT_EQ(status(worker, c.own, 12) & (R | W), R | W);
}

TEST(status, accesses_before_page_was_mapped_over)
{
	struct chain c = quiet_chain(1);

	can_write(c.space[0], WINDOW);
	give(worker, fpage(c.own + PAGE, 12, RW), c.agent[0], fpage(WINDOW, 12, 0), 0);
	EXPECT_EQ(status(worker, c.own, 12) & (R | W), R | W);
}

TEST(status, other_page_counts_apart)
{
	struct chain c = chain_make(fresh_pages(), 13, 1);

	unmap_by(worker, FLUSH, fpage(c.own, 13, 0));
	can_write(c.space[0], WINDOW + PAGE);
	EXPECT_EQ(status(worker, c.own, 12), 0);
	EXPECT_EQ(status(worker, c.own + PAGE, 12) & (R | W), R | W);
}

TEST(status, of_large_page)
{
	struct chain c = large_chain(2);

	unmap_by(worker, FLUSH, fpage(c.own, LARGE_LOG2, 0));
	can_write(c.space[1], WINDOW + 100 * PAGE);
	EXPECT_EQ(status(worker, c.own, LARGE_LOG2) & (R | W), R | W);
	EXPECT_EQ(status(worker, c.own, LARGE_LOG2), 0);
}

/* What the processor notes for the whole may be said of a part, but asking about a part forgets nothing of another. */
TEST(status, part_of_large_page_forgets_no_other)
{
	struct chain c = large_chain(1);

	unmap_by(worker, FLUSH, fpage(c.own, LARGE_LOG2, 0));
	can_write(c.space[0], WINDOW + 100 * PAGE);
	status(worker, c.own, 12);
	EXPECT_EQ(status(worker, c.own + 100 * PAGE, 12) & (R | W), R | W);
}

/* Faults. */

TEST(unmap, page_fault_comes_again)
{
	struct space *s = space_new();
	L4_Word_t own = fresh_pages();
	struct message m;

	for (unsigned i = 0; i < 3; i++) {
		L4_ThreadId_t t = thread_start_under(worker, s, probe_read, WINDOW);

		REQUIRE(event_receive(t, &m));
		REQUIRE(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], WINDOW);
		EXPECT_EQ(L4_Label(m.tag) & 7, R);
		EXPECT_OK(map_reply(t, fpage(own + i * PAGE, 12, L4_Readable), WINDOW));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(m.mr[1], MARK(i));
		unmap_by(worker, UNMAP, fpage(own, 16, RWX));
	}
}

TEST(unmap, write_fault_after_right_was_revoked)
{
	struct chain c = pages_chain(1);
	L4_ThreadId_t t;
	struct message m;

	EXPECT(can_write(c.space[0], WINDOW));
	unmap_by(worker, UNMAP, fpage(c.own, 12, L4_Writable));
	t = thread_start_under(worker, c.space[0], probe_write, WINDOW + 8);
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], WINDOW + 8);
	EXPECT_EQ(L4_Label(m.tag) & 7, W);
	EXPECT_OK(map_reply(t, fpage(c.own, 12, RW), WINDOW));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* A thread that runs on a page when it goes does not use what the processor remembers of it. */
static volatile L4_Word_t looped;

static void touches_forever(L4_Word_t address)
{
	for (;;) {
		*(volatile L4_Word_t *)(address + 8) = looped;
		looped = looped + 1;
	}
}

TEST(unmap, running_user_faults)
{
	struct chain c = pages_chain(1);
	L4_ThreadId_t t;
	struct message m;

	looped = 0;
	t = thread_start_under(worker, c.space[0], touches_forever, WINDOW);
	set_priority(t, PRIORITY_LOW);
	while (looped < 100 && L4_IpcSucceeded(L4_Receive_Timeout(t, L4_TimePeriod(2000 * time_scale)))) {
		L4_StoreMRs(1, 2, &m.mr[1]);
		m.from = t;
		m.tag = tag_make((L4_Word_t)LABEL_PAGEFAULT, 2, 0);
		map_reply(t, fpage(m.mr[1] & ~0xfffUL, 12, RWX), m.mr[1] & ~0xfffUL);
	}
	REQUIRE(looped >= 100);
	unmap_by(worker, UNMAP, fpage(c.own, 12, RWX));
	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], WINDOW + 8);
}

/* The kernel's areas. */

TEST(unmap, kip_and_utcbs_stay)
{
	struct space *s = space_new();
	L4_ThreadId_t a = agent_new(s);

	unmap_by(a, FLUSH, fpage(s->kip, 12, RWX));
	unmap_by(a, FLUSH, fpage(s->utcb_area, s->utcb_log2, RWX));
	EXPECT_EQ(reads_in(s, s->kip), *(volatile L4_Word_t *)own_space.kip);
	EXPECT_EQ(reads_in(s, s->utcb_area + offsetof(struct utcb, my_global_id)), a.raw);
	EXPECT(can_write(s, s->utcb_area + offsetof(struct utcb, library)));
	EXPECT(!can_write(s, s->kip));
}

TEST(unmap, own_kip_and_utcbs_stay)
{
	unmap_by(worker, FLUSH, fpage(own_space.kip, 12, RWX));
	unmap_by(worker, FLUSH, fpage(own_space.utcb_area, own_space.utcb_log2, RWX));
	EXPECT_EQ(*(volatile char *)own_space.kip, 'L');
	EXPECT_EQ(L4_MyGlobalId().raw, worker.raw);
	own_utcb()->library[0] = 5;
	EXPECT_EQ(own_utcb()->library[0], 5);
}

/* sigma0 gives everybody the kernel interface page, over whatever is there, and it is a page like any other: */

static L4_Word_t kip_from_sigma0(L4_Word_t address)
{
	L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(own_space.kip, 12, 0), fpage(address, 12, 0));
	L4_Accept(L4_UntypedWordsAcceptor);
	return *(volatile L4_Word_t *)own_space.kip;
}

TEST(unmap, kip_over_page)
{
	L4_Word_t large = fresh_large(), first = kip_from_sigma0(large + 5 * PAGE);

	EXPECT_EQ(reads_in(&own_space, large + 5 * PAGE), first);
	EXPECT(!can_write(&own_space, large + 5 * PAGE));
	EXPECT_EQ(reads_in(&own_space, large + 4 * PAGE), MARK(4));
	unmap_by(worker, FLUSH, fpage(large, LARGE_LOG2, RWX));
	EXPECT(!own_reads(large + 4 * PAGE));
	EXPECT(!own_reads(large + 5 * PAGE));
	fresh_large();
	EXPECT_EQ(reads_in(&own_space, large + 5 * PAGE), MARK(5));
	EXPECT_EQ(*(volatile L4_Word_t *)own_space.kip, first);
}

TEST(unmap, kip_from_sigma0_is_flushed)
{
	L4_Word_t pages = fresh_pages(), first = kip_from_sigma0(pages);

	EXPECT_EQ(reads_in(&own_space, pages), first);
	unmap_by(worker, FLUSH, fpage(pages, 12, RWX));
	EXPECT(!own_reads(pages));
	EXPECT_EQ(*(volatile L4_Word_t *)own_space.kip, first);
}

TEST(unmap, kip_from_sigma0_is_mapped_on)
{
	L4_Word_t pages = fresh_pages(), first = kip_from_sigma0(pages);
	struct space *s = space_new();
	L4_ThreadId_t a = agent_new(s);

	EXPECT_EQ(give(worker, fpage(pages, 12, RWX), a, fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(reads_in(s, WINDOW), first);
	EXPECT(!can_write(s, WINDOW));
	unmap_by(worker, UNMAP, fpage(pages, 12, RWX));
	EXPECT(!can_read(s, WINDOW));
	EXPECT_EQ(reads_in(&own_space, pages), first);
	EXPECT_EQ(reads_in(s, s->kip), first);
}

TEST(unmap, kip_from_sigma0_is_mapped_over)
{
	L4_Word_t pages = fresh_pages(), first = kip_from_sigma0(pages);
	L4_Word_t large = fresh_large();

	EXPECT_EQ(reads_in(&own_space, pages), first);
	EXPECT(!L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(large, 12, 0), fpage(pages, 12, 0))));
	L4_Accept(L4_UntypedWordsAcceptor);
	EXPECT_EQ(reads_in(&own_space, pages), MARK(0));
}

#define LATER_UTCBS 0x610000000000UL

static void asks_for_kip(L4_Word_t address)
{
	L4_Fpage_t p = L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(own_space.kip, 12, 0), fpage(address, 12, 0));

	report(LABEL_DONE, p.raw);
}

/* ... and where UTCBs are laid out later, they are UTCBs. */
TEST(unmap, utcbs_where_the_kip_was_mapped)
{
	struct space *s = space_new();
	L4_ThreadId_t keeper = thread_id_new(), t = thread_start(s, asks_for_kip, LATER_UTCBS);
	L4_Word_t old, first = *(volatile L4_Word_t *)own_space.kip;
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_ThreadControl(keeper, t, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(thread_delete(t), 1);
	if (!EXPECT_EQ(L4_SpaceControl(keeper, 0, L4_FpageLog2(s->kip, 12), L4_FpageLog2(LATER_UTCBS, 16), L4_nilthread, &old), 1))
		return;
	EXPECT_EQ(L4_ThreadControl(keeper, keeper, runner, worker, (void *)LATER_UTCBS), 1);
	EXPECT_EQ(*(volatile L4_Word_t *)own_space.kip, first);
}
