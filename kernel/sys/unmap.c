/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unmap - take back what was mapped from this space to others. X.2 4.2.
 *
 *   RDI control: bits 0-5 number of the last flexpage, bit 6 flush   flexpages in MR0 .. of the UTCB
 *   returns the same flexpages, with the accesses that were seen in place of the rights
 *
 * The rights of a flexpage are those to be taken away (none: only ask). They are taken from every page that was
 * mapped, over however many spaces, from the caller's pages in it; with flush from the caller's pages as well.
 * Without read access a page is gone. Of a page larger than the flexpage only the part inside is touched.
 *
 * The accesses (read, written, executed) are those by the caller and everybody who got the page from it, since
 * this was last asked. The processor does not tell execution from reading: a page that may be executed and was
 * accessed counts as executed.
 *
 * I/O ports have no single rights: any right named takes the ports, and no accesses are returned.
 *
 * The work is done in pieces, between which interrupts and better threads run. Nil and malformed flexpages are
 * returned as they are but without rights.
 */
#include "core/mapdb.h"
#include "core/sched.h"
#include "core/space.h"
#include "sys/calls.h"

enum { CONTROL_LAST = 0x3f, CONTROL_FLUSH = 1 << 6, STEPS = 3 };

/* Begin with the flexpage that unmap_item names: one of the two walks, and nothing for the other. */
static void begin(struct tcb *self, bool flush)
{
	struct fpage f = fpage_decode(self->utcb_map->mr[self->unmap_item]);
	word_t memory_end = f.kind == FPAGE_MEMORY ? f.base + fpage_size(f) : f.base;
	word_t ports_end = f.kind == FPAGE_IO && f.rights ? f.base + fpage_size(f) : f.base;

	mapdb_revoke_begin(&self->revocation, self->space, f.base, memory_end, f.rights, flush);
	portdb_revoke_begin(&self->port_revocation, self->space, (uint32_t)f.base, (uint32_t)ports_end, flush);
}

static struct tcb *go_on(struct tcb *self)
{
	word_t control = self->regs.rdi;

	self->resume = self->before_user;
	if (mapdb_revoke(&self->revocation, STEPS, self->cpu) && portdb_revoke(&self->port_revocation, STEPS)) {
		word_t *item = &self->utcb_map->mr[self->unmap_item];

		*item = (*item & ~(word_t)RIGHTS_ALL) | self->revocation.status;
		if (self->unmap_item++ == (control & CONTROL_LAST))
			return sched_continue(self);
		begin(self, control & CONTROL_FLUSH);
	}
	self->resume = go_on;
	return sched_open(self);
}

struct tcb *sys_unmap(struct tcb *self)
{
	self->unmap_item = 0;
	begin(self, self->regs.rdi & CONTROL_FLUSH);
	return go_on(self);
}
