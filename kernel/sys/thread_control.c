/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadControl - create, change, move and delete threads. Privileged. X.2 2.4.
 *
 *   RDI thread   RSI space specifier   R8 scheduler   R9 pager   R10 UTCB location
 *   returns RAX 1 done (more for an MSI, see below), 0 refused: then nothing is changed
 *
 * The thread number in `thread` says which; the version is the one it has from now on. The space specifier is any
 * thread of the space. For a new thread it may be the thread itself: a new, empty space; for one that exists, its
 * own id, old or new, means that it stays. Nilthread deletes the thread (and the space with its last thread); as
 * scheduler or pager it leaves what is there; all ones as UTCB location likewise. A UTCB location given without a
 * pager is only noted (the space may have no areas yet), and judged when a pager makes the thread active.
 *
 * A new thread has priority 100 and time slices of 10 ms; an active one has no exception handler, handle 0, and
 * never as its transfer timeouts.
 *
 * A thread with a UTCB location and a pager becomes active: it waits for a message of exactly two words, IP and
 * SP, from its pager. Before that it takes no part in IPC. The pager of an active thread is changed by
 * ExchangeRegisters or here; one that waits for its start message then waits for the new pager's. The pager need not
 * exist yet.
 *
 * Another version: the old id names nobody any more. The thread's own IPC is aborted (as by ExchangeRegisters; but a
 * thread that waits for its start message waits on), and who is queued at it or waits for it fails with "no
 * partner". The same is told to the partners of a thread that is deleted, before the call returns.
 *
 * Another space: the thread's own IPC is aborted likewise, and an Unmap or MemoryControl that it does in pieces ends
 * where it stands, as failed with "invalid space". An active thread takes its UTCB with it: to the UTCB location,
 * or, if none is given, to the same address; that must be a free slot of the new space's UTCB area. A pager and an
 * exception handler known by local ids are known by their global ids from then on. Registers, FPU, priority, global
 * id and those who are queued at it stay. The space goes with its last thread.
 *
 * A UTCB is in use if the thread that its MyGlobalId names has it there. It is the users' own concern that
 * UTCBs don't overlap, and that they don't overwrite that word.
 *
 * Interrupts: `thread` is (number, 1) below SystemBase, the space specifier the same id, scheduler nilthread, the
 * UTCB location all ones. The pager is the thread, of any space, that handles the interrupt from now on
 * (core/irq.h); or the interrupt thread itself: nobody does. RAX is 1 for a pin of an I/O APIC. For an
 * interrupt from INTERRUPT_MSI up it is address << 32 | data: what a device must write, and where, to raise it.
 *
 * ErrorCode: no privilege       the caller's space is not privileged
 *            invalid thread     not a user thread number, a version without any of its low six bits, the caller
 *                               itself to be deleted, or (to be deleted) no such thread; an interrupt that the machine
 *                               does not have, or that has another handler
 *            invalid space      the specifier names no thread; or the thread is or would be active in a space without
 *                               areas; or it is active and would go to a small space or come from one; for an
 *                               interrupt, not its own id
 *            invalid scheduler  names no thread, or none was given for a new thread; for an interrupt, any
 *            UTCB area          the thread has a UTCB already and stays in its space; or it would be active with one
 *                               that is not in the space's UTCB area, not aligned or taken, or without one; for an
 *                               interrupt, any
 *            invalid parameter  a pager that is anythread, or a local id of nobody; for an interrupt, no thread
 *            no memory          for TCB, UTCB or page tables
 */
#include "core/irq.h"
#include "core/mapdb.h"
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
	       !thread_at(space, utcb);
}

/* Do a piece of the work of a thread that destroys a space: itself, or one that is to be deleted. */
static void destroy_piece(struct tcb *t)
{
	if (t->destroying && space_destroy(t->destroying, &t->revocation, t->cpu))
		t->destroying = NULL;
}

static struct tcb *destroy_go_on(struct tcb *self);

/* The call is done, but for the space that is to be destroyed, if there is one. */
static struct tcb *destroy_later(struct tcb *self)
{
	self->resume = self->before_user;
	if (!self->destroying)
		return sched_continue(self);
	self->resume = destroy_go_on;
	return sched_open(self);
}

static struct tcb *destroy_go_on(struct tcb *self)
{
	destroy_piece(self);
	return destroy_later(self);
}

/* A space has lost its last thread; NULL: none has. */
static void destroy_begin(struct tcb *self, struct space *empty)
{
	self->destroying = empty;
	if (empty)
		space_destroy_begin(empty, &self->revocation, self->cpu);
}

/* Tell those who wait for an id that is no more, in pieces. */
static struct tcb *mourn_go_on(struct tcb *self)
{
	if (thread_mourn(self))
		return destroy_later(self);
	self->resume = mourn_go_on;
	return sched_open(self);
}

/* The call is done, but for what others have to learn of it, and the space that has lost its last thread, or NULL. */
static struct tcb *done(struct tcb *self, struct space *empty)
{
	sys_result(self, 1);
	destroy_begin(self, empty);
	thread_mourn_begin(self);
	self->resume = mourn_go_on;
	return sched_open(self);
}

/* The number is that of a deleted thread which others are still queued at: help to tell them, and begin again. */
static struct tcb *wait_for_number(struct tcb *self)
{
	self->resume = self->before_user;
	if (thread_mourn(self))
		return sys_thread_control(self);
	self->resume = wait_for_number;
	return sched_open(self);
}

static struct tcb *delete(struct tcb *self, struct tcb *t)
{
	if (!t || t == self)
		return sys_refuse(self, ERROR_INVALID_THREAD);
	if (t->destroying) { /* first that; then the call begins anew, for others act meanwhile */
		destroy_piece(t);
		self->resume = sys_thread_control;
		return sched_open(self);
	}
	return done(self, thread_delete(t));
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

	if (!t || !place_utcb(t, utcb, pager)) {
		sys_refuse(self, ERROR_NO_MEMORY);
		destroy_begin(self, t ? thread_delete(t) : fresh);
		return destroy_later(self);
	}
	return sys_result(self, 1);
}

/* t has left a space: if it was doing a system call in pieces which works on that space, it ends where it stands. */
static void cut_call(struct tcb *t)
{
	if (t->resume == t->before_user || t->resume == destroy_go_on || t->resume == mourn_go_on ||
	    t->resume == wait_for_number || t->resume == sys_thread_control)
		return;
	mapdb_revoke_end(&t->revocation);
	t->resume = t->before_user;
	sys_refuse(t, ERROR_INVALID_SPACE);
}

/* Change a thread that exists. `utcb` is for a thread that becomes active or takes its UTCB with it. */
static struct tcb *change(struct tcb *self, struct tcb *t, word_t id, struct space *space, word_t scheduler,
                          word_t pager, word_t utcb)
{
	bool was_active = t->utcb_map, moves = space != t->space, renamed = id != t->id;
	bool activates = !was_active && pager != NIL_THREAD;
	struct space *empty = NULL;

	if (activates && !space_get_utcb(space, utcb)) /* so that it is there below */
		return sys_refuse(self, ERROR_NO_MEMORY);
	if (moves && !thread_move(t, space, utcb, &empty)) {
		if (activates)
			space_put_utcb(space, utcb, self->cpu);
		return sys_refuse(self, ERROR_NO_MEMORY);
	}

	/* committed: nothing below may fail */
	if (moves)
		cut_call(t);
	if (scheduler != NIL_THREAD)
		t->scheduler = scheduler;
	if (was_active && pager != NIL_THREAD)
		thread_set_pager(t, pager);
	if (!was_active)
		place_utcb(t, utcb, pager);
	if (activates)
		space_put_utcb(space, utcb, self->cpu);
	thread_rename(t, id);
	if (moves || renamed)
		return done(self, empty);
	sys_result(self, 1);
	return sched_continue(self);
}

/* The space that the specifier names for thread `id`, which is `t` if it exists. False: none; NULL: a new one. */
static bool find_space(const struct tcb *self, const struct tcb *t, word_t id, word_t specifier, struct space **space)
{
	bool itself = !id_is_local(specifier) && thread_number(specifier) == thread_number(id);
	const struct tcb *member = itself ? t : thread_find_any(self, specifier);

	*space = member ? member->space : NULL;
	return member || specifier == id;
}

static bool is_interrupt_id(word_t id)
{
	return !id_is_local(id) && thread_number(id) < SYSTEM_BASE;
}

/* Give an interrupt a handler, or take it away. */
static struct tcb *control_interrupt(struct tcb *self)
{
	const struct registers *in = &self->regs;
	word_t id = in->rdi, pager = in->r9;
	struct irq *irq = irq_find(id);
	struct tcb *handler = pager == id ? NULL : thread_find_any(self, pager);

	if (!irq)
		return sys_refuse(self, ERROR_INVALID_THREAD);
	if (in->rsi != id)
		return sys_refuse(self, ERROR_INVALID_SPACE);
	if (in->r8 != NIL_THREAD)
		return sys_refuse(self, ERROR_INVALID_SCHEDULER);
	if (in->r10 != KEEP_UTCB)
		return sys_refuse(self, ERROR_UTCB_AREA);
	if (pager != id && !handler)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if (!handler) {
		irq_deassociate(irq);
		return sys_result(self, 1);
	}
	if (!irq_associate(irq, handler))
		return sys_refuse(self, ERROR_INVALID_THREAD);
	return sys_result(self, irq_message(irq));
}

struct tcb *sys_thread_control(struct tcb *self)
{
	const struct registers *in = &self->regs;
	word_t id = in->rdi, specifier = in->rsi, scheduler = in->r8, pager = in->r9, utcb = in->r10;

	self->resume = self->before_user; /* it may have begun before: delete() */
	if (!self->space->privileged)
		return sys_refuse(self, ERROR_NO_PRIVILEGE);
	if (is_interrupt_id(id))
		return control_interrupt(self);
	if (!is_user_thread_id(id))
		return sys_refuse(self, ERROR_INVALID_THREAD);
	if (thread_is_leaving(id)) {
		thread_mourn_begin(self);
		return wait_for_number(self);
	}

	struct tcb *t = thread_find_number(id);

	if (specifier == NIL_THREAD)
		return delete(self, t);

	struct space *space;

	if (!find_space(self, t, id, specifier, &space))
		return sys_refuse(self, ERROR_INVALID_SPACE);
	if (scheduler == NIL_THREAD ? !t : !thread_find_any(self, scheduler) && scheduler != id)
		return sys_refuse(self, ERROR_INVALID_SCHEDULER);
	if (pager != NIL_THREAD && id_is_local(pager)) {
		struct tcb *local = thread_find_any(self, pager);

		pager = local ? local->id : ANY_THREAD;
	}
	if (pager == ANY_THREAD)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);

	bool is_active = t && t->utcb_map, needs_utcb = is_active ? space != t->space : pager != NIL_THREAD;

	if (is_active && !needs_utcb && utcb != KEEP_UTCB)
		return sys_refuse(self, ERROR_UTCB_AREA);
	if (is_active && needs_utcb && (t->space->base || (space && space->base)))
		return sys_refuse(self, ERROR_INVALID_SPACE);
	if (needs_utcb) {
		if (utcb == KEEP_UTCB && t && t->utcb)
			utcb = t->utcb; /* where it has one, or was told earlier, without a pager */
		if (!space || space->utcb_area.kind == FPAGE_NIL)
			return sys_refuse(self, ERROR_INVALID_SPACE);
		if (!utcb_is_free(space, utcb))
			return sys_refuse(self, ERROR_UTCB_AREA);
	}
	if (scheduler != NIL_THREAD && scheduler != id)
		scheduler = thread_find_any(self, scheduler)->id;
	return t ? change(self, t, id, space, scheduler, pager, utcb) : create(self, id, space, scheduler, pager, utcb);
}
