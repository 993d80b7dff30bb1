/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/calls.h - the system calls: one file each, whose head is its manual page.
 *
 * Each takes the running thread, with its arguments where it left them in self->regs (abi/syscall.h), leaves
 * results there, and returns the thread that runs next.
 */
#ifndef SYS_CALLS_H
#define SYS_CALLS_H

#include "abi/protocol.h"
#include "abi/syscall.h"
#include "core/tcb.h"

struct tcb *sys_ipc(struct tcb *self);
struct tcb *sys_kernel_interface(struct tcb *self);
struct tcb *sys_exchange_registers(struct tcb *self);
struct tcb *sys_thread_control(struct tcb *self);
struct tcb *sys_system_clock(struct tcb *self);
struct tcb *sys_thread_switch(struct tcb *self);
struct tcb *sys_schedule(struct tcb *self);
struct tcb *sys_unmap(struct tcb *self);
struct tcb *sys_space_control(struct tcb *self);
struct tcb *sys_processor_control(struct tcb *self);
struct tcb *sys_memory_control(struct tcb *self);
struct tcb *sys_thread_state(struct tcb *self);
struct tcb *sys_path_misses(struct tcb *self);

/* The call failed: result 0 in RAX, the reason in the UTCB's ErrorCode. self runs on. */
static inline struct tcb *sys_refuse(struct tcb *self, enum call_error error)
{
	self->regs.rax = 0;
	self->utcb_map->error_code = error;
	return self;
}

/* The call succeeded with a result in RAX, and self runs on. */
static inline struct tcb *sys_result(struct tcb *self, word_t result)
{
	self->regs.rax = result;
	return self;
}

#endif
