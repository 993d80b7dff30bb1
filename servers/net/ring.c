/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.c - bytes in the order in which they came.
 */
#include "ring.h"

#include <string.h>

/* How many of `size` bytes lie at a place before the array ends. */
static unsigned int until_end(unsigned int place, unsigned int size)
{
	return size < RING_SIZE - place ? size : RING_SIZE - place;
}

void ring_put(struct ring *ring, const void *data, unsigned int size)
{
	unsigned int place = (ring->first + ring->count) % RING_SIZE, part = until_end(place, size);

	memcpy(ring->byte + place, data, part);
	memcpy(ring->byte, (const char *)data + part, size - part);
	ring->count += size;
}

void ring_peek(const struct ring *ring, unsigned int from, void *data, unsigned int size)
{
	unsigned int place = (ring->first + from) % RING_SIZE, part = until_end(place, size);

	memcpy(data, ring->byte + place, part);
	memcpy((char *)data + part, ring->byte, size - part);
}

void ring_drop(struct ring *ring, unsigned int size)
{
	ring->first = (ring->first + size) % RING_SIZE;
	ring->count -= size;
}
