/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/segments.h - descriptor tables: GDT and TSS of a CPU, the IDT that all CPUs share, and the SYSCALL registers. */
#ifndef X86_SEGMENTS_H
#define X86_SEGMENTS_H

#include "base/memory_map.h"
#include "x86/cpu_data.h"

struct small_thread;

/* Where the bitmap of ports begins, from the TSS; or nowhere in it: no port is allowed. */
enum { TSS_PORTS = CPU_IO_BITMAP - CPU_DATA - offsetof(struct cpu, tss), TSS_NO_PORTS = 0xffff };

/* The access byte of a descriptor; of that for 64-bit code of ring 3. */
enum { DESCRIPTOR_ACCESS = 5, USER_CODE_PRESENT = 0xf9, USER_CODE_ABSENT = 0x79 };

/* Fill the IDT. Once. */
void segments_init(void);

/* Fill the GDT and TSS of this CPU, whose area is mapped, and load GDTR, IDTR, TR and the SYSCALL registers. */
void segments_load(struct cpu *cpu);

/*
 * Run the 32-bit code at the linear address `base` with a data segment of `size` bytes from there on. It raises #GP if
 * limits are checked, else #BP. At boot.
 */
bool segments_try_limit(struct cpu *cpu, word_t base, word_t size);

/* Descriptors of a small space's code and data: `size` bytes from the linear address `base` on. */
word_t segments_small_code(word_t base, word_t size);
word_t segments_small_data(word_t base, word_t size);

/* Let threads of small spaces in. */
void segments_open_small(struct cpu *cpu);

/*
 * A thread with these segments runs next, or no longer. While it may run there is no way to 64-bit code of ring 3,
 * and no port is allowed.
 */
void segments_enter_small(struct cpu *cpu, const struct small_thread *small);
void segments_leave_small(struct cpu *cpu);

#endif
