/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * anonymous - memory that is zero at first, and a quota for each client.
 *
 * A page comes into being when it is touched. Where a whole superpage (2 MiB, aligned) lies in a region, is within
 * the client's quota, and the pool has one, the first touch brings all of it, so that the processor needs one entry
 * of its TLB instead of 512, and the client one fault. The first touch decides: a superpage's place that was given a
 * small page stays with small ones.
 */
#include <stddef.h>

#include <l4io.h>
#include <pager/ledger.h>
#include <pager/pager.h>
#include <service/root.h>

enum {
	POOL_KIB = 8192, /* for all clients, unless the command line says pool=N */
	QUOTA_KIB = 4096, /* for each, unless it says quota=N */
	PAGES_MAX = POOL_BLOCKS_MAX * POOL_BLOCK_FRAMES * 2,
	BUCKETS_LOG2 = 13,
	FRAME_LOG2 = 12,
	BLOCK_LOG2 = 21,
};

/* Number of the entry that says what has become of a superpage's place: the superpage, or small pages (no frame). */
#define BLOCK_ENTRY (1UL << 63)

static struct ledger ledger;
static struct page page_array[PAGES_MAX], *bucket_array[1 << BUCKETS_LOG2];

static void release(struct ledger *of, struct page *page)
{
	if (!page->frame)
		return;
	if (page->number & BLOCK_ENTRY) {
		pager_take_back_block(page->frame);
		pool_give_block(&of->pool, page->frame);
	} else {
		pager_take_back(&page->frame, 1, L4_FullyAccessible);
		pool_give(&of->pool, page->frame);
	}
}

/* Whether a superpage has its place in the region around the page. */
static bool has_place_for_block(const struct pager_fault *fault)
{
	unsigned long low = fault->page & -POOL_BLOCK;

	return !fault->region->image && low >= fault->region->low && low < fault->region->high &&
	       fault->region->high - low >= POOL_BLOCK;
}

static unsigned long block_number(const struct pager_fault *fault)
{
	return (fault->page & -POOL_BLOCK) / PAGER_PAGE | BLOCK_ENTRY;
}

/* A superpage, if the client may have one and there is one; else null. */
static struct page *block_make(const struct pager_fault *fault)
{
	struct pager_client *client = fault->client;
	struct page *block;
	void *frame;

	if (client->quota - client->charged < POOL_BLOCK_FRAMES)
		return NULL;
	frame = pool_take_block(&ledger.pool);
	if (!frame)
		return NULL;
	/* The ledger has two entries for each frame, so there is one. */
	block = ledger_add(&ledger, client, block_number(fault));
	block->frame = frame;
	block->rights = fault->region->rights;
	client->charged += POOL_BLOCK_FRAMES;
	client->counts.page_ins++;
	return block;
}

static const char *page_make(const struct pager_fault *fault, struct page **page)
{
	struct pager_client *client = fault->client;
	const char *wrong;
	void *frame;

	if (client->charged >= client->quota)
		return "its memory quota is used up";
	frame = ledger_frame(&ledger);
	if (!frame)
		return "the pager has no memory left";
	wrong = ledger_page(&ledger, fault, frame, page);
	if (!wrong)
		client->counts.page_ins++;
	return wrong;
}

static const char *answer(const struct pager_fault *fault, const struct page *page, unsigned int log2,
			  struct pager_mapping *mapping)
{
	*mapping = (struct pager_mapping){ page->frame, log2, page->rights };
	return fault->access & ~page->rights ? "that memory does not allow it" : NULL;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	struct page *page = ledger_find(&ledger, fault->client, fault->page / PAGER_PAGE), *block;
	bool is_first = false;
	const char *wrong;

	if (page)
		return answer(fault, page, FRAME_LOG2, mapping);
	if (has_place_for_block(fault)) {
		block = ledger_find(&ledger, fault->client, block_number(fault));
		is_first = !block;
		if (is_first)
			block = block_make(fault);
		if (block && block->frame)
			return answer(fault, block, BLOCK_LOG2, mapping);
	}
	wrong = page_make(fault, &page);
	if (wrong)
		return wrong;
	if (is_first)
		ledger_add(&ledger, fault->client, block_number(fault));
	return answer(fault, page, FRAME_LOG2, mapping);
}

static void gone(struct pager_client *client)
{
	ledger_leave(&ledger, client);
}

int main(void)
{
	unsigned long pool = root_option("pool", POOL_KIB) << 10, quota = root_option("quota", QUOTA_KIB) << 10;
	struct pager_operations operations = {
		.name = "anonymous",
		.quota = quota / PAGER_PAGE,
		.fault = fault,
		.gone = gone,
		.takes_programs = true,
	};

	ledger.release = release;
	pool = ledger_init(&ledger, pool, 2, page_array, PAGES_MAX, bucket_array, BUCKETS_LOG2);
	printf("anonymous: %lu KiB, at most %lu KiB a client\n", pool >> 10, quota >> 10);
	pager_run(&operations);
}
