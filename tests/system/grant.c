/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/grant.c - grant items: the page leaves the granter, with all that was made from it.
 *
 * The worker has fresh pages from sigma0. A granter is an agent that got one of them by a map item and gives
 * it on; `granted` does the whole: worker -> giver (map) -> taker (grant).
 */
#include "agent.h"

enum { RWX = 7, RW = 6, R = 4 };

static L4_Word_t grant_to(L4_ThreadId_t to, L4_Word_t page, L4_Word_t base)
{
	L4_GrantItem_t item = L4_GrantItem((L4_Fpage_t){.raw = page}, base);

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	return L4_IpcFailed(L4_Send_Timeout(to, PATIENCE)) ? L4_ErrorCode() : 0;
}

/* A thread that grants one page of its space to `gift.to`, and ends. */
static struct {
	L4_ThreadId_t to;
	L4_Word_t page, base;
} gift;

static void grants(L4_Word_t unused)
{
	(void)unused;
	report(LABEL_DONE, grant_to(gift.to, gift.page, gift.base));
}

/* A thread that takes what `from` sends, into the window. */
static struct {
	L4_ThreadId_t from;
	L4_Fpage_t window;
} pocket;

static void takes(L4_Word_t unused)
{
	L4_MsgTag_t tag;

	(void)unused;
	L4_Accept(L4_MapGrantItems(pocket.window));
	tag = L4_Receive_Timeout(pocket.from, PATIENCE);
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

static void grant(struct space *from, L4_Fpage_t page, struct space *to, L4_Fpage_t window, L4_Word_t base)
{
	L4_ThreadId_t taker, giver;
	struct message m;

	pocket.from = L4_anythread;
	pocket.window = window;
	taker = thread_start(to, takes, 0);
	settle();
	gift.to = taker;
	gift.page = page.raw;
	gift.base = base;
	giver = thread_start(from, grants, 0);
	REQUIRE(message_receive(giver, &m));
	EXPECT_EQ(m.mr[1], 0);
	REQUIRE(message_receive(taker, &m));
	EXPECT_EQ(m.mr[1], 0);
}

/* Three spaces: the giver has the worker's first page at WINDOW, the taker nothing, the heir what the giver mapped. */
static struct space *giver, *taker, *heir;
static L4_ThreadId_t giver_agent, taker_agent, heir_agent;
static L4_Word_t pages;

static void cast(unsigned log2)
{
	giver = space_new();
	taker = space_new();
	heir = space_new();
	giver_agent = agent_new(giver);
	taker_agent = agent_new(taker);
	heir_agent = agent_new(heir);
	pages = log2 == LARGE_LOG2 ? fresh_large() : fresh_pages();
	EXPECT_EQ(give(worker, fpage(pages, log2, RWX), giver_agent, fpage(WINDOW, log2, 0), 0), 0);
	EXPECT_EQ(give(giver_agent, fpage(WINDOW, log2, RWX), heir_agent, fpage(WINDOW, log2, 0), 0), 0);
}

TEST(grant, page_leaves_the_granter)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(!can_read(giver, WINDOW));
	EXPECT_EQ(reads_in(taker, 2 * WINDOW), MARK(0));
	EXPECT(can_write(taker, 2 * WINDOW));
	EXPECT(can_execute(taker, 2 * WINDOW));
	EXPECT_EQ(reads_in(&own_space, pages), MARK(0));
}

TEST(grant, what_was_made_from_it_stays)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(can_write(heir, WINDOW));
}

TEST(grant, who_got_it_takes_back_what_the_granter_mapped)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	unmap_by(taker_agent, UNMAP, fpage(2 * WINDOW, 12, RWX));
	EXPECT(!can_read(heir, WINDOW));
	EXPECT(can_read(taker, 2 * WINDOW));
}

TEST(grant, the_granter_cannot_take_back)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	unmap_by(giver_agent, FLUSH, fpage(WINDOW, 12, RWX));
	EXPECT(can_read(taker, 2 * WINDOW));
	EXPECT(can_read(heir, WINDOW));
}

TEST(grant, the_granters_mapper_takes_it_back)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	unmap_by(worker, UNMAP, fpage(pages, 12, RWX));
	EXPECT(!can_read(taker, 2 * WINDOW));
	EXPECT(!can_read(heir, WINDOW));
}

TEST(grant, granters_end_does_not_matter)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	thread_delete(giver_agent);
	EXPECT(can_read(taker, 2 * WINDOW));
	EXPECT(can_read(heir, WINDOW));
}

TEST(grant, fewer_rights)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, R), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(can_read(taker, 2 * WINDOW));
	EXPECT(!can_write(taker, 2 * WINDOW));
	EXPECT(!can_execute(taker, 2 * WINDOW));
}

/* Nobody has more than who he has it from. */
TEST(grant, fewer_rights_hold_for_what_was_made_from_it)
{
	cast(12);
	EXPECT(can_write(heir, WINDOW));
	grant(giver, fpage(WINDOW, 12, R), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT_EQ(reads_in(heir, WINDOW), MARK(0));
	EXPECT(!can_write(heir, WINDOW));
	EXPECT(!can_execute(heir, WINDOW));
	EXPECT(can_write(&own_space, pages));
}

TEST(grant, accesses_before_it_count)
{
	cast(12);
	EXPECT(can_write(heir, WINDOW));
	grant(giver, fpage(WINDOW, 12, R), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT_EQ(unmap_by(taker_agent, UNMAP, fpage(2 * WINDOW, 12, 0)) & L4_Writable, L4_Writable);
}

TEST(grant, no_rights_grant_nothing)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, 0), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(!can_read(taker, 2 * WINDOW));
	EXPECT(can_write(giver, WINDOW));
}

TEST(grant, hole_grants_nothing)
{
	cast(12);
	grant(giver, fpage(3 * WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(!can_read(taker, 2 * WINDOW));
}

TEST(grant, over_a_page_takes_that_away)
{
	cast(12);
	EXPECT_EQ(give(worker, fpage(pages + PAGE, 12, RWX), taker_agent, fpage(2 * WINDOW, 12, 0), 0), 0);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT_EQ(reads_in(taker, 2 * WINDOW), MARK(0));
	unmap_by(worker, UNMAP, fpage(pages + PAGE, 12, RWX));
	EXPECT_EQ(reads_in(taker, 2 * WINDOW), MARK(0));
}

TEST(grant, to_another_place_of_the_own_space)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), giver, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(!can_read(giver, WINDOW));
	EXPECT_EQ(reads_in(giver, 2 * WINDOW), MARK(0));
	EXPECT(can_read(heir, WINDOW));
}

TEST(grant, to_where_it_is)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), giver, fpage(WINDOW, 12, 0), 0);
	EXPECT_EQ(reads_in(giver, WINDOW), MARK(0));
	EXPECT(can_read(heir, WINDOW));
}

/* What does not fit the window stays with the granter. */
TEST(grant, into_a_smaller_window)
{
	cast(14);
	grant(giver, fpage(WINDOW, 14, RWX), taker, fpage(2 * WINDOW, 12, 0), 2 * PAGE);
	EXPECT_EQ(reads_in(taker, 2 * WINDOW), MARK(2));
	EXPECT(!can_read(giver, WINDOW + 2 * PAGE));
	EXPECT_EQ(reads_in(giver, WINDOW + 3 * PAGE), MARK(3));
}

TEST(grant, large_page)
{
	cast(LARGE_LOG2);
	grant(giver, fpage(WINDOW, LARGE_LOG2, RWX), taker, fpage(2 * WINDOW, LARGE_LOG2, 0), 0);
	EXPECT(!can_read(giver, WINDOW));
	EXPECT_EQ(reads_in(taker, 2 * WINDOW + 17 * PAGE), MARK(17));
	EXPECT(can_write(heir, WINDOW + 17 * PAGE));
}

TEST(grant, fewer_rights_to_a_large_page)
{
	cast(LARGE_LOG2);
	grant(giver, fpage(WINDOW, LARGE_LOG2, R), taker, fpage(2 * WINDOW, LARGE_LOG2, 0), 0);
	EXPECT(!can_write(taker, 2 * WINDOW + 17 * PAGE));
	EXPECT(!can_write(heir, WINDOW + 17 * PAGE));
	EXPECT_EQ(reads_in(heir, WINDOW + 17 * PAGE), MARK(17));
}

/* Of a large page a part can be granted; who got the part from the granter loses it. */
TEST(grant, part_of_a_large_page)
{
	cast(LARGE_LOG2);
	grant(giver, fpage(WINDOW + 17 * PAGE, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT_EQ(reads_in(taker, 2 * WINDOW), MARK(17));
	EXPECT(!can_read(giver, WINDOW + 17 * PAGE));
	EXPECT(!can_read(heir, WINDOW + 17 * PAGE));
	EXPECT(can_read(giver, WINDOW + 16 * PAGE));
	EXPECT(can_read(heir, WINDOW + 18 * PAGE));
}

/* A second grant of what is the granter's no more gives nothing. */
TEST(grant, twice)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	grant(giver, fpage(WINDOW, 12, RWX), heir, fpage(2 * WINDOW, 12, 0), 0);
	EXPECT(!can_read(heir, 2 * WINDOW));
	EXPECT(can_read(taker, 2 * WINDOW));
}

TEST(grant, on_and_on)
{
	cast(12);
	grant(giver, fpage(WINDOW, 12, RWX), taker, fpage(2 * WINDOW, 12, 0), 0);
	grant(taker, fpage(2 * WINDOW, 12, RW), heir, fpage(3 * WINDOW, 12, 0), 0);
	EXPECT(!can_read(taker, 2 * WINDOW));
	EXPECT(can_write(heir, 3 * WINDOW));
	unmap_by(worker, UNMAP, fpage(pages, 12, RWX));
	EXPECT(!can_read(heir, 3 * WINDOW));
}
