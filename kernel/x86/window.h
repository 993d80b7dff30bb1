/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/window.h - the part of every address space in which the small spaces lie.
 *
 * The window is the upper half of the last GiB below 4 GiB; a small space has a slot of it. One page directory serves
 * all address spaces: each has it in the same entry of its own tables. In the directory stand the page tables of the
 * small spaces themselves, which so have each page once, and show the same whichever space is loaded.
 *
 *  - The entry above the directory is not the users': everything below is a supervisor's page, whatever the lower
 *    entries say. Ring 3 faults there. Pages of small spaces are global: one INVLPG forgets them under every tag.
 *  - Entries come late: who runs in a small space and does not find its page faults, and window_repair() brings what is
 *    missing. They go at once (window_forget).
 *  - A large space that has no table for the entry, because all that it has is elsewhere, gets none, for it would pay
 *    for what others do: it stands aside while a small thread runs. The kernel's own page table, which has the entry
 *    from the beginning, is loaded instead. So does sigma0's, whose table says at these addresses who got which
 *    device's memory.
 */
#ifndef X86_WINDOW_H
#define X86_WINDOW_H

#include "abi/boot.h"
#include "x86/pagetable.h"

struct cpu;
struct space;

#define WINDOW_REGION ((word_t)BOOT_WINDOW) /* the directory's GiB, which large spaces do not map */
#define WINDOW        0x00000000e0000000UL
enum { WINDOW_REGION_LOG2 = 30 };

static inline bool window_region_has(virt_t address)
{
	return address >> WINDOW_REGION_LOG2 == WINDOW_REGION >> WINDOW_REGION_LOG2;
}

/* Make the directory and put it into the kernel's page table. At boot. False: no memory. */
bool window_init(void);

/* The directory's entry for an address of the window. */
pte_t *window_entry(virt_t address);

/* A thread of s, which is small, faulted at this address of s: was something of the window missing? It is there now. */
bool window_repair(const struct space *s, virt_t address, struct cpu *cpu);

/* A small thread is to run: let a space stand aside that must not have the window. */
void window_prepare(struct cpu *cpu);

/* An entry of the page table of s has changed. */
void window_forget(const struct space *s, virt_t address);

/* Nothing of s is in the window from now on. */
void window_clear(const struct space *s);

#endif
