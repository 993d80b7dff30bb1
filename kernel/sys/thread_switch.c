/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadSwitch - let somebody else run. X.2 3.4.
 *
 *   RDI destination
 *
 * A thread that is ready gets the CPU, and what is left of the caller's time slice, whatever its priority. The caller
 * stays ready, behind the others of its priority, and runs again when the donated time is over, the other waits, or
 * somebody better than the caller has come between. What runs then is the other's time as far as a total quantum goes.
 *
 * Nilthread, or a thread that can't run now: the caller goes behind the others of its priority, and its slice ends; if
 * none is ready, it goes on in its slice. That is not a preemption: nobody is told.
 *
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
