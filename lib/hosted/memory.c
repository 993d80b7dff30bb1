/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - brk, mmap and munmap out of the memory that the root task has for every program.
 *
 * The root task gives a zeroed page when it is touched for the first time, anywhere in the heap, and
 * takes none back. So there is nothing to ask for here, only addresses to give out: a limit for brk(),
 * and for mmap() a bit for each page that is in use. Memory that is given out a second time is cleared
 * first. All of it can be read and written, whatever protection was asked for; none can be executed.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "hosted.h"

enum { PAGE = 4096, WORD_BITS = 64 };
enum { MAP_PAGES = (HOSTED_MAP_HIGH - HOSTED_MAP_LOW) / PAGE };

static unsigned long break_now = HOSTED_BREAK_LOW, break_highest = HOSTED_BREAK_LOW;
static unsigned long in_use[MAP_PAGES / WORD_BITS];
static unsigned long pages_ever; /* pages from here up were never given out */

_Static_assert(MAP_PAGES % WORD_BITS == 0, "all words have all their bits");

extern const Elf64_Ehdr __ehdr_start;

long memory_break(unsigned long new_break)
{
	if (new_break < HOSTED_BREAK_LOW || new_break > HOSTED_BREAK_HIGH)
		return break_now;
	if (new_break > break_now) {
		unsigned long used = new_break < break_highest ? new_break : break_highest;

		if (used > break_now)
			memset((void *)break_now, 0, used - break_now);
	}
	break_now = new_break;
	if (break_highest < new_break)
		break_highest = new_break;
	return break_now;
}

static bool page_in_use(unsigned long page)
{
	return in_use[page / WORD_BITS] >> page % WORD_BITS & 1;
}

static void pages_mark(unsigned long first, unsigned long count, bool used)
{
	for (unsigned long page = first; page < first + count; page++) {
		unsigned long bit = 1UL << page % WORD_BITS;

		if (used)
			in_use[page / WORD_BITS] |= bit;
		else
			in_use[page / WORD_BITS] &= ~bit;
	}
}

/* The first of so many free pages in a row, the lowest there are; MAP_PAGES: there are none. */
static unsigned long pages_find(unsigned long count)
{
	unsigned long first = 0;

	for (unsigned long page = 0; page < MAP_PAGES; page++) {
		if (page_in_use(page))
			first = page + 1;
		else if (page + 1 - first == count)
			return first;
	}
	return MAP_PAGES;
}

static unsigned long pages_of(unsigned long size)
{
	return size / PAGE + (size % PAGE != 0);
}

long memory_map(unsigned long size, int protection, int flags)
{
	unsigned long count = pages_of(size), first;

	if (size == 0 || (flags & MAP_FIXED))
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS))
		return -ENODEV;
	if (protection & PROT_EXEC)
		return -EACCES;
	first = pages_find(count);
	if (first == MAP_PAGES)
		return -ENOMEM;
	pages_mark(first, count, true);

	char *address = (char *)HOSTED_MAP_LOW + first * PAGE;

	if (first < pages_ever) {
		unsigned long old = first + count < pages_ever ? count : pages_ever - first;

		memset(address, 0, old * PAGE);
	}
	if (pages_ever < first + count)
		pages_ever = first + count;
	return (long)address;
}

/* Whole pages, all of them where mmap() has its memory. */
static bool is_mapped_range(unsigned long address, unsigned long size)
{
	return address % PAGE == 0 && size > 0 && address >= HOSTED_MAP_LOW && address < HOSTED_MAP_HIGH &&
	       size <= HOSTED_MAP_HIGH - address;
}

long memory_unmap(unsigned long address, unsigned long size)
{
	if (!is_mapped_range(address, size))
		return -EINVAL;
	pages_mark((address - HOSTED_MAP_LOW) / PAGE, pages_of(size), false);
	return 0;
}

long memory_protect(unsigned long address, unsigned long size, int protection)
{
	if (protection != (PROT_READ | PROT_WRITE))
		return -ENOSYS;
	return is_mapped_range(address, size) ? 0 : -ENOMEM;
}

bool memory_has(unsigned long address, unsigned long size, unsigned int rights)
{
	const Elf64_Phdr *header = (const void *)((unsigned long)&__ehdr_start + __ehdr_start.e_phoff);

	if (size == 0)
		return true;
	if (address >= HOSTED_BREAK_LOW && address < HOSTED_STACK_HIGH)
		return size <= HOSTED_STACK_HIGH - address;
	for (unsigned int i = 0; i < __ehdr_start.e_phnum; i++, header++)
		if (header->p_type == PT_LOAD && (header->p_flags & rights) == rights &&
		    address >= header->p_vaddr && address - header->p_vaddr < header->p_memsz &&
		    size <= header->p_memsz - (address - header->p_vaddr))
			return true;
	return false;
}
