/* SPDX-License-Identifier: BSD-2-Clause */
/* core/timeout.c - the timing wheel of core/timeout.h. */
#include "core/timeout.h"

enum { SLOT_BITS = 6, SLOT_MASK = WHEEL_SLOTS - 1 };

void wheel_init(struct wheel *w, usec_t now)
{
	w->now = now;
	w->next = USEC_NEVER;
	for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
		w->used[level] = 0;
		for (unsigned i = 0; i < WHEEL_SLOTS; i++)
			ring_init(&w->slot[level][i]);
	}
}

static unsigned slot_of(usec_t time, unsigned level)
{
	return time >> (SLOT_BITS * level) & SLOT_MASK;
}

static void place(struct wheel *w, struct timeout *t)
{
	usec_t when = t->deadline > w->now ? t->deadline : w->now;
	usec_t difference = when ^ w->now;
	unsigned level = difference ? (63 - (unsigned)__builtin_clzl(difference)) / SLOT_BITS : 0;
	unsigned slot = slot_of(when, level);

	ring_insert(&w->slot[level][slot], &t->link);
	w->used[level] |= 1UL << slot;
}

void wheel_insert(struct wheel *w, struct timeout *t, usec_t deadline)
{
	t->deadline = deadline;
	if (deadline < w->next)
		w->next = deadline;
	place(w, t);
}

static usec_t slot_start(const struct wheel *w, unsigned level, unsigned slot)
{
	unsigned shift = SLOT_BITS * level;
	usec_t above = shift + SLOT_BITS < 64 ? w->now >> (shift + SLOT_BITS) << (shift + SLOT_BITS) : 0;

	return above | (usec_t)slot << shift;
}

/*
 * The slot to look at next, or false if there is none. A higher level's slot that the present is in comes
 * first: what is left in it belongs further down. Then the lowest level's first: its slots all come before the
 * next level's.
 */
static bool next_slot(const struct wheel *w, unsigned *level, unsigned *slot)
{
	for (*level = WHEEL_LEVELS - 1; *level > 0; --*level) {
		*slot = slot_of(w->now, *level);
		if (w->used[*level] >> *slot & 1)
			return true;
	}
	for (; *level < WHEEL_LEVELS; ++*level) {
		word_t ahead = w->used[*level] & (~0UL << slot_of(w->now, *level));

		*slot = ahead ? (unsigned)__builtin_ctzl(ahead) : 0;
		if (ahead)
			return true;
	}
	return false;
}

struct timeout *wheel_expired(struct wheel *w, usec_t now, unsigned *steps)
{
	unsigned level, slot;
	bool any;
	usec_t start;

	while ((any = next_slot(w, &level, &slot)) && (start = slot_start(w, level, slot)) <= now && *steps > 0) {
		struct ring *ring = &w->slot[level][slot];

		--*steps;
		w->now = start > w->now ? start : w->now;
		if (ring_empty(ring)) {
			w->used[level] &= ~(1UL << slot);
			continue;
		}
		struct timeout *t = CONTAINER_OF(ring->next, struct timeout, link);

		ring_remove(&t->link);
		if (t->deadline <= w->now)
			return t;
		place(w, t);
	}
	w->next = any ? start : USEC_NEVER;
	if (w->next > now)
		w->now = now > w->now ? now : w->now;
	return NULL;
}
