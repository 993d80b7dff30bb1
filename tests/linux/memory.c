/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/linux/memory.c - what a Linux process finds at its addresses: the program, what brk() and mmap()
 * made, and a stack. A page comes into being when it is touched, by the process or for it by a system call.
 */
#include <errno.h>
#include <string.h>

#include "process.h"

enum { PAGE = 4096, PAGES_MAX = 512, BREAK_SIZE = 1 << 20 };

#define MAP_LOW	  0x10000000000UL
#define MAP_HIGH  (MAP_LOW + (1UL << 30))
#define STACK_LOW (STACK_HIGH - (1UL << 20))

/* The addresses from *low to *high have these rights; a later one adds to those of an earlier one. */
struct area {
	unsigned long low, high;
	unsigned int rights;
};
enum { AREA_STACK, AREA_BREAK, AREA_MAP, AREA_IMAGE, AREAS_MAX = AREA_IMAGE + ELF_SEGMENTS_MAX };

static struct elf_image image;
static struct area areas[AREAS_MAX];
static unsigned char frames[PAGES_MAX][PAGE] __attribute__((aligned(4096)));
static unsigned long frame_address[PAGES_MAX]; /* which page of the process a frame is */
static unsigned int frame_count;

const struct elf_image *memory_init(const struct module *program)
{
	unsigned long end = 0;

	memset(areas, 0, sizeof(areas));
	frame_count = 0;
	if (elf_read(&image, program->bytes, program->size, PAGE, MAP_LOW) != NULL)
		return NULL;
	for (unsigned int i = 0; i < image.count; i++) {
		const struct elf_segment *segment = &image.segments[i];

		areas[AREA_IMAGE + i] = (struct area){ segment->low & -PAGE, segment->high, segment->rights };
		if (end < segment->high)
			end = segment->high;
	}
	end = (end + PAGE - 1) & -PAGE;
	areas[AREA_STACK] = (struct area){ STACK_LOW, STACK_HIGH, ELF_READ | ELF_WRITE };
	areas[AREA_BREAK] = (struct area){ end, end, ELF_READ | ELF_WRITE };
	areas[AREA_MAP] = (struct area){ MAP_LOW, MAP_LOW, ELF_READ | ELF_WRITE };
	return &image;
}

static unsigned int rights_at(unsigned long page)
{
	unsigned int rights = 0;

	for (unsigned int i = 0; i < AREAS_MAX; i++)
		if (areas[i].low < page + PAGE && areas[i].high > page)
			rights |= areas[i].rights;
	return rights;
}

/* Copies what the program's file has for this page. */
static void fill(unsigned long page, unsigned char *frame)
{
	memset(frame, 0, PAGE);
	for (unsigned int i = 0; i < image.count; i++) {
		const struct elf_segment *segment = &image.segments[i];
		unsigned long end = segment->low + segment->byte_count;
		unsigned long low = segment->low > page ? segment->low : page;
		unsigned long high = end < page + PAGE ? end : page + PAGE;

		if (low < high)
			memcpy(frame + (low - page), segment->bytes + (low - segment->low), high - low);
	}
}

unsigned char *memory_page(unsigned long address, unsigned int access, unsigned int *rights)
{
	unsigned long page = address & -PAGE;
	unsigned int i = 0;

	*rights = rights_at(page);
	if (*rights == 0 || (access & ~*rights))
		return NULL;
	while (i < frame_count && frame_address[i] != page)
		i++;
	if (i == PAGES_MAX)
		return NULL;
	if (i == frame_count) {
		frame_address[frame_count++] = page;
		fill(page, frames[i]);
	}
	return frames[i];
}

/* What both directions have in common: page by page. */
static bool copy(unsigned long address, char *here, unsigned long size, unsigned int access)
{
	while (size > 0) {
		unsigned long offset = address % PAGE, part = PAGE - offset < size ? PAGE - offset : size;
		unsigned int rights;
		unsigned char *page = memory_page(address, access, &rights);

		if (!page)
			return false;
		if (access == ELF_WRITE)
			memcpy(page + offset, here, part);
		else
			memcpy(here, page + offset, part);
		address += part;
		here += part;
		size -= part;
	}
	return true;
}

bool memory_in(void *to, unsigned long from, unsigned long size)
{
	return copy(from, to, size, ELF_READ);
}

bool memory_out(unsigned long to, const void *from, unsigned long size)
{
	return copy(to, (char *)from, size, ELF_WRITE);
}

long memory_break(unsigned long new_break)
{
	struct area *area = &areas[AREA_BREAK];

	if (new_break >= area->high && new_break <= area->low + BREAK_SIZE)
		area->high = new_break;
	return area->high;
}

long memory_map(unsigned long size)
{
	struct area *area = &areas[AREA_MAP];
	unsigned long address = area->high;

	if (size == 0 || size > MAP_HIGH - address)
		return -ENOMEM;
	area->high += (size + PAGE - 1) & -PAGE;
	return address;
}
