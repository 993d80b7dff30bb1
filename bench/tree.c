/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.c - what does it cost to flush a tree of 100,000 mappings at its root?
 *
 * Every mapping of the tree shows the same page. The first level is mapped page by page, the others
 * as flexpages that are as large as the level above: so 100,000 mappings take 68 map items.
 */
#include "tree.h"

#include <l4/kip.h>
#include <l4/space.h>

#include "clock.h"
#include "footprint/mark.h"
#include "footprint/operations.h"
#include "memory.h"
#include "partner.h"

enum {
	SAMPLES = 3,
	FIRST = 32,
	SECOND = FIRST * 32,
	THIRD = TREE_MAPPINGS - SECOND - FIRST,
	MIB_NEEDED = 48, /* of ordinary memory: then the kernel, which takes an eighth, has 6 */
};

static L4_Fpage_t root_page(void)
{
	return L4_FpageAddRights(L4_FpageLog2(MEMORY_ROOT, PAGE_LOG2), L4_FullyAccessible);
}

static L4_Fpage_t pages(unsigned long window, unsigned int count)
{
	return L4_FpageAddRights(L4_Fpage(window, count * PAGE), L4_FullyAccessible);
}

/* MiB of the memory that is neither the kernel's nor a program's from the beginning. */
static unsigned long ordinary_memory(void)
{
	void *kip = L4_GetKernelInterface();
	unsigned long bytes = 0;
	L4_MemoryDesc_t *desc;

	for (unsigned int i = 0; (desc = L4_MemoryDesc(kip, i)); i++)
		if (!L4_IsMemoryDescVirtual(desc) &&
		    L4_MemoryDescType(desc) == L4_ConventionalMemoryType)
			bytes += L4_MemoryDescHigh(desc) - L4_MemoryDescLow(desc) + 1;
	return bytes >> 20;
}

/* The last level: the second one as often as it fits, then what is missing in smaller pieces. */
static bool build_third(L4_ThreadId_t partner)
{
	unsigned long window = WINDOW_THIRD;
	unsigned int left = THIRD;

	for (unsigned int size = SECOND; size > 0; size /= 2) {
		if (left < size)
			continue;
		if (!partner_take(partner, pages(WINDOW_SECOND, size), window, left / size))
			return false;
		window += (unsigned long)(left / size) * size * PAGE;
		left %= size;
	}
	return true;
}

enum tree_answer tree_build(L4_ThreadId_t partner)
{
	unsigned long last = WINDOW_THIRD + (THIRD - 1UL) * PAGE, word;
	volatile unsigned long *root = (unsigned long *)MEMORY_ROOT;

	if (ordinary_memory() < MIB_NEEDED)
		return TREE_TOO_LARGE;
	*root = last;
	if (!partner_take(partner, root_page(), WINDOW_FIRST, FIRST) ||
	    !partner_give(partner, pages(WINDOW_FIRST, FIRST), WINDOW_SECOND, SECOND / FIRST) ||
	    !build_third(partner) || !partner_peek(partner, last, &word) || word != last) {
		tree_flush();
		return TREE_FAILED;
	}
	return TREE_DONE;
}

void tree_flush(void)
{
	L4_Flush(root_page());
}

bool tree_cover(L4_ThreadId_t partner)
{
	L4_Fpage_t page = L4_FpageAddRights(L4_FpageLog2(MEMORY_NEIGHBOUR, PAGE_LOG2),
					    L4_FullyAccessible);
	bool good;

	*(volatile char *)MEMORY_NEIGHBOUR = 0;
	good = partner_take(partner, page, WINDOW_PAGE, 1) &&
	       partner_give(partner, pages(WINDOW_PAGE, 1), MEMORY_ROOT, 1);
	L4_UnmapFpage(page);
	return good;
}

enum tree_answer tree_footprint(L4_ThreadId_t partner)
{
	enum tree_answer answer = tree_build(partner);

	if (answer == TREE_DONE) {
		FOOTPRINT_MARK(FOOTPRINT_TREE);
		tree_flush();
		FOOTPRINT_MARK(0);
	}
	return answer;
}

enum tree_answer tree_measure(L4_ThreadId_t partner, struct figures *per_mapping)
{
	unsigned long samples[SAMPLES], overhead = clock_overhead();

	for (unsigned int i = 0; i < SAMPLES; i++) {
		enum tree_answer answer = tree_build(partner);

		if (answer != TREE_DONE)
			return answer;

		unsigned long start = clock_read();

		tree_flush();
		samples[i] = (clock_read() - start - overhead) / TREE_MAPPINGS;
	}
	*per_mapping = figures_of(samples, SAMPLES, 0);
	return TREE_DONE;
}
