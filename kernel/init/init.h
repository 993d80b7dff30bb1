/* SPDX-License-Identifier: BSD-2-Clause */
/* init/init.h - the steps of the start, in their order (init/start.c). */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include "abi/boot.h"
#include "base/types.h"
#include "x86/ioapic.h"

struct cpu;

/*
 * Take a range of RAM for the kernel's own frames and note it, and all that is the kernel's already, as not
 * sigma0's.
 */
void memory_init(struct boot_handoff *boot);

/* Did the start get the memory that it asked for? Else the machine stops. */
void memory_need(bool got);

/* Build the kernel's half of every address space and load it. */
void mappings_init(const struct boot_handoff *boot, const struct interrupt_wiring *wiring);

/* Make the area of a CPU: entry code, data, stacks, idle thread. Returns its data. */
struct cpu *cpu_init(unsigned number);

/* Find out whether the processor checks the limits of segments. */
void limits_init(struct cpu *cpu);

/* Fill the kernel interface page. */
void kip_init(const struct boot_handoff *boot, const struct interrupt_wiring *wiring);

/* Fill that of small spaces, from the other one. */
void small_kip_init(void);

/* Make sigma0 and the root task; returns the one to run first. */
struct tcb *servers_init(const struct boot_handoff *boot, struct cpu *cpu);

/* start.asm: go on in kernel_go_on() on this stack. */
_Noreturn void switch_stack(void *top);
_Noreturn void kernel_go_on(void);
_Noreturn void kernel_start(const struct boot_handoff *boot);

/* kernel.ld */
extern char image_start[], text_end[], rodata_end[], image_end[], cpu_text_template[];

#endif
