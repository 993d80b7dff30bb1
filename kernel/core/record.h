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

#include "base/types.h"

struct space;

enum record_kind { RECORD_MAPPING, RECORD_PORTS, RECORD_KINDS };
enum { RECORD_MAPPING_LOG2 = 5, RECORD_PORTS_LOG2 = 6 };

/* The frames of one kind that a space has, by number; 0: none. */
struct records {
	uint32_t spare; /* the first of those with room */
	uint32_t full;  /* the first of the others */
};

/* A new record of a space, all zero. 0: no memory. */
uint32_t record_alloc(struct space *s, enum record_kind kind);

/* Would the next one take a frame? */
bool record_takes_frame(const struct space *s, enum record_kind kind);

/* Free a record, and its frame with the last one. */
void record_free(enum record_kind kind, uint32_t number);

/* The number of a frame that a space still has, or 0. */
uint32_t record_frame_left(const struct space *s, enum record_kind kind);

/* The frame is another space's from now on. False: that has no memory for it. */
bool record_bequeath(enum record_kind kind, uint32_t frame, struct space *heir);

#endif
