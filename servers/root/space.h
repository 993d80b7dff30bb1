/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.h - what belongs at which address of a program, and which frame is there already.
 *
 * A program's memory is its segments, its heap, and the large pages that it has asked for. A page
 * comes into being when it is touched for the first time, a large one when it is asked for. The
 * frames are remembered in a tree like a page table, three levels of 512 entries, so that a page
 * asked for twice (by two threads at the same moment, or after the program has unmapped it) is the
 * same page. When the program has ended they are given back, in pieces.
 *
 * Beside these it may have areas: memory of devices, and memory for them, at fixed physical addresses, of which
 * nothing is ever given back here.
 */
#ifndef ROOT_SPACE_H
#define ROOT_SPACE_H

#include <stdbool.h>

#include "elf.h"

enum { SPACE_PAGE_LOG2 = 12, SPACE_PAGE = 1 << SPACE_PAGE_LOG2 };
enum { SPACE_LARGE_LOG2 = 21, SPACE_LARGE = 1 << SPACE_LARGE_LOG2 };

/* Programs may be linked anywhere in [SPACE_LOW, SPACE_HIGH) but the heap's range and the gap. */
#define SPACE_LOW  0x1000UL
#define SPACE_HIGH 0x8000000000UL

/* The kernel keeps these addresses for small spaces (kernel/doc/small-spaces.md): a mapping there would be refused. */
#define SPACE_GAP_LOW  0xc0000000UL
#define SPACE_GAP_HIGH 0x100000000UL

enum { SPACE_AREAS_MAX = 16 };

/* Virtual addresses from low to below high, at physical addresses from `physical` on. Whole pages. */
struct space_area {
	unsigned long low, high, physical;
};

struct space {
	struct elf_image image;
	unsigned long tree;       /* frame of the upmost node, or 0 */
	unsigned long frames;     /* used so far, the tree's included */
	unsigned long frames_max; /* the quota */
	unsigned long small_end;  /* of a 32-bit program: its heap ends here at the latest; 0: it is a 64-bit one */
	bool heap_executes;       /* heap and large pages may be executed: a pager's are, which passes them on */
	unsigned int area_count;
	struct space_area areas[SPACE_AREAS_MAX];
};

enum space_answer {
	SPACE_MAPPED,
	SPACE_NOTHING_THERE,
	SPACE_NOT_ALLOWED, /* memory, but without this access right */
	SPACE_OVER_QUOTA,
	SPACE_NO_MEMORY,
};

/*
 * Makes the page of address ready for an access (rights as in a flexpage). SPACE_MAPPED: its frame,
 * which is as large as space_page_log2() says, and all its rights. Otherwise nothing new was given.
 */
enum space_answer space_touch(struct space *space, unsigned long address, unsigned int access,
			      unsigned long *frame, unsigned int *rights);

/*
 * Enters a large page at an aligned address in the range for them. Again at the same address: it
 * stays the same page.
 */
enum space_answer space_add_large(struct space *space, unsigned long address);

/*
 * Enters an area in the range for areas (ROOT_AREA_LOW ...). SPACE_NOTHING_THERE: it is not all in there, empty, not
 * whole pages, or overlaps another one; the same area again is there already. SPACE_OVER_QUOTA: there are too many.
 */
enum space_answer space_add_area(struct space *space, unsigned long low, unsigned long size, unsigned long physical);

/*
 * Puts what the program file has for the page of address into *frame, which is a page of zeros. Returns the rights of
 * that page by the file; 0: the file has nothing there, and the frame is as it was.
 */
unsigned int space_fill(const struct space *space, unsigned long address, void *frame);

/* The frame of a page that is there, not in an area, else 0. */
unsigned long space_frame_at(struct space *space, unsigned long address);

/* Gives back up to `count` frames. True: nothing is left, areas neither, and the space is as new. */
bool space_release(struct space *space, unsigned int count);

/* How large the page of an address is, or would be. */
unsigned int space_page_log2(unsigned long address);

/*
 * Null: the program's segments are where they may be. Otherwise what is wrong: one is in the ranges of heap, large
 * pages and areas, or in the gap.
 */
const char *space_linked_wrong(const struct space *space);

#endif
