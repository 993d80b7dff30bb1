/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/takeover.h - the common case of sched_woken(), without a call: from the thread that runs in user mode to a
 * better one that an interrupt has woken (entry/interrupt.c).
 *
 * Everything rare is refused, and left to sched_woken(): a thread that runs with a total quantum, whose time has to be
 * counted (that closes cpu->floor); a slice that was given away, or that goes on because its thread put off losing the
 * processor; a thread that may want to do so, or to be told; an unlimited slice, or one whose end has passed; a timer
 * that would come too late for the new one.
 */
#ifndef CORE_TAKEOVER_H
#define CORE_TAKEOVER_H

#include "core/tcb.h"
#include "x86/cpu_data.h"

/* The slices that follow: what is left to who is interrupted, us, and when the other's ends. */
struct takeover {
	usec_t rest, slice_end;
};

/*
 * self runs in user mode, and `to`, which has no hazards (enum slow) and is in no queue, could go on now. Does it run
 * at once? An open cpu->floor is that of the ready queues, so it says, too, that nobody in them is better than self.
 */
static inline bool takeover_is_due(const struct tcb *self, const struct tcb *to, usec_t now, struct takeover *slices)
{
	const struct cpu *cpu = self->cpu;

	if (self->priority < cpu->floor || self->priority >= to->priority || cpu->donated || cpu->delayed ||
	    self->utcb_map->flags)
		return false;
	slices->rest = cpu->slice_end - now;
	return (long)slices->rest > 0 && !__builtin_add_overflow(now, to->slice, &slices->slice_end) &&
	       slices->slice_end >= cpu->timer_at;
}

/* It does: self comes first in its queue. */
static inline void takeover_commit(struct cpu *cpu, struct tcb *self, struct takeover slices)
{
	uint32_t priority = self->priority, floor = priority & ~3U;

	cpu->slice_end = slices.slice_end;
	self->slice_left = slices.rest;
	ring_insert_behind(&cpu->ready[priority >> 2], &self->ready_link);
	cpu->ready_used[priority >> 8] |= 1UL << (priority >> 2) % 64;
	cpu->ready_floor = floor;
	cpu->floor = floor;
}

#endif
