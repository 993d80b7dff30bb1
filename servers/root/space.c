/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - the pages of a program.
 *
 * Where two segments share a page, it gets the bytes and the rights of both.
 */
#include "space.h"

#include <string.h>

#include <service/root.h>

#include "frames.h"

enum { LEVELS = 3, NODE_LOG2 = 9 };

bool space_leaves_heap_alone(const struct space *space)
{
	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];

		if (segment->low < ROOT_HEAP_HIGH && segment->high > ROOT_HEAP_LOW)
			return false;
	}
	return true;
}

/* The rights that a page has by its place; 0: nothing belongs there. */
static unsigned int rights_at(const struct space *space, unsigned long page)
{
	unsigned int rights = 0;

	if (page >= ROOT_HEAP_LOW && page < ROOT_HEAP_HIGH)
		return ELF_READ | ELF_WRITE;
	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];

		if (segment->low < page + SPACE_PAGE && segment->high > page)
			rights |= segment->rights;
	}
	return rights;
}

static void page_fill(const struct space *space, unsigned long page, unsigned char *frame)
{
	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];
		unsigned long bytes_end = segment->low + segment->byte_count;
		unsigned long low = segment->low > page ? segment->low : page;
		unsigned long high = bytes_end < page + SPACE_PAGE ? bytes_end : page + SPACE_PAGE;

		if (low < high)
			memcpy(frame + (low - page), segment->bytes + (low - segment->low),
			       high - low);
	}
}

static enum space_answer space_frame(struct space *space, unsigned long *frame)
{
	if (space->frames >= space->frames_max)
		return SPACE_OVER_QUOTA;
	*frame = frame_alloc();
	if (*frame == 0)
		return SPACE_NO_MEMORY;
	space->frames++;
	return SPACE_MAPPED;
}

/* The place in the tree that holds the frame of a page; nodes are made on the way. */
static enum space_answer tree_entry(struct space *space, unsigned long page, unsigned long **entry)
{
	*entry = &space->tree;
	for (int level = LEVELS - 1; level >= 0; level--) {
		unsigned int index = page >> (SPACE_PAGE_LOG2 + level * NODE_LOG2);

		if (**entry == 0) {
			enum space_answer answer = space_frame(space, *entry);

			if (answer != SPACE_MAPPED)
				return answer;
		}
		*entry = (unsigned long *)**entry + (index & ((1 << NODE_LOG2) - 1));
	}
	return SPACE_MAPPED;
}

enum space_answer space_touch(struct space *space, unsigned long address, unsigned int access,
			      unsigned long *frame, unsigned int *rights)
{
	unsigned long page = address & -(unsigned long)SPACE_PAGE;
	enum space_answer answer;
	unsigned long *entry;

	if (page >= SPACE_HIGH)
		return SPACE_NOTHING_THERE;
	*rights = rights_at(space, page);
	if (*rights == 0)
		return SPACE_NOTHING_THERE;
	if (access & ~*rights)
		return SPACE_NOT_ALLOWED;
	answer = tree_entry(space, page, &entry);
	if (answer != SPACE_MAPPED)
		return answer;
	if (*entry == 0) {
		answer = space_frame(space, entry);
		if (answer != SPACE_MAPPED)
			return answer;
		page_fill(space, page, (unsigned char *)*entry);
	}
	*frame = *entry;
	return SPACE_MAPPED;
}
