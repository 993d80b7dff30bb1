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
 * The thread that has its UTCB at this address of the space, or NULL. Found by the MyGlobalId in the UTCB: threads that
 * overwrite that have no local id.
 */
struct tcb *thread_at(const struct space *space, virt_t utcb);

/*
 * May self read and write t's registers? t is active and of the same space, or has made self its pager or exception
 * handler.
 */
bool thread_obeys(const struct tcb *t, const struct tcb *self);

/* How `self` is told of the thread `other`: by its local id if both are in one space, else by its global id. */
static inline word_t thread_name(const struct tcb *self, const struct tcb *other)
{
	return self->space == other->space ? other->utcb : other->id;
}

/*
 * Make an inactive thread in a space. The id is a free thread number with a version. NULL when out of memory; then
 * nothing is changed.
 */
struct tcb *thread_create(word_t id, struct space *space, struct cpu *cpu, word_t scheduler);

/* Give it a UTCB (a free slot in the UTCB area) and a pager; it then waits for its start message. False: no memory. */
bool thread_activate(struct tcb *t, virt_t utcb, word_t pager);

/*
 * End a thread in any state, but not the running one, nor one that destroys a space: nobody else would. From now on its
 * id names nobody: others must be told (thread_mourn). Returns its space if that was the last thread: it must be
 * destroyed then.
 */
struct space *thread_delete(struct tcb *t);

/* Change the pager of an active thread. Not yet started, it waits for this one's start message. */
void thread_set_pager(struct tcb *t, word_t pager);

/* Change the version, and abort its IPC. The old id names nobody: others must be told (thread_mourn). */
void thread_rename(struct tcb *t, word_t id);

/*
 * Tell all who wait for threads that are no more: begin once, then go on, a bounded piece at a time, until it returns
 * true. `self` must not wait for a message meanwhile.
 */
void thread_mourn_begin(struct tcb *self);
bool thread_mourn(struct tcb *self);

/* Is the thread number taken by a deleted thread at which others are still queued? They must be told (thread_mourn). */
bool thread_is_leaving(word_t id);

/*
 * Move a thread to another space, with the contents of its UTCB if it is active: to `utcb`, a free slot. Its IPC is
 * aborted. *empty is the space that it leaves if that has no thread any more: it must be destroyed then. False: the
 * new space has no memory for it, nothing is changed.
 */
bool thread_move(struct tcb *t, struct space *space, virt_t utcb, struct space **empty);

/* Every thread there is, idle threads excepted; tcb.all_link. */
extern struct ring all_threads;

#endif
