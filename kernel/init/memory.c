/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init/memory.c - which memory is the kernel's.
 *
 * An eighth of the RAM, but at least a megabyte, from the top of the largest free range below 4 GiB: there the
 * boot component's tables show it while the kernel builds its own.
 */
#include "base/assert.h"
#include "core/frames.h"
#include "core/map.h"
#include "init/init.h"

enum { SHARE = 8, SHARE_MIN = 1 << 20 };
#define BELOW_4G (1UL << 32)

static struct boot_memory *largest_free(struct boot_handoff *boot, word_t *total)
{
	struct boot_memory *largest = NULL;

	*total = 0;
	for (unsigned i = 0; i < boot->memory_count; i++) {
		struct boot_memory *m = &boot->memory[i];

		if (m->type != MEMORY_FREE)
			continue;
		*total += m->high - m->low;
		if (m->high <= BELOW_4G && (!largest || m->high - m->low > largest->high - largest->low))
			largest = m;
	}
	return largest;
}

void memory_need(bool got)
{
	if (!got)
		panic("too little memory for the kernel to start; give the machine more");
}

void memory_init(struct boot_handoff *boot)
{
	word_t total, size;
	struct boot_memory *free = largest_free(boot, &total);

	if (!free || free->high - free->low < 2 * SHARE_MIN || boot->memory_count == BOOT_MEMORY_MAX)
		panic("too little memory: the largest free range below 4 GiB is %lu KiB; the kernel needs 2048 KiB",
		      free ? (word_t)(free->high - free->low) / 1024 : 0);
	size = ALIGN_UP(total / SHARE, PAGE_SIZE);
	if (size < SHARE_MIN)
		size = SHARE_MIN;
	if (size > (free->high - free->low) / 2)
		size = ALIGN_DOWN((free->high - free->low) / 2, PAGE_SIZE);

	free->high -= size;
	boot->memory[boot->memory_count++] =
	        (struct boot_memory){ .low = free->high, .high = free->high + size, .type = MEMORY_KERNEL };
	frames_init(free->high, free->high + size);
	for (unsigned i = 0; i < boot->memory_count; i++)
		if (boot->memory[i].type == MEMORY_KERNEL)
			map_reserve(boot->memory[i].low, boot->memory[i].high);
}
