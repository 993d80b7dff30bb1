/* SPDX-License-Identifier: BSD-2-Clause */
/* core/frames.c - a list of freed frames, and a border behind which no frame has been used yet. */
#include "core/frames.h"
#include "base/assert.h"
#include "base/memory_map.h"
#include "base/string.h"

struct free_frame {
	struct free_frame *next;
};

static struct free_frame *freed;
static size_t freed_count;
static phys_t pool_low, unused_low, unused_high;
static size_t reserved_count;
char *frame_zero;
struct frame_notes *frame_notes;

void frames_init(phys_t low, phys_t high)
{
	size_t numbers = (high - low) / PAGE_SIZE + 1;
	size_t notes_size = ALIGN_UP(numbers * sizeof(*frame_notes), PAGE_SIZE);

	frame_notes = direct_map(low);
	words_fill((word_t *)frame_notes, 0, notes_size / sizeof(word_t));
	pool_low = unused_low = low + notes_size;
	unused_high = high;
	frame_zero = (char *)direct_map(pool_low) - PAGE_SIZE;
}

void *frames_alloc_adjacent(unsigned count)
{
	if (unused_high - unused_low < (phys_t)count * PAGE_SIZE || frames_free() < count)
		return NULL;
	void *frames = direct_map(unused_low);

	unused_low += (phys_t)count * PAGE_SIZE;
	words_fill(frames, 0, count * PAGE_SIZE / sizeof(word_t));
	return frames;
}

/* A frame with anything in it. */
static void *take_unfilled(void)
{
	struct free_frame *frame = freed;

	if (!frame) {
		frame = direct_map(unused_low);
		unused_low += PAGE_SIZE;
	} else {
		freed = frame->next;
		freed_count--;
	}
	frame_notes[frame_number(frame)] = (struct frame_notes){ { 0 } };
	return frame;
}

void *frame_alloc(void)
{
	if (!frames_free())
		return NULL;
	void *frame = take_unfilled();

	words_fill(frame, 0, PAGE_SIZE / sizeof(word_t));
	return frame;
}

bool frames_reserve(size_t count)
{
	if (frames_free() < count)
		return false;
	reserved_count += count;
	return true;
}

void frames_unreserve(size_t count)
{
	assert(reserved_count >= count);
	reserved_count -= count;
}

void *frame_alloc_reserved(void)
{
	frames_unreserve(1);
	return take_unfilled();
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
	return freed_count + (unused_high - unused_low) / PAGE_SIZE - reserved_count;
}

size_t frames_used(void)
{
	return (unused_high - pool_low) / PAGE_SIZE - frames_free();
}
