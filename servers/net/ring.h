/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - bytes in the order in which they came, at most RING_SIZE. Pure: compiles for the host.
 */
#ifndef NET_RING_H
#define NET_RING_H

#include "capacity.h"

struct ring {
	unsigned int first, count;
	unsigned char byte[RING_SIZE];
};

static inline unsigned int ring_room(const struct ring *ring)
{
	return RING_SIZE - ring->count;
}

/* There must be room. */
void ring_put(struct ring *ring, const void *data, unsigned int size);

/* Copies bytes, the first of which is `from` bytes behind the oldest. They must be there, and stay. */
void ring_peek(const struct ring *ring, unsigned int from, void *data, unsigned int size);

/* The oldest ones go. They must be there. */
void ring_drop(struct ring *ring, unsigned int size);

#endif
