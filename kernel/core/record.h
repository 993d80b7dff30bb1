/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/record.h - the small things that the kernel keeps for a space: mappings and port nodes.
 *
 * A record has a number: its frame's, and its place in that frame. Each frame of records belongs to one space, which
 * pays for it, and a space's new records come from its own frames. A record stays where it is when it changes hands (a
 * grant): then the frame is still the first space's. When that goes, the frame is another's who has a record in it.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/frames.h"

struct space;

enum record_kind { RECORD_MAPPING, RECORD_PORTS, RECORD_KINDS };
enum { RECORD_MAPPING_LOG2 = 5, RECORD_PORTS_LOG2 = 6 };

/* The frames of one kind that a space has, by number; 0: none. */
struct records {
	uint32_t spare; /* the first of those with room */
	uint32_t full;  /* the first of the others */
};

/* A new record of a space, with anything in it. 0: no memory. */
uint32_t record_alloc(struct space *s, enum record_kind kind);

/* Would the next one take a frame? */
static inline bool record_takes_frame(const struct records *records)
{
	return !records->spare;
}

/*
 * A frame says in its notes how many of its records are in use, which is the first free one, whose it is, and which
 * are its neighbours in the list of its space's frames. The first word of a free record says where the next free one
 * is, counted from its neighbour on: so a frame of zeros is a frame of free records.
 */
enum record_note { RECORD_STATE, RECORD_OWNER, RECORD_NEXT, RECORD_PREV };
enum record_state { RECORD_FIRST_FREE = 0xff, RECORD_USED_ONE = 0x100 };

static inline word_t *record_at(uint32_t number, unsigned size_log2)
{
	return (word_t *)((char *)frame_of_number(0) + ((size_t)number << size_log2));
}

/* There is no room in a frame any more. */
void record_frame_full(struct records *records, uint32_t frame);

/* The same when one of the space's frames has room: it costs nobody anything. */
static inline uint32_t record_take(struct records *records, unsigned size_log2)
{
	uint32_t frame = records->spare, *state = &frame_notes[frame].note[RECORD_STATE];
	uint32_t slot = *state & RECORD_FIRST_FREE, number = (frame << (PAGE_LOG2 - size_log2)) + slot;
	uint32_t next = slot + 1 + (uint32_t)*record_at(number, size_log2);

	*state += RECORD_USED_ONE + next - slot;
	if (next == 1U << (PAGE_LOG2 - size_log2))
		record_frame_full(records, frame);
	return number;
}

/* A frame had no room, or has nothing else any more. */
void record_frame_freed(enum record_kind kind, uint32_t frame, bool was_full);

/* Free a record, and its frame with the last one. */
static inline void record_free(enum record_kind kind, unsigned size_log2, uint32_t number)
{
	uint32_t count = 1U << (PAGE_LOG2 - size_log2), frame = number / count, slot = number % count;
	uint32_t *state = &frame_notes[frame].note[RECORD_STATE], first = *state & RECORD_FIRST_FREE;
	word_t *record = record_at(number, size_log2);

	for (unsigned i = 1; i < (1U << size_log2) / sizeof(*record); i++)
		record[i] = 0;
	record[0] = (uint32_t)(first - slot - 1);
	*state += slot - first - RECORD_USED_ONE;
	if (first == count || *state < RECORD_USED_ONE)
		record_frame_freed(kind, frame, first == count);
}

/* The number of a frame that a space still has, or 0. */
uint32_t record_frame_left(const struct space *s, enum record_kind kind);

/* The frame is another space's from now on. False: that has no memory for it. */
bool record_bequeath(enum record_kind kind, uint32_t frame, struct space *heir);

#endif
