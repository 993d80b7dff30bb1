/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/segments.h - descriptor tables: GDT and TSS of a CPU, the IDT that all CPUs share, and the SYSCALL registers. */
#ifndef X86_SEGMENTS_H
#define X86_SEGMENTS_H

struct cpu;

/* Fill the IDT. Once. */
void segments_init(void);

/* Fill the GDT and TSS of this CPU, whose area is mapped, and load GDTR, IDTR, TR and the SYSCALL registers. */
void segments_load(struct cpu *cpu);

#endif
