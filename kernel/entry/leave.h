/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/leave.h - making a thread the running one, in parts, for those of this folder that need not all of them.
 *
 * Whoever leaves the kernel has settled three things: what is left to do there (tcb.resume), the timer, and what the
 * CPU holds of the thread that runs. leave() does all that. Where one of the first two can't have changed, the rest is
 * enough.
 */
#ifndef ENTRY_LEAVE_H
#define ENTRY_LEAVE_H

#include "entry/entry.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"

/*
 * How low may the path of a message go while `next` runs? To the best of those that are ready; nowhere, if what next
 * sends is C's (enum slow).
 */
static inline uint32_t path_floor(const struct cpu *cpu, const struct tcb *next)
{
	return next->slow == cpu->slow ? cpu->ready_floor : CPU_FLOOR_CLOSED;
}

/*
 * Before leave_switch(): the FPU, and what the path of a message must know of `next`. A thread of a small space is
 * left to.
 */
static inline void leave_prepare(struct cpu *cpu, struct tcb *next)
{
	fpu_switch(cpu, next);
	cpu->floor = path_floor(cpu, next);
	next->own_id = next->id;
	if (cpu->call_mark != next->call_mark)
		leave_change_calls(cpu, next);
}

/* `next` runs: TSS.rsp0, address space, segment bases, registers. The CPU has FSGSBASE or has not. */
static ALWAYS_INLINE _Noreturn void leave_switch(struct cpu *cpu, struct tcb *next, bool fsgsbase)
{
	cpu->tss.rsp0 = (word_t)next + TCB_CURRENT;
	if (next->cr3 != cpu->loaded_cr3) {
		cpu->loaded_cr3 = next->cr3;
		cr3_write(next->cr3);
	}
	if (fsgsbase) {
		wrgsbase(next->utcb);
		wrfsbase(next->fs_base);
	} else {
		msr_write(MSR_GS_BASE, next->utcb);
		msr_write(MSR_FS_BASE, next->fs_base);
	}
	leave_to(next);
}

/* Both, for who seldom needs the first. */
_Noreturn void leave_prepare_and_switch(struct cpu *cpu, struct tcb *next);

#endif
