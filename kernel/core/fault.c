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

/* A tag with a kernel label (abi/protocol.h) and so many untyped words. */
static word_t make_tag(word_t label, unsigned untyped)
{
	return label << TAG_LABEL_SHIFT | untyped;
}

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

/* Send all registers to the exception handler. */
static struct tcb *raise(struct tcb *self, long label, word_t trap, virt_t address)
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
		return raise(self, LABEL_ARCH_EXCEPTION, VECTOR_PF, address);
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

struct tcb *fault_exception(struct tcb *self)
{
	long label = self->vector == VECTOR_INT80 ? LABEL_SYSTEM_EXCEPTION : LABEL_ARCH_EXCEPTION;

	return raise(self, label, self->vector, 0);
}

struct tcb *fault_small_call(struct tcb *self)
{
	self->error = 0;
	return raise(self, LABEL_SYSTEM_EXCEPTION, EXC_TRAP_SYSCALL, 0);
}

struct tcb *fault_syscall(struct tcb *self)
{
	fault_complete_frame(self);
	self->error = 0;
	/* A word with the mark the path may have known, and lost the flags. */
	if (self->regs.rdx >> 32 != (uint32_t)self->call_mark) {
		self->regs.r11 = self->cpu->user_rflags;
		self->rflags = rflags_sanitise(self->regs.r11);
	}
	return raise(self, LABEL_SYSTEM_EXCEPTION, EXC_TRAP_SYSCALL, 0);
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
	return raise(self, LABEL_ARCH_EXCEPTION, EXC_TRAP_FORCED, 0);
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

word_t fault_message(const struct tcb *t, word_t *words)
{
	if (t->role == ROLE_PREEMPTED || t->role == ROLE_EXHAUSTED) {
		words[1] = t->fault_word & 0xffffffff;
		words[2] = t->fault_word >> 32;
		return make_tag(t->fault_label, 2);
	}
	if (t->role == ROLE_PAGEFAULT) {
		words[1] = t->fault_word;
		words[2] = t->rip;
		return make_tag(t->fault_label, 2);
	}
	words[EXC_RIP] = t->rip;
	words[EXC_RFLAGS] = t->rflags;
	words[EXC_TRAP] = t->fault_word; /* t->vector says how it leaves the kernel */
	words[EXC_ERROR] = t->error;
	words[EXC_CR2] = t->fault_address;
	words[EXC_CS] = t->cs;
	words[EXC_SS] = t->ss;
	words[EXC_FS_BASE] = t->fs_base;
	words[EXC_GS_BASE] = t->utcb;
	words[EXC_RDI] = t->regs.rdi;
	words[EXC_RSI] = t->regs.rsi;
	words[EXC_RBP] = t->regs.rbp;
	words[EXC_RSP] = t->rsp;
	words[EXC_RBX] = t->regs.rbx;
	words[EXC_RDX] = t->regs.rdx;
	words[EXC_RCX] = t->regs.rcx;
	words[EXC_RAX] = t->regs.rax;
	words[EXC_R8] = t->regs.r8;
	words[EXC_R9] = t->regs.r9;
	words[EXC_R10] = t->regs.r10;
	words[EXC_R11] = t->regs.r11;
	words[EXC_R12] = t->regs.r12;
	words[EXC_R13] = t->regs.r13;
	words[EXC_R14] = t->regs.r14;
	words[EXC_R15] = t->regs.r15;
	return make_tag(t->fault_label, EXC_WORDS);
}

bool fault_registers_acceptable(const struct tcb *t, const word_t *words, unsigned count)
{
	return (count < EXC_RIP || space_has_code(t->space, words[EXC_RIP])) &&
	       (count < EXC_FS_BASE || canonical(words[EXC_FS_BASE]));
}

void fault_set_registers(struct tcb *t, const word_t *words, unsigned count)
{
	/* Where each word goes; what is not named here is not the handler's to set. */
	word_t *const target[1 + EXC_WORDS] = {
		[EXC_RIP] = &t->rip,          [EXC_RFLAGS] = &t->rflags,   [EXC_FS_BASE] = &t->fs_base,
		[EXC_RDI] = &t->regs.rdi,     [EXC_RSI] = &t->regs.rsi,    [EXC_RBP] = &t->regs.rbp,
		[EXC_RSP] = &t->rsp,          [EXC_RBX] = &t->regs.rbx,    [EXC_RDX] = &t->regs.rdx,
		[EXC_RCX] = &t->regs.rcx,     [EXC_RAX] = &t->regs.rax,    [EXC_R8] = &t->regs.r8,
		[EXC_R9] = &t->regs.r9,       [EXC_R10] = &t->regs.r10,    [EXC_R11] = &t->regs.r11,
		[EXC_R12] = &t->regs.r12,     [EXC_R13] = &t->regs.r13,    [EXC_R14] = &t->regs.r14,
		[EXC_R15] = &t->regs.r15,
	};

	if (!fault_registers_acceptable(t, words, count))
		return;

	/* committed: nothing below may fail */
	for (unsigned n = 1; n <= count; n++)
		if (target[n])
			*target[n] = words[n];
	t->rflags = rflags_sanitise(t->rflags);
}

/* Users can provoke these messages at will; a few tell what is wrong, the rest would only hold up the machine. */
enum { COMPLAINTS_MAX = 64 };
static unsigned complaints;

static void complain(const struct tcb *t)
{
	if (complaints == COMPLAINTS_MAX)
		return;
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
	if (++complaints == COMPLAINTS_MAX)
		print("kernel: further messages of this kind are not printed\n");
}

void fault_unanswered(struct tcb *t)
{
	if (t->role != ROLE_START)
		complain(t);
	t->hold |= HOLD_HALTED | HOLD_DEAD;
	t->slow |= SLOW_HALTED;
}
