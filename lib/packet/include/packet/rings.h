/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet/rings.h - the driver's side of a ring: what is new in it, what is done, and who is told.
 *
 * Nothing in a ring is believed: a count or an entry is copied, then checked; the driver's own counts are never read
 * from there. Pure: compiles for the host.
 */
#ifndef PACKET_RINGS_H
#define PACKET_RINGS_H

#include <stdbool.h>

#include <packet/protocol.h>
#include <packet/server.h>

/* Entries since the connection, at most PACKET_ENTRIES of them between done and taken. */
struct packet_progress {
	unsigned long taken, done;
};

/* How many entries are new. False: the client's count cannot be. */
bool packet_ring_new(const volatile struct packet_ring *ring, const struct packet_progress *progress,
		     unsigned int *count);

/* Takes the next one, which is new. False: it has no such buffer. */
bool packet_ring_take(const volatile struct packet_ring *ring, struct packet_progress *progress,
		      enum packet_direction direction, struct packet_entry *entry);

/* One of those taken is done: not necessarily the next one. */
void packet_ring_done(volatile struct packet_ring *ring, struct packet_progress *progress, unsigned int offset,
		      unsigned int length);

/* What the card has done is done in the ring. */
void packet_ring_collect(const struct packet_card *card, volatile struct packet_ring *ring,
			 struct packet_progress *progress, enum packet_direction direction);

/*
 * The client waits with these numbers (PACKET_WAIT): whether it is to be answered now. If not, an interrupt will tell
 * when that may have changed, whatever the card has done since somebody looked last.
 */
bool packet_news_or_interrupts(const struct packet_card *card, volatile struct packet_rings *rings,
			       struct packet_progress progress[PACKET_DIRECTIONS],
			       const unsigned long waits_for[PACKET_DIRECTIONS]);

#endif
