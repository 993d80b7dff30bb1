/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.h - places in a store for things that are smaller than a page.
 *
 * A page of the store is one slot, or two, four or eight of the same size: which, is settled when the first of them
 * is taken, and open again when the last is given back. So nothing has to be moved ever, and less than half of a slot
 * is waste.
 *
 * A slot is its place in eighths of a page, counted from the start of the store. Pure: compiles for the host.
 */
#ifndef COMPRESS_SLOTS_H
#define COMPRESS_SLOTS_H

#include <stdbool.h>

enum { SLOT_EIGHTHS = 8, SLOT_LEAST = 512, SLOTS_PAGES_MAX = 8192 };

#define SLOT_NONE (~0UL)

struct slots {
	unsigned long pages; /* of the store */
	unsigned long used;  /* pages of these with something in them */
	struct slots_page {
		unsigned char eighths; /* size of its slots */
		unsigned char taken;   /* a bit for the first eighth of each slot that is taken; 0: the page is free */
	} page[SLOTS_PAGES_MAX];
};

/* All pages free; at most SLOTS_PAGES_MAX. */
void slots_init(struct slots *slots, unsigned long pages);

/* A slot for so many bytes, 1 to a page. SLOT_NONE: there is no room. */
unsigned long slots_take(struct slots *slots, unsigned long bytes);

/* Gives back a slot that was taken. */
void slots_give(struct slots *slots, unsigned long slot);

/* Whether nothing else is in its page. */
bool slots_is_alone(const struct slots *slots, unsigned long slot);

#endif
