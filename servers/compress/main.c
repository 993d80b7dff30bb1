/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compress - memory that is zero at first, more of it than there is: pages that have not been used for long are
 * compressed and put into a store.
 *
 * Which page has to go is found by a hand that goes round all entries, as a clock's: a page that was used since the
 * hand was there last is passed over, at most LOOKS of them. A page that was not written since it came from the store
 * is still there and needs no compressing again.
 */
#include <stdio.h>
#include <stdlib.h>

#include <pager/ledger.h>
#include <pager/pager.h>
#include <service/root.h>

#include "pack.h"

enum {
	POOL_KIB = 1024,  /* frames for all clients, unless the command line says pool=N */
	STORE_KIB = 4096, /* for pages that have none, unless it says store=N */
	QUOTA_KIB = 4096, /* for each client, whether in frames or not, unless it says quota=N */
	PAGES_MAX = 8192,
	BUCKETS_LOG2 = 12,
	LOOKS = 8,

	COMPRESS_USAGE = PAGER_OWN_REQUEST, /* answer: MR1 pages in the store, MR2 pages of the store that they take */
};

/* A page's `state`: bits. */
enum { WRITTEN = 1, STORED = 2 /* at `slot` */ };

static struct ledger ledger;
static struct page page_array[PAGES_MAX], *bucket_array[1 << BUCKETS_LOG2];
static unsigned long page_count, hand;
static struct store store;

static void release(struct ledger *of, struct page *page)
{
	if (page->frame) {
		pager_take_back(&page->frame, 1, L4_FullyAccessible);
		pool_give(&of->pool, page->frame);
	}
	page->frame = NULL; /* the hand passes entries that are free, too */
	if (page->state & STORED)
		pack_drop(page->slot);
}

static struct page *next_with_frame(void)
{
	do
		hand = (hand + 1) % page_count;
	while (!page_array[hand].frame);
	return &page_array[hand];
}

/* All frames are in use, so there are pages with one. */
static struct page *page_to_evict(void)
{
	for (unsigned int looks = 0;; looks++) {
		struct page *page = next_with_frame();
		unsigned int uses;

		pager_uses(&page->frame, 1, &uses);
		page->state |= uses & L4_Writable ? WRITTEN : 0;
		if (!uses || looks == LOOKS)
			return page;
	}
}

/* A copy of what is in the frame gets into the store. */
static bool page_out(struct page *page)
{
	unsigned long slot;

	if (!pack_put(page->frame, &slot))
		return false;
	if (page->state & STORED)
		pack_drop(page->slot);
	page->slot = slot;
	page->state = STORED;
	page->client->counts.page_outs++;
	return true;
}

/* The frame of a page that goes into the store. Null: there is no room in it. */
static void *frame_by_eviction(void)
{
	struct page *page = page_to_evict();
	void *frame = page->frame;

	if (pager_take_back(&frame, 1, L4_FullyAccessible))
		page->state |= WRITTEN;
	if (page->state & WRITTEN && !page_out(page))
		return NULL;
	page->frame = NULL;
	return frame;
}

static void *frame_take(void)
{
	void *frame = NULL;

	if (ledger.pool.free > 0 || ledger.left_behind.oldest)
		frame = ledger_frame(&ledger);
	if (!frame)
		frame = frame_by_eviction();
	/* What the dead have in the store may make room. */
	if (!frame && pager_forget_dead()) {
		frame = ledger_frame(&ledger);
		if (!frame)
			frame = frame_by_eviction();
	}
	return frame;
}

static const char *page_make(const struct pager_fault *fault, struct page **page)
{
	const char *wrong;
	void *frame;

	if (fault->client->charged >= fault->client->quota)
		return "its memory quota is used up";
	frame = frame_take();
	if (!frame)
		return "the pager has no memory left";
	wrong = ledger_page(&ledger, fault, frame, page);
	if (!wrong)
		(*page)->state = WRITTEN; /* it is not in the store */
	return wrong;
}

static const char *page_in(struct page *page)
{
	void *frame = frame_take();
	unsigned int uses;

	if (!frame)
		return "the pager has no memory left";
	if (!pack_get(page->slot, frame)) {
		pool_give(&ledger.pool, frame);
		return "the store has lost it";
	}
	pager_uses(&frame, 1, &uses); /* that was us */
	page->frame = frame;
	page->client->counts.page_ins++;
	return NULL;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	struct page *page = ledger_find(&ledger, fault->client, fault->page / PAGER_PAGE);
	const char *wrong = !page ? page_make(fault, &page) : !page->frame ? page_in(page) : NULL;

	if (!wrong && fault->access & ~page->rights)
		wrong = "that memory does not allow it";
	if (wrong)
		return wrong;
	mapping->frame = page->frame;
	mapping->rights = page->rights;
	return NULL;
}

static enum pager_status request(struct pager_client *client, L4_ThreadId_t thread, unsigned long label, L4_Msg_t *msg)
{
	unsigned long stored, taken;
	unsigned int words = L4_UntypedWords(L4_MsgMsgTag(msg));

	(void)client;
	(void)thread;
	L4_MsgClear(msg);
	if (label != COMPRESS_USAGE || words != 0)
		return PAGER_MALFORMED;
	pack_usage(&stored, &taken);
	L4_MsgAppendWord(msg, stored);
	L4_MsgAppendWord(msg, taken);
	return PAGER_OK;
}

static void gone(struct pager_client *client)
{
	ledger_leave(&ledger, client);
}

int main(void)
{
	unsigned long pool = root_option("pool", POOL_KIB) << 10, quota = root_option("quota", QUOTA_KIB) << 10;
	unsigned long room = root_option("store", STORE_KIB) << 10;
	struct pager_operations operations = {
		.name = "compress",
		.quota = quota / PAGER_PAGE,
		.fault = fault,
		.request = request,
		.gone = gone,
		.takes_programs = true,
	};

	if (!store_open(&store, room / PAGER_PAGE)) {
		printf("compress: there is no disk, or it is too small\n");
		return EXIT_FAILURE;
	}
	pack_init(&store);
	ledger.release = release;
	pool = ledger_init(&ledger, pool, PAGES_MAX, page_array, PAGES_MAX, bucket_array, BUCKETS_LOG2);
	page_count = ledger.free_entries;
	if (pool == 0) {
		printf("compress: there is no memory for frames\n");
		return EXIT_FAILURE;
	}
	printf("compress: %lu KiB in frames, %lu KiB for what is compressed, %lu KiB a client\n", pool >> 10,
	       room >> 10, quota >> 10);
	pager_run(&operations);
}
