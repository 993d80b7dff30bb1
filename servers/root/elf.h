/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf.h - what a program file asks for: its entry point and its segments.
 *
 * The file is not trusted. elf_read() checks everything that is used later, so that whoever copies
 * from a segment needs no further test. Pure: compiles for the host.
 */
#ifndef ROOT_ELF_H
#define ROOT_ELF_H

#include <stdbool.h>
#include <stddef.h>

enum { ELF_SEGMENTS_MAX = 8 };

/* Access rights as L4 has them. */
enum { ELF_EXECUTE = 1, ELF_WRITE = 2, ELF_READ = 4 };

struct elf_segment {
	unsigned long low;       /* first address */
	unsigned long high;      /* first address behind */
	const unsigned char *bytes;
	unsigned long byte_count; /* at most high - low; the rest is zeros */
	unsigned int rights;
};

struct elf_image {
	unsigned long entry;
	unsigned int count;
	struct elf_segment segments[ELF_SEGMENTS_MAX];
};

bool elf_is(const void *file, size_t size);

/* An ELF file, and one of a 32-bit program. */
bool elf_is_32(const void *file, size_t size);

/*
 * Reads a static x86-64 or i386 program whose addresses all lie in [lowest, highest). Null: *image is
 * complete. Otherwise a few words that say what is wrong with the file.
 */
const char *elf_read(struct elf_image *image, const void *file, size_t size, unsigned long lowest,
		     unsigned long highest);

#endif
