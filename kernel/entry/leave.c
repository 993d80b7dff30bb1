/* SPDX-License-Identifier: BSD-2-Clause */
/* entry/leave.c - the one way out of the kernel, up to the registers (entry.asm loads those). */
#include "abi/syscall.h"
#include "core/fault.h"
#include "core/sched.h"
#include "core/small.h"
#include "core/space.h"
#include "entry/entry.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"
#include "x86/segments.h"
#include "x86/window.h"

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
 * sends is C's (enum slow), or if its registers are in the FPU.
 */
static uint32_t path_floor(const struct cpu *cpu, const struct tcb *next)
{
	return next->slow == cpu->slow && cpu->fpu_off ? cpu->ready_floor : UINT32_MAX;
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

/*
 * next, of a small space, is the running thread. IRETQ to where no code of it is would fault here: then it raises the
 * exception that the processor would have raised there, and another one is to run.
 */
static struct tcb *enter_small(struct cpu *cpu, struct tcb *next)
{
	small_leave(next);
	if (!space_has_code(next->space, next->rip)) {
		next->vector = VECTOR_GP;
		next->error = 0;
		return fault_exception(next);
	}
	window_prepare(cpu);
	segments_enter_small(cpu, &next->small);
	return next;
}

/* next makes its system calls in another way than who ran before. Returns who runs. */
static struct tcb *change_calls(struct cpu *cpu, struct tcb *next)
{
	if (cpu->call_mark == 0)
		segments_leave_small(cpu);
	if (next->call_mark != SMALL_CALL_MARK) {
		path_set_call_mark(cpu, next->call_mark);
		return next;
	}
	path_set_call_mark(cpu, CALL_MARK); /* for whoever is next that the path can switch to */
	cpu->call_mark = 0;
	return enter_small(cpu, next);
}

/* Make `next`, or who has a turn instead, the running thread. */
static struct tcb *make_current(struct tcb *next)
{
	next = finish_work(next);

	struct cpu *cpu = next->cpu;

	update_timer(cpu, next);
	cpu->tss.rsp0 = (word_t)next + TCB_CURRENT;
	if (next == cpu->idle)
		idle_loop(cpu);
	if (next->cr3 != cpu->loaded_cr3 && next->cr3) {
		cpu->loaded_cr3 = next->cr3;
		cr3_write(next->cr3);
	}
	load_bases(next);
	fpu_switch(cpu, next);
	cpu->floor = path_floor(cpu, next);
	next->own_id = next->id;
	return next;
}

struct tcb *leave(struct tcb *next)
{
	struct tcb *chosen;

	do {
		chosen = next = make_current(next);
		if (chosen->cpu->call_mark != chosen->call_mark)
			next = change_calls(chosen->cpu, chosen);
	} while (next != chosen);
	return next;
}
