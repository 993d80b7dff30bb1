/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replace.c - an order of age in which a page may stand in another one's place.
 *
 * The places are those that the pages would have without any advice. A page that was kept stands in the place of the
 * one that was given up for it, its ghost; so each page has one ghost at most.
 */
#include <pager/replace.h>

#include <stddef.h>

static void ghost_remove(struct replacer *replacer, struct page *keeper)
{
	struct page *ghost = keeper->ghost;

	if (!ghost)
		return;
	keeper->ghost = NULL;
	pages_remove(replacer->pages, ghost);
}

struct page *replace_candidate(struct replacer *replacer, unsigned long object, unsigned long number)
{
	struct page *ghost = pages_find(replacer->pages, object, number);

	return ghost ? ghost->keeper : replacer->order.oldest;
}

void replace_give_up(struct replacer *replacer, struct page *candidate, struct page *given_up)
{
	struct page *place = given_up->ghost;

	if (given_up != candidate) {
		page_list_swap(&replacer->order, candidate, given_up);
		ghost_remove(replacer, candidate);
	}
	page_list_remove(&replacer->order, given_up);
	given_up->ghost = NULL;
	if (given_up == candidate) {
		if (place)
			pages_remove(replacer->pages, place);
		pages_remove(replacer->pages, given_up);
		return;
	}
	/* The candidate stands where given_up stood: in a ghost's place if given_up had been kept itself. */
	if (place) {
		pages_remove(replacer->pages, given_up);
	} else {
		given_up->frame = NULL;
		place = given_up;
	}
	place->keeper = candidate;
	candidate->ghost = place;
}

struct page *replace_come(struct replacer *replacer, unsigned long object, unsigned long number)
{
	struct page *ghost = pages_find(replacer->pages, object, number), *page;

	if (ghost)
		ghost_remove(replacer, ghost->keeper);
	page = pages_add(replacer->pages, object, number);
	if (page)
		page_list_add(&replacer->order, page);
	return page;
}

void replace_used(struct replacer *replacer, struct page *page)
{
	ghost_remove(replacer, page);
	page_list_remove(&replacer->order, page);
	page_list_add(&replacer->order, page);
}

void replace_remove(struct replacer *replacer, struct page *page)
{
	ghost_remove(replacer, page);
	page_list_remove(&replacer->order, page);
	pages_remove(replacer->pages, page);
}
