/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/small.c - the doors of small spaces: what their threads enter the kernel for.
 *
 * A thread comes in with registers of 32 bits; core/small.h makes of it a thread like others, and entry/leave.c one
 * of its own kind again.
 */
#include "core/small.h"
#include "abi/syscall.h"
#include "base/debugger.h"
#include "core/fault.h"
#include "core/fpage.h"
#include "core/space.h"
#include "entry/leave.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"
#include "x86/segments.h"
#include "x86/window.h"

static struct tcb *exception(struct tcb *self)
{
	return fault_exception(self, LABEL_ARCH_EXCEPTION, self->vector, 0);
}

static struct tcb *not_a_call(struct tcb *self)
{
	self->error = 0;
	return fault_exception(self, LABEL_SYSTEM_EXCEPTION, EXC_TRAP_SYSCALL, 0);
}

static struct tcb *call(struct tcb *self)
{
	if (!small_call_widen(self))
		return not_a_call(self);
	return syscall_run(self, (unsigned)self->small.call - 1);
}

void small_syscall_enter(struct tcb *self)
{
	small_entered(self);
	self->vector = VECTOR_NONE;
	self->rip = self->small.landing;
	self->rflags = RFLAGS_ALWAYS;
	leave(call(self));
}

/* Where 32-bit code has no `syscall` it is no instruction; so here. */
void small_no_syscall(struct tcb *self)
{
	enum { INSTRUCTION_SIZE = 2 };

	small_entered(self);
	self->rip = (uint32_t)(self->rip - INSTRUCTION_SIZE);
	self->rflags = rflags_sanitise(self->cpu->user_rflags);
	self->vector = VECTOR_UD;
	self->error = 0;
	leave(exception(self));
}

/* Before there were small spaces, the processor would have raised this exception, with RIP and RSP. */
void large_sysenter(struct tcb *self)
{
	self->rip = self->rsp = 0;
	self->rflags = RFLAGS_ALWAYS;
	self->vector = VECTOR_GP;
	self->error = 0;
	leave(exception(self));
}

/* Addresses count from the beginning of the slot. */
static struct tcb *page_fault(struct tcb *self)
{
	virt_t address = (uint32_t)(cr2_read() - self->space->base);
	unsigned access = self->error & PF_FETCH ? RIGHT_X : self->error & PF_WRITE ? RIGHT_W : RIGHT_R;

	if (window_repair(self->space, address, self->cpu))
		return self;
	return fault_page(self, address, access);
}

/* IRETQ to where no code of t is would fault in the kernel: t raises the exception that it would have raised there. */
static struct tcb *no_code(struct tcb *t)
{
	t->vector = VECTOR_GP;
	t->error = 0;
	return exception(t);
}

static struct tcb *enter(struct tcb *self)
{
	switch (self->vector) {
	case SMALL_VECTOR: /* who waits can be woken by the path, which does not look where it goes on */
		return space_has_code(self->space, self->rip) ? call(self) : no_code(self);
	case VECTOR_PF:
		return page_fault(self);
	case VECTOR_NM:
		return fpu_claim(self) ? self : exception(self);
	case VECTOR_DB:
		dr6_write(0);
		return exception(self);
	case VECTOR_BP:
		return debugger_request(self) ? self : exception(self);
	case VECTOR_INT80:
		return fault_exception(self, LABEL_SYSTEM_EXCEPTION, VECTOR_INT80, 0);
	default:
		return self->vector < VECTOR_EXCEPTIONS ? exception(self) : trap_interrupt(self, self->vector);
	}
}

void small_trap_enter(struct tcb *self)
{
	small_entered(self);
	leave(enter(self));
}

/* next, of a small space, runs; or another one, if there is no code for it. */
static _Noreturn void leave_to_small(struct cpu *cpu, struct tcb *next)
{
	cpu->tss.rsp0 = (word_t)next + TCB_CURRENT;
	small_leave(next);
	if (!space_has_code(next->space, next->rip))
		leave_anew(no_code(next));
	window_prepare(cpu);
	if ((next->slow & ~(uint32_t)SLOW_SMALL) == cpu->slow)
		cpu->floor = cpu->ready_floor; /* its messages take the path */
	segments_enter_small(cpu, &next->small);
	leave_to(next);
}

void leave_change_calls(struct cpu *cpu, struct tcb *next)
{
	if (cpu->call_mark == 0)
		segments_leave_small(cpu);
	if (next->call_mark != SMALL_CALL_MARK) {
		path_set_call_mark(cpu, next->call_mark);
		return;
	}
	path_set_call_mark(cpu, CALL_MARK); /* for whoever is next that the path can switch to */
	cpu->call_mark = 0;
	leave_to_small(cpu, next);
}
