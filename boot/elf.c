/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/elf.c - programs as ELF64 files (elf.h says what is promised).
 *
 * Names and numbers are those of the ELF-64 object file format and of the x86-64 psABI. Headers are
 * copied out of the file before they are read: the file may lie at any address.
 */
#include "elf.h"
#include "memory.h"

enum {
	EI_CLASS = 4,
	EI_DATA = 5,
	EI_VERSION = 6,
	ELFCLASS64 = 2,
	ELFDATA2LSB = 1,
	EV_CURRENT = 1,
	ET_EXEC = 2,
	ET_DYN = 3,
	EM_X86_64 = 62,
	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	PF_X = 1,
	PF_W = 2,
};

struct elf_header {
	unsigned char ident[16];
	unsigned short type;
	unsigned short machine;
	unsigned int version;
	boot_u64 entry;
	boot_u64 phoff;
	boot_u64 shoff;
	unsigned int flags;
	unsigned short ehsize;
	unsigned short phentsize;
	unsigned short phnum;
	unsigned short shentsize;
	unsigned short shnum;
	unsigned short shstrndx;
};

struct elf_segment {
	unsigned int type;
	unsigned int flags;
	boot_u64 offset;
	boot_u64 vaddr;
	boot_u64 paddr;
	boot_u64 filesz;
	boot_u64 memsz;
	boot_u64 align;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF-64");
_Static_assert(sizeof(struct elf_segment) == 56, "ELF-64");

static struct elf_header header_of(const void *file)
{
	struct elf_header header;
	__builtin_memcpy(&header, file, sizeof(header));
	return header;
}

static struct elf_segment segment_of(const void *file, const struct elf_header *header, unsigned i)
{
	struct elf_segment segment;
	const char *from = (const char *)file + header->phoff + i * sizeof(segment);
	__builtin_memcpy(&segment, from, sizeof(segment));
	return segment;
}

static bool is_loaded(const struct elf_segment *segment)
{
	return segment->type == PT_LOAD && segment->memsz > 0;
}

static enum elf_result header_check(const struct elf_header *header, boot_u64 size)
{
	const unsigned char *ident = header->ident;
	if (ident[0] != 0x7f || ident[1] != 'E' || ident[2] != 'L' || ident[3] != 'F')
		return ELF_NO_ELF;
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return ELF_NO_64;
	if (ident[EI_VERSION] != EV_CURRENT)
		return ELF_BROKEN;
	if (header->machine != EM_X86_64)
		return ELF_NO_X86_64;
	if (header->type == ET_DYN)
		return ELF_DYNAMIC;
	if (header->type != ET_EXEC)
		return ELF_NO_PROGRAM;
	if (header->phnum == 0)
		return ELF_EMPTY;
	if (header->phentsize != sizeof(struct elf_segment))
		return ELF_BROKEN;
	boot_u64 bytes = (boot_u64)header->phnum * sizeof(struct elf_segment);
	if (header->phoff > size || bytes > size - header->phoff)
		return ELF_TRUNCATED;
	/* Linkers put the section headers last: they show whether the end is missing. */
	boot_u64 sections = (boot_u64)header->shnum * header->shentsize;
	if (header->shnum > 0 && (header->shoff > size || sections > size - header->shoff))
		return ELF_TRUNCATED;
	return ELF_GOOD;
}

static enum elf_result segment_check(const struct elf_segment *segment, boot_u64 size)
{
	if (segment->type == PT_DYNAMIC || segment->type == PT_INTERP)
		return ELF_DYNAMIC;
	if (!is_loaded(segment))
		return ELF_GOOD;
	if (segment->filesz > segment->memsz)
		return ELF_BROKEN;
	if (segment->offset > size || segment->filesz > size - segment->offset)
		return ELF_TRUNCATED;
	/* The page behind the segment must have an address, too. */
	if (segment->memsz > ~0ULL - PAGE_SIZE ||
	    segment->vaddr > ~0ULL - PAGE_SIZE - segment->memsz)
		return ELF_BROKEN;
	return ELF_GOOD;
}

static bool segments_overlap(const void *file, const struct elf_header *header)
{
	for (unsigned i = 0; i < header->phnum; i++) {
		struct elf_segment a = segment_of(file, header, i);
		for (unsigned k = 0; is_loaded(&a) && k < i; k++) {
			struct elf_segment b = segment_of(file, header, k);
			if (is_loaded(&b) && a.vaddr < b.vaddr + b.memsz &&
			    b.vaddr < a.vaddr + a.memsz)
				return true;
		}
	}
	return false;
}

static void part_add(struct elf_part *part, boot_u64 address, boot_u64 size)
{
	if (size == 0)
		return;
	if (part->size == 0) {
		*part = (struct elf_part){ address, size };
		return;
	}
	boot_u64 end = part->address + part->size;
	if (address + size > end)
		end = address + size;
	if (address < part->address)
		part->address = address;
	part->size = end - part->address;
}

static void image_add(struct elf_image *image, const struct elf_segment *segment)
{
	if (page_down(segment->vaddr) < image->low)
		image->low = page_down(segment->vaddr);
	if (page_up(segment->vaddr + segment->memsz) > image->high)
		image->high = page_up(segment->vaddr + segment->memsz);
	if ((segment->flags & PF_X) || !(segment->flags & PF_W))
		part_add(&image->text, segment->vaddr, segment->filesz);
	else
		part_add(&image->data, segment->vaddr, segment->filesz);
	part_add(&image->bss, segment->vaddr + segment->filesz, segment->memsz - segment->filesz);
}

enum elf_result elf_check(const void *file, boot_u64 size, struct elf_image *image)
{
	if (size < 4)
		return ELF_NO_ELF;
	struct elf_header header = { .ident = { 0 } };
	__builtin_memcpy(&header, file, size < sizeof(header) ? size : sizeof(header));
	if (size < sizeof(header))
		return header.ident[0] == 0x7f ? ELF_TRUNCATED : ELF_NO_ELF;
	enum elf_result result = header_check(&header, size);
	if (result != ELF_GOOD)
		return result;

	struct elf_image sum = { .low = ~0ULL, .entry = header.entry };
	bool entry_found = false;
	for (unsigned i = 0; i < header.phnum; i++) {
		struct elf_segment segment = segment_of(file, &header, i);
		result = segment_check(&segment, size);
		if (result != ELF_GOOD)
			return result;
		if (!is_loaded(&segment))
			continue;
		image_add(&sum, &segment);
		if ((segment.flags & PF_X) && header.entry - segment.vaddr < segment.filesz)
			entry_found = true;
	}
	if (sum.high == 0)
		return ELF_EMPTY;
	if (segments_overlap(file, &header))
		return ELF_BROKEN;
	if (!entry_found)
		return ELF_NO_ENTRY;
	*image = sum;
	return ELF_GOOD;
}

void elf_load(const void *file, const struct elf_image *image, void *to)
{
	struct elf_header header = header_of(file);
	__builtin_memset(to, 0, image->high - image->low);
	for (unsigned i = 0; i < header.phnum; i++) {
		struct elf_segment segment = segment_of(file, &header, i);
		if (!is_loaded(&segment))
			continue;
		__builtin_memcpy((char *)to + (segment.vaddr - image->low),
				 (const char *)file + segment.offset, segment.filesz);
	}
}

const char *elf_complaint(enum elf_result result)
{
	static const char *const complaint[ELF_RESULTS] = {
		[ELF_GOOD] = "is a good ELF64 program",
		[ELF_NO_ELF] =
			"is not an ELF64 program: name an executable for x86-64 in its place",
		[ELF_NO_64] = "is ELF, but not 64-bit little endian: build it for x86-64",
		[ELF_NO_X86_64] = "is an ELF file for another machine: build it for x86-64",
		[ELF_NO_PROGRAM] = "is an ELF file, but not an executable: link it first",
		[ELF_DYNAMIC] = "is position independent or dynamically linked: "
				"link it with -static -no-pie",
		[ELF_TRUNCATED] =
			"is truncated: the file ends before what its ELF headers promise; "
			"copy or build it again",
		[ELF_BROKEN] = "has contradictory ELF headers: build it again",
		[ELF_EMPTY] = "has no segment to load: build it again",
		[ELF_NO_ENTRY] =
			"has its entry point outside its code: link it with a start symbol",
	};
	return complaint[result];
}
