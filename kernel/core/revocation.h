/* SPDX-License-Identifier: BSD-2-Clause */
/* core/revocation.h - where a walk through the mapping database stands; its functions are in core/mapdb.h. */
#ifndef CORE_REVOCATION_H
#define CORE_REVOCATION_H

#include "base/ring.h"

struct space;

/* A walk that takes rights away; may be left and taken up again. */
struct revocation {
	struct space *space; /* whose pages */
	virt_t begin;        /* which of them */
	virt_t low, high;    /* and which of those are still to be looked at */
	unsigned rights;     /* to be taken away; RIGHT_R takes the page */
	bool flush;          /* from the space itself too, not only from those who got pages from it */
	unsigned status;     /* enum rights: accesses seen, added up */
	virt_t begun[3];     /* by level: where the page ends that was begun with last */

	/* The tree that is being worked on, depth first; root 0: none. */
	uint32_t root, at;
	word_t part_low, part_high; /* which bytes of root */
	word_t offset;              /* of `at` in root */
	unsigned tree_status;       /* as `status`, of this tree */
	enum { REVOKE_TAKE, REVOKE_LIST, REVOKE_SCAN, REVOKE_LEAVE } phase;
	word_t position;            /* in `at`, for taking and scanning */
	unsigned scan_level;

	/* Where a map item stands that this walk is, or may be, part of. */
	bool ended;                 /* the walk, when the item was left */
	virt_t extended;            /* a page that is there already: up to where rights were added */
	virt_t too_large;           /* a page of the sender's | the level for which there was no memory, or 0 */
	struct ring link;           /* with the others that are under way */
};

#endif
