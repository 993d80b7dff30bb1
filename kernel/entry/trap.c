/* SPDX-License-Identifier: BSD-2-Clause */
/* entry/trap.c - exceptions and interrupts: what came, and who deals with it. */
#include "base/debugger.h"
#include "base/panic.h"
#include "core/fault.h"
#include "core/fpage.h"
#include "core/ioport.h"
#include "core/irq.h"
#include "core/sched.h"
#include "entry/entry.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"
#include "x86/lapic.h"

/* Many timeouts and a piece of a long operation are too much at once: the other interrupts come between them. */
static struct tcb *timer(struct tcb *self)
{
	struct tcb *next;

	lapic_end_of_interrupt();
	self->cpu->timer_at = USEC_NEVER;
	next = sched_tick(self, clock_now());
	return next->resume && next != self->cpu->idle ? sched_open(next) : next;
}

static _Noreturn void page_fault(struct tcb *self)
{
	word_t address = cr2_read();
	unsigned access = self->error & PF_FETCH ? RIGHT_X : self->error & PF_WRITE ? RIGHT_W : RIGHT_R;

	lane_page_fault(self, address, access);
}

struct tcb *trap_interrupt(struct tcb *self, word_t vector)
{
	if (vector == VECTOR_TIMER)
		return timer(self);
	if (vector < VECTOR_EXCEPTIONS + SYSTEM_BASE)
		return irq_raise(self, vector - VECTOR_EXCEPTIONS);
	if (vector != VECTOR_SPURIOUS) /* which is no interrupt, and has no end */
		lapic_end_of_interrupt();
	return sched_continue(self);
}

static _Noreturn void exception(struct tcb *self)
{
	word_t io_fpage;

	switch (self->vector) {
	case VECTOR_PF:
		page_fault(self);
	case VECTOR_NM:
		if (fpu_claim(self))
			leave(self);
		break;
	case VECTOR_GP:
		if (ioport_wanted(self, &io_fpage))
			leave(fault_ports(self, io_fpage));
		break;
	case VECTOR_DB:
		dr6_write(0);
		break;
	case VECTOR_BP:
		if (debugger_request(self))
			leave(self);
		break;
	}
	lane_exception(self, LABEL_ARCH_EXCEPTION, self->vector, 0);
}

void trap_enter(struct tcb *self)
{
	if (cpu_features.fsgsbase)
		self->fs_base = rdfsbase();
	if (self->vector == VECTOR_INT80)
		lane_exception(self, LABEL_SYSTEM_EXCEPTION, VECTOR_INT80, 0);
	exception(self);
}

void interrupt_go_on(struct tcb *self)
{
	if (self->vector == VECTOR_INT80)
		trap_enter(self);
	if (cpu_features.fsgsbase)
		self->fs_base = rdfsbase();
	leave(trap_interrupt(self, self->vector));
}

void idle_interrupted(word_t vector, struct cpu *cpu)
{
	leave(trap_interrupt(cpu->idle, vector));
}

void trap_in_kernel(struct tcb *frame)
{
	panic_with_frame(frame, "exception %lu %s", frame->vector,
	                 frame->vector == VECTOR_MC ? "(machine check)" : "in kernel code");
}
