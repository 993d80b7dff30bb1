/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/entry.h - the border between assembly and C.
 */
#ifndef ENTRY_ENTRY_H
#define ENTRY_ENTRY_H

#include "core/tcb.h"

/* entry.asm: the system-call door in the page that is copied per CPU, and 256 stubs of VECTOR_STUB_SIZE bytes. */
extern char syscall_entry[], path_entry[], sysenter_entry[], small_path_entry[], compatibility_syscall_entry[];
extern char vector_stubs[];
enum { VECTOR_STUB_SIZE = 12 };

/* entry.asm: load the registers of this thread, which is the running one in every other respect (entry/leave.h). */
_Noreturn void leave_to(struct tcb *next);

/* entry.asm: wait for an interrupt on this CPU. */
_Noreturn void idle_loop(struct cpu *cpu);

/* entry.asm: let pending interrupts in. If there is one, this does not return: what ran is left as it is. */
void interrupt_window(struct cpu *cpu);

/* The way out: `next` becomes the running thread, when nothing is left to do for it in the kernel. */
_Noreturn void leave(struct tcb *next);

/* The `resume` of an idle thread: lets interrupts in and returns who runs then, or waits for one. */
struct tcb *leave_idle(struct tcb *idle);

/* The same, when nothing of what is on the stack will be needed. */
_Noreturn void leave_anew(struct tcb *next);

/*
 * `next` runs, whose system calls are made in another way than those of who ran before. Does not return if it is of a
 * small space: all is done then.
 */
void leave_change_calls(struct cpu *cpu, struct tcb *next);
/* What interrupt_enter() has no short way for: all vectors from VECTOR_EXCEPTIONS on can come here. */
_Noreturn void interrupt_go_on(struct tcb *self);

/*
 * lane.c: the short ways of faults and their answers. What is not the case that they are made for they send the general
 * way: to fault_exception(), fault_page() (core/fault.h), or syscall_go_on(). lane_reply() is for a ReplyWait without
 * timeout.
 */
_Noreturn void lane_exception(struct tcb *self, long label, word_t trap, virt_t address);
_Noreturn void lane_page_fault(struct tcb *self, virt_t address, unsigned access);
_Noreturn void lane_reply(struct tcb *self);

/* Let faults go by these ways, if the CPU has what they need, or none. */
void lanes_open(struct cpu *cpu, bool open);

/* A system call of any kind, but a ReplyWait that lane_reply() takes. */
_Noreturn void syscall_go_on(struct tcb *self);

/* The path takes system calls with this mark, and leaves all others to C with every register as it came. */
void path_set_call_mark(struct cpu *cpu, word_t mark);

/*
 * What entry.asm calls when the path found the FPU not as `partner` has it. It has the registers of the call: from, and
 * the call word.
 */
void path_switch_fpu(struct tcb *partner, word_t from, word_t call);

/* The system call of a number below CALL_COUNT. */
struct tcb *syscall_run(struct tcb *self, unsigned number);

/* An interrupt. */
struct tcb *trap_interrupt(struct tcb *self, word_t vector);

/* What entry.asm calls; each ends in leave(). */
_Noreturn void syscall_enter(struct tcb *self);
_Noreturn void trap_enter(struct tcb *self);
_Noreturn void small_syscall_enter(struct tcb *self);
_Noreturn void small_trap_enter(struct tcb *self);
_Noreturn void small_no_syscall(struct tcb *self);
_Noreturn void large_sysenter(struct tcb *self);
_Noreturn void interrupt_enter(struct tcb *self);
_Noreturn void idle_interrupted(word_t vector, struct cpu *cpu);

/*
 * An exception in kernel code, a double fault or a machine check: the end. `frame` looks like a TCB whose
 * registers are those of the fault.
 */
_Noreturn void trap_in_kernel(struct tcb *frame);

#endif
