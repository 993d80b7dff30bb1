/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/unmap.c - Unmap and flush: who loses what, and who keeps it.
 *
 * Most cases hand pages from this space (the root task's) to others at WINDOW, from there on to others, take something
 * away and see by accesses what is left where.
 */
#include "chain.h"
#include "probe.h"

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
		EXPECT_EQ(L4_Label(m.tag) & 7, L4_Readable);
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
	EXPECT_EQ(L4_Label(m.tag) & 7, L4_Writable);
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
