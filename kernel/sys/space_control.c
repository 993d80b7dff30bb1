/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SpaceControl - say where a space has its kernel interface page and its UTCBs, who redirects its messages, and how much of
 * the kernel's memory it may use. Privileged. X.2 4.4; the quota is ours.
 *
 *   RDI space specifier   RSI control   R8 KIP area   R9 UTCB area   R10 redirector
 *   control: bit 29 U report usage, bit 30 Q give a quota, bits 32-63 the quota in KiB
 *   returns RAX 1 done, 0 refused; RSI 0 (old control), with U the bytes that the space now uses
 *
 * The areas are flexpages of memory, apart from each other, behind address 0 (a UTCB's address is a local id)
 * and below the end of user space: the KIP area of a page or more (the KIP is its first page), the UTCB area of
 * a page to a GiB. They are given together. While a thread of the space is active they are ignored, whatever they
 * are. Nil flexpages leave what is there.
 *
 * A redirector gets every message that a thread of the space sends to a thread outside, unless that is in the
 * redirector's own space; it may pass it on (propagation). Anythread as redirector means none, nilthread leaves
 * what is there. A redirector that has gone lets nothing pass.
 *
 * A quota is memory of the kernel's that is the space's alone, rounded down to pages: for its page tables, mappings, ports,
 * threads, UTCBs, FPU registers and itself. Nobody else can take it, and the space gets no more: what needs more is refused,
 * as without memory. It may be changed later, not below what is used. A quota of 0 and a new space mean none: the space
 * draws on what is left, like the privileged spaces, from which quotas are given. With the space the quota goes back. A
 * privileged space has no quota; what it is told with U is what the kernel uses in all, quotas that were given included.
 *
 * ErrorCode: no privilege         the caller's space is not privileged
 *            invalid space        the specifier names no thread
 *            UTCB area, KIP area  not such a flexpage, one without the other; overlapping: KIP area
 *            invalid parameter    other bits in the control word, a quota without Q, or for a privileged space; a
 *                                 redirector that names no thread
 *            no memory            less left than the quota, or more used than that; or too little for page tables: then
 *                                 what was mapped in the new areas is gone, nothing else changed
 */
#include "core/frames.h"
#include "core/space.h"
#include "core/thread.h"
#include "sys/calls.h"

enum { AREA_LOG2_MAX = 30 };
enum { CONTROL_USAGE = 1 << 29, CONTROL_QUOTA = 1 << 30, QUOTA_SHIFT = 32, KIB = 1024 };

static bool is_area(struct fpage f)
{
	return f.kind == FPAGE_MEMORY && f.base && f.size_log2 <= AREA_LOG2_MAX && f.base + fpage_size(f) <= USER_END;
}

static bool is_control(word_t control, const struct space *s)
{
	word_t known = CONTROL_USAGE;

	if ((control & CONTROL_QUOTA) && !s->privileged)
		known |= CONTROL_QUOTA | ~0UL << QUOTA_SHIFT;
	return (control & ~known) == 0;
}

static word_t usage(const struct space *s)
{
	return s->privileged ? frames_used() * PAGE_SIZE : account_used(&s->account);
}

/* What its threads send is C's business from now on, or no longer. */
static void set_redirector(struct space *s, word_t redirector)
{
	s->redirector = redirector;
	for (struct ring *r = s->threads.next; r != &s->threads; r = r->next) {
		struct tcb *t = CONTAINER_OF(r, struct tcb, space_link);

		t->slow &= ~(uint32_t)SLOW_REDIRECTED;
		t->slow |= redirector != NIL_THREAD ? SLOW_REDIRECTED : 0;
	}
}

struct tcb *sys_space_control(struct tcb *self)
{
	struct registers *in = &self->regs;

	if (!self->space->privileged)
		return sys_refuse(self, ERROR_NO_PRIVILEGE);

	struct tcb *t = thread_find_any(self, in->rdi);
	struct fpage kip_area = fpage_decode(in->r8), utcb_area = fpage_decode(in->r9);

	if (!t)
		return sys_refuse(self, ERROR_INVALID_SPACE);

	struct tcb *redirector = thread_find_any(self, in->r10);

	if (!is_control(in->rsi, t->space) || (in->r10 != NIL_THREAD && in->r10 != ANY_THREAD && !redirector))
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if ((in->r8 != 0 || in->r9 != 0) && !t->space->active_threads) {
		if (!is_area(utcb_area))
			return sys_refuse(self, ERROR_UTCB_AREA);
		if (!is_area(kip_area) || fpages_overlap(kip_area, utcb_area))
			return sys_refuse(self, ERROR_KIP_AREA);
	}

	size_t old_quota = t->space->account.quota;
	bool sets_areas = (in->r8 != 0 || in->r9 != 0) && !t->space->active_threads;

	if ((in->rsi & CONTROL_QUOTA) &&
	    !account_set_quota(&t->space->account, (in->rsi >> QUOTA_SHIFT) * KIB / PAGE_SIZE))
		return sys_refuse(self, ERROR_NO_MEMORY);
	if (sets_areas && !space_set_areas(t->space, kip_area, utcb_area, self->cpu)) {
		account_set_quota(&t->space->account, old_quota);
		return sys_refuse(self, ERROR_NO_MEMORY);
	}

	/* committed: nothing below may fail */
	if (in->r10 != NIL_THREAD)
		set_redirector(t->space, redirector ? redirector->id : NIL_THREAD);
	in->rsi = in->rsi & CONTROL_USAGE ? usage(t->space) : 0;
	return sys_result(self, 1);
}
