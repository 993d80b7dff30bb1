/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rings.c - counts, the check of what a client has put into its rings, and what the card has done with it.
 */
#include <packet/rings.h>

bool packet_ring_new(const volatile struct packet_ring *ring, const struct packet_progress *progress,
		     unsigned int *count)
{
	unsigned long put = ring->put;

	/* Counts only grow, by a ring at most; differences are right even if they wrap around. */
	if (put - progress->taken > PACKET_ENTRIES || put - progress->done > PACKET_ENTRIES)
		return false;
	*count = (unsigned int)(put - progress->taken);
	return true;
}

static bool is_within(unsigned int offset, unsigned int size)
{
	return offset >= PACKET_PAGE && offset <= PACKET_WINDOW - size;
}

bool packet_ring_take(const volatile struct packet_ring *ring, struct packet_progress *progress,
		      enum packet_direction direction, struct packet_entry *entry)
{
	const volatile struct packet_entry *theirs = &ring->entry[progress->taken++ % PACKET_ENTRIES];

	entry->offset = theirs->offset;
	if (direction == PACKET_RECEIVE)
		return is_within(entry->offset, PACKET_BUFFER);
	entry->length = theirs->length;
	return entry->length >= PACKET_MIN && entry->length <= PACKET_MAX && is_within(entry->offset, entry->length);
}

void packet_ring_done(volatile struct packet_ring *ring, struct packet_progress *progress, unsigned int offset,
		      unsigned int length)
{
	volatile struct packet_entry *entry = &ring->entry[progress->done++ % PACKET_ENTRIES];

	entry->offset = offset;
	entry->length = length;
	ring->done = progress->done; /* behind the entry */
}

void packet_ring_collect(const struct packet_card *card, volatile struct packet_ring *ring,
			 struct packet_progress *progress, enum packet_direction direction)
{
	unsigned int offset, length;

	/* No more than are with the card; so it ends, whatever the card does meanwhile. */
	for (unsigned long rest = progress->taken - progress->done; rest > 0; rest--) {
		if (!card->take(direction, &offset, &length))
			break;
		packet_ring_done(ring, progress, offset, length);
	}
}

static bool has_news(const struct packet_progress progress[PACKET_DIRECTIONS],
		     const unsigned long waits_for[PACKET_DIRECTIONS])
{
	return progress[PACKET_RECEIVE].done != waits_for[PACKET_RECEIVE] ||
	       (long)(progress[PACKET_SEND].done - waits_for[PACKET_SEND]) >= 0;
}

bool packet_news_or_interrupts(const struct packet_card *card, volatile struct packet_rings *rings,
			       struct packet_progress progress[PACKET_DIRECTIONS],
			       const unsigned long waits_for[PACKET_DIRECTIONS])
{
	const struct packet_progress *sent = &progress[PACKET_SEND];

	if (has_news(progress, waits_for))
		return true;
	card->interrupts(PACKET_RECEIVE, true);
	/* Who waits for more packets sent than there are, waits for something else. */
	if (waits_for[PACKET_SEND] - sent->done <= sent->taken - sent->done)
		card->interrupts(PACKET_SEND, true);
	/* What was done before has not interrupted. */
	for (unsigned int direction = 0; direction < PACKET_DIRECTIONS; direction++)
		packet_ring_collect(card, &rings->ring[direction], &progress[direction], direction);
	return has_news(progress, waits_for);
}
