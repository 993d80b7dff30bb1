/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf.c - reading the program headers of ELF64 and ELF32 files.
 *
 * Fields are fetched byte by byte at checked offsets: a boot module may lie at any address.
 */
#include "elf.h"

enum {
	CLASS = 4,
	DATA = 5,
	E_TYPE = 16,
	E_MACHINE = 18,
	E_ENTRY = 24,
	P_TYPE = 0,

	ET_EXEC = 2,
	PT_LOAD = 1,
	PT_INTERP = 3,
	PF_X = 1,
	PF_W = 2,
	PF_R = 4,
};

/* Where things are in the two classes of files, and how many bytes an address has. */
static const struct layout {
	unsigned int machine, word;
	unsigned int ehdr_size, phoff, phentsize, phnum;
	unsigned int phdr_size, flags, offset, vaddr, filesz, memsz;
} layouts[] = {
	{ 3, 4, 52, 28, 42, 44, 32, 24, 4, 8, 16, 20 },    /* i386 */
	{ 62, 8, 64, 32, 54, 56, 56, 4, 8, 16, 32, 40 },   /* x86-64 */
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

bool elf_is_32(const void *file, size_t size)
{
	return elf_is(file, size) && size > CLASS && ((const unsigned char *)file)[CLASS] == 1;
}

const char *elf_read(struct elf_image *image, const void *file, size_t size, unsigned long lowest,
		     unsigned long highest)
{
	const struct layout *layout = &layouts[!elf_is_32(file, size)];
	const unsigned char *bytes = file;

	if (!elf_is(file, size) || size < layout->ehdr_size)
		return "no ELF file";
	if (bytes[CLASS] > 2 || bytes[DATA] != 1 || field(bytes + E_MACHINE, 2) != layout->machine)
		return "not for 64-bit or 32-bit x86";
	if (field(bytes + E_TYPE, 2) != ET_EXEC)
		return "not linked as a static program at a fixed address";

	unsigned long table = field(bytes + layout->phoff, layout->word);
	unsigned long entries = field(bytes + layout->phnum, 2);

	if (field(bytes + layout->phentsize, 2) != layout->phdr_size || table > size ||
	    entries * layout->phdr_size > size - table)
		return "the program headers are damaged";

	image->entry = field(bytes + E_ENTRY, layout->word);
	image->count = 0;
	for (unsigned long i = 0; i < entries; i++) {
		const unsigned char *header = bytes + table + i * layout->phdr_size;
		unsigned long type = field(header + P_TYPE, 4);
		unsigned long offset = field(header + layout->offset, layout->word);
		unsigned long in_file = field(header + layout->filesz, layout->word);
		unsigned long in_memory = field(header + layout->memsz, layout->word);
		unsigned long low = field(header + layout->vaddr, layout->word);

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
			.rights = rights_of(field(header + layout->flags, 4)),
		};
	}
	return image->count > 0 ? NULL : "it has nothing to load";
}
