/* SPDX-License-Identifier: BSD-2-Clause */
/* core/record.c - see core/record.h. */
#include "core/record.h"
#include "core/frames.h"
#include "core/space.h"

static const unsigned size_log2[RECORD_KINDS] = {
	[RECORD_MAPPING] = RECORD_MAPPING_LOG2, [RECORD_PORTS] = RECORD_PORTS_LOG2
};

static uint32_t *note(uint32_t frame)
{
	return frame_notes[frame].note;
}

static struct space *owner_of(uint32_t frame)
{
	return frame_of_number(note(frame)[RECORD_OWNER]);
}

static unsigned count_log2(enum record_kind kind)
{
	return PAGE_LOG2 - size_log2[kind];
}

static void list_insert(uint32_t *list, uint32_t frame)
{
	note(frame)[RECORD_NEXT] = *list;
	note(frame)[RECORD_PREV] = 0;
	if (*list)
		note(*list)[RECORD_PREV] = frame;
	*list = frame;
}

static void list_remove(uint32_t *list, uint32_t frame)
{
	uint32_t next = note(frame)[RECORD_NEXT], prev = note(frame)[RECORD_PREV];

	if (next)
		note(next)[RECORD_PREV] = prev;
	if (prev)
		note(prev)[RECORD_NEXT] = next;
	else
		*list = next;
}

void record_frame_full(struct records *records, uint32_t frame)
{
	list_remove(&records->spare, frame);
	list_insert(&records->full, frame);
}

uint32_t record_alloc(struct space *s, enum record_kind kind)
{
	struct records *records = &s->records[kind];

	if (record_takes_frame(records)) {
		void *fresh = account_alloc(&s->account);

		if (!fresh)
			return 0;
		note(frame_number(fresh))[RECORD_OWNER] = frame_number(s);
		list_insert(&records->spare, frame_number(fresh));
	}
	return record_take(records, size_log2[kind]);
}

void record_frame_freed(enum record_kind kind, uint32_t frame, bool was_full)
{
	struct space *owner = owner_of(frame);
	struct records *records = &owner->records[kind];

	if (was_full) {
		list_remove(&records->full, frame);
		list_insert(&records->spare, frame);
	}
	if (note(frame)[RECORD_STATE] < RECORD_USED_ONE) {
		list_remove(&records->spare, frame);
		account_free(&owner->account, frame_of_number(frame));
	}
}

uint32_t record_frame_left(const struct space *s, enum record_kind kind)
{
	return s->records[kind].spare ? s->records[kind].spare : s->records[kind].full;
}

SELDOM bool record_bequeath(enum record_kind kind, uint32_t frame, struct space *heir)
{
	struct space *owner = owner_of(frame);
	bool full = (note(frame)[RECORD_STATE] & RECORD_FIRST_FREE) == 1U << count_log2(kind);

	if (!account_move(&owner->account, &heir->account, 1))
		return false;
	list_remove(full ? &owner->records[kind].full : &owner->records[kind].spare, frame);
	note(frame)[RECORD_OWNER] = frame_number(heir);
	list_insert(full ? &heir->records[kind].full : &heir->records[kind].spare, frame);
	return true;
}
