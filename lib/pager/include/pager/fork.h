/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/fork.h - a copy of one's memory for another space (servers/cow).
 *
 * Both have to agree, or somebody could give a stranger memory of his making: first the child says whose it wants to
 * be, then the parent forks.
 */
#ifndef PAGER_FORK_H
#define PAGER_FORK_H

#include <pager/client.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PAGER_CHILD_OF = PAGER_OWN_REQUEST, /* MR1 thread of the parent */
	PAGER_FORK,                         /* MR1 thread of the child */
};

/* The caller, who has no region of this pager yet (pager_enter()), wants a copy of this thread's memory. */
static inline enum pager_status pager_child_of(L4_ThreadId_t pager, L4_ThreadId_t parent)
{
	return pager_call(pager, PAGER_CHILD_OF, 1, (L4_Word_t[4]){ parent.raw });
}

/*
 * The child has all regions of the caller from now on, and in them what the caller's have at this moment.
 * PAGER_DENIED: it has not said that it wants to.
 */
static inline enum pager_status pager_fork(L4_ThreadId_t pager, L4_ThreadId_t child)
{
	return pager_call(pager, PAGER_FORK, 1, (L4_Word_t[4]){ child.raw });
}

#ifdef __cplusplus
}
#endif
#endif
