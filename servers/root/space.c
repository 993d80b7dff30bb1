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

const char *space_linked_wrong(const struct space *space)
{
	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];

		if (segment->low < ROOT_AREA_HIGH && segment->high > ROOT_HEAP_LOW)
			return "it is linked where the heap is";
		if (segment->low < SPACE_GAP_HIGH && segment->high > SPACE_GAP_LOW)
			return "it is linked between 3 and 4 GiB, where the kernel maps nothing for it";
	}
	return NULL;
}

/* The rights that a page has by the program file; 0: nothing of the file belongs there. */
static unsigned int file_rights(const struct space *space, unsigned long page)
{
	unsigned int rights = 0;

	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];

		if (segment->low < page + SPACE_PAGE && segment->high > page)
			rights |= segment->rights;
	}
	return rights;
}

/* Of a 32-bit program: behind all its segments, and before what is at the end of its slot. */
static bool is_small_heap(const struct space *space, unsigned long page)
{
	for (unsigned int i = 0; i < space->image.count; i++)
		if (page < space->image.segments[i].high)
			return false;
	return page < space->small_end;
}

/* The rights that a page has by its place; 0: nothing belongs there. */
static unsigned int rights_at(const struct space *space, unsigned long page)
{
	if (is_small_heap(space, page))
		return ELF_READ | ELF_WRITE;
	if (page >= ROOT_HEAP_LOW && page < ROOT_LARGE_HIGH)
		return ELF_READ | ELF_WRITE | (space->heap_executes ? ELF_EXECUTE : 0);
	return file_rights(space, page);
}

unsigned int space_fill(const struct space *space, unsigned long address, void *to)
{
	unsigned long page = address & -(unsigned long)SPACE_PAGE;
	unsigned char *frame = to;

	for (unsigned int i = 0; i < space->image.count; i++) {
		const struct elf_segment *segment = &space->image.segments[i];
		unsigned long bytes_end = segment->low + segment->byte_count;
		unsigned long low = segment->low > page ? segment->low : page;
		unsigned long high = bytes_end < page + SPACE_PAGE ? bytes_end : page + SPACE_PAGE;

		if (low < high)
			memcpy(frame + (low - page), segment->bytes + (low - segment->low),
			       high - low);
	}
	return file_rights(space, page);
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

/* The area of an address, or null. */
static const struct space_area *area_at(const struct space *space, unsigned long address)
{
	for (unsigned int i = 0; i < space->area_count; i++)
		if (address >= space->areas[i].low && address < space->areas[i].high)
			return &space->areas[i];
	return NULL;
}

enum space_answer space_touch(struct space *space, unsigned long address, unsigned int access,
			      unsigned long *frame, unsigned int *rights)
{
	unsigned long page = address & -(unsigned long)SPACE_PAGE;
	const struct space_area *area = area_at(space, page);
	enum space_answer answer;
	unsigned long *entry;

	if (area) {
		*frame = area->physical + (page - area->low);
		*rights = ELF_READ | ELF_WRITE;
		return access & ~*rights ? SPACE_NOT_ALLOWED : SPACE_MAPPED;
	}

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
		space_fill(space, page, (void *)*entry);
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

static bool is_same_area(const struct space_area *area, unsigned long low, unsigned long size, unsigned long physical)
{
	return area->low == low && area->high - low == size && area->physical == physical;
}

enum space_answer space_add_area(struct space *space, unsigned long low, unsigned long size, unsigned long physical)
{
	if (low < ROOT_AREA_LOW || low >= ROOT_AREA_HIGH || size == 0 || size > ROOT_AREA_HIGH - low ||
	    (low | size | physical) % SPACE_PAGE != 0)
		return SPACE_NOTHING_THERE;
	for (unsigned int i = 0; i < space->area_count; i++) {
		const struct space_area *area = &space->areas[i];

		if (is_same_area(area, low, size, physical))
			return SPACE_MAPPED;
		if (area->low < low + size && low < area->high)
			return SPACE_NOTHING_THERE;
	}
	if (space->area_count == SPACE_AREAS_MAX)
		return SPACE_OVER_QUOTA;
	space->areas[space->area_count++] = (struct space_area){ low, low + size, physical };
	return SPACE_MAPPED;
}

unsigned long space_frame_at(struct space *space, unsigned long address)
{
	unsigned long *entry;

	if (address >= SPACE_HIGH || tree_entry(space, address, false, &entry) != SPACE_MAPPED)
		return 0;
	return *entry == 0 ? 0 : is_large(address) ? *entry + (address % SPACE_LARGE & -SPACE_PAGE) : *entry;
}

/*
 * Gives back what an entry of the tree holds: a frame for `address`, or a node with entries of a level and all below
 * it. False: *count ran out before.
 */
static bool release(struct space *space, unsigned long *entry, unsigned long address, int level, unsigned int *count)
{
	unsigned int log2 = space_page_log2(address);

	if (level < (int)(log2 - SPACE_PAGE_LOG2) / NODE_LOG2) {
		if (*count == 0)
			return false;
		frame_free(*entry, log2);
		*count -= 1;
		space->frames -= 1UL << (log2 - SPACE_PAGE_LOG2);
		*entry = 0;
		return true;
	}
	for (unsigned long i = 0; i < 1 << NODE_LOG2; i++) {
		unsigned long *below = (unsigned long *)*entry + i;

		if (*below != 0 &&
		    !release(space, below, address + (i << (SPACE_PAGE_LOG2 + level * NODE_LOG2)), level - 1, count))
			return false;
	}
	frame_free(*entry, SPACE_PAGE_LOG2);
	space->frames--;
	*entry = 0;
	return true;
}

bool space_release(struct space *space, unsigned int count)
{
	if (space->tree != 0 && !release(space, &space->tree, 0, LEVELS - 1, &count))
		return false;
	space->area_count = 0;
	return true;
}
