/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.h - what belongs at which address of a program, and which frame is there already.
 *
 * A program's memory is its segments, its heap, and the large pages that it has asked for. A page
 * comes into being when it is touched for the first time, a large one when it is asked for. The
 * frames are remembered in a tree like a page table, three levels of 512 entries, so that a page
 * asked for twice (by two threads at the same moment, or after the program has unmapped it) is the
 * same page.
 */
#ifndef ROOT_SPACE_H
#define ROOT_SPACE_H

#include "elf.h"

enum { SPACE_PAGE_LOG2 = 12, SPACE_PAGE = 1 << SPACE_PAGE_LOG2 };
enum { SPACE_LARGE_LOG2 = 21, SPACE_LARGE = 1 << SPACE_LARGE_LOG2 };

/* Programs may be linked anywhere in [SPACE_LOW, SPACE_HIGH) but the heap's range. */
#define SPACE_LOW  0x1000UL
#define SPACE_HIGH 0x8000000000UL

struct space {
	struct elf_image image;
	unsigned long tree;       /* frame of the upmost node, or 0 */
	unsigned long frames;     /* used so far, the tree's included */
	unsigned long frames_max; /* the quota */
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

/* How large the page of an address is, or would be. */
unsigned int space_page_log2(unsigned long address);

/* False: a segment of the program lies in the ranges of heap and large pages. */
bool space_leaves_heap_alone(const struct space *space);

#endif
