/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/unmap_large.c - large pages: unmapped as a whole and in parts, with holes and patches. */
#include "chain.h"

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
	L4_Fpage_t patch = fpage(fresh_pages() + PAGE, 12, RWX);

	unmap_by(c.agent[0], FLUSH, fpage(WINDOW + 7 * PAGE, 12, RWX));
	EXPECT_EQ(give(worker, patch, c.agent[0], fpage(WINDOW + 7 * PAGE, 12, 0), 0), 0);
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
