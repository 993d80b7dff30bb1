/* SPDX-License-Identifier: BSD-2-Clause */
/* entry/leave.c - the one way out of the kernel, up to the registers (entry.asm loads those). */
#include "abi/syscall.h"
#include "core/sched.h"
#include "entry/entry.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"

/* Set the timer only when it would come too late: one that comes early is set again then. */
static void update_timer(struct cpu *cpu, const struct tcb *next)
{
	usec_t deadline = sched_deadline(cpu, next);

	if (deadline >= cpu->timer_at)
		return;
	cpu->timer_at = deadline;
	clock_set_timer(deadline);
}

static void load_bases(const struct tcb *next)
{
	if (cpu_features.fsgsbase) {
		wrgsbase(next->utcb);
		wrfsbase(next->fs_base);
	} else {
		msr_write(MSR_GS_BASE, next->utcb);
		msr_write(MSR_FS_BASE, next->fs_base);
	}
}

/* Finish what has to be done in the kernel before a user runs, with interrupts let in where the work says so. */
static struct tcb *finish_work(struct tcb *next)
{
	struct cpu *cpu = next->cpu;

	for (;;) {
		if (next == cpu->idle && sched_any_ready(cpu)) {
			update_timer(cpu, next); /* what ran may have set it, or a deadline before it */
			interrupt_window(cpu);
			next = sched_next(next);
		} else if (next->resume) {
			next = next->resume(next);
		} else {
			return next;
		}
	}
}

/*
 * How low may the path of a message go while `next` runs? To the best of those that are ready; nowhere, if what next
 * sends is C's (enum slow).
 */
static uint32_t path_floor(const struct cpu *cpu, const struct tcb *next)
{
	return next->slow == cpu->slow ? cpu->ready_floor : CPU_FLOOR_CLOSED;
}

void path_set_call_mark(struct cpu *cpu, word_t mark)
{
	cpu->call_mark = mark;
	cpu->word_call = mark << 32 | CALL_IPC << CALL_NUMBER_SHIFT | IPC_CALL;
	cpu->word_reply_wait = mark << 32 | CALL_IPC << CALL_NUMBER_SHIFT | IPC_OPEN;
	cpu->word_from = mark << 32 | CALL_IPC << CALL_NUMBER_SHIFT | IPC_FROM;
	if (mark == NO_CALL_MARK)
		cpu->word_from = cpu->word_call; /* never reached: what is neither to nor from anybody ends there */
}

struct tcb *leave(struct tcb *next)
{
	next = finish_work(next);

	struct cpu *cpu = next->cpu;

	update_timer(cpu, next);
	cpu->tss.rsp0 = (word_t)next + TCB_CURRENT;
	if (next == cpu->idle)
		idle_loop(cpu);
	if (next->cr3 != cpu->loaded_cr3) {
		cpu->loaded_cr3 = next->cr3;
		cr3_write(next->cr3);
	}
	load_bases(next);
	fpu_switch(cpu, next);
	cpu->floor = path_floor(cpu, next);
	next->own_id = next->id;
	if (cpu->call_mark != next->call_mark)
		path_set_call_mark(cpu, next->call_mark);
	return next;
}
