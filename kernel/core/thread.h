/* SPDX-License-Identifier: BSD-2-Clause */
/* core/thread.h - threads come, are found, and go. */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include "core/tcb.h"

/*
 * Show the page of ones wherever the TCB array has no thread. Called once, with the kernel's page table. False:
 * no memory.
 */
bool thread_array_init(void);

/* The thread of that global id, or NULL. */
static inline struct tcb *thread_find(word_t id)
{
	struct tcb *t = tcb_slot(id);

	return t->id == id && id != ANY_THREAD && t->space ? t : NULL;
}

/* The thread that `self` names by a global or local id, or NULL. Neither nilthread nor anythread names one. */
struct tcb *thread_find_any(const struct tcb *self, word_t id);

/* The thread that has this number, whatever its version, or NULL. */
struct tcb *thread_find_number(word_t id);

/*
 * May self read and write t's registers? t is active and of the same space, or has made self its pager or exception
 * handler.
 */
bool thread_obeys(const struct tcb *t, const struct tcb *self);

/* How `self` is told of the thread `other`: by its local id if both are in one space, else by its global id. */
word_t thread_name(const struct tcb *self, const struct tcb *other);

/*
 * Make an inactive thread in a space. The id is a free thread number with a version. NULL when out of memory; then
 * nothing is changed.
 */
struct tcb *thread_create(word_t id, struct space *space, struct cpu *cpu, word_t scheduler);

/* Give it a UTCB (a free slot in the UTCB area) and a pager; it then waits for its start message. False: no memory. */
bool thread_activate(struct tcb *t, virt_t utcb, word_t pager);

/*
 * End a thread in any state. Not the running one. Returns its space if that was the last thread: it must be
 * destroyed then.
 */
struct space *thread_delete(struct tcb *t);

/* Change the version: from now on the old id names nobody. Who waits for the old one learns that. */
void thread_rename(struct tcb *t, word_t id);

/* Is the UTCB slot taken by an active thread of this space? */
bool thread_has_utcb(const struct space *space, virt_t utcb);

/* Every thread there is, idle threads excepted; tcb.all_link. */
extern struct ring all_threads;

#endif
