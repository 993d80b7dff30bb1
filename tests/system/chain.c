/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/chain.c - see chain.h. */
#include "chain.h"

struct chain chain_make_with(L4_Word_t own, unsigned log2, unsigned length, L4_Word_t rights)
{
	struct chain c = {.own = own, .log2 = log2};

	for (unsigned i = 0; i < length; i++) {
		L4_ThreadId_t from = i ? c.agent[i - 1] : worker;

		c.space[i] = space_new();
		c.agent[i] = agent_new(c.space[i]);
		EXPECT_EQ(give(from, fpage(i ? WINDOW : own, log2, rights), c.agent[i], fpage(WINDOW, log2, 0), 0), 0);
	}
	return c;
}

struct chain chain_make(L4_Word_t own, unsigned log2, unsigned length)
{
	return chain_make_with(own, log2, length, RWX);
}

struct chain pages_chain(unsigned length)
{
	return chain_make(fresh_pages(), 12, length);
}

struct chain large_chain(unsigned length)
{
	return chain_make(fresh_large(), LARGE_LOG2, length);
}

struct space *taker(L4_ThreadId_t from, L4_Word_t address, L4_Word_t rights)
{
	struct space *s = space_new();

	EXPECT_EQ(give(from, fpage(address, 12, rights), agent_new(s), fpage(WINDOW, 12, 0), 0), 0);
	return s;
}

bool own_reads(L4_Word_t address)
{
	return can_read(&own_space, address);
}
