/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MemoryControl - say how the processor caches pages. Privileged. X.2 6.2.
 *
 *   RDI control: bits 0-5 number of the last flexpage
 *   RSI R8 R9 R10 attributes 0 to 3   flexpages in MR0 .. of the UTCB; bits 0-1 of each: which attribute
 *   returns RAX 1 done, 0 refused
 *
 * An attribute is 0 default, 1 uncacheable, 2 write combining, 5 write through, 7 write back. Default is write
 * back. Where a memory type register of the firmware is stricter, it wins. There is no 6, write protected: the
 * pages' bits tell four types apart, and the fifth would need one that moves when a large page is broken up.
 *
 * The attribute is set for the pages that the caller has in the flexpage; holes, and the kernel's pages, are
 * passed over. Who gets a page from the caller afterwards, for the first time or again, gets it with the attribute;
 * until then who has it already keeps it as it was. Of a page larger than the flexpage only the part inside is set.
 * sigma0 has all memory that is not the kernel's. When the call has returned the caches are written back and empty.
 *
 * Memory that is shown with different attributes in different places is coherent only as far as the processor's
 * manual says.
 *
 * ErrorCode: no privilege       the caller's space is not privileged
 *            invalid parameter  an attribute that a flexpage selects is none of these, or a flexpage is not of
 *                               memory (nil, malformed, I/O ports) or reaches beyond user space; nothing is changed
 *            no memory          for sigma0's page tables; flexpages before, and part of this one, are set
 */
#include "core/map.h"
#include "core/sched.h"
#include "core/space.h"
#include "sys/calls.h"
#include "x86/cpu.h"

enum { CONTROL_LAST = 0x3f, ATTRIBUTE_MASK = 3, STEPS = 16, CHECKS = 32 };
enum attribute { DEFAULT = 0, UNCACHEABLE = 1, WRITE_COMBINING = 2, WRITE_THROUGH = 5, WRITE_BACK = 7 };

/* What the user's word for an attribute means. False: nothing. */
static bool caching_of(word_t attribute, pte_t *caching)
{
	switch (attribute) {
	case DEFAULT:
	case WRITE_BACK:
		*caching = CACHING_WRITE_BACK;
		return true;
	case UNCACHEABLE:
		*caching = CACHING_UNCACHEABLE;
		return true;
	case WRITE_COMBINING:
		*caching = CACHING_WRITE_COMBINING;
		return true;
	case WRITE_THROUGH:
		*caching = CACHING_WRITE_THROUGH;
		return true;
	default:
		return false;
	}
}

/* A piece of work: pages, and how they shall be cached. */
struct order {
	virt_t low, high;
	pte_t caching;
};

static bool order_read(const struct tcb *self, unsigned n, struct order *order)
{
	const struct registers *in = &self->regs;
	const word_t attributes[] = { in->rsi, in->r8, in->r9, in->r10 };
	word_t word = self->utcb_map->mr[n];
	struct fpage f = fpage_decode(word);

	order->low = f.base;
	order->high = f.size_log2 == FPAGE_COMPLETE_LOG2 ? USER_END : f.base + fpage_size(f);
	return f.kind == FPAGE_MEMORY && order->high <= USER_END &&
	       caching_of(attributes[word & ATTRIBUTE_MASK], &order->caching);
}

static struct tcb *finish(struct tcb *self)
{
	wbinvd();
	return sched_continue(self);
}

static struct tcb *go_on(struct tcb *self)
{
	struct order order;
	enum map_result result = MAP_DONE;

	self->resume = self->before_user;
	/* Another thread may have spoilt the message register meanwhile. */
	if (order_read(self, self->unmap_item, &order)) {
		virt_t at = order.low + self->caching_done;

		result = map_set_caching(self->space, &at, order.high, order.caching, STEPS, self->cpu);
		self->caching_done = at - order.low;
	}
	if (result == MAP_NO_MEMORY) {
		sys_refuse(self, ERROR_NO_MEMORY);
		return finish(self);
	}
	if (result == MAP_DONE) {
		self->caching_done = 0;
		if (self->unmap_item++ == (self->regs.rdi & CONTROL_LAST)) {
			sys_result(self, 1);
			return finish(self);
		}
	}
	self->resume = go_on;
	return sched_open(self);
}

/* Some of the flexpages, then the others; then the work. */
static struct tcb *check(struct tcb *self)
{
	unsigned last = self->regs.rdi & CONTROL_LAST;
	struct order order;

	self->resume = check;
	for (unsigned checks = 0; checks < CHECKS && self->unmap_item <= last; checks++) {
		if (!order_read(self, self->unmap_item++, &order)) {
			self->resume = self->before_user;
			return sys_refuse(self, ERROR_INVALID_PARAMETER);
		}
	}
	if (self->unmap_item > last) {
		/* committed: nothing below may fail but for memory */
		self->unmap_item = 0;
		self->resume = go_on;
	}
	return sched_open(self);
}

struct tcb *sys_memory_control(struct tcb *self)
{
	if (!self->space->privileged)
		return sys_refuse(self, ERROR_NO_PRIVILEGE);
	self->unmap_item = 0;
	self->caching_done = 0;
	return check(self);
}
