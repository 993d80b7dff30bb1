/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/unmap_over.c - what is mapped where something is already: another page, the page itself, its ancestor,
 * the kernel's areas.
 */
#include "chain.h"

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
	L4_Word_t first = *(volatile L4_Word_t *)own_space.kip;
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_ThreadControl(keeper, t, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(thread_delete(t), 1);
	if (!EXPECT_EQ(set_areas(keeper, L4_FpageLog2(s->kip, 12), L4_FpageLog2(LATER_UTCBS, 16)), 1))
		return;
	EXPECT_EQ(L4_ThreadControl(keeper, keeper, runner, worker, (void *)LATER_UTCBS), 1);
	EXPECT_EQ(*(volatile L4_Word_t *)own_space.kip, first);
}
