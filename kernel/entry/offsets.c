/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/offsets.c - all that assembly may know of C's structures. Compiled to assembly, never linked: what is
 * marked "->" becomes entry/offsets.inc in the build folder (kernel/CMakeLists.txt).
 */
#include "abi/small.h"
#include "abi/syscall.h"
#include "core/message.h"
#include "core/tcb.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/segments.h"

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
	CONSTANT(TCB_PRIORITY, offsetof(struct tcb, priority));
	CONSTANT(TCB_SLOW, offsetof(struct tcb, slow));
	CONSTANT(SLOW_FPU, SLOW_FPU);
	CONSTANT(SLOW_SMALL, SLOW_SMALL);
	CONSTANT(TCB_CR3, offsetof(struct tcb, cr3));
	CONSTANT(TCB_UTCB, offsetof(struct tcb, utcb));
	CONSTANT(TCB_FS_BASE, offsetof(struct tcb, fs_base));
	CONSTANT(TCB_ID, offsetof(struct tcb, id));
	CONSTANT(TCB_UTCB_MAP, offsetof(struct tcb, utcb_map));
	CONSTANT(TCB_READY_LINK, offsetof(struct tcb, ready_link));
	CONSTANT(TCB_OWN_ID, offsetof(struct tcb, own_id));
	CONSTANT(TCB_WAIT, offsetof(struct tcb, wait));
	CONSTANT(TCB_OPEN, offsetof(struct tcb, open));
	CONSTANT(NOT_WAITING, NOT_WAITING);
	CONSTANT(TCB_VECTOR, offsetof(struct tcb, vector));
	CONSTANT(TCB_RIP, offsetof(struct tcb, rip));
	CONSTANT(TCB_CS, offsetof(struct tcb, cs));
	CONSTANT(TCB_RSP, offsetof(struct tcb, rsp));
	CONSTANT(TCB_CPU, offsetof(struct tcb, cpu));
	CONSTANT(TCB_CURRENT, TCB_CURRENT);
	CONSTANT(TCB_SLOTS, TCB_ARRAY | TCB_CURRENT);
	CONSTANT(RING_NEXT, offsetof(struct ring, next));
	CONSTANT(RING_PREV, offsetof(struct ring, prev));
	CONSTANT(RING_SIZE_LOG2, __builtin_ctz(sizeof(struct ring)));
	CONSTANT(TAG_WORDS, TAG_UNTYPED_MASK);
	CONSTANT(TAG_NOT_LABEL, TAG_NOT_LABEL);
	CONSTANT(MESSAGE_IN_REGISTERS, MESSAGE_IN_REGISTERS);

	CONSTANT(CPU_FLOOR, offsetof(struct cpu, floor));
	CONSTANT(CPU_SLOW, offsetof(struct cpu, slow));
	CONSTANT(CPU_FLOOR_CLOSED, CPU_FLOOR_CLOSED);
	CONSTANT(CPU_LOADED_CR3, offsetof(struct cpu, loaded_cr3));
	CONSTANT(CPU_WORD_CALL, offsetof(struct cpu, word_call));
	CONSTANT(CPU_WORD_REPLY_WAIT, offsetof(struct cpu, word_reply_wait));
	CONSTANT(CPU_WORD_FROM, offsetof(struct cpu, word_from));
	CONSTANT(CPU_READY_FLOOR, offsetof(struct cpu, ready_floor));
	CONSTANT(CPU_READY_USED, offsetof(struct cpu, ready_used));
	CONSTANT(CPU_READY, offsetof(struct cpu, ready));
	CONSTANT(CPU_MISSES, offsetof(struct cpu, misses));
	CONSTANT(PATH_MISS_TAG, PATH_MISS_TAG);
	CONSTANT(PATH_MISS_CALL_WORD, PATH_MISS_CALL_WORD);
	CONSTANT(PATH_MISS_PARTNER, PATH_MISS_PARTNER);
	CONSTANT(PATH_MISS_PENDING, PATH_MISS_PENDING);
	CONSTANT(PATH_MISS_HAZARD, PATH_MISS_HAZARD);
	CONSTANT(PATH_MISS_PRIORITY, PATH_MISS_PRIORITY);
	CONSTANT(PATH_MISS_SENDER, PATH_MISS_SENDER);
	CONSTANT(PATH_MISS_FPU, PATH_MISS_FPU);
	CONSTANT(CPU_USER_RFLAGS, offsetof(struct cpu, user_rflags));
	CONSTANT(CPU_RSP0, offsetof(struct cpu, tss.rsp0));
	CONSTANT(CPU_DATA_TO_STACK, CPU_STACK_TOP - CPU_DATA);
	CONSTANT(CPU_AREA_SIZE, CPU_AREA_SIZE);
	CONSTANT(CPU_DATA, CPU_DATA);

	CONSTANT(CPU_CALL_MARK, offsetof(struct cpu, call_mark));
	CONSTANT(CPU_ID_MASK, offsetof(struct cpu, id_mask));
	CONSTANT(CPU_SIGMA0_CR3, offsetof(struct cpu, sigma0_cr3));
	CONSTANT(CPU_IO_BITMAP, offsetof(struct cpu, tss.io_bitmap));
	CONSTANT(TSS_PORTS, TSS_PORTS);
	CONSTANT(TSS_NO_PORTS, TSS_NO_PORTS);
	CONSTANT(CPU_GDT_USER_CODE_ACCESS, offsetof(struct cpu, gdt) + SELECTOR_USER_CODE / 8 * 8 + DESCRIPTOR_ACCESS);
	CONSTANT(USER_CODE_PRESENT, USER_CODE_PRESENT);
	CONSTANT(USER_CODE_ABSENT, USER_CODE_ABSENT);
	CONSTANT(CPU_GDT_SMALL_CODE, offsetof(struct cpu, gdt[SELECTOR_SMALL_CODE / 8]));
	CONSTANT(CPU_GDT_SMALL_DATA, offsetof(struct cpu, gdt[SELECTOR_SMALL_DATA / 8]));
	CONSTANT(CPU_GDT_SMALL_THREAD, offsetof(struct cpu, gdt[SELECTOR_SMALL_THREAD / 8]));
	CONSTANT(SELECTOR_SMALL_DATA, SELECTOR_SMALL_DATA);
	CONSTANT(SELECTOR_SMALL_THREAD, SELECTOR_SMALL_THREAD);
	CONSTANT(TCB_SMALL_CODE, offsetof(struct tcb, small.code));
	CONSTANT(TCB_SMALL_DATA, offsetof(struct tcb, small.data));
	CONSTANT(TCB_SMALL_THREAD, offsetof(struct tcb, small.thread));
	CONSTANT(TCB_SMALL_UTCB, offsetof(struct tcb, small.utcb));
	CONSTANT(TCB_SMALL_LANDING, offsetof(struct tcb, small.landing));
	CONSTANT(TCB_SMALL_CALL, offsetof(struct tcb, small.call));
	CONSTANT(SMALL_CALL_IPC, CALL_IPC + 1);
	CONSTANT(TCB_RFLAGS, offsetof(struct tcb, rflags));
	CONSTANT(RFLAGS_VM, RFLAGS_VM);
	CONSTANT(TCB_SIZE_LOG2, TCB_SIZE_LOG2);
	CONSTANT(UTCB_BR, offsetof(struct utcb, br));
	CONSTANT(SMALL_UTCB_BR, offsetof(struct small_utcb, br));
	CONSTANT(SMALL_MESSAGE_IN_REGISTERS, SMALL_MESSAGE_IN_REGISTERS);
	CONSTANT(SMALL_ID_VERSION_BITS, SMALL_ID_VERSION_BITS);
	CONSTANT(IPC_OPEN, IPC_OPEN);
	CONSTANT(SMALL_SEND_TIMEOUT, SMALL_SEND_TIMEOUT);
	CONSTANT(CALL_MARK, CALL_MARK);

	CONSTANT(USER_RFLAGS, RFLAGS_ALWAYS);
	CONSTANT(SMALL_VECTOR, SMALL_VECTOR);
	CONSTANT(VECTOR_SYSCALL, VECTOR_SYSCALL);
	CONSTANT(VECTOR_EXCEPTIONS, VECTOR_EXCEPTIONS);
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
