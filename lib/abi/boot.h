/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/boot.h - what the boot component hands to the kernel.
 *
 * The boot component enters the kernel at its ELF entry point (a higher-half address) in 64-bit mode,
 * interrupts off, with RDI = physical address of struct boot_handoff and RSP undefined. Paging is on:
 * the first 4 GiB are mapped 1:1, readable, writable and executable, and the kernel image lies at its link address
 * (KERNEL_BASE up), in physically contiguous page frames from kernel_phys on. The kernel makes its own tables
 * and drops these.
 *
 * The memory map is sorted by address, page aligned, without overlap; every byte the boot component put
 * something into has one of the MEMORY_* types of its own, so that what is MEMORY_FREE is free.
 */
#ifndef ABI_BOOT_H
#define ABI_BOOT_H

typedef unsigned long long boot_u64; /* eight bytes in the 32-bit boot component too */
typedef unsigned int boot_u32;

#define BOOT_MAGIC  0x6e61636550206f74ULL
#define KERNEL_BASE 0xffffffff80000000ULL
/* From here to 4 GiB no large space has pages (x86/window.h), so what programs have 1:1 lies elsewhere. */
#define BOOT_WINDOW 0xc0000000ULL

enum memory_type {
	MEMORY_FREE = 1,      /* RAM nobody uses */
	MEMORY_RESERVED = 2,  /* firmware says hands off */
	MEMORY_KERNEL = 3,    /* the kernel image, its ELF file, and this structure */
	MEMORY_ROOT = 4,      /* the images of sigma0 and root task */
	MEMORY_MODULE = 5,    /* boot modules and boot information, for the root task */
	MEMORY_ACPI = 6,      /* ACPI tables (reclaimable) or NVS */
};

struct boot_memory {
	boot_u64 low;  /* first byte */
	boot_u64 high; /* first byte behind */
	boot_u64 type;
};

/* A program that the kernel starts itself: loaded where it was linked, 1:1. */
struct boot_program {
	boot_u64 entry;
	boot_u64 low;  /* first byte of its image, page aligned */
	boot_u64 high; /* first byte behind, page aligned */
};

enum { BOOT_MEMORY_MAX = 128 };

struct boot_handoff {
	boot_u64 magic;
	boot_u64 size; /* of this structure, in bytes */
	boot_u64 kernel_phys;
	boot_u64 kernel_size; /* bytes of the image in memory, bss included */
	boot_u64 kernel_elf;  /* the ELF file, for its symbol table */
	boot_u64 kernel_elf_size;
	struct boot_program sigma0;
	struct boot_program root;
	boot_u64 boot_info;      /* X.2 boot information (abi/bootinfo.h), page aligned */
	boot_u64 boot_info_size;
	boot_u64 command_line;   /* the kernel's, zero-terminated */
	boot_u64 rsdp;           /* ACPI root pointer, or 0 */
	boot_u64 memory_count;
	struct boot_memory memory[BOOT_MEMORY_MAX];
};

_Static_assert(sizeof(boot_u64) == 8 && sizeof(boot_u32) == 4, "as named");

#endif
