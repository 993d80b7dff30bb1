/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages.c - a table with chains, and lists with both directions.
 */
#include <pager/pages.h>

#include <stddef.h>

/* Neighbours of one object are in neighbouring buckets; objects begin far from each other. */
static struct page **bucket_of(const struct pages *pages, unsigned long object, unsigned long number)
{
	return &pages->bucket[(object * 0x9e3779b97f4a7c15UL + number) & pages->bucket_mask];
}

void pages_init(struct pages *pages, struct page *page, unsigned long count, struct page **bucket,
		unsigned int bucket_log2)
{
	*pages = (struct pages){ .bucket = bucket, .bucket_mask = (1UL << bucket_log2) - 1 };
	for (unsigned long i = count; i-- > 0;) {
		page[i].next = pages->free;
		pages->free = &page[i];
	}
}

struct page *pages_find(const struct pages *pages, unsigned long object, unsigned long number)
{
	struct page *page = *bucket_of(pages, object, number);

	while (page && (page->object != object || page->number != number))
		page = page->next;
	return page;
}

struct page *pages_add(struct pages *pages, unsigned long object, unsigned long number)
{
	struct page *page = pages->free, **bucket = bucket_of(pages, object, number);

	if (!page)
		return NULL;
	pages->free = page->next;
	*page = (struct page){ .object = object, .number = number, .next = *bucket };
	*bucket = page;
	return page;
}

void pages_remove(struct pages *pages, struct page *page)
{
	struct page **link = bucket_of(pages, page->object, page->number);

	while (*link != page)
		link = &(*link)->next;
	*link = page->next;
	page->next = pages->free;
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
