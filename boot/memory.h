/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/memory.h - the memory map while it is being made: who owns which page of physical memory.
 *
 * A sorted list of page-aligned ranges without overlap; neighbours of one type are one range. What
 * lies in no range is no RAM. The list starts as the firmware's, then the boot component writes
 * what it places over it. Plain data, no machine access: host tests compile it.
 */
#ifndef BOOT_MEMORY_H
#define BOOT_MEMORY_H

#include <stdbool.h>
#include <abi/boot.h>

typedef boot_u64 phys_t;

enum {
	PAGE_SIZE = 4096,
	MEMORY_MAP_MAX = 256,
	MEMORY_NONE = 0,   /* memory_set: take the range out of the map */
	MEMORY_BOOT = 100, /* the boot component itself: free as soon as the kernel runs */
};

struct memory_map {
	unsigned count;
	struct boot_memory entry[MEMORY_MAP_MAX];
};

static inline phys_t page_down(phys_t address)
{
	return address & ~(phys_t)(PAGE_SIZE - 1);
}

/* An address in the last page of the address space stays where rounding down puts it. */
static inline phys_t page_up(phys_t address)
{
	phys_t up = page_down(address + PAGE_SIZE - 1);
	return up < address ? page_down(address) : up;
}

/*
 * Makes [low, high), page aligned, be of one type, whatever it was.
 * False: the map is full and unchanged.
 */
bool memory_set(struct memory_map *map, phys_t low, phys_t high, boot_u64 type);

/*
 * Enters a range as the firmware reports it, any alignment. Free memory shrinks to whole pages,
 * everything else grows to them; enter free ranges first, then the others, so that in case of doubt
 * a page is not free.
 */
bool memory_add_firmware(struct memory_map *map, phys_t address, boot_u64 size, boot_u64 type);

/* Is every byte of [low, high) in ranges of this type? An empty range is. */
bool memory_is(const struct memory_map *map, phys_t low, phys_t high, boot_u64 type);

/*
 * The highest page-aligned place for size bytes that is free and lies in [floor, ceiling); 0 if
 * there is none. Highest first keeps the large piece of free memory in one piece.
 */
phys_t memory_find(const struct memory_map *map, boot_u64 size, phys_t floor, phys_t ceiling);

/* Bytes of this type. */
boot_u64 memory_total(const struct memory_map *map, boot_u64 type);

/* Drops the smallest free or reserved ranges, to be unused, until at most max are left. */
void memory_fit(struct memory_map *map, unsigned max);

#endif
