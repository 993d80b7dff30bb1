/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/pages.h - which frame holds which page: a table by object and number, and lists of pages by age.
 *
 * What an object is the pager decides: a client, a file, a segment that several share. A page that is in the table
 * needs no frame: it may lie in a store, or be a mere note that it was here.
 *
 * Finding a page costs the same however many there are, as long as there are about as many buckets as pages. A
 * client chooses its numbers, and may choose those that come into one bucket: so a bucket is a tree, in which no way is
 * longer than a number has bits. Pure: compiles for the host.
 */
#ifndef PAGER_PAGES_H
#define PAGER_PAGES_H

#ifdef __cplusplus
extern "C" {
#endif

struct pager_client;

struct page {
	/* written by pages.c alone */
	unsigned long object, number;
	struct page *below[2]; /* in its bucket; the first of the two: among the free ones */
	struct page **place;   /* what is linked to it there */
	struct page *older, *younger;

	/* the pager's; zeros in a new page */
	void *frame;
	struct pager_client *client; /* it is charged to */
	unsigned long slot;          /* its place in a store */
	unsigned int rights;         /* with which it may be mapped */
	unsigned int state;

	/* replace.c's */
	struct page *ghost;  /* of a page that was kept: the one given up for it, in whose place it stands */
	struct page *keeper; /* of a ghost: the page that was kept */
};

struct pages {
	struct page **bucket;
	unsigned int bucket_log2;
	struct page *free;
};

/* Pages from the longest unused to the one used last. All zeros: empty. */
struct page_list {
	struct page *oldest, *youngest;
	unsigned long count;
};

/* An empty table over `count` pages and 2^bucket_log2 buckets, all zeros. */
void pages_init(struct pages *pages, struct page *page, unsigned long count, struct page **bucket,
		unsigned int bucket_log2);

/* Null: not in the table. */
struct page *pages_find(const struct pages *pages, unsigned long object, unsigned long number);

/* Enters a page that is not in the table. Null: the table is full. */
struct page *pages_add(struct pages *pages, unsigned long object, unsigned long number);

/* Takes a page out, which is in no list. */
void pages_remove(struct pages *pages, struct page *page);

/* The page becomes the youngest of a list; it is in none. */
void page_list_add(struct page_list *list, struct page *page);

void page_list_remove(struct page_list *list, struct page *page);

/* Two pages of the list change places; they may be the same. */
void page_list_swap(struct page_list *list, struct page *one, struct page *other);

/* Puts a page, which is in no list, where another one is, which leaves. */
void page_list_replace(struct page_list *list, struct page *leaves, struct page *comes);

/* Appends all of `from`, which is empty then, to the young end. */
void page_list_append(struct page_list *list, struct page_list *from);

#ifdef __cplusplus
}
#endif
#endif
