/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/bootinfo.h - X.2's generic boot information (reference manual, "Generic BootInfo"), 64-bit words.
 *
 * A header, then records, each with the offset to the next. All addresses are physical, and so are they for the
 * root task, to which conventional memory arrives 1:1.
 */
#ifndef ABI_BOOTINFO_H
#define ABI_BOOTINFO_H

#define BOOTINFO_MAGIC 0x14b0021dUL

enum { BOOTINFO_VERSION = 1, BOOTREC_VERSION = 1 };
enum bootrec_type {
	BOOTREC_MODULE = 0x0001,
	BOOTREC_SIMPLE_EXEC = 0x0002,
	BOOTREC_EFI_TABLES = 0x0101,
	BOOTREC_MULTIBOOT = 0x0102,
};

struct bootinfo {
	unsigned long long magic;
	unsigned long long version;
	unsigned long long size;         /* bytes of the whole boot information */
	unsigned long long first_entry;  /* offset of the first record, from this structure */
	unsigned long long num_entries;
	unsigned long long reserved[3];
};

/* A boot module that nobody has started. */
struct bootrec_module {
	unsigned long long type;         /* BOOTREC_MODULE */
	unsigned long long version;
	unsigned long long offset_next;  /* from this record to the next */
	unsigned long long start;
	unsigned long long size;         /* bytes */
	unsigned long long cmdline_offset; /* from this record; 0: none. "NAME arguments" */
};

/* A program that the boot component has loaded (kernel, sigma0, root task). */
struct bootrec_simple_exec {
	unsigned long long type;         /* BOOTREC_SIMPLE_EXEC */
	unsigned long long version;
	unsigned long long offset_next;
	unsigned long long text_physical, text_virtual, text_size;
	unsigned long long data_physical, data_virtual, data_size;
	unsigned long long bss_physical, bss_virtual, bss_size;
	unsigned long long initial_ip;
	unsigned long long flags;
	unsigned long long label;
	unsigned long long cmdline_offset;
};

/* What is in the module that is called so: a linear framebuffer that the loader has set. A pixel is 32 bits, 0x00rrggbb. */
#define BOOT_FRAMEBUFFER "framebuffer"

struct boot_framebuffer {
	unsigned long long address; /* physical */
	unsigned int pitch;         /* bytes from one row to the next */
	unsigned int width, height; /* pixels */
	unsigned int reserved;
};

#endif
