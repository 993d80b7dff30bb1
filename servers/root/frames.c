/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.c - blocks from sigma0, cut into frames.
 *
 * Blocks are asked for from 1 GiB down to one page, as long as sigma0 has any of the size;
 * neighbours are joined.
 */
#include "frames.h"

#include <stdbool.h>
#include <string.h>

#include <abi/protocol.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/sigma0.h>

enum { PAGE = 4096, PAGE_LOG2 = 12, LARGE = 2 << 20, BLOCK_LOG2 = 30, BLOCKS = 256 };

struct block {
	unsigned long low, high;
};

static struct block blocks[BLOCKS];
static unsigned int block_count;
static unsigned long left;

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
	ask_for_exclusive_service(sigma0);
}

unsigned long frame_alloc(void)
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

/* From the upper end of a block; what lies above the piece becomes a block of its own. */
unsigned long frame_alloc_large(void)
{
	for (unsigned int i = 0; i < block_count; i++) {
		unsigned long end = blocks[i].high & -(unsigned long)LARGE, high = blocks[i].high;

		if (end < blocks[i].low + LARGE || (end < high && block_count == BLOCKS))
			continue;
		blocks[i].high = end - LARGE;
		if (end < high)
			blocks[block_count++] = (struct block){ .low = end, .high = high };
		left -= LARGE / PAGE;
		memset((void *)(end - LARGE), 0, LARGE);
		return end - LARGE;
	}
	return 0;
}

unsigned long frames_left(void)
{
	return left;
}
