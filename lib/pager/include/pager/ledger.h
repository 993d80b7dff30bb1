/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/ledger.h - pages that belong to one client each: who has which, and what the dead have left.
 *
 * For pagers whose pages are not shared by name. An entry is a page of a client, by the number of its address; it is
 * charged to the client. When a client goes, its entries are left behind as they are, which costs nothing, and
 * released one by one as entries or frames are needed. So nobody waits while a large client is cleaned up, and no
 * client that has gone is forgotten with its frames.
 *
 * The frames come from a pool; what an entry holds is the pager's business, which releases it when asked.
 */
#ifndef PAGER_LEDGER_H
#define PAGER_LEDGER_H

#include <pager/clients.h>
#include <pager/pages.h>
#include <pager/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pager_fault;

struct ledger {
	struct pages pages;
	struct pool pool;
	struct page_list left_behind;
	unsigned long free_entries;

	/* Gives back what an entry holds, after taking it from whoever has it. */
	void (*release)(struct ledger *ledger, struct page *page);
};

/* The entry of a client's page; null: it has none. */
struct page *ledger_find(const struct ledger *ledger, const struct pager_client *client, unsigned long number);

/* A new entry. Null: there is no room. */
struct page *ledger_add(struct ledger *ledger, struct pager_client *client, unsigned long number);

/*
 * The page of a fault comes into being in this frame, with what pager_fill() puts there, and is charged to its client.
 * Null: it is *page. Otherwise a few words, why there is none, and the frame is the pool's again.
 */
const char *ledger_page(struct ledger *ledger, const struct pager_fault *fault, void *frame, struct page **page);

/* The entry goes; what it holds was given back before. */
void ledger_remove(struct ledger *ledger, struct page *page);

/* A frame with anything in it, if need be after releasing what the dead have left. Null: there is none. */
void *ledger_frame(struct ledger *ledger);

/* All of a client's entries are left behind; the client goes. */
void ledger_leave(struct ledger *ledger, struct pager_client *client);

/*
 * Ready, with a pool of so many bytes (pager_memory()) and so many entries for each frame, out of `most` at `page`.
 * Returns the bytes of the pool.
 */
unsigned long ledger_init(struct ledger *ledger, unsigned long bytes, unsigned int entries_per_frame, struct page *page,
			  unsigned long most, struct page **bucket, unsigned int bucket_log2);

#ifdef __cplusplus
}
#endif
#endif
