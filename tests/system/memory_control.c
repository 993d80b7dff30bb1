/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/memory_control.c - MemoryControl: how pages are cached.
 *
 * No program can see a memory type. What can be seen is what is taken and what is refused, and that the memory
 * stays what it was.
 */
#include "agent.h"

static const L4_Word_t supported[] = {L4_DefaultMemory, L4_UncacheableMemory, L4_WriteCombiningMemory,
				      L4_WriteThroughMemory, L4_WriteBackMemory};

/* Every page of memory still begins with its mark, and can be written. */
static void expect_intact(L4_Word_t memory, unsigned pages)
{
	for (L4_Word_t i = 0; i < pages; i++) {
		volatile L4_Word_t *word = (volatile L4_Word_t *)(memory + i * PAGE);

		EXPECT_EQ(word[0], MARK(i));
		word[1] = i + 1;
		EXPECT_EQ(word[1], i + 1);
	}
}

TEST(memory_control, attributes_of_a_page)
{
	L4_Word_t memory = fresh_pages();

	for (unsigned i = 0; i < sizeof supported / sizeof *supported; i++) {
		EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 12, 0), supported[i]), 1);
		expect_intact(memory, SMALL_PAGES);
	}
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_DefaultMemory), 1);
}

TEST(memory_control, attributes_of_many_pages)
{
	L4_Word_t memory = fresh_pages();

	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_UncacheableMemory), 1);
	expect_intact(memory, SMALL_PAGES);
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_DefaultMemory), 1);
	expect_intact(memory, SMALL_PAGES);
}

TEST(memory_control, each_flexpage_selects_its_attribute)
{
	L4_Word_t memory = fresh_pages();
	L4_Fpage_t pages[4];
	static const L4_Word_t attributes[4] = {L4_UncacheableMemory, L4_WriteCombiningMemory, L4_WriteThroughMemory,
						L4_WriteBackMemory};

	for (L4_Word_t i = 0; i < 4; i++)
		pages[i] = fpage(memory + i * PAGE, 12, i);
	EXPECT_EQ(L4_Set_PageAttributes(4, pages, attributes), 1);
	expect_intact(memory, SMALL_PAGES);
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_DefaultMemory), 1);
}

TEST(memory_control, sixty_four_flexpages)
{
	L4_Word_t memory = fresh_pages();
	static const L4_Word_t attributes[4] = {L4_DefaultMemory, L4_UncacheableMemory, L4_DefaultMemory,
						L4_WriteThroughMemory};
	L4_Fpage_t pages[64];

	for (L4_Word_t i = 0; i < 64; i++)
		pages[i] = fpage(memory + i % SMALL_PAGES * PAGE, 12, i / SMALL_PAGES);
	EXPECT_EQ(L4_Set_PageAttributes(64, pages, attributes), 1);
	expect_intact(memory, SMALL_PAGES);
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_DefaultMemory), 1);
}

TEST(memory_control, part_of_a_large_page)
{
	L4_Word_t memory = fresh_large();

	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory + 5 * PAGE, 12, 0), L4_UncacheableMemory), 1);
	expect_intact(memory, LARGE / PAGE);
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, LARGE_LOG2, 0), L4_DefaultMemory), 1);
	expect_intact(memory, LARGE / PAGE);
}

TEST(memory_control, a_whole_large_page)
{
	L4_Word_t memory = fresh_large();

	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, LARGE_LOG2, 0), L4_WriteThroughMemory), 1);
	expect_intact(memory, LARGE / PAGE);
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, LARGE_LOG2, 0), L4_DefaultMemory), 1);
}

TEST(memory_control, holes_are_passed_over)
{
	EXPECT_EQ(L4_Set_PageAttribute(fpage(0x300000000000UL, 30, 0), L4_UncacheableMemory), 1);
	EXPECT_EQ(L4_Set_PageAttribute(fpage(own_space.kip, 12, 0), L4_UncacheableMemory), 1);
	EXPECT_EQ(*(volatile char *)own_space.kip, 'L');
}

TEST_LIMIT(memory_control, complete_address_space, 5000)
{
	EXPECT_EQ(L4_Set_PageAttribute(L4_CompleteAddressSpace, L4_DefaultMemory), 1);
}

TEST(memory_control, pages_mapped_on_and_flushed_afterwards)
{
	L4_Word_t memory = fresh_pages();
	struct space *s = space_new();
	L4_ThreadId_t agent = agent_new(s);

	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_UncacheableMemory), 1);
	EXPECT_EQ(give(worker, fpage(memory, 16, L4_FullyAccessible), agent, fpage(WINDOW, 16, 0), 0), 0);
	EXPECT_EQ(reads_in(s, WINDOW + 3 * PAGE), MARK(3));
	EXPECT(can_write(s, WINDOW));
	unmap_by(worker, UNMAP, fpage(memory, 16, L4_FullyAccessible));
	EXPECT(!can_read(s, WINDOW));
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 16, 0), L4_DefaultMemory), 1);
}

TEST(memory_control, rights_stay)
{
	L4_Word_t memory = fresh_pages();

	unmap_by(worker, FLUSH, fpage(memory, 12, L4_Writable));
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 12, 0), L4_UncacheableMemory), 1);
	EXPECT(can_read(&own_space, memory));
	EXPECT(!can_write(&own_space, memory));
	EXPECT_EQ(L4_Set_PageAttribute(fpage(memory, 12, 0), L4_DefaultMemory), 1);
}

TEST(memory_control, sigma0_sets_what_it_is_asked_for)
{
	L4_Fpage_t p = L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(0xb9000, 12, 0), fpage(WINDOW, 12, 0));

	EXPECT(!L4_IsNilFpage(p));
	L4_Accept(L4_UntypedWordsAcceptor);
	L4_LoadMR(0, tag_make(0xffffffffffa0UL, 2, 0).raw);
	L4_LoadMR(1, fpage(0xba000, 12, 0).raw);
	L4_LoadMR(2, L4_UncacheableMemory);
	L4_Accept(L4_MapGrantItems(fpage(WINDOW + PAGE, 12, 0)));
	EXPECT_OK(L4_Call(sigma0));
	L4_StoreMR(2, &p.raw);
	L4_Accept(L4_UntypedWordsAcceptor);
	EXPECT_EQ(L4_Address(p), 0xba000);
	*(volatile L4_Word_t *)(WINDOW + PAGE);
}

TEST(memory_control, sigma0_refuses_what_the_kernel_has_not)
{
	L4_Fpage_t p;

	L4_LoadMR(0, tag_make(0xffffffffffa0UL, 2, 0).raw);
	L4_LoadMR(1, fpage(0xbb000, 12, 0).raw);
	L4_LoadMR(2, L4_WriteProtectedMemory);
	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	EXPECT_OK(L4_Call(sigma0));
	L4_StoreMR(2, &p.raw);
	L4_Accept(L4_UntypedWordsAcceptor);
	EXPECT(L4_IsNilFpage(p));
}

/* Refusals. */

static void sets_attribute(L4_Word_t address)
{
	L4_Word_t result = L4_Set_PageAttribute(fpage(address, 12, 0), L4_DefaultMemory);

	report(LABEL_DONE, result << 8 | L4_ErrorCode());
}

TEST(memory_control, error_1_unprivileged)
{
	struct message m;

	REQUIRE(message_receive(thread_start(space_new(), sets_attribute, page_new()), &m));
	EXPECT_EQ(m.mr[1], ERROR_NO_PRIVILEGE);
}

TEST(memory_control, error_5_unknown_attribute)
{
	L4_Fpage_t page = fpage(fresh_pages(), 12, 0);

	EXPECT_REFUSED(L4_Set_PageAttribute(page, 3), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(page, 4), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(page, 8), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(page, 1UL << 32), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(page, ~0UL), ERROR_INVALID_PARAMETER);
}

TEST(memory_control, error_5_write_protected)
{
	EXPECT_REFUSED(L4_Set_PageAttribute(fpage(fresh_pages(), 12, 0), L4_WriteProtectedMemory),
		       ERROR_INVALID_PARAMETER);
}

TEST(memory_control, error_5_no_flexpage_of_memory)
{
	EXPECT_REFUSED(L4_Set_PageAttribute(L4_Nilpage, 0), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(fpage(0x1000, 11, 0), 0), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute((L4_Fpage_t){.raw = 0x60 << 16 | 2 << 4}, 0), ERROR_INVALID_PARAMETER);
}

TEST(memory_control, error_5_beyond_user_space)
{
	EXPECT_REFUSED(L4_Set_PageAttribute(fpage(0x800000000000UL, 12, 0), 0), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(fpage(0xffffffff80000000UL, 12, 0), 0), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(fpage(0x7ffffffff000UL, 12, 0), 0), ERROR_INVALID_PARAMETER);
}

/*
 * The last flexpage of several is wrong: an earlier one can be set afterwards, and attributes that nobody
 * selects are not judged.
 */
TEST(memory_control, error_5_in_the_last_flexpage)
{
	L4_Word_t memory = fresh_pages();
	L4_Fpage_t pages[3] = {fpage(memory, 12, 0), fpage(memory + PAGE, 12, 0), fpage(memory + 2 * PAGE, 12, 1)};
	static const L4_Word_t attributes[4] = {L4_DefaultMemory, 99, 99, 99};

	EXPECT_REFUSED(L4_Set_PageAttributes(3, pages, attributes), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(L4_Set_PageAttributes(2, pages, attributes), 1);
	expect_intact(memory, SMALL_PAGES);
}
