/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base/ring.h - circular doubly linked lists.
 *
 * A ring is its own head. An element that is in no ring is a ring by itself, so removing is always allowed and
 * "is it queued?" is one comparison. No operation allocates or searches.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/types.h"

struct ring {
	struct ring *next, *prev;
};

static inline void ring_init(struct ring *r)
{
	r->next = r->prev = r;
}

static inline bool ring_empty(const struct ring *r)
{
	return r->next == r;
}

/* Put an element in front of `place`: at the end of the ring when `place` is the head. */
static inline void ring_insert(struct ring *place, struct ring *element)
{
	element->prev = place->prev;
	element->next = place;
	place->prev->next = element;
	place->prev = element;
}

/* Put an element behind `place`: at the beginning of the ring when `place` is the head. */
static inline void ring_insert_behind(struct ring *place, struct ring *element)
{
	struct ring *next = place->next;

	element->next = next;
	element->prev = place;
	next->prev = element;
	place->next = element;
}

static inline void ring_remove(struct ring *element)
{
	element->prev->next = element->next;
	element->next->prev = element->prev;
	ring_init(element);
}

#endif
