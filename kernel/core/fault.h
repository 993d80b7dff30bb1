/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/fault.h - faults and exceptions become messages that the kernel sends in the thread's name.
 *
 * A page fault goes to the thread's pager, everything else to its exception handler, and so do page faults of a thread
 * for which ExchangeRegisters has said so; the answer lets it run on.
 * The thread's own message registers, buffer registers and error code stay as they are. Formats:
 * abi/protocol.h.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core/message.h"
#include "x86/cpu.h"

/* Where a TCB has the state that an exception message shows. */
static const uint16_t fault_state_place[1 + EXC_WORDS] = {
	[EXC_RIP] = offsetof(struct tcb, rip),          [EXC_RFLAGS] = offsetof(struct tcb, rflags),
	[EXC_TRAP] = offsetof(struct tcb, fault_word),  [EXC_ERROR] = offsetof(struct tcb, error),
	[EXC_CR2] = offsetof(struct tcb, fault_address), [EXC_CS] = offsetof(struct tcb, cs),
	[EXC_SS] = offsetof(struct tcb, ss),            [EXC_FS_BASE] = offsetof(struct tcb, fs_base),
	[EXC_GS_BASE] = offsetof(struct tcb, utcb),     [EXC_RDI] = offsetof(struct tcb, regs.rdi),
	[EXC_RSI] = offsetof(struct tcb, regs.rsi),     [EXC_RBP] = offsetof(struct tcb, regs.rbp),
	[EXC_RSP] = offsetof(struct tcb, rsp),          [EXC_RBX] = offsetof(struct tcb, regs.rbx),
	[EXC_RDX] = offsetof(struct tcb, regs.rdx),     [EXC_RCX] = offsetof(struct tcb, regs.rcx),
	[EXC_RAX] = offsetof(struct tcb, regs.rax),     [EXC_R8] = offsetof(struct tcb, regs.r8),
	[EXC_R9] = offsetof(struct tcb, regs.r9),       [EXC_R10] = offsetof(struct tcb, regs.r10),
	[EXC_R11] = offsetof(struct tcb, regs.r11),     [EXC_R12] = offsetof(struct tcb, regs.r12),
	[EXC_R13] = offsetof(struct tcb, regs.r13),     [EXC_R14] = offsetof(struct tcb, regs.r14),
	[EXC_R15] = offsetof(struct tcb, regs.r15),
};

static inline word_t *fault_state_word(struct tcb *t, unsigned n)
{
	return (word_t *)((char *)t + fault_state_place[n]);
}

/* Does the answer set this word? The rest is not the handler's to set. */
static inline bool fault_is_settable(unsigned n)
{
	enum { FIXED = 1 << EXC_TRAP | 1 << EXC_ERROR | 1 << EXC_CR2 | 1 << EXC_CS | 1 << EXC_SS | 1 << EXC_GS_BASE };

	return !(FIXED >> n & 1);
}

/* The tag of a message with a kernel label (abi/protocol.h) and so many untyped words. */
static inline word_t fault_tag(word_t label, unsigned untyped)
{
	return label << TAG_LABEL_SHIFT | untyped;
}

/* The running thread touched an address it may not. `access` is what it tried (enum rights). Returns who runs next. */
struct tcb *fault_page(struct tcb *self, virt_t address, unsigned access);

/* The running thread used a port it may not. */
struct tcb *fault_ports(struct tcb *self, word_t io_fpage);

/*
 * The running thread raised an exception, and its frame is that of one: `trap` says which (EXC_TRAP in abi/protocol.h),
 * `address` is that of a page fault, else 0.
 */
struct tcb *fault_exception(struct tcb *self, long label, word_t trap, virt_t address);

/*
 * The running thread loses the processor and wants its exception handler to know. NULL if it has none; then nothing has
 * happened.
 */
struct tcb *fault_preempted(struct tcb *self);

/* The total quantum of the running thread is used up, and only its scheduler can give it more. */
struct tcb *fault_exhausted(struct tcb *self);

/* The running thread made a system call that is none: make its frame that of an exception. */
void fault_syscall_frame(struct tcb *self);

/*
 * A system call stores less than an interrupt does, since SYSRET needs less. Give t the frame of an interrupt behind
 * the instruction; it then leaves the kernel by IRETQ.
 */
void fault_complete_frame(struct tcb *t);

/*
 * t, which is in no exception message, raises an exception before its next instruction in user mode: at once if it is
 * ready, else when its message or system call is done. Once, however often this is called.
 */
void fault_force(struct tcb *t);

/* Write the words of t's fault message, words[1] first; returns its tag. */
word_t fault_message(struct tcb *t, word_t *words);

/* Can these be t's registers, as far as they could harm the kernel? words[1 .. count]. */
bool fault_registers_acceptable(const struct tcb *t, const word_t *words, unsigned count);

/* Set t's registers from the answer to an exception message, words[1 .. count]; none, if they are not acceptable. */
void fault_set_registers(struct tcb *t, const word_t *words, unsigned count);

/* Nobody answers t's fault message: say so on the serial line and halt the thread. */
void fault_unanswered(struct tcb *t);

#endif
