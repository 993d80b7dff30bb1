/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf.c - reading ELF64 program headers.
 *
 * Fields are fetched byte by byte at checked offsets: a boot module may lie at any address.
 */
#include "elf.h"

enum {
	EHDR_SIZE = 64,
	E_TYPE = 16,
	E_MACHINE = 18,
	E_ENTRY = 24,
	E_PHOFF = 32,
	E_PHENTSIZE = 54,
	E_PHNUM = 56,

	PHDR_SIZE = 56,
	P_TYPE = 0,
	P_FLAGS = 4,
	P_OFFSET = 8,
	P_VADDR = 16,
	P_FILESZ = 32,
	P_MEMSZ = 40,

	ET_EXEC = 2,
	EM_X86_64 = 62,
	PT_LOAD = 1,
	PT_INTERP = 3,
	PF_X = 1,
	PF_W = 2,
	PF_R = 4,
};

static unsigned long field(const unsigned char *at, unsigned int bytes)
{
	unsigned long value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

bool elf_is(const void *file, size_t size)
{
	const unsigned char *bytes = file;

	return size >= 4 && bytes[0] == 0x7f && bytes[1] == 'E' && bytes[2] == 'L' &&
	       bytes[3] == 'F';
}

static unsigned int rights_of(unsigned long flags)
{
	return (flags & PF_X ? ELF_EXECUTE : 0) | (flags & PF_W ? ELF_WRITE : 0) |
	       (flags & PF_R ? ELF_READ : 0);
}

const char *elf_read(struct elf_image *image, const void *file, size_t size, unsigned long lowest,
		     unsigned long highest)
{
	const unsigned char *bytes = file;

	if (!elf_is(file, size) || size < EHDR_SIZE)
		return "no ELF file";
	if (bytes[4] != 2 || bytes[5] != 1 || field(bytes + E_MACHINE, 2) != EM_X86_64)
		return "not for 64-bit x86";
	if (field(bytes + E_TYPE, 2) != ET_EXEC)
		return "not linked as a static program at a fixed address";

	unsigned long table = field(bytes + E_PHOFF, 8);
	unsigned long entries = field(bytes + E_PHNUM, 2);

	if (field(bytes + E_PHENTSIZE, 2) != PHDR_SIZE || table > size ||
	    entries * PHDR_SIZE > size - table)
		return "the program headers are damaged";

	image->entry = field(bytes + E_ENTRY, 8);
	image->count = 0;
	for (unsigned long i = 0; i < entries; i++) {
		const unsigned char *header = bytes + table + i * PHDR_SIZE;
		unsigned long type = field(header + P_TYPE, 4);
		unsigned long offset = field(header + P_OFFSET, 8);
		unsigned long in_file = field(header + P_FILESZ, 8);
		unsigned long in_memory = field(header + P_MEMSZ, 8);
		unsigned long low = field(header + P_VADDR, 8);

		if (type == PT_INTERP)
			return "it is dynamically linked";
		if (type != PT_LOAD || in_memory == 0)
			continue;
		if (offset > size || in_file > size - offset)
			return "the file is cut off";
		if (in_file > in_memory)
			return "the program headers are damaged";
		if (low < lowest || low >= highest || in_memory > highest - low)
			return "it is linked outside the addresses that programs may use";
		if (image->count == ELF_SEGMENTS_MAX)
			return "it has too many segments";
		image->segments[image->count++] = (struct elf_segment){
			.low = low,
			.high = low + in_memory,
			.bytes = bytes + offset,
			.byte_count = in_file,
			.rights = rights_of(field(header + P_FLAGS, 4)),
		};
	}
	return image->count > 0 ? NULL : "it has nothing to load";
}
