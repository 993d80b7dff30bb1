/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.c - the first page that has a free slot of the size, else the first free page.
 */
#include "slots.h"

#include <stddef.h>

void slots_init(struct slots *slots, unsigned long pages)
{
	*slots = (struct slots){ .pages = pages < SLOTS_PAGES_MAX ? pages : SLOTS_PAGES_MAX };
}

static unsigned char eighths_for(unsigned long bytes)
{
	unsigned char eighths = 1;

	while (eighths * (unsigned long)SLOT_LEAST < bytes)
		eighths *= 2;
	return eighths;
}

/* The first eighth of a free slot; SLOT_EIGHTHS: there is none. */
static unsigned int free_eighth(const struct slots_page *page)
{
	unsigned int at = 0;

	while (at < SLOT_EIGHTHS && page->taken & 1U << at)
		at += page->eighths;
	return at;
}

unsigned long slots_take(struct slots *slots, unsigned long bytes)
{
	unsigned char eighths = eighths_for(bytes);
	struct slots_page *found = NULL;

	for (struct slots_page *page = slots->page; page < slots->page + slots->pages; page++) {
		if (!page->taken && !found)
			found = page;
		if (page->taken && page->eighths == eighths && free_eighth(page) < SLOT_EIGHTHS) {
			found = page;
			break;
		}
	}
	if (!found)
		return SLOT_NONE;
	if (!found->taken) {
		found->eighths = eighths;
		slots->used++;
	}

	unsigned int at = free_eighth(found);

	found->taken |= (unsigned char)(1U << at);
	return (unsigned long)(found - slots->page) * SLOT_EIGHTHS + at;
}

void slots_give(struct slots *slots, unsigned long slot)
{
	struct slots_page *page = &slots->page[slot / SLOT_EIGHTHS];

	page->taken &= (unsigned char)~(1U << slot % SLOT_EIGHTHS);
	slots->used -= page->taken == 0;
}

bool slots_is_alone(const struct slots *slots, unsigned long slot)
{
	return slots->page[slot / SLOT_EIGHTHS].taken == 1U << slot % SLOT_EIGHTHS;
}
