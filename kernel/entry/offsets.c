/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/offsets.c - all that assembly may know of C's structures. Compiled to assembly, never linked: what is
 * marked "->" becomes entry/offsets.inc in the build folder (kernel/CMakeLists.txt).
 */
#include "abi/small.h"
#include "abi/syscall.h"
#include "core/message.h"
#include "core/tcb.h"
#include "entry/entry.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/segments.h"

#define EQU(name, value)      __asm__ volatile(".ascii \"->" name " equ %0\"" : : "i"(value))
#define CONSTANT(name, value) EQU(#name, value)
#define SAME(name)            EQU(#name, name)
#define TCB(name, field)      CONSTANT(TCB_##name, offsetof(struct tcb, field))
#define REGISTER(name)        TCB(name, regs.name)
#define CPU(name, field)      CONSTANT(CPU_##name, offsetof(struct cpu, field))
#define CALL(name)            CONSTANT(CALL_##name, CALL_WORD(CALL_##name, 0))

void offsets(void);

void offsets(void)
{
	REGISTER(rax); REGISTER(rbx); REGISTER(rcx); REGISTER(rdx); REGISTER(rsi); REGISTER(rdi); REGISTER(rbp);
	REGISTER(r8); REGISTER(r9); REGISTER(r10); REGISTER(r11); REGISTER(r12); REGISTER(r13); REGISTER(r14);
	REGISTER(r15);
	TCB(ID, id); TCB(OWN_ID, own_id); TCB(WAIT, wait); TCB(OPEN, open); TCB(PRIORITY, priority); TCB(SLOW, slow);
	TCB(CPU, cpu); TCB(CR3, cr3); TCB(UTCB, utcb); TCB(UTCB_MAP, utcb_map); TCB(FS_BASE, fs_base);
	TCB(VECTOR, vector); TCB(RIP, rip); TCB(CS, cs); TCB(RFLAGS, rflags); TCB(RSP, rsp);
	TCB(READY_LINK, ready_link); TCB(SMALL_CODE, small.code); TCB(SMALL_DATA, small.data);
	TCB(SMALL_THREAD, small.thread); TCB(SMALL_UTCB, small.utcb); TCB(SMALL_LANDING, small.landing);
	TCB(SMALL_CALL, small.call);
	SAME(TCB_CURRENT); SAME(TCB_SIZE_LOG2); CONSTANT(TCB_SLOTS, TCB_ARRAY | TCB_CURRENT);
	SAME(NOT_WAITING); SAME(SLOW_FPU); SAME(SLOW_SMALL);
	CONSTANT(RING_NEXT, offsetof(struct ring, next)); CONSTANT(RING_PREV, offsetof(struct ring, prev));
	CONSTANT(RING_SIZE_LOG2, __builtin_ctz(sizeof(struct ring)));

	CPU(FLOOR, floor); CPU(SLOW, slow); CPU(LOADED_CR3, loaded_cr3); CPU(RSP0, tss.rsp0);
	CPU(WORD_CALL, word_call); CPU(WORD_REPLY_WAIT, word_reply_wait); CPU(WORD_FROM, word_from);
	CPU(READY_FLOOR, ready_floor); CPU(READY_USED, ready_used); CPU(READY, ready); CPU(MISSES, misses);
	CPU(USER_RFLAGS, user_rflags); CPU(CALL_MARK, call_mark); CPU(ID_MASK, id_mask); CPU(SIGMA0_CR3, sigma0_cr3);
	CPU(IO_BITMAP, tss.io_bitmap); CPU(GDT_SMALL_CODE, gdt[SELECTOR_SMALL_CODE / 8]);
	CPU(GDT_SMALL_DATA, gdt[SELECTOR_SMALL_DATA / 8]); CPU(GDT_SMALL_THREAD, gdt[SELECTOR_SMALL_THREAD / 8]);
	CONSTANT(CPU_GDT_USER_CODE_ACCESS, offsetof(struct cpu, gdt) + SELECTOR_USER_CODE / 8 * 8 + DESCRIPTOR_ACCESS);
	SAME(CPU_FLOOR_CLOSED); SAME(CPU_AREA_SIZE); SAME(CPU_DATA);
	CONSTANT(CPU_DATA_TO_STACK, CPU_STACK_TOP - CPU_DATA);
	SAME(PATH_MISS_TAG); SAME(PATH_MISS_CALL_WORD); SAME(PATH_MISS_PARTNER); SAME(PATH_MISS_PENDING);
	SAME(PATH_MISS_HAZARD); SAME(PATH_MISS_PRIORITY); SAME(PATH_MISS_SENDER); SAME(PATH_MISS_FPU);

	CONSTANT(TAG_WORDS, TAG_UNTYPED_MASK); SAME(TAG_NOT_LABEL); SAME(MESSAGE_IN_REGISTERS);
	CONSTANT(UTCB_BR, offsetof(struct utcb, br)); CONSTANT(SMALL_UTCB_BR, offsetof(struct small_utcb, br));
	SAME(SMALL_MESSAGE_IN_REGISTERS); SAME(SMALL_ID_VERSION_BITS); SAME(SMALL_SEND_TIMEOUT); SAME(SMALL_VECTOR);
	CONSTANT(SMALL_CALL_IPC, CALL_IPC + 1); SAME(IPC_OPEN); SAME(CALL_MARK);

	SAME(TSS_PORTS); SAME(TSS_NO_PORTS); SAME(USER_CODE_PRESENT); SAME(USER_CODE_ABSENT);
	SAME(SELECTOR_SMALL_DATA); SAME(SELECTOR_SMALL_THREAD); SAME(RFLAGS_VM);
	CONSTANT(USER_RFLAGS, RFLAGS_ALWAYS);
	SAME(VECTOR_SYSCALL); SAME(VECTOR_EXCEPTIONS); SAME(VECTOR_STUB_SIZE);
	SAME(VECTOR_NMI); SAME(VECTOR_DB); SAME(VECTOR_DF); SAME(VECTOR_MC);

	CALL(EXCHANGE_REGISTERS); CALL(THREAD_CONTROL); CALL(SYSTEM_CLOCK); CALL(THREAD_SWITCH); CALL(SCHEDULE);
	CALL(UNMAP); CALL(SPACE_CONTROL); CALL(PROCESSOR_CONTROL); CALL(MEMORY_CONTROL);
}
