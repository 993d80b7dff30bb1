/* SPDX-License-Identifier: BSD-2-Clause */
/* entry/leave.c - the way out of the kernel, up to the registers (entry.asm loads those). */
#include "entry/leave.h"
#include "abi/syscall.h"
#include "core/sched.h"
#include "entry/entry.h"
#include "x86/clock.h"

/* Set the timer only when it would come too late: one that comes early is set again then. */
static void update_timer(struct cpu *cpu, const struct tcb *next)
{
	usec_t deadline = sched_deadline(cpu, next);

	if (deadline >= cpu->timer_at)
		return;
	cpu->timer_at = deadline;
	clock_set_timer(deadline);
}

struct tcb *leave_idle(struct tcb *idle)
{
	struct cpu *cpu = idle->cpu;

	update_timer(cpu, idle); /* what ran may have set it, or a deadline before it */
	if (sched_any_ready(cpu)) {
		interrupt_window(cpu);
		return sched_next(idle);
	}
	cpu->tss.rsp0 = (word_t)idle + TCB_CURRENT;
	idle_loop(cpu);
}

void path_set_call_mark(struct cpu *cpu, word_t mark)
{
	cpu->call_mark = mark;
	cpu->word_call = mark << 32 | CALL_IPC << CALL_NUMBER_SHIFT | IPC_CALL;
	cpu->word_reply_wait = mark << 32 | CALL_IPC << CALL_NUMBER_SHIFT | IPC_OPEN;
	cpu->word_from = mark << 32 | CALL_IPC << CALL_NUMBER_SHIFT | IPC_FROM;
}

void leave_prepare_and_switch(struct cpu *cpu, struct tcb *next)
{
	leave_prepare(cpu, next);
	leave_switch(cpu, next, cpu_features.fsgsbase);
}

void leave(struct tcb *next)
{
	while (next->resume)
		next = next->resume(next);

	struct cpu *cpu = next->cpu;

	update_timer(cpu, next);
	leave_prepare_and_switch(cpu, next);
}
