/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/replace.h - which page has to go when another one comes: least recently used, with the owner's advice.
 *
 * The two levels of Cao, Felten and Li ("Application-Controlled File Caching Policies", USENIX Summer 1994). The pager
 * chooses, by the age of all pages, a *candidate*, and so whose page goes; the owner may name another one of its own
 * instead. Three rules keep a foolish owner from harming the others:
 *
 *   - The page that the owner gave up and the candidate that it kept change places in the order of age: the kept one is
 *     not at its end again at once.
 *   - A *ghost* (the paper says placeholder) of the page given up knows which page was kept for it. When it is missed,
 *     the advice was wrong: the kept page is the candidate then, and not whatever is oldest now.
 *   - When the kept page is used, the advice was right, and the ghost goes.
 *
 * So nobody has more misses because of somebody else's advice than if all were treated by age alone, and
 * replace_test.c holds this against simulations. Who never gives advice is treated by age alone.
 *
 * One replacer is one cache. It tells ages by what it is told: replace_used(). Pure: compiles for the host.
 */
#ifndef PAGER_REPLACE_H
#define PAGER_REPLACE_H

#include <pager/pages.h>

#ifdef __cplusplus
extern "C" {
#endif

struct replacer {
	struct pages *pages;    /* with room for the pages of the cache and as many ghosts */
	struct page_list order; /* of the pages that have frames */
};

/*
 * Whose page should go for the missing page (object, number), of which there is no frame? Not empty: the order. The
 * page that is returned is the candidate.
 */
struct page *replace_candidate(struct replacer *replacer, unsigned long object, unsigned long number);

/*
 * `given_up` goes: the candidate, or the page that its owner named instead. It leaves the order, and is left in the
 * table as a ghost, without frame, or removed from it. The caller has taken its frame.
 */
void replace_give_up(struct replacer *replacer, struct page *candidate, struct page *given_up);

/* A page that has just got its frame, not in the order yet. Null: the table has no room. */
struct page *replace_come(struct replacer *replacer, unsigned long object, unsigned long number);

/* A page of the order has been used. */
void replace_used(struct replacer *replacer, struct page *page);

/* A page of the order goes without another one coming, its ghost with it. */
void replace_remove(struct replacer *replacer, struct page *page);

#ifdef __cplusplus
}
#endif
#endif
