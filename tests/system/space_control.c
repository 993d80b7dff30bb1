/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/space_control.c - SpaceControl: where the kernel's areas of a space may lie. */
#include "agent.h"

#define KIP_AT	0x500000000000UL
#define UTCB_AT 0x600000000000UL

TEST(space_control, lay_out)
{
	EXPECT_EQ(set_areas(empty_space(), L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)), 1);
}

TEST(space_control, lay_out_again)
{
	L4_ThreadId_t s = empty_space();

	EXPECT_EQ(set_areas(s, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)), 1);
	EXPECT_EQ(set_areas(s, L4_FpageLog2(UTCB_AT, 12), L4_FpageLog2(KIP_AT, 12)), 1);
}

TEST(space_control, areas_side_by_side)
{
	EXPECT_EQ(set_areas(empty_space(), L4_FpageLog2(0x1000, 12), L4_FpageLog2(0x2000, 12)), 1);
	EXPECT_EQ(set_areas(empty_space(), L4_FpageLog2(0x7fffffffd000UL, 12),
			  L4_FpageLog2(0x7fffffffe000UL, 12)),
		  1);
}

TEST(space_control, error_3_space_of_nobody)
{
	EXPECT_REFUSED(
	    set_areas(thread_id_new(), L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)),
	    ERROR_INVALID_SPACE);
	EXPECT_REFUSED(set_areas(L4_nilthread, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)),
		       ERROR_INVALID_SPACE);
	EXPECT_REFUSED(set_areas(L4_anythread, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)),
		       ERROR_INVALID_SPACE);
}

TEST(space_control, error_7_kip_area)
{
	L4_Fpage_t utcb = L4_FpageLog2(UTCB_AT, 16);
	L4_ThreadId_t s = empty_space();

	EXPECT_REFUSED(set_areas(s, L4_Nilpage, utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_CompleteAddressSpace, utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(KIP_AT, 10), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(KIP_AT, 11), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(KIP_AT, 63), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(0xffffffff80000000UL, 12), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(0xffff800000000000UL, 12), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(0x800000000000UL, 12), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(0x7ffffffff000UL, 12), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, (L4_Fpage_t){.raw = 0x60 << 16 | 2 << 4}, utcb), ERROR_KIP_AREA);
}

TEST(space_control, error_6_utcb_area)
{
	L4_Fpage_t kip = L4_FpageLog2(KIP_AT, 12);
	L4_ThreadId_t s = empty_space();

	EXPECT_REFUSED(set_areas(s, kip, L4_Nilpage), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_CompleteAddressSpace), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(UTCB_AT, 10)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(UTCB_AT, 11)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(0xffffffffc0000000UL, 16)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(0xffff800000000000UL, 12)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(0x800000000000UL, 12)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(0x7ffffffff000UL, 12)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, L4_FpageLog2(0x7fffffff0000UL, 16)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(set_areas(s, kip, (L4_Fpage_t){.raw = 0x60 << 16 | 2 << 4}), ERROR_UTCB_AREA);
}

TEST(space_control, error_7_overlap)
{
	L4_ThreadId_t s = empty_space();
	L4_Fpage_t utcb = L4_FpageLog2(UTCB_AT, 16);

	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(UTCB_AT, 12), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(UTCB_AT + 0xf000, 12), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, L4_FpageLog2(UTCB_AT, 20), utcb), ERROR_KIP_AREA);
	EXPECT_REFUSED(set_areas(s, utcb, utcb), ERROR_KIP_AREA);
}

static volatile L4_Word_t result, error;

static void lays_out(L4_Word_t unused)
{
	(void)unused;
	result = set_areas(L4_MyGlobalId(), L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16));
	error = L4_ErrorCode();
	report(LABEL_DONE, 0);
}

TEST(space_control, error_1_unprivileged)
{
	L4_ThreadId_t t = thread_start(space_new(), lays_out, 0);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(result, 0);
	EXPECT_EQ(error, ERROR_NO_PRIVILEGE);
}

/* The areas of a space with an active thread stay where they are. */
TEST(space_control, areas_of_active_space_do_not_move)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start(s, sleeps, 0);

	settle();
	EXPECT_EQ(set_areas(t, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT + 0x100000, 16)), 1);
	/* The UTCB is where it was, and its thread can be reached and deleted. */
	EXPECT(L4_Version(t) != 0);
	settle();
	EXPECT_EQ(thread_delete(t), 1);
}

/* X.2: the areas are ignored while a thread is active, even those that would be refused. */
TEST(space_control, nonsense_for_an_active_space_is_ignored)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start(s, sleeps, 0);

	settle();
	EXPECT_EQ(set_areas(t, L4_FpageLog2(KIP_AT, 11), L4_FpageLog2(UTCB_AT, 16)), 1);
	EXPECT_EQ(set_areas(t, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 11)), 1);
	EXPECT_EQ(set_areas(t, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(KIP_AT, 12)), 1);
	EXPECT_EQ(set_areas(t, (L4_Fpage_t){.raw = ~0UL}, (L4_Fpage_t){.raw = 5}), 1);
	EXPECT_EQ(reads_in(s, s->kip), *(volatile L4_Word_t *)own_space.kip);
}

TEST(space_control, own_space_does_not_move)
{
	set_areas(runner, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16));
	EXPECT_EQ(*(volatile char *)own_space.kip, 'L');
	EXPECT_EQ(L4_MyGlobalId().raw, worker.raw);
	EXPECT_EQ(L4_GlobalIdOf(L4_MyLocalId()).raw, worker.raw);
}

/* A map item never covers KIP or UTCBs. */
static volatile L4_Word_t seen[2];

static void looks(L4_Word_t unused)
{
	(void)unused;
	L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
	L4_Receive_Timeout(worker, PATIENCE);
	seen[0] = *(volatile L4_Word_t *)L4_GetKernelInterface();
	seen[1] = own_utcb()->my_global_id;
	report(LABEL_DONE, 0);
}

TEST(space_control, areas_cannot_be_mapped_over)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start(s, looks, 0);
	L4_Word_t page = page_new();
	L4_MapItem_t items[2] = {
	    L4_MapItem(L4_FpageAddRights(L4_FpageLog2(page, 12), 7), s->kip),
	    L4_MapItem(L4_FpageAddRights(L4_FpageLog2(page, 12), 7), s->utcb_area),
	};
	struct message m;

	settle();
	L4_LoadMR(0, tag_make(0, 0, 4).raw);
	L4_LoadMRs(1, 4, (L4_Word_t *)items);
	L4_Send_Timeout(t, PATIENCE);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(seen[0], *(volatile L4_Word_t *)own_space.kip);
	EXPECT_EQ(seen[1], t.raw);
}

/* The same for single pages, where a neighbour has been mapped before: then there is all that mapping takes. */
TEST(space_control, areas_with_neighbours_cannot_be_mapped_over)
{
	struct space *s = space_new();
	L4_ThreadId_t agent = agent_new(s);
	L4_Word_t pages = fresh_pages(), utcbs_end = s->utcb_area + (1UL << s->utcb_log2);
	L4_Word_t places[] = { s->kip + PAGE, s->kip, utcbs_end, s->utcb_area, utcbs_end - PAGE };

	for (unsigned i = 0; i < sizeof(places) / sizeof(*places); i++)
		EXPECT_EQ(give(worker, fpage(pages, 12, L4_FullyAccessible), agent, L4_CompleteAddressSpace, places[i]),
			  0);
	EXPECT_EQ(reads_in(s, s->kip + PAGE), *(volatile L4_Word_t *)pages);
	EXPECT_EQ(reads_in(s, utcbs_end), *(volatile L4_Word_t *)pages);
	EXPECT_EQ(reads_in(s, s->kip), *(volatile L4_Word_t *)own_space.kip);
	EXPECT_EQ(reads_in(s, s->utcb_area + offsetof(struct utcb, my_global_id)), agent.raw);
	EXPECT(!can_read(s, utcbs_end - PAGE));
}

/* A KIP area of several pages: the KIP is the first, and nothing can be mapped to the others. */
TEST(space_control, kip_area_of_several_pages)
{
	L4_ThreadId_t keeper = thread_id_new(), agent;
	struct space *s = space_new();

	agent = agent_new(s);
	EXPECT_EQ(L4_ThreadControl(keeper, agent, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(thread_delete(agent), 1);
	s->name = keeper;
	REQUIRE_EQ(set_areas(keeper, L4_FpageLog2(KIP_AT, 14), L4_FpageLog2(s->utcb_area, (int)s->utcb_log2)), 1);
	agent = agent_new(s);
	EXPECT_EQ(give(worker, fpage(fresh_pages(), 14, L4_FullyAccessible), agent, L4_CompleteAddressSpace, KIP_AT),
		  0);
	EXPECT_EQ(reads_in(s, KIP_AT), *(volatile L4_Word_t *)own_space.kip);
	for (unsigned page = 1; page < 4; page++)
		EXPECT(!can_read(s, KIP_AT + page * PAGE));
}
