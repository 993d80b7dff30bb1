/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.c - LZ4, and slots of the store around it.
 *
 * A slot begins with its contents' length, two bytes; the length of a page that is kept as it is, which fills its
 * slot, is known by the slot's size.
 */
#include "pack.h"

#include <lz4.h>
#include <string.h>

#include <pager/pager.h>

#include "slots.h"

enum { LENGTH = 2, MOST = PAGER_PAGE / 2 - LENGTH, EIGHTH = PAGER_PAGE / SLOT_EIGHTHS };

static struct store *store;
static struct slots slots;
static unsigned long stored;
static LZ4_stream_t lz4_state;
static char packed[PAGER_PAGE], around[PAGER_PAGE];

void pack_init(struct store *of)
{
	store = of;
	slots_init(&slots, store->pages);
}

/* Bytes for the slot in packed[]; 0: it does not get smaller. */
static unsigned long pack(const void *frame)
{
	int size = LZ4_compress_fast_extState(&lz4_state, frame, packed + LENGTH, PAGER_PAGE, MOST, 1);
	unsigned short bytes = (unsigned short)size;

	memcpy(packed, &bytes, LENGTH);
	return bytes ? LENGTH + bytes : 0;
}

static bool is_whole_page(unsigned long slot)
{
	return slots.page[slot / SLOT_EIGHTHS].eighths == SLOT_EIGHTHS;
}

bool pack_put(const void *frame, unsigned long *slot)
{
	unsigned long bytes = pack(frame), page;
	bool good;

	*slot = slots_take(&slots, bytes ? bytes : PAGER_PAGE);
	if (*slot == SLOT_NONE)
		return false;
	page = *slot / SLOT_EIGHTHS;
	if (!bytes) {
		good = store->write(store, page, frame);
	} else {
		good = slots_is_alone(&slots, *slot) || store->read(store, page, around);
		memcpy(around + *slot % SLOT_EIGHTHS * EIGHTH, packed, bytes);
		good = good && store->write(store, page, around);
	}
	if (!good)
		slots_give(&slots, *slot);
	else
		stored++;
	return good;
}

bool pack_get(unsigned long slot, void *frame)
{
	const char *from = around + slot % SLOT_EIGHTHS * EIGHTH;
	unsigned short bytes;

	if (is_whole_page(slot))
		return store->read(store, slot / SLOT_EIGHTHS, frame);
	if (!store->read(store, slot / SLOT_EIGHTHS, around))
		return false;
	memcpy(&bytes, from, LENGTH);
	return bytes <= MOST && LZ4_decompress_safe(from + LENGTH, frame, bytes, PAGER_PAGE) == PAGER_PAGE;
}

void pack_drop(unsigned long slot)
{
	slots_give(&slots, slot);
	stored--;
}

void pack_usage(unsigned long *pages, unsigned long *taken)
{
	*pages = stored;
	*taken = slots.used;
}
