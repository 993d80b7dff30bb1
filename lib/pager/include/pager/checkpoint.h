/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/checkpoint.h - a program that survives being killed (servers/checkpoint).
 *
 * The pager keeps, under a name, the regions and registers of a thread as they were at one moment, at most one
 * interval ago. Another thread, in an empty space, can become that one: it goes on where that one was. What is not in
 * a region of the pager (the image, if another pager brought it; message registers; thread ids) is the new thread's.
 *
 * A name is a number other than 0, and the calling program's own: others may use the same. Started again, a program
 * is still the same; in another boot it is that which has its place in the description.
 */
#ifndef PAGER_CHECKPOINT_H
#define PAGER_CHECKPOINT_H

#include <l4/thread.h>
#include <pager/client.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PAGER_CHECKPOINTS = PAGER_OWN_REQUEST, /* MR1 name, MR2 interval in microseconds */
	PAGER_RESTORE,			       /* MR1 name */
	PAGER_FORGET,			       /* MR1 name */
	PAGER_CHECKPOINT_COUNTS, /* answer: checkpoints complete, pages written, of these before a write, given up */
};

/*
 * From now on the calling thread, the first of its client, is checkpointed so often that the last checkpoint is never
 * older than the interval. An older program of that name is forgotten, unless it lives (PAGER_DENIED). The pager
 * becomes the thread's exception handler.
 */
static inline enum pager_status pager_checkpoints(L4_ThreadId_t pager, unsigned long name, unsigned long interval)
{
	L4_Set_ExceptionHandler(pager);
	return pager_call(pager, PAGER_CHECKPOINTS, 2, (L4_Word_t[4]){ name, interval });
}

/*
 * The calling thread, the first of a client without regions (pager_enter()), becomes the one that was checkpointed
 * under this name, and is checkpointed as that one was. Returns only if there is none (PAGER_NOT_FOUND), or it lives
 * (PAGER_DENIED).
 */
static inline enum pager_status pager_restore(L4_ThreadId_t pager, unsigned long name)
{
	L4_Set_ExceptionHandler(pager);
	return pager_call(pager, PAGER_RESTORE, 1, (L4_Word_t[4]){ name });
}

/*
 * Nothing is kept under this name any more. PAGER_DENIED: a program of that name lives. The calling thread is the
 * first of a client, any (pager_enter()).
 */
static inline enum pager_status pager_forget(L4_ThreadId_t pager, unsigned long name)
{
	return pager_call(pager, PAGER_FORGET, 1, (L4_Word_t[4]){ name });
}

#ifdef __cplusplus
}
#endif
#endif
