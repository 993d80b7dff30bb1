/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/unmap_status.c - how pages were used, as Unmap tells it: by whom, since when, of which part. */
#include "chain.h"

enum { R = L4_Readable, W = L4_Writable, X = L4_eXecutable };

static L4_Word_t status(L4_ThreadId_t who, L4_Word_t address, unsigned log2)
{
	return unmap_by(who, UNMAP, fpage(address, log2, 0)) & 7;
}

/* Not even the look itself: pages that cannot be executed are used, so that reading can be told from it. */
static struct chain quiet_chain(unsigned length)
{
	struct chain c = chain_make_with(fresh_pages(), 12, length, RW);

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
