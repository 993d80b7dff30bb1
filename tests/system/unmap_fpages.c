/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/unmap_fpages.c - which flexpages Unmap takes: how many, how large, of what. */
#include "chain.h"

TEST(unmap, several_flexpages)
{
	struct chain c = chain_make(fresh_pages(), 16, 1);
	L4_Fpage_t f[3] = {
		fpage(c.own, 12, RWX), fpage(c.own + 4 * PAGE, 12, L4_Writable), fpage(c.own + 8 * PAGE, 14, RWX),
	};

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
