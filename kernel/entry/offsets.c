/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/offsets.c - all that assembly may know of C's structures. Compiled to assembly, never linked: what is
 * marked "->" becomes entry/offsets.inc in the build folder (kernel/CMakeLists.txt).
 */
#include "abi/syscall.h"
#include "core/tcb.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

#define CONSTANT(name, value) __asm__ volatile(".ascii \"->" #name " equ %0\"" : : "i"(value))

void offsets(void);

void offsets(void)
{
#define REGISTER(name) CONSTANT(TCB_##name, offsetof(struct tcb, regs.name))
	REGISTER(r15);
	REGISTER(r14);
	REGISTER(r13);
	REGISTER(r12);
	REGISTER(r11);
	REGISTER(r10);
	REGISTER(r9);
	REGISTER(r8);
	REGISTER(rbp);
	REGISTER(rdi);
	REGISTER(rsi);
	REGISTER(rdx);
	REGISTER(rcx);
	REGISTER(rbx);
	REGISTER(rax);
	CONSTANT(TCB_VECTOR, offsetof(struct tcb, vector));
	CONSTANT(TCB_RIP, offsetof(struct tcb, rip));
	CONSTANT(TCB_CS, offsetof(struct tcb, cs));
	CONSTANT(TCB_RSP, offsetof(struct tcb, rsp));
	CONSTANT(TCB_CPU, offsetof(struct tcb, cpu));
	CONSTANT(TCB_CURRENT, TCB_CURRENT);

	CONSTANT(CPU_USER_RFLAGS, offsetof(struct cpu, user_rflags));
	CONSTANT(CPU_RSP0, offsetof(struct cpu, tss.rsp0));
	CONSTANT(CPU_DATA_TO_STACK, CPU_STACK_TOP - CPU_DATA);
	CONSTANT(CPU_AREA_SIZE, CPU_AREA_SIZE);
	CONSTANT(CPU_DATA, CPU_DATA);

	CONSTANT(USER_RFLAGS, RFLAGS_ALWAYS);
	CONSTANT(VECTOR_SYSCALL, VECTOR_SYSCALL);
	CONSTANT(VECTOR_NMI, VECTOR_NMI);
	CONSTANT(VECTOR_DB, VECTOR_DB);
	CONSTANT(VECTOR_DF, VECTOR_DF);
	CONSTANT(VECTOR_MC, VECTOR_MC);

#define CALL(name) CONSTANT(name, CALL_WORD(name, 0))
	CALL(CALL_EXCHANGE_REGISTERS);
	CALL(CALL_THREAD_CONTROL);
	CALL(CALL_SYSTEM_CLOCK);
	CALL(CALL_THREAD_SWITCH);
	CALL(CALL_SCHEDULE);
	CALL(CALL_UNMAP);
	CALL(CALL_SPACE_CONTROL);
	CALL(CALL_PROCESSOR_CONTROL);
	CALL(CALL_MEMORY_CONTROL);
}
