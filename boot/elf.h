/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/elf.h - programs as ELF64 files: check one, and lay it out in memory.
 *
 * A file is checked once, completely; what passed is summed up in struct elf_image, and loading it
 * cannot fail. Nothing in a file is believed: every offset is compared with the file's size before
 * it is used. No machine access: host tests compile it.
 */
#ifndef BOOT_ELF_H
#define BOOT_ELF_H

#include <abi/boot.h>

enum elf_result {
	ELF_GOOD,
	ELF_NO_ELF,     /* no ELF magic */
	ELF_NO_64,      /* not 64-bit little endian */
	ELF_NO_X86_64,  /* another machine */
	ELF_NO_PROGRAM, /* an object file, a shared library, a core dump */
	ELF_DYNAMIC,    /* needs an interpreter or relocation */
	ELF_TRUNCATED,  /* the file ends before what its headers promise */
	ELF_BROKEN,     /* headers contradict each other */
	ELF_EMPTY,      /* nothing to load */
	ELF_NO_ENTRY,   /* the entry point lies in no executable segment */
	ELF_RESULTS,
};

/* A part of the image: addresses as linked. size 0: there is none. */
struct elf_part {
	boot_u64 address;
	boot_u64 size;
};

struct elf_image {
	boot_u64 low;  /* page that holds the first byte */
	boot_u64 high; /* first page behind the last byte */
	boot_u64 entry;
	struct elf_part text; /* code and constants: what is not writable, or executable */
	struct elf_part data; /* writable segments, as far as the file holds them */
	struct elf_part bss;  /* zeros behind the data */
};

/* Checks the file of size bytes; fills image if the answer is ELF_GOOD. */
enum elf_result elf_check(const void *file, boot_u64 size, struct elf_image *image);

/*
 * Lays out a file that elf_check found good, at `to`, which stands for image->low and has room up
 * to image->high; file and `to` do not overlap. Bytes that the file does not hold become 0.
 */
void elf_load(const void *file, const struct elf_image *image, void *to);

/* The rest of the sentence "module N (name) ...": what is wrong, and what to do. */
const char *elf_complaint(enum elf_result result);

#endif
