/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadSwitch - let somebody else run. X.2 3.1.
 *
 *   RDI destination
 *
 * A thread that is ready gets the CPU, and what is left of the caller's time slice, whatever its priority.
 * Nilthread, or a thread that can't run: the caller goes behind the others of its priority, and its slice ends.
 * Never fails.
 */
#include "core/sched.h"
#include "core/thread.h"
#include "sys/calls.h"

struct tcb *sys_thread_switch(struct tcb *self)
{
	struct tcb *to = thread_find_any(self, self->regs.rdi);

	if (to == self)
		return self;
	if (to && to->cpu == self->cpu && !ring_empty(&to->ready_link))
		return sched_donate(self, to);
	return sched_yield(self);
}
