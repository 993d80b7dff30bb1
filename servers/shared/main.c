/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared - memory that two or more tasks see, coherent: one writer, or many readers.
 *
 * As in a network shared memory, but the copies are mappings of one frame. A page is in one of three states: nobody
 * has it; some have it for reading; one has it for reading and writing. A read fault takes the right to write from
 * the writer, who stays as a reader. A write fault takes the page from all others. Unmap does both, for every space
 * that got the page.
 *
 * So every change of hands is a fault that this program sees: what it takes to keep the pages on several machines, to
 * log them, or to count who uses what.
 *
 * A segment is named by a key, and shared by those who know it. Its size is that of the first region that shows it;
 * the memory for all of it is set aside then, so that no fault in it fails.
 */
#include <stddef.h>

#include <l4io.h>
#include <pager/pager.h>
#include <service/root.h>

enum { FRAMES = 512, FRAMES_MAX = 4096, QUOTA = 64, SEGMENTS_MAX = 64, BUCKETS_LOG2 = 9 };

_Static_assert((int)QUOTA <= (int)PAGER_FRAMES_MAX, "one Unmap takes a segment");

struct segment {
	unsigned long key;
	unsigned long pages;
	unsigned int users; /* regions that show it; 0: this entry is free */
	struct page_list resident;
};

static struct segment segments[SEGMENTS_MAX];
static unsigned long unreserved; /* frames that no segment was promised */
static struct pool pool;
static struct pages pages; /* object: the segment's index; client: the writer, or null */
static struct page page_array[FRAMES_MAX], *bucket_array[1 << BUCKETS_LOG2];

static struct page *page_make(unsigned long segment, unsigned long number)
{
	struct page *page = pages_add(&pages, segment, number);

	/* There is a frame: the segment has all it needs set aside. */
	page->frame = pool_take(&pool);
	pager_clear(page->frame);
	page_list_add(&segments[segment].resident, page);
	return page;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	struct pager_client *client = fault->client;
	unsigned long number = (fault->page - fault->region->low) / PAGER_PAGE;
	struct page *page = pages_find(&pages, fault->region->argument, number);

	if (!page)
		page = page_make(fault->region->argument, number);
	if (page->client != client && fault->access & L4_Writable) {
		pager_take_back(&page->frame, 1, L4_FullyAccessible);
		page->client = client;
	} else if (page->client && page->client != client) {
		pager_take_back(&page->frame, 1, L4_Writable);
		page->client = NULL;
	}
	mapping->frame = page->frame;
	mapping->rights = L4_Readable;
	if (page->client == client)
		mapping->rights |= fault->region->rights & L4_Writable;
	return NULL;
}

/* Null: there is none of that key. */
static struct segment *segment_find(unsigned long key)
{
	for (unsigned int i = 0; i < SEGMENTS_MAX; i++)
		if (segments[i].users > 0 && segments[i].key == key)
			return &segments[i];
	return NULL;
}

/* Null: too many of them, or too little memory. */
static struct segment *segment_make(unsigned long key, unsigned long size)
{
	struct segment *segment = segments;

	while (segment < segments + SEGMENTS_MAX && segment->users > 0)
		segment++;
	if (segment == segments + SEGMENTS_MAX || size > unreserved)
		return NULL;
	*segment = (struct segment){ .key = key, .pages = size };
	unreserved -= size;
	return segment;
}

/* The argument is the key, and becomes the segment's index. */
static enum pager_status attach(struct pager_client *client, struct pager_region *region)
{
	unsigned long size = (region->high - region->low) / PAGER_PAGE;
	struct segment *segment;

	if (region->argument == 0 || region->rights & L4_eXecutable)
		return PAGER_MALFORMED;
	if (size > client->quota - client->charged)
		return PAGER_EXHAUSTED;
	segment = segment_find(region->argument);
	if (segment && size > segment->pages)
		return PAGER_DENIED;
	if (!segment)
		segment = segment_make(region->argument, size);
	if (!segment && pager_forget_dead())
		segment = segment_make(region->argument, size);
	if (!segment)
		return PAGER_EXHAUSTED;
	segment->users++;
	client->charged += size;
	region->argument = (unsigned long)(segment - segments);
	return PAGER_OK;
}

/*
 * A user of the segment goes: it has its pages no more, and the others fault again. Without users its contents go,
 * too. A segment is no larger than a quota, which is as much as one Unmap takes.
 */
static void segment_leave(struct segment *segment, const struct pager_client *client)
{
	void *frame[PAGER_FRAMES_MAX];
	unsigned int count = 0;

	for (struct page *page = segment->resident.oldest; page; page = page->younger) {
		frame[count++] = page->frame;
		if (page->client == client)
			page->client = NULL;
	}
	pager_take_back(frame, count, L4_FullyAccessible);
	if (--segment->users > 0)
		return;
	while (segment->resident.oldest) {
		struct page *page = segment->resident.oldest;

		pool_give(&pool, page->frame);
		page_list_remove(&segment->resident, page);
		pages_remove(&pages, page);
	}
	unreserved += segment->pages;
}

static void gone(struct pager_client *client)
{
	for (unsigned int i = 0; i < client->region_count; i++)
		segment_leave(&segments[client->region[i].argument], client);
}

int main(void)
{
	unsigned long frames = root_option("pool", FRAMES);
	struct pager_operations operations = {
		.name = "shared",
		.quota = QUOTA,
		.fault = fault,
		.attach = attach,
		.gone = gone,
	};

	if (frames > FRAMES_MAX)
		frames = FRAMES_MAX;
	pager_memory(&pool, frames * PAGER_PAGE);
	unreserved = pool.free;
	pages_init(&pages, page_array, pool.free, bucket_array, BUCKETS_LOG2);
	printf("shared: %lu pages, at most %d in the regions of a client\n", pool.free, QUOTA);
	pager_run(&operations);
}
