/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - the pages of a program.
 *
 * Where two segments share a page, it gets the bytes and the rights of both.
 */
#include "space.h"

#include <stdbool.h>
#include <string.h>

#include <service/root.h>

#include "frames.h"

enum { LEVELS = 3, NODE_LOG2 = 9 };

bool space_leaves_heap_alone(const struct space *space)
{
	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];

		if (segment->low < ROOT_LARGE_HIGH && segment->high > ROOT_HEAP_LOW)
			return false;
	}
	return true;
}

/* The rights that a page has by its place; 0: nothing belongs there. */
static unsigned int rights_at(const struct space *space, unsigned long page)
{
	unsigned int rights = 0;

	if (page >= ROOT_HEAP_LOW && page < ROOT_LARGE_HIGH)
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

static bool is_large(unsigned long address)
{
	return address >= ROOT_LARGE_LOW && address < ROOT_LARGE_HIGH;
}

unsigned int space_page_log2(unsigned long address)
{
	return is_large(address) ? SPACE_LARGE_LOG2 : SPACE_PAGE_LOG2;
}

/* A fresh frame of 2^log2 bytes. */
static enum space_answer space_frame(struct space *space, unsigned int log2, unsigned long *frame)
{
	unsigned long count = 1UL << (log2 - SPACE_PAGE_LOG2);

	if (space->frames > space->frames_max || space->frames_max - space->frames < count)
		return SPACE_OVER_QUOTA;
	*frame = log2 == SPACE_LARGE_LOG2 ? frame_alloc_large() : frame_alloc();
	if (*frame == 0)
		return SPACE_NO_MEMORY;
	space->frames += count;
	return SPACE_MAPPED;
}

/* The place in the tree that holds the frame of a page. Nodes are made on the way, or missed. */
static enum space_answer tree_entry(struct space *space, unsigned long page, bool make,
				    unsigned long **entry)
{
	int lowest = (space_page_log2(page) - SPACE_PAGE_LOG2) / NODE_LOG2;

	*entry = &space->tree;
	for (int level = LEVELS - 1; level >= lowest; level--) {
		unsigned int index = page >> (SPACE_PAGE_LOG2 + level * NODE_LOG2);

		if (**entry == 0 && !make)
			return SPACE_NOTHING_THERE;
		if (**entry == 0) {
			enum space_answer answer = space_frame(space, SPACE_PAGE_LOG2, *entry);

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
	answer = tree_entry(space, page, !is_large(page), &entry);
	if (answer != SPACE_MAPPED)
		return answer;
	if (*entry == 0 && is_large(page))
		return SPACE_NOTHING_THERE;
	if (*entry == 0) {
		answer = space_frame(space, SPACE_PAGE_LOG2, entry);
		if (answer != SPACE_MAPPED)
			return answer;
		page_fill(space, page, (unsigned char *)*entry);
	}
	*frame = *entry;
	return SPACE_MAPPED;
}

enum space_answer space_add_large(struct space *space, unsigned long address)
{
	enum space_answer answer;
	unsigned long *entry;

	if (!is_large(address) || address % SPACE_LARGE != 0)
		return SPACE_NOTHING_THERE;
	answer = tree_entry(space, address, true, &entry);
	if (answer != SPACE_MAPPED || *entry != 0)
		return answer;
	return space_frame(space, SPACE_LARGE_LOG2, entry);
}
