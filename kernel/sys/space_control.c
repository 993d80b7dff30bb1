/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SpaceControl - say where a space has its kernel interface page and its UTCBs, who redirects its messages, and how
 * much of the kernel's memory it may use. Privileged. X.2 4.4; the quota is ours.
 *
 *   RDI space specifier   RSI control   R8 KIP area   R9 UTCB area   R10 redirector
 *   control: bit 29 U report usage, bit 30 Q give a quota, bits 32-63 the quota in KiB
 *            bit 31 S make it a small space, bits 0-7 its slot (abi/small.h)
 *   returns RAX 1 done, 0 refused; RSI 0 (old control), with U the bytes that the space now uses
 *
 * The areas are flexpages of memory, apart from each other, behind address 0 (a UTCB's address is a local id)
 * and below the end of user space: the KIP area of a page or more (the KIP is its first page), the UTCB area of
 * a page to a GiB. They are given together. While a thread of the space is active they are ignored, whatever they
 * are. Nil flexpages leave what is there.
 *
 * A small space has a slot, in which its areas must be, and runs 32-bit programs. The slot is given before the areas or
 * with them, to a space that never had any; bits 0-7 all zero make it a large space again. A thread that is active does
 * not move to a small space or away from it (ThreadControl). Areas of a large space are not in the window
 * (x86/window.h).
 *
 * A redirector gets every message that a thread of the space sends to a thread outside, unless that is in the
 * redirector's own space; it may pass it on (propagation). Anythread as redirector means none, nilthread leaves
 * what is there. A redirector that has gone lets nothing pass. Messages count from the begin of their send phase: what
 * is sent after the call has returned goes by the new rule; what was queued at its partner before, stays there.
 *
 * A quota is memory of the kernel's that is the space's alone, rounded down to pages: for its page tables, mappings,
 * ports, threads, UTCBs, FPU registers and itself. Nobody else can take it, and the space gets no more: what needs more
 * is refused, as without memory. It may be changed later, not below what is used. A quota of 0 and a new space mean
 * none: the space draws on what is left, like the privileged spaces, from which quotas are given. With the space the
 * quota goes back. A privileged space has no quota; what it is told with U is what the kernel uses in all, quotas that
 * were given included.
 *
 * ErrorCode: no privilege         the caller's space is not privileged
 *            invalid space        the specifier names no thread
 *            UTCB area, KIP area  not such a flexpage, one without the other; overlapping: KIP area
 *            invalid parameter    other bits in the control word, a quota without Q, or for a privileged space; a
 *                                 redirector that names no thread; a slot for a privileged space or one that had
 *                                 areas, or a slot that is in use, in part or as a whole
 *            no memory            less left than the quota, or more used than that; or too little for page tables: then
 *                                 the space has no areas, and what was mapped in the new ones is gone; a slot stays
 *
 * What was mapped in the new areas is taken away in pieces, between which interrupts and better threads run. Until that
 * is done the space has no areas. In pieces, too, all threads of a space that gets a redirector, or loses it, learn
 * that.
 */
#include "core/frames.h"
#include "core/mapdb.h"
#include "core/small.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/thread.h"
#include "sys/calls.h"
#include "x86/window.h"

enum { AREA_LOG2_MAX = 30, STEPS = 3, THREADS_A_PIECE = 64 };
enum { CONTROL_USAGE = 1 << 29, CONTROL_QUOTA = 1 << 30, QUOTA_SHIFT = 32, KIB = 1024 };

/* The end of the space, if the call succeeds. */
static virt_t end_of(const struct space *s, word_t control)
{
	word_t size = small_slot_decode(control).size;

	return !(control & SMALL_CONTROL) ? s->end : size ? size : USER_END;
}

static bool is_area(struct fpage f, virt_t end)
{
	static const struct fpage window = {
		.kind = FPAGE_MEMORY, .base = WINDOW_REGION, .size_log2 = WINDOW_REGION_LOG2,
	};

	return f.kind == FPAGE_MEMORY && f.base && f.size_log2 <= AREA_LOG2_MAX && f.base + fpage_size(f) <= end &&
	       !fpages_overlap(f, window);
}

static bool is_control(word_t control, const struct space *s)
{
	word_t known = CONTROL_USAGE;

	if ((control & CONTROL_QUOTA) && !s->privileged)
		known |= CONTROL_QUOTA | ~0UL << QUOTA_SHIFT;
	if ((control & SMALL_CONTROL) && !s->privileged)
		known |= SMALL_CONTROL | ((1UL << SMALL_SLOT_BITS) - 1);
	return (control & ~known) == 0;
}

static word_t usage(const struct space *s)
{
	return s->privileged ? frames_used() * PAGE_SIZE : account_used(&s->account);
}

/*
 * What its threads send is C's business, or no longer: say so to so many of them, in turn. The ring goes round as they
 * are told; who comes to the space meanwhile knows it already. Several such walks at a time do no harm: each tells as
 * many as there were, and all say what is the case.
 */
static void tell_threads(struct space *s, unsigned count)
{
	for (; count > 0; count--) {
		struct ring *first = s->threads.next;
		struct tcb *t = CONTAINER_OF(first, struct tcb, space_link);

		ring_remove(first);
		ring_insert(&s->threads, first);
		t->slow &= ~(uint32_t)SLOW_REDIRECTED;
		t->slow |= s->redirector != NIL_THREAD ? SLOW_REDIRECTED : 0;
	}
}

/* What the call is about, looked up. */
struct order {
	struct space *space;
	struct fpage kip_area, utcb_area;
	bool sets_areas;
	struct tcb *redirector; /* NULL: there is none by that name */
};

/* All refusals but those for memory; 0: none. */
static enum call_error check(const struct tcb *self, struct order *order)
{
	const struct registers *in = &self->regs;
	const struct tcb *t = thread_find_any(self, in->rdi);
	virt_t end;

	if (!self->space->privileged)
		return ERROR_NO_PRIVILEGE;
	if (!t)
		return ERROR_INVALID_SPACE;
	*order = (struct order){
		.space = t->space,
		.kip_area = fpage_decode(in->r8),
		.utcb_area = fpage_decode(in->r9),
		.sets_areas = (in->r8 != 0 || in->r9 != 0) && !t->space->active_threads,
		.redirector = thread_find_any(self, in->r10),
	};
	if (!is_control(in->rsi, t->space) || (in->r10 != NIL_THREAD && in->r10 != ANY_THREAD && !order->redirector))
		return ERROR_INVALID_PARAMETER;
	end = end_of(t->space, in->rsi);
	if (order->sets_areas && !is_area(order->utcb_area, end))
		return ERROR_UTCB_AREA;
	if (order->sets_areas && (!is_area(order->kip_area, end) || fpages_overlap(order->kip_area, order->utcb_area)))
		return ERROR_KIP_AREA;
	return 0;
}

/* Make it a small space, or a large one again, if the control word says so. 0: done, or it doesn't. */
static enum call_error set_slot(const struct tcb *self, struct space *space)
{
	struct small_slot slot = small_slot_decode(self->regs.rsi);

	if (!(self->regs.rsi & SMALL_CONTROL))
		return 0;
	if (!space_set_slot(space, slot))
		return ERROR_INVALID_PARAMETER;
	if (slot.size)
		small_open(self->cpu);
	return 0;
}

/* All is done. */
static struct tcb *finish(struct tcb *self, const struct space *s)
{
	struct registers *in = &self->regs;

	in->rsi = in->rsi & CONTROL_USAGE ? usage(s) : 0;
	return sched_continue(sys_result(self, 1));
}

/*
 * The redirector is set, and self->unmap_item threads are still to be told. If the specifier names another space, anew.
 */
static struct tcb *redirect(struct tcb *self)
{
	const struct tcb *t = thread_find_any(self, self->regs.rdi);
	unsigned count = self->unmap_item < THREADS_A_PIECE ? self->unmap_item : THREADS_A_PIECE;

	self->resume = self->before_user;
	if (!t || t->space != self->redirecting)
		return sys_space_control(self);
	tell_threads(t->space, count);
	self->unmap_item -= count;
	if (self->unmap_item == 0)
		return finish(self, t->space);
	self->resume = redirect;
	return sched_open(self);
}

static struct tcb *commit(struct tcb *self, const struct order *order)
{
	struct registers *in = &self->regs;
	struct space *space = order->space;
	size_t old_quota = space->account.quota, quota = (in->rsi >> QUOTA_SHIFT) * KIB / PAGE_SIZE;

	if ((in->rsi & CONTROL_QUOTA) && !account_set_quota(&space->account, quota))
		return sched_continue(sys_refuse(self, ERROR_NO_MEMORY));
	if (order->sets_areas && !space_set_areas(space, order->kip_area, order->utcb_area, self->cpu)) {
		account_set_quota(&space->account, old_quota);
		return sched_continue(sys_refuse(self, ERROR_NO_MEMORY));
	}

	/* committed: nothing below may fail, unless the space goes meanwhile */
	if (in->r10 == NIL_THREAD)
		return finish(self, space);
	space->redirector = order->redirector ? order->redirector->id : NIL_THREAD;
	self->redirecting = space;
	self->unmap_item = space->thread_count;
	return redirect(self);
}

/*
 * Take away, in pieces, what was mapped in the new areas: first in that of the KIP, then in that of the UTCBs.
 * Meanwhile the space has no areas, so no thread of it becomes active, and nobody can map anything there. If another
 * call has begun the same, or the space is another, all begins anew.
 */
static struct tcb *make_room(struct tcb *self)
{
	struct order order;
	enum call_error error = check(self, &order);

	self->resume = self->before_user;
	if (error || !order.sets_areas || order.space != self->revocation.space || order.space->area_setter != self) {
		mapdb_revoke_end(&self->revocation);
		return sys_space_control(self);
	}
	if (self->unmap_item == 2)
		return commit(self, &order);
	if (mapdb_revoke(&self->revocation, STEPS, self->cpu) && self->unmap_item++ == 0)
		mapdb_revoke_begin(&self->revocation, order.space, order.utcb_area.base,
		                   order.utcb_area.base + fpage_size(order.utcb_area), RIGHTS_ALL, true);
	self->resume = make_room;
	return sched_open(self);
}

struct tcb *sys_space_control(struct tcb *self)
{
	struct order order;
	enum call_error error = check(self, &order);

	if (!error)
		error = set_slot(self, order.space);
	if (error)
		return sys_refuse(self, error);
	if (!order.sets_areas)
		return commit(self, &order);
	space_drop_areas(order.space, self->cpu);
	order.space->area_setter = self;
	self->unmap_item = 0;
	mapdb_revoke_begin(&self->revocation, order.space, order.kip_area.base,
	                   order.kip_area.base + fpage_size(order.kip_area), RIGHTS_ALL, true);
	return make_room(self);
}
