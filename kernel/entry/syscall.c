/* SPDX-License-Identifier: BSD-2-Clause */
/* entry/syscall.c - which system call is it? */
#include "core/fault.h"
#include "entry/entry.h"
#include "sys/calls.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"

static struct tcb *(*const calls[CALL_COUNT])(struct tcb *self) = {
	[CALL_IPC] = sys_ipc,
	[CALL_LIPC] = sys_ipc,
	[CALL_KERNEL_INTERFACE] = sys_kernel_interface,
	[CALL_EXCHANGE_REGISTERS] = sys_exchange_registers,
	[CALL_THREAD_CONTROL] = sys_thread_control,
	[CALL_SYSTEM_CLOCK] = sys_system_clock,
	[CALL_THREAD_SWITCH] = sys_thread_switch,
	[CALL_SCHEDULE] = sys_schedule,
	[CALL_UNMAP] = sys_unmap,
	[CALL_SPACE_CONTROL] = sys_space_control,
	[CALL_PROCESSOR_CONTROL] = sys_processor_control,
	[CALL_MEMORY_CONTROL] = sys_memory_control,
	[CALL_THREAD_STATE] = sys_thread_state,
	[CALL_PATH_MISSES] = sys_path_misses,
};

struct tcb *syscall_run(struct tcb *self, unsigned number)
{
	return calls[number](self);
}

void path_switch_fpu(struct tcb *partner, word_t from, word_t call)
{
	if ((call & CALL_KIND_MASK) == IPC_FROM && from == NIL_THREAD)
		fpu_leave_off(partner);
	else
		fpu_switch(partner->cpu, partner);
}

void syscall_enter(struct tcb *self)
{
	if (self->regs.rdx == self->cpu->word_reply_wait)
		lane_reply(self);
	syscall_go_on(self);
}

void syscall_go_on(struct tcb *self)
{
	word_t call = self->regs.rdx;
	word_t number = call >> CALL_NUMBER_SHIFT & CALL_NUMBER_MASK;

	if (cpu_features.fsgsbase)
		self->fs_base = rdfsbase();
	if (call >> 32 != self->call_mark || number >= CALL_COUNT) {
		fault_syscall_frame(self);
		lane_exception(self, LABEL_SYSTEM_EXCEPTION, EXC_TRAP_SYSCALL, 0);
	}
	leave(calls[number](self));
}
