/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/input.h - what the loader told us, whoever it was.
 *
 * Loaders leave their lists wherever they like, in memory that is free otherwise. So multiboot2.c
 * and pvh.c copy everything but the modules' contents into this structure before anything is
 * placed; from then on nobody asks the loader.
 */
#ifndef BOOT_INPUT_H
#define BOOT_INPUT_H

#include <abi/bootinfo.h>
#include "memory.h"

enum {
	MODULES_MAX = 64,
	REGIONS_MAX = 256,
	RSDP_SIZE = 36, /* ACPI 2.0 and later; 20 bytes before */
	STRINGS_SIZE = 8192,
};

struct boot_module {
	phys_t start;
	boot_u64 size;
	const char *command_line; /* "NAME arguments" */
	const char *name;         /* its first word */
};

struct boot_region {
	phys_t address;
	boot_u64 size;
	boot_u64 type; /* MEMORY_FREE, MEMORY_RESERVED or MEMORY_ACPI */
};

struct boot_input {
	const char *loader;
	bool is_uefi;
	unsigned module_count;
	struct boot_module module[MODULES_MAX];
	unsigned region_count;
	struct boot_region region[REGIONS_MAX];
	struct boot_framebuffer framebuffer; /* width 0: the screen shows text, or nothing */
	unsigned rsdp_size; /* 0: none found */
	unsigned char rsdp[RSDP_SIZE];
	unsigned strings_used;
	char strings[STRINGS_SIZE];
};

/* The words that start this component, in EAX at `boot_main`. */
enum {
	MULTIBOOT2_MAGIC = 0x36d76289,
	PVH_MAGIC = 0x336ec578,
};

/* Each fills the structure from the loader's list, or stops with a sentence. */
void multiboot2_collect(struct boot_input *input, phys_t info);
void pvh_collect(struct boot_input *input, phys_t info);

/* For the collectors. Each stops with a sentence when its table is full. */
void input_add_module(struct boot_input *input, phys_t start, boot_u64 size,
		      const char *command_line, unsigned length);
void input_add_region(struct boot_input *input, phys_t address, boot_u64 size, unsigned e820_type);
const char *input_string(struct boot_input *input, const char *text, unsigned length);
void input_set_rsdp(struct boot_input *input, const void *rsdp, unsigned size);

/* Looks for the ACPI root pointer where a BIOS puts it, if no loader named one. */
void input_find_rsdp(struct boot_input *input);

#endif
