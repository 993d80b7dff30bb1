/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/record.c - see core/record.h.
 *
 * A frame says in its notes how many of its records are in use, which is the first free one, whose it is, and which
 * are its neighbours in the list of its space's frames. The first word of a free record says where the next free one
 * is, counted from its neighbour on: so a frame of zeros is a frame of free records.
 */
#include "core/record.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/space.h"

enum { NOTE_STATE, NOTE_OWNER, NOTE_NEXT, NOTE_PREV };
enum { FIRST_FREE = 0xff, USED_ONE = 0x100 }; /* in NOTE_STATE */

static const unsigned size_log2[RECORD_KINDS] = {
	[RECORD_MAPPING] = RECORD_MAPPING_LOG2, [RECORD_PORTS] = RECORD_PORTS_LOG2
};

static uint32_t *note(uint32_t frame)
{
	return frame_note(frame_of_number(frame));
}

static struct space *owner_of(uint32_t frame)
{
	return frame_of_number(note(frame)[NOTE_OWNER]);
}

static unsigned count_log2(enum record_kind kind)
{
	return PAGE_LOG2 - size_log2[kind];
}

static uint32_t *record_at(enum record_kind kind, uint32_t frame, uint32_t slot)
{
	return (uint32_t *)((char *)frame_of_number(frame) + (slot << size_log2[kind]));
}

static void list_insert(uint32_t *list, uint32_t frame)
{
	note(frame)[NOTE_NEXT] = *list;
	note(frame)[NOTE_PREV] = 0;
	if (*list)
		note(*list)[NOTE_PREV] = frame;
	*list = frame;
}

static void list_remove(uint32_t *list, uint32_t frame)
{
	uint32_t next = note(frame)[NOTE_NEXT], prev = note(frame)[NOTE_PREV];

	if (next)
		note(next)[NOTE_PREV] = prev;
	if (prev)
		note(prev)[NOTE_NEXT] = next;
	else
		*list = next;
}

uint32_t record_alloc(struct space *s, enum record_kind kind)
{
	struct records *records = &s->records[kind];
	uint32_t frame = records->spare;

	if (!frame) {
		void *fresh = account_alloc(&s->account);

		if (!fresh)
			return 0;
		frame = frame_number(fresh);
		note(frame)[NOTE_OWNER] = frame_number(s);
		list_insert(&records->spare, frame);
	}
	uint32_t *state = &note(frame)[NOTE_STATE], slot = *state & FIRST_FREE;
	uint32_t *record = record_at(kind, frame, slot), next = slot + 1 + *record;

	*state += USED_ONE + next - slot;
	if (next == 1U << count_log2(kind)) {
		list_remove(&records->spare, frame);
		list_insert(&records->full, frame);
	}
	words_fill((word_t *)record, 0, (1UL << size_log2[kind]) / sizeof(word_t));
	return (frame << count_log2(kind)) + slot;
}

bool record_takes_frame(const struct space *s, enum record_kind kind)
{
	return !s->records[kind].spare;
}

void record_free(enum record_kind kind, uint32_t number)
{
	uint32_t frame = number >> count_log2(kind), count = 1U << count_log2(kind), slot = number & (count - 1);
	uint32_t *state = &note(frame)[NOTE_STATE], first = *state & FIRST_FREE;
	struct space *owner = owner_of(frame);
	struct records *records = &owner->records[kind];

	words_fill((word_t *)record_at(kind, frame, slot), 0, (1UL << size_log2[kind]) / sizeof(word_t));
	*record_at(kind, frame, slot) = first - slot - 1;
	*state += slot - first - USED_ONE;
	if (first == count) {
		list_remove(&records->full, frame);
		list_insert(&records->spare, frame);
	}
	if (*state < USED_ONE) {
		list_remove(&records->spare, frame);
		account_free(&owner->account, frame_of_number(frame));
	}
}

uint32_t record_frame_left(const struct space *s, enum record_kind kind)
{
	return s->records[kind].spare ? s->records[kind].spare : s->records[kind].full;
}

bool record_bequeath(enum record_kind kind, uint32_t frame, struct space *heir)
{
	struct space *owner = owner_of(frame);
	bool full = (note(frame)[NOTE_STATE] & FIRST_FREE) == 1U << count_log2(kind);

	if (!account_move(&owner->account, &heir->account, 1))
		return false;
	list_remove(full ? &owner->records[kind].full : &owner->records[kind].spare, frame);
	note(frame)[NOTE_OWNER] = frame_number(heir);
	list_insert(full ? &heir->records[kind].full : &heir->records[kind].spare, frame);
	return true;
}
