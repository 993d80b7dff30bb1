/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/entry.h - the border between assembly and C.
 */
#ifndef ENTRY_ENTRY_H
#define ENTRY_ENTRY_H

#include "core/tcb.h"

/* entry.asm: the system-call door in the page that is copied per CPU, and 256 stubs of VECTOR_STUB_SIZE bytes. */
extern char syscall_entry[], path_entry[], sysenter_entry[], compatibility_syscall_entry[];
extern char vector_stubs[];
enum { VECTOR_STUB_SIZE = 16 };

/* entry.asm: run this thread, which leave() has prepared. */
_Noreturn void leave_to(struct tcb *next);

/* entry.asm: wait for an interrupt on this CPU. */
_Noreturn void idle_loop(struct cpu *cpu);

/* entry.asm: let pending interrupts in. If there is one, this does not return: what ran is left as it is. */
void interrupt_window(struct cpu *cpu);

/*
 * Make `next` the running thread: TSS.rsp0, address space, segment bases, FPU, timer. Returns it; for the idle
 * thread it does not return.
 */
struct tcb *leave(struct tcb *next);

/* The path takes system calls with this mark, and leaves all others to C with every register as it came. */
void path_set_call_mark(struct cpu *cpu, word_t mark);

/* The system call of a number below CALL_COUNT. */
struct tcb *syscall_run(struct tcb *self, unsigned number);

/* An exception; self->vector says which. */
struct tcb *trap_exception(struct tcb *self);

/* An interrupt. */
struct tcb *trap_interrupt(struct tcb *self, word_t vector);

/* What entry.asm calls. Each returns a thread that leave() has prepared. */
struct tcb *syscall_enter(struct tcb *self);
struct tcb *trap_enter(struct tcb *self);
struct tcb *small_trap_enter(struct tcb *self);
struct tcb *small_syscall_enter(struct tcb *self);
struct tcb *small_no_syscall(struct tcb *self);
struct tcb *large_sysenter(struct tcb *self);
struct tcb *idle_interrupted(word_t vector, struct cpu *cpu);

/*
 * An exception in kernel code, a double fault or a machine check: the end. `frame` looks like a TCB whose
 * registers are those of the fault.
 */
_Noreturn void trap_in_kernel(struct tcb *frame);

#endif
