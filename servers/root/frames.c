/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.c - blocks from sigma0, cut into frames.
 *
 * Blocks are asked for from 1 GiB down to one page, as long as sigma0 has any of the size;
 * neighbours are joined. Frames that come back are on two lists, linked through their first words; a large one is
 * cut up when nothing else is left, and small ones are never put together again.
 */
#include "frames.h"

#include <stdbool.h>
#include <string.h>

#include <abi/protocol.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/sigma0.h>
#include <l4/space.h>

enum { PAGE = 4096, PAGE_LOG2 = 12, LARGE = 2 << 20, LARGE_LOG2 = 21, BLOCK_LOG2 = 30, BLOCKS = 256 };

#define DMA_END (1UL << 32)
enum { DMA_ALIGNMENT_MAX = 1 << 20 };

struct block {
	unsigned long low, high;
};

static struct block blocks[BLOCKS];
static unsigned int block_count;
static unsigned long left, total;
static unsigned long freed, freed_large; /* the first of each list; 0: none */

static bool block_add(unsigned long low, unsigned long size)
{
	for (unsigned int i = 0; i < block_count; i++) {
		if (blocks[i].high == low) {
			blocks[i].high += size;
			return true;
		}
		if (blocks[i].low == low + size) {
			blocks[i].low = low;
			return true;
		}
	}
	if (block_count == BLOCKS)
		return false;
	blocks[block_count++] = (struct block){ .low = low, .high = low + size };
	return true;
}

/* What sigma0 still has, device memory and ports above all, is for nobody but this thread. */
static void ask_for_exclusive_service(L4_ThreadId_t sigma0)
{
	enum { EXCLUSIVE = 3, ANSWER = 1 };
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_Set_MsgLabel(&msg, LABEL_SIGMA0_EXTENDED);
	L4_MsgAppendWord(&msg, EXCLUSIVE);
	L4_MsgAppendWord(&msg, ANSWER);
	L4_MsgLoad(&msg);
	L4_Call(sigma0);
}

static void take_memory(L4_ThreadId_t sigma0)
{
	for (unsigned int log2 = BLOCK_LOG2; log2 >= PAGE_LOG2; log2--) {
		for (;;) {
			L4_Fpage_t got = L4_Sigma0_GetAny(sigma0, log2, L4_CompleteAddressSpace);

			if (L4_IsNilFpage(got))
				break;
			if (!block_add(L4_Address(got), L4_Size(got)))
				return;
			left += L4_Size(got) / PAGE;
		}
	}
}

void frames_init(void)
{
	L4_ThreadId_t sigma0 = L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()), 1);

	take_memory(sigma0);
	total = left;
	ask_for_exclusive_service(sigma0);
}

/* Takes the first of a list, and clears it. 0: there is none. */
static unsigned long list_take(unsigned long *list, unsigned long size)
{
	unsigned long frame = *list;

	if (frame == 0)
		return 0;
	*list = *(unsigned long *)frame;
	left -= size / PAGE;
	memset((void *)frame, 0, size);
	return frame;
}

static void list_add(unsigned long *list, unsigned long frame, unsigned long size)
{
	*(unsigned long *)frame = *list;
	*list = frame;
	left += size / PAGE;
}

static unsigned long block_take(void)
{
	while (block_count > 0) {
		struct block *last = &blocks[block_count - 1];

		if (last->low == last->high) {
			block_count--;
			continue;
		}

		unsigned long frame = last->low;

		last->low += PAGE;
		left--;
		memset((void *)frame, 0, PAGE);
		return frame;
	}
	return 0;
}

unsigned long frame_alloc(void)
{
	unsigned long frame = list_take(&freed, PAGE);

	if (frame == 0)
		frame = block_take();
	if (frame == 0 && freed_large != 0) {
		unsigned long low = list_take(&freed_large, LARGE);

		for (unsigned long page = low; page < low + LARGE; page += PAGE)
			list_add(&freed, page, PAGE);
		frame = list_take(&freed, PAGE);
	}
	return frame;
}

/*
 * From the upper end of a block that begins below the limit; what lies above the piece becomes a block of its own. The
 * alignment is a power of two.
 */
static unsigned long piece_take(unsigned long size, unsigned long alignment, unsigned long limit)
{
	for (unsigned int i = 0; i < block_count; i++) {
		unsigned long high = blocks[i].high, end = high < limit ? high : limit, low;

		if (end < size)
			continue;
		low = (end - size) & -alignment;
		if (low < blocks[i].low || (low + size < high && block_count == BLOCKS))
			continue;
		blocks[i].high = low;
		if (low + size < high)
			blocks[block_count++] = (struct block){ .low = low + size, .high = high };
		left -= size / PAGE;
		memset((void *)low, 0, size);
		return low;
	}
	return 0;
}

unsigned long frame_alloc_large(void)
{
	unsigned long frame = list_take(&freed_large, LARGE);

	return frame ? frame : piece_take(LARGE, LARGE, ~0UL);
}

unsigned long frames_contiguous(unsigned long size)
{
	unsigned long alignment = PAGE;

	while (alignment < size && alignment < DMA_ALIGNMENT_MAX)
		alignment *= 2;
	return piece_take(size, alignment, DMA_END);
}

unsigned int block_log2(unsigned long low, unsigned long high)
{
	unsigned int log2 = PAGE_LOG2;

	while (low % (2UL << log2) == 0 && low + (2UL << log2) <= high)
		log2++;
	return log2;
}

void frames_take_back(unsigned long low, unsigned long high)
{
	while (low < high) {
		unsigned int log2 = block_log2(low, high);

		L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2(low, log2), L4_FullyAccessible));
		low += 1UL << log2;
	}
}

void frame_free(unsigned long frame, unsigned int log2)
{
	L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2(frame, log2), L4_FullyAccessible));
	list_add(log2 == LARGE_LOG2 ? &freed_large : &freed, frame, 1UL << log2);
}

unsigned long frames_left(void)
{
	return left;
}

unsigned long frames_total(void)
{
	return total;
}
