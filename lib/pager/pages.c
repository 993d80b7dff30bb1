/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages.c - a table of binary trees, and lists with both directions.
 */
#include <pager/pages.h>

#include <stddef.h>

/*
 * Where the page is linked, or would be. Neighbours of one object are in neighbouring buckets; objects begin far from
 * each other. In a bucket each further bit of the hash says on which side to go on.
 */
static struct page **place_of(const struct pages *pages, unsigned long object, unsigned long number)
{
	unsigned long hash = object * 0x9e3779b97f4a7c15UL + number;
	struct page **place = &pages->bucket[hash & ((1UL << pages->bucket_log2) - 1)];

	hash >>= pages->bucket_log2;
	while (*place && ((*place)->object != object || (*place)->number != number)) {
		place = &(*place)->below[hash & 1];
		hash >>= 1;
	}
	return place;
}

void pages_init(struct pages *pages, struct page *page, unsigned long count, struct page **bucket,
		unsigned int bucket_log2)
{
	*pages = (struct pages){ .bucket = bucket, .bucket_log2 = bucket_log2 };
	for (unsigned long i = count; i-- > 0;) {
		page[i].below[0] = pages->free;
		pages->free = &page[i];
	}
}

struct page *pages_find(const struct pages *pages, unsigned long object, unsigned long number)
{
	return *place_of(pages, object, number);
}

struct page *pages_add(struct pages *pages, unsigned long object, unsigned long number)
{
	struct page *page = pages->free, **place = place_of(pages, object, number);

	if (!page)
		return NULL;
	pages->free = page->below[0];
	*page = (struct page){ .object = object, .number = number, .place = place };
	*place = page;
	return page;
}

static void stand_in(struct page *page, struct page *left)
{
	page->place = left->place;
	*page->place = page;
	for (unsigned int i = 0; i < 2; i++) {
		page->below[i] = left->below[i];
		if (page->below[i])
			page->below[i]->place = &page->below[i];
	}
}

void pages_remove(struct pages *pages, struct page *page)
{
	struct page *end = page;

	/* Whatever is at an end below it may stand in its place. */
	while (end->below[0] || end->below[1])
		end = end->below[end->below[0] == NULL];
	*end->place = NULL;
	if (end != page)
		stand_in(end, page);
	page->below[0] = pages->free;
	pages->free = page;
}

/* What a neighbour, or the end of the list, has for a page. */
static struct page **from_older(struct page_list *list, struct page *older)
{
	return older ? &older->younger : &list->oldest;
}

static struct page **from_younger(struct page_list *list, struct page *younger)
{
	return younger ? &younger->older : &list->youngest;
}

static void link_between(struct page_list *list, struct page *page, struct page *older, struct page *younger)
{
	page->older = older;
	page->younger = younger;
	*from_older(list, older) = page;
	*from_younger(list, younger) = page;
	list->count++;
}

void page_list_add(struct page_list *list, struct page *page)
{
	link_between(list, page, list->youngest, NULL);
}

void page_list_remove(struct page_list *list, struct page *page)
{
	*from_older(list, page->older) = page->younger;
	*from_younger(list, page->younger) = page->older;
	page->older = page->younger = NULL;
	list->count--;
}

void page_list_replace(struct page_list *list, struct page *leaves, struct page *comes)
{
	struct page *older = leaves->older, *younger = leaves->younger;

	page_list_remove(list, leaves);
	link_between(list, comes, older, younger);
}

void page_list_swap(struct page_list *list, struct page *one, struct page *other)
{
	struct page place = { .object = 0 };

	if (one == other)
		return;
	page_list_replace(list, one, &place);
	page_list_replace(list, other, one);
	page_list_replace(list, &place, other);
}

void page_list_append(struct page_list *list, struct page_list *from)
{
	if (from->oldest) {
		from->oldest->older = list->youngest;
		*from_older(list, list->youngest) = from->oldest;
		list->youngest = from->youngest;
		list->count += from->count;
	}
	*from = (struct page_list){ .count = 0 };
}
