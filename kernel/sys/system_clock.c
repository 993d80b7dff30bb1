/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SystemClock - the time. X.2 3.2.
 *
 *   returns RAX microseconds since the kernel started; never decreases, the same in all spaces
 *
 * Never fails. It is the clock that timeouts, time slices and the messages of preemption are measured by.
 */
#include "sys/calls.h"
#include "x86/clock.h"

struct tcb *sys_system_clock(struct tcb *self)
{
	return sys_result(self, clock_now());
}
