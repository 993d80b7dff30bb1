/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/layout.h - the plan of memory: what the loader gave, and where it goes.
 *
 * The functions are the steps of the boot, in the order in which main.c calls them. Each stops with
 * a sentence if its step is impossible. Until layout_place, nothing but this component's own memory
 * is written.
 */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#include "elf.h"
#include "input.h"

enum { KERNEL, SIGMA0, ROOT, PROGRAMS };

/* A program that is running when the boot is over. */
struct program {
	const char *title;          /* for sentences */
	struct boot_module *module; /* its ELF file */
	struct elf_image image;
	phys_t phys; /* where image.low lies; sigma0 and root task: image.low */
};

struct layout {
	struct boot_input *input;
	struct memory_map map;
	struct program program[PROGRAMS];
};

/* The memory map from the firmware's regions, without page 0; and this component in it. */
void layout_map(struct layout *layout);

/* Are all modules in free memory, and apart? Are the first three programs that fit there? */
void layout_check(struct layout *layout);

/*
 * Moves all modules together to the top of memory, loads the three programs, and frees the ELF
 * files of sigma0 and root task.
 */
void layout_place(struct layout *layout);

/* Finds a free place for size bytes and gives it a type; `what` is for the sentence if none is. */
phys_t layout_allocate(struct layout *layout, boot_u64 size, boot_u64 type, const char *what);

/* Makes a range be of a type. */
void layout_set(struct layout *layout, phys_t low, phys_t high, boot_u64 type);

/* handoff.c: builds page tables, boot information and handoff, and enters the kernel. */
void kernel_start(struct layout *layout) __attribute__((noreturn));

/* bootinfo.c: writes the X.2 boot information; returns its address and size. */
phys_t bootinfo_build(struct layout *layout, boot_u64 *size);

#endif
