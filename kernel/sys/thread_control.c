/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadControl - create, change and delete threads. Privileged. X.2 2.4.
 *
 *   RDI thread   RSI space specifier   R8 scheduler   R9 pager   R10 UTCB location
 *   returns RAX 1 done, 0 refused
 *
 * The thread number in `thread` says which; the version is the one it has from now on. The space specifier is
 * any thread of the space, or the thread itself for a new, empty space. Nilthread as space specifier deletes
 * the thread (and the space with its last thread); as scheduler or pager it leaves what is there; all ones as
 * UTCB location likewise. A UTCB location given without a pager is only noted (the space may have no areas
 * yet), and judged when a pager makes the thread active.
 *
 * A new thread has priority 100 and time slices of 10 ms; an active one has no exception handler, handle 0, and
 * never as its transfer timeouts.
 *
 * A thread with a UTCB location and a pager becomes active: it waits for a message of exactly two words, IP and
 * SP, from its pager. Before that it takes no part in IPC. The pager of an active thread is changed by
 * ExchangeRegisters or here.
 *
 * ErrorCode: no privilege       the caller's space is not privileged
 *            invalid thread     not a user thread number, a version without any of its low six bits, the caller
 *                               itself to be deleted or renamed, or (to be deleted) no such thread; interrupts
 *                               can't be associated yet
 *            invalid space      the specifier names no thread, or another space than the thread's: threads don't
 *                               migrate yet
 *            invalid scheduler  names no thread, or none was given for a new thread
 *            UTCB area          the thread has a UTCB already; or it would become active with one that is not in
 *                               the space's UTCB area, not aligned or taken, or without one
 *            invalid parameter  a pager that is anythread, or a local id of nobody
 *            no memory          for TCB, UTCB or page tables; nothing is changed
 */
#include "core/sched.h"
#include "core/space.h"
#include "core/thread.h"
#include "sys/calls.h"

#define KEEP_UTCB ~0UL

static bool is_user_thread_id(word_t id)
{
	return !id_is_local(id) && thread_number(id) >= USER_BASE && thread_number(id) <= THREAD_NUMBER_MAX;
}

static bool utcb_is_free(const struct space *space, virt_t utcb)
{
	return (utcb & (UTCB_SIZE - 1)) == 0 && fpage_contains(space->utcb_area, utcb, UTCB_SIZE) &&
	       !thread_has_utcb(space, utcb);
}

/* Free the space whose last thread was deleted, in pieces. */
static struct tcb *destroy_go_on(struct tcb *self)
{
	self->resume = self->before_user;
	if (!space_destroy(self->destroying, &self->revocation, self->cpu)) {
		self->resume = destroy_go_on;
		return sched_open(self);
	}
	self->destroying = NULL;
	return sched_continue(self);
}

static struct tcb *delete(struct tcb *self, struct tcb *t)
{
	if (!t || t == self)
		return sys_refuse(self, ERROR_INVALID_THREAD);
	self->destroying = thread_delete(t);
	sys_result(self, 1);
	if (!self->destroying)
		return sched_continue(self);
	space_destroy_begin(self->destroying, &self->revocation, self->cpu);
	return destroy_go_on(self);
}

/* Undo the making of a thread that could not be completed, or of a space that got none. */
static void unmake(struct tcb *self, struct tcb *t, struct space *empty)
{
	struct space *space = t ? thread_delete(t) : empty;

	if (!space)
		return;
	space_destroy_begin(space, &self->revocation, self->cpu);
	while (!space_destroy(space, &self->revocation, self->cpu))
		;
}

/* Note the place of a thread's UTCB, or with a pager activate it there. False: no memory. */
static bool place_utcb(struct tcb *t, word_t utcb, word_t pager)
{
	if (utcb == KEEP_UTCB)
		return true;
	if (pager != NIL_THREAD)
		return thread_activate(t, utcb, pager);
	t->utcb = utcb;
	return true;
}

/* Make the thread; when it is to be active at once and there is no memory for that, unmake it. */
static struct tcb *create(struct tcb *self, word_t id, struct space *space, word_t scheduler, word_t pager,
                          word_t utcb)
{
	struct space *fresh = space ? NULL : space_create();
	struct tcb *t = space || fresh ? thread_create(id, space ? space : fresh, self->cpu, scheduler) : NULL;

	if (!t) {
		unmake(self, NULL, fresh);
		return sys_refuse(self, ERROR_NO_MEMORY);
	}
	if (!place_utcb(t, utcb, pager)) {
		unmake(self, t, NULL);
		return sys_refuse(self, ERROR_NO_MEMORY);
	}
	return sys_result(self, 1);
}

/* Change a thread that exists. */
static struct tcb *change(struct tcb *self, struct tcb *t, word_t id, word_t scheduler, word_t pager, word_t utcb)
{
	if (!place_utcb(t, utcb, pager))
		return sys_refuse(self, ERROR_NO_MEMORY);

	/* committed: nothing below may fail */
	if (scheduler != NIL_THREAD)
		t->scheduler = scheduler;
	if (pager != NIL_THREAD && t->utcb_map)
		t->utcb_map->pager = pager;
	thread_rename(t, id);
	sys_result(self, 1);
	return sched_continue(self);
}

struct tcb *sys_thread_control(struct tcb *self)
{
	const struct registers *in = &self->regs;
	word_t id = in->rdi, specifier = in->rsi, scheduler = in->r8, pager = in->r9, utcb = in->r10;

	if (!self->space->privileged)
		return sys_refuse(self, ERROR_NO_PRIVILEGE);
	if (!is_user_thread_id(id))
		return sys_refuse(self, ERROR_INVALID_THREAD);

	struct tcb *t = thread_find_number(id);

	if (specifier == NIL_THREAD)
		return delete(self, t);
	if (t == self && t->id != id)
		return sys_refuse(self, ERROR_INVALID_THREAD);

	bool own_space = !t && specifier == id;
	struct tcb *of_space = thread_find_any(self, specifier);
	struct space *space = own_space ? NULL : of_space ? of_space->space : NULL;

	if (t && thread_number(specifier) == thread_number(id))
		space = t->space;
	if (!own_space && (!space || (t && space != t->space)))
		return sys_refuse(self, ERROR_INVALID_SPACE);
	if (scheduler == NIL_THREAD ? !t : !thread_find_any(self, scheduler) && scheduler != id)
		return sys_refuse(self, ERROR_INVALID_SCHEDULER);
	if (pager != NIL_THREAD && id_is_local(pager)) {
		struct tcb *local = thread_find_any(self, pager);

		pager = local ? local->id : ANY_THREAD;
	}
	if (pager == ANY_THREAD)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);

	bool is_active = t && t->utcb_map, activates = !is_active && pager != NIL_THREAD;

	if (utcb == KEEP_UTCB && activates && t && t->utcb)
		utcb = t->utcb; /* told earlier, without a pager */
	if (is_active && utcb != KEEP_UTCB)
		return sys_refuse(self, ERROR_UTCB_AREA);
	if (activates && (!space || !utcb_is_free(space, utcb)))
		return sys_refuse(self, ERROR_UTCB_AREA);
	if (scheduler != NIL_THREAD && scheduler != id)
		scheduler = thread_find_any(self, scheduler)->id;
	return t ? change(self, t, id, scheduler, pager, utcb) : create(self, id, space, scheduler, pager, utcb);
}
