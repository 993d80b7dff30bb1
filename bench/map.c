/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c - what does it cost to map a page to a partner in another space, and to take it back?
 *
 * Mapping is timed as a call with one map item, from before it to behind it. The same call with two
 * untyped words in the item's place is timed as often, and its median is subtracted: what is left
 * is the item. Taking back is one Unmap of the page, of which exactly one receiver has a mapping.
 *
 * Each round maps and unmaps. Before the first one the partner reads through the mapping, and Unmap
 * must report that somebody did.
 */
#include "map.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/space.h>

#include "clock.h"
#include "footprint/mark.h"
#include "footprint/operations.h"
#include "memory.h"
#include "partner.h"
#include "pong.h"

enum { WARM_UP = 20, MARKED = 5 };

static unsigned long map_samples[MAP_ROUNDS_MAX], unmap_samples[MAP_ROUNDS_MAX];

/* One call with the words of an item, which the tag calls typed or not. */
static bool call_timed(L4_ThreadId_t partner, L4_MapItem_t item, L4_Word_t words,
		       unsigned long *sample)
{
	unsigned long start;
	L4_MsgTag_t tag;

	L4_LoadMRs(1, 2, item.raw);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PONG_TAKE << 16 | words });
	start = clock_read();
	tag = L4_Call(partner);
	*sample = clock_read() - start;
	return L4_IpcSucceeded(tag);
}

static bool is_shared(L4_ThreadId_t partner, L4_Fpage_t page, unsigned long window)
{
	volatile unsigned long *here = (unsigned long *)L4_Address(page);
	unsigned long there;

	*here = window ^ 0x0123456789abcdefUL;
	return partner_take(partner, page, window, 1) &&
	       partner_peek(partner, window, &there) && there == *here &&
	       L4_WasReferenced(L4_UnmapFpage(page));
}

static enum map_answer measure(L4_ThreadId_t partner, L4_Fpage_t page, unsigned long window,
			       unsigned int rounds, struct map_figures *figures)
{
	enum { UNTYPED = 2, TYPED = 2 << 6 };
	L4_MapItem_t item = L4_MapItem(page, window);
	unsigned long overhead = clock_overhead(), start;

	if (!is_shared(partner, page, window))
		return MAP_FAILED;
	for (unsigned int i = 0; i < WARM_UP; i++)
		if (!call_timed(partner, item, UNTYPED, &map_samples[0]))
			return MAP_FAILED;
	for (unsigned int i = 0; i < rounds; i++)
		if (!call_timed(partner, item, UNTYPED, &map_samples[i]))
			return MAP_FAILED;

	struct figures without = figures_of(map_samples, rounds, 0);

	for (unsigned int i = 0; i < MARKED; i++) {
		L4_LoadMRs(1, 2, item.raw);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PONG_TAKE << 16 | TYPED });
		FOOTPRINT_MARK(FOOTPRINT_MAP);
		L4_Call(partner);
		FOOTPRINT_MARK(0);
		FOOTPRINT_MARK(FOOTPRINT_UNMAP);
		L4_UnmapFpage(page);
		FOOTPRINT_MARK(0);
	}
	for (unsigned int i = 0; i < rounds; i++) {
		if (!call_timed(partner, item, TYPED, &map_samples[i]))
			return MAP_FAILED;
		start = clock_read();
		L4_UnmapFpage(page);
		unmap_samples[i] = clock_read() - start;
	}
	figures->map = figures_of(map_samples, rounds, without.median);
	figures->unmap = figures_of(unmap_samples, rounds, overhead);
	return MAP_DONE;
}

static L4_Fpage_t flexpage(unsigned long address, unsigned int log2)
{
	return L4_FpageAddRights(L4_FpageLog2(address, log2), L4_FullyAccessible);
}

enum map_answer map_small(L4_ThreadId_t partner, unsigned int rounds, struct map_figures *figures)
{
	L4_Fpage_t neighbour = flexpage(MEMORY_NEIGHBOUR, PAGE_LOG2);
	enum map_answer answer;

	*(volatile char *)MEMORY_NEIGHBOUR = 0;
	if (!partner_take(partner, neighbour, WINDOW_PAGE + PAGE, 1))
		return MAP_FAILED;
	answer = measure(partner, flexpage(MEMORY_PAGE, PAGE_LOG2), WINDOW_PAGE, rounds, figures);
	L4_UnmapFpage(neighbour);
	return answer;
}

enum map_answer map_alone(L4_ThreadId_t partner, unsigned int rounds, struct map_figures *figures)
{
	return measure(partner, flexpage(MEMORY_PAGE, PAGE_LOG2), WINDOW_PAGE, rounds, figures);
}

enum map_answer map_large(L4_ThreadId_t partner, unsigned int rounds, struct map_figures *figures)
{
	L4_Fpage_t neighbour = flexpage(MEMORY_NEIGHBOUR, PAGE_LOG2);
	enum map_answer answer;

	if (root_large_page(MEMORY_LARGE) != ROOT_OK)
		return MAP_NO_MEMORY;
	/* A small page keeps the table of the large ones from coming and going. */
	*(volatile char *)MEMORY_NEIGHBOUR = 0;
	if (!partner_take(partner, neighbour, WINDOW_LARGE + ROOT_LARGE_SIZE, 1))
		return MAP_FAILED;
	answer = measure(partner, flexpage(MEMORY_LARGE, LARGE_LOG2), WINDOW_LARGE, rounds,
			 figures);
	L4_UnmapFpage(neighbour);
	return answer;
}
