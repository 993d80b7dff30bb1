/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp - the pager of lib/pager/README.md: word n of a region is n, until the client writes something else.
 */
#include <stddef.h>

#include <pager/pager.h>

enum { FRAMES = 256, QUOTA = 64, BUCKETS_LOG2 = 8 };

static struct pool pool;   /* frames that nobody has */
static struct pages pages; /* which frame holds which page of whom */
static struct page page_array[FRAMES], *bucket_array[1 << BUCKETS_LOG2];

static void fill(unsigned long *frame, unsigned long first)
{
	for (unsigned int i = 0; i < PAGER_PAGE / sizeof(*frame); i++)
		frame[i] = first + i;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	struct pager_client *client = fault->client;
	unsigned long number = fault->page / PAGER_PAGE;
	struct page *page = pages_find(&pages, client->serial, number);

	if (!page) {
		if (client->pages.count >= client->quota)
			return "its memory quota is used up";
		page = pool.free || pager_forget_dead() ? pages_add(&pages, client->serial, number) : NULL;
		if (!page)
			return "the pager has no memory left";
		page->frame = pool_take(&pool);
		page_list_add(&client->pages, page);
		fill(page->frame, (fault->page - fault->region->low) / sizeof(unsigned long));
	}
	mapping->frame = page->frame;
	mapping->rights = fault->region->rights;
	return NULL;
}

static void gone(struct pager_client *client)
{
	struct page *page;

	while ((page = client->pages.oldest)) {
		pager_take_back(&page->frame, 1, L4_FullyAccessible);
		pool_give(&pool, page->frame);
		page_list_remove(&client->pages, page);
		pages_remove(&pages, page);
	}
}

int main(void)
{
	pages_init(&pages, page_array, FRAMES, bucket_array, BUCKETS_LOG2);
	pager_memory(&pool, FRAMES * (unsigned long)PAGER_PAGE);
	pager_run(&(struct pager_operations){ .name = "ramp", .quota = QUOTA, .fault = fault, .gone = gone });
}
