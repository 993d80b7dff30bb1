/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PathMisses - how often the path of a message left a system call to C, and why. Not in X.2.
 *
 *   RDI processor
 *   returns RAX 1 done, 0 refused, and since the kernel started, on that processor:
 *           RSI typed items or propagation
 *           R8  a receive timeout; a call that is no IPC, or has an open local wait
 *           R9  the partner does not wait for this message or does not exist; there is no send phase
 *           R10 a message is queued already for the receive phase
 *           R12 the partner has a hazard or is another processor's
 *           R13 a better thread is ready, or the partner of a send is better
 *           R14 the caller has a hazard
 *           R15 the FPU was switched first; what came of it is not said
 *
 * When an IPC takes the path is told in lib/l4/README.md. Processors without FSGSBASE or BMI2 have no path, and count
 * nothing.
 *
 * ErrorCode: invalid parameter  no such processor
 */
#include "sys/calls.h"
#include "x86/cpu_data.h"

struct tcb *sys_path_misses(struct tcb *self)
{
	const struct cpu *cpu = self->cpu; /* the only one, so far */

	if (self->regs.rdi != cpu->number)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	self->regs.rsi = cpu->misses[PATH_MISS_TAG];
	self->regs.r8 = cpu->misses[PATH_MISS_CALL_WORD];
	self->regs.r9 = cpu->misses[PATH_MISS_PARTNER];
	self->regs.r10 = cpu->misses[PATH_MISS_PENDING];
	self->regs.r12 = cpu->misses[PATH_MISS_HAZARD];
	self->regs.r13 = cpu->misses[PATH_MISS_PRIORITY];
	self->regs.r14 = cpu->misses[PATH_MISS_SENDER];
	self->regs.r15 = cpu->misses[PATH_MISS_FPU];
	return sys_result(self, 1);
}
