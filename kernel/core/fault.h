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

#include "core/tcb.h"

/* The running thread touched an address it may not. `access` is what it tried (enum rights). Returns who runs next. */
struct tcb *fault_page(struct tcb *self, virt_t address, unsigned access);

/* The running thread used a port it may not. */
struct tcb *fault_ports(struct tcb *self, word_t io_fpage);

/* The running thread raised an exception; self->vector says which. */
struct tcb *fault_exception(struct tcb *self);

/*
 * The running thread loses the processor and wants its exception handler to know. NULL if it has none; then nothing has
 * happened.
 */
struct tcb *fault_preempted(struct tcb *self);

/* The total quantum of the running thread is used up, and only its scheduler can give it more. */
struct tcb *fault_exhausted(struct tcb *self);

/* The running thread made a system call that is none. */
struct tcb *fault_syscall(struct tcb *self);

/* The same for a thread of a small space. */
struct tcb *fault_small_call(struct tcb *self);

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
word_t fault_message(const struct tcb *t, word_t *words);

/* Can these be t's registers, as far as they could harm the kernel? words[1 .. count]. */
bool fault_registers_acceptable(const struct tcb *t, const word_t *words, unsigned count);

/* Set t's registers from the answer to an exception message, words[1 .. count]; none, if they are not acceptable. */
void fault_set_registers(struct tcb *t, const word_t *words, unsigned count);

/* Nobody answers t's fault message: say so on the serial line and halt the thread. */
void fault_unanswered(struct tcb *t);

#endif
