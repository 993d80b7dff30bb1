/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SystemClock - the time. X.2 3.4.
 *
 *   returns RAX microseconds since the kernel started; never decreases
 */
#include "sys/calls.h"
#include "x86/clock.h"

struct tcb *sys_system_clock(struct tcb *self)
{
	return sys_result(self, clock_now());
}
