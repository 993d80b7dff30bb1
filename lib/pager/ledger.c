/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.c - entries of the living and of the dead.
 */
#include <pager/ledger.h>

#include <stddef.h>

#include <pager/pager.h>

struct page *ledger_find(const struct ledger *ledger, const struct pager_client *client, unsigned long number)
{
	return pages_find(&ledger->pages, client->serial, number);
}

/* The oldest of what was left behind. */
static void release_one(struct ledger *ledger)
{
	struct page *page = ledger->left_behind.oldest;

	ledger->release(ledger, page);
	page_list_remove(&ledger->left_behind, page);
	pages_remove(&ledger->pages, page);
	ledger->free_entries++;
}

struct page *ledger_add(struct ledger *ledger, struct pager_client *client, unsigned long number)
{
	struct page *page;

	if (ledger->free_entries == 0 && ledger->left_behind.oldest)
		release_one(ledger);
	page = pages_add(&ledger->pages, client->serial, number);
	if (!page)
		return NULL;
	ledger->free_entries--;
	page->client = client;
	page_list_add(&client->pages, page);
	return page;
}

void ledger_remove(struct ledger *ledger, struct page *page)
{
	page_list_remove(&page->client->pages, page);
	pages_remove(&ledger->pages, page);
	ledger->free_entries++;
}

const char *ledger_page(struct ledger *ledger, const struct pager_fault *fault, void *frame, struct page **page)
{
	struct page *made = ledger_add(ledger, fault->client, fault->page / PAGER_PAGE);
	unsigned int rights;

	if (!made || !pager_fill(fault, frame, &rights)) {
		if (made)
			ledger_remove(ledger, made);
		pool_give(&ledger->pool, frame);
		return made ? "no memory there" : "the pager has no room for another page";
	}
	made->frame = frame;
	made->rights = rights;
	fault->client->charged++;
	*page = made;
	return NULL;
}

void *ledger_frame(struct ledger *ledger)
{
	void *frame = pool_take(&ledger->pool);

	/* Not every entry that was left behind has a frame for itself. */
	do {
		while (!frame && ledger->left_behind.oldest) {
			release_one(ledger);
			frame = pool_take(&ledger->pool);
		}
	} while (!frame && pager_forget_dead());
	return frame;
}

void ledger_leave(struct ledger *ledger, struct pager_client *client)
{
	page_list_append(&ledger->left_behind, &client->pages);
}

unsigned long ledger_init(struct ledger *ledger, unsigned long bytes, unsigned int entries_per_frame, struct page *page,
			  unsigned long most, struct page **bucket, unsigned int bucket_log2)
{
	unsigned long got = pager_memory(&ledger->pool, bytes), entries = ledger->pool.free * entries_per_frame;

	ledger->free_entries = entries < most ? entries : most;
	pages_init(&ledger->pages, page, ledger->free_entries, bucket, bucket_log2);
	return got;
}
