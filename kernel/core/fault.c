/* SPDX-License-Identifier: BSD-2-Clause */
/* core/fault.c - fault and exception messages, see core/fault.h. */
#include "core/fault.h"
#include "base/debugger.h"
#include "base/print.h"
#include "core/ipc.h"
#include "core/map.h"
#include "core/message.h"
#include "core/sched.h"
#include "core/small.h"
#include "core/space.h"
#include "core/thread.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

static struct tcb *call_handler(struct tcb *self, enum role role, word_t handler)
{
	self->role = role;
	debugger_fault(self);
	if (handler == NIL_THREAD || handler == ANY_THREAD || handler == ANY_LOCAL_THREAD) {
		fault_unanswered(self);
		self->role = ROLE_USER;
		return sched_next(self);
	}
	return ipc(self, handler, 0, handler, 0);
}

struct tcb *fault_exception(struct tcb *self, long label, word_t trap, virt_t address)
{
	self->fault_label = (word_t)label;
	self->fault_word = trap;
	self->fault_address = address;
	return call_handler(self, ROLE_EXCEPTION, self->utcb_map->exception_handler);
}

struct tcb *fault_page(struct tcb *self, virt_t address, unsigned access)
{
	if (self->space->is_sigma0 && map_sigma0_fault(self->space, address))
		return self;
	if (self->faults_are_exceptions)
		return fault_exception(self, LABEL_ARCH_EXCEPTION, VECTOR_PF, address);
	self->fault_label = (word_t)LABEL_PAGEFAULT | access;
	self->fault_word = address;
	return call_handler(self, ROLE_PAGEFAULT, self->utcb_map->pager);
}

struct tcb *fault_ports(struct tcb *self, word_t io_fpage)
{
	self->fault_label = (word_t)LABEL_IO_PAGEFAULT | (RIGHT_R | RIGHT_W);
	self->fault_word = io_fpage;
	if (self->space->is_sigma0 && space_allow_ports(self->space, fpage_decode(io_fpage), self->cpu))
		return self;
	return call_handler(self, ROLE_PAGEFAULT, self->utcb_map->pager);
}

void fault_syscall_frame(struct tcb *self)
{
	fault_complete_frame(self);
	self->error = 0;
	/* A word with the mark the path may have known, and lost the flags. */
	if (self->regs.rdx >> 32 != (uint32_t)self->call_mark) {
		self->regs.r11 = self->cpu->user_rflags;
		self->rflags = rflags_sanitise(self->regs.r11);
	}
}

void fault_complete_frame(struct tcb *t)
{
	if (t->vector != VECTOR_SYSCALL)
		return;
	t->regs.rcx = t->rip;
	t->rflags = t->regs.r11 = RFLAGS_ALWAYS;
	t->vector = VECTOR_NONE;
}

/* Nothing is left to do for self in the kernel. A tcb.resume. */
static struct tcb *forced(struct tcb *self)
{
	self->resume = self->before_user = NULL;
	self->slow &= ~(uint32_t)SLOW_FORCED;
	fault_complete_frame(self);
	small_call_narrow(self);
	self->error = 0;
	return fault_exception(self, LABEL_ARCH_EXCEPTION, EXC_TRAP_FORCED, 0);
}

void fault_force(struct tcb *t)
{
	t->before_user = forced;
	t->slow |= SLOW_FORCED;
	if (!t->resume)
		t->resume = forced;
}

/* X.2's preemption message: the time, to somebody who lets the thread go on. */
static struct tcb *report_time(struct tcb *self, enum role role, word_t handler)
{
	self->fault_label = (word_t)LABEL_PREEMPTION;
	self->fault_word = clock_now();
	return call_handler(self, role, handler);
}

struct tcb *fault_preempted(struct tcb *self)
{
	const struct tcb *handler = thread_find_any(self, self->utcb_map->exception_handler);

	if (!handler || (handler->hold & HOLD_INACTIVE))
		return NULL;
	return report_time(self, ROLE_PREEMPTED, handler->id);
}

struct tcb *fault_exhausted(struct tcb *self)
{
	return report_time(self, ROLE_EXHAUSTED, self->scheduler);
}

word_t fault_message(struct tcb *t, word_t *words)
{
	if (t->role == ROLE_PREEMPTED || t->role == ROLE_EXHAUSTED) {
		words[1] = t->fault_word & 0xffffffff;
		words[2] = t->fault_word >> 32;
		return fault_tag(t->fault_label, 2);
	}
	if (t->role == ROLE_PAGEFAULT) {
		words[1] = t->fault_word;
		words[2] = t->rip;
		return fault_tag(t->fault_label, 2);
	}
	for (unsigned n = 1; n <= EXC_WORDS; n++)
		words[n] = *fault_state_word(t, n);
	return fault_tag(t->fault_label, EXC_WORDS);
}

bool fault_registers_acceptable(const struct tcb *t, const word_t *words, unsigned count)
{
	return (count < EXC_RIP || space_has_code(t->space, words[EXC_RIP])) &&
	       (count < EXC_FS_BASE || canonical(words[EXC_FS_BASE]));
}

void fault_set_registers(struct tcb *t, const word_t *words, unsigned count)
{
	if (!fault_registers_acceptable(t, words, count))
		return;

	/* committed: nothing below may fail */
	for (unsigned n = 1; n <= count; n++)
		if (fault_is_settable(n))
			*fault_state_word(t, n) = words[n];
	t->rflags = rflags_sanitise(t->rflags);
}

/* Users can provoke these messages at will; a few tell what is wrong, the rest would only hold up the machine. */
enum { COMPLAINTS_MAX = 64 };
static unsigned complaints;

SELDOM static void complain(const struct tcb *t)
{
	if (complaints == COMPLAINTS_MAX)
		return;
	if (++complaints == COMPLAINTS_MAX) {
		print("kernel: further messages of this kind are not printed\n");
		return;
	}
	print("kernel: thread %lx (number %lu): ", t->id, t->id >> 32);
	if (t->role == ROLE_PAGEFAULT)
		print("page fault at address %lx (label %lx), ip %lx, and its pager does not answer", t->fault_word,
		      t->fault_label & 0xffff, t->rip);
	else if (t->role == ROLE_PREEMPTED || t->role == ROLE_EXHAUSTED)
		print("preempted or out of time at ip %lx, and its %s does not answer", t->rip,
		      t->role == ROLE_PREEMPTED ? "exception handler" : "scheduler");
	else
		print("exception %lu, error %lx, ip %lx, sp %lx, and its exception handler does not answer",
		      t->fault_word, t->error, t->rip, t->rsp);
	print("; halted\n");
}

void fault_unanswered(struct tcb *t)
{
	if (t->role != ROLE_START)
		complain(t);
	t->hold |= HOLD_HALTED | HOLD_DEAD;
	t->slow |= SLOW_HALTED;
}
