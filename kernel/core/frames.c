/* SPDX-License-Identifier: BSD-2-Clause */
/* core/frames.c - a list of freed frames, and a border behind which no frame has been used yet. */
#include "core/frames.h"
#include "base/memory_map.h"
#include "base/string.h"

struct free_frame {
	struct free_frame *next;
};

static struct free_frame *freed;
static size_t freed_count;
static phys_t unused_low, unused_high;

void frames_init(phys_t low, phys_t high)
{
	unused_low = low;
	unused_high = high;
}

void *frames_alloc_adjacent(unsigned count)
{
	if (unused_high - unused_low < (phys_t)count * PAGE_SIZE)
		return NULL;
	void *frames = direct_map(unused_low);

	unused_low += (phys_t)count * PAGE_SIZE;
	words_fill(frames, 0, count * PAGE_SIZE / sizeof(word_t));
	return frames;
}

void *frame_alloc(void)
{
	struct free_frame *frame = freed;

	if (!frame)
		return frames_alloc_adjacent(1);
	freed = frame->next;
	freed_count--;
	words_fill((word_t *)frame, 0, PAGE_SIZE / sizeof(word_t));
	return frame;
}

void frame_free(void *frame)
{
	struct free_frame *f = frame;

	f->next = freed;
	freed = f;
	freed_count++;
}

size_t frames_free(void)
{
	return freed_count + (unused_high - unused_low) / PAGE_SIZE;
}
