/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/chain.h - spaces that have a page one from the other, as most cases about Unmap begin.
 */
#ifndef TESTS_SYSTEM_CHAIN_H
#define TESTS_SYSTEM_CHAIN_H

#include "agent.h"

#define RWX L4_FullyAccessible
#define RW  (L4_Readable | L4_Writable)

enum { CHAIN = 3 };

/* Spaces that have a page (of `log2`) at WINDOW: the first from us, each other from the one before. */
struct chain {
	L4_Word_t own; /* address here */
	unsigned log2;
	struct space *space[CHAIN];
	L4_ThreadId_t agent[CHAIN];
};

/* So many spaces; each gets all rights, or just these. */
struct chain chain_make(L4_Word_t own, unsigned log2, unsigned length);
struct chain chain_make_with(L4_Word_t own, unsigned log2, unsigned length, L4_Word_t rights);
/* Of a page, and of a large one. */
struct chain pages_chain(unsigned length);
struct chain large_chain(unsigned length);

/* Another space that gets a page from `from`. */
struct space *taker(L4_ThreadId_t from, L4_Word_t address, L4_Word_t rights);

bool own_reads(L4_Word_t address);

#endif
