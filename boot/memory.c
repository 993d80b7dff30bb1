/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/memory.c - the memory map while it is being made (memory.h says what it is).
 *
 * One operation does the work: memory_set cuts a hole and puts a range in. It keeps the invariant
 * (sorted, disjoint, aligned, merged), so nothing else has to sort or to check. Linear searches: a
 * map has some dozen ranges.
 */
#include "memory.h"

static void entry_insert(struct memory_map *map, unsigned at, struct boot_memory entry)
{
	for (unsigned i = map->count; i > at; i--)
		map->entry[i] = map->entry[i - 1];
	map->entry[at] = entry;
	map->count++;
}

static void entry_remove(struct memory_map *map, unsigned at)
{
	map->count--;
	for (unsigned i = at; i < map->count; i++)
		map->entry[i] = map->entry[i + 1];
}

/* Takes [low, high) out of whatever ranges it touches; returns the place where it belongs. */
static unsigned map_cut(struct memory_map *map, phys_t low, phys_t high)
{
	unsigned i = 0;
	while (i < map->count && map->entry[i].high <= low)
		i++;
	if (i < map->count && map->entry[i].low < low) {
		struct boot_memory rest = map->entry[i];
		map->entry[i++].high = low;
		if (rest.high > high) {
			rest.low = high;
			entry_insert(map, i, rest);
			return i;
		}
	}
	while (i < map->count && map->entry[i].high <= high)
		entry_remove(map, i);
	if (i < map->count && map->entry[i].low < high)
		map->entry[i].low = high;
	return i;
}

static void map_merge(struct memory_map *map, unsigned at)
{
	if (at + 1 >= map->count)
		return;
	struct boot_memory *first = &map->entry[at];
	const struct boot_memory *second = first + 1;
	if (first->high != second->low || first->type != second->type)
		return;
	first->high = second->high;
	entry_remove(map, at + 1);
}

bool memory_set(struct memory_map *map, phys_t low, phys_t high, boot_u64 type)
{
	if (low >= high)
		return true;
	if (map->count + 2 > MEMORY_MAP_MAX)
		return false;
	unsigned at = map_cut(map, low, high);
	if (type == MEMORY_NONE)
		return true;
	entry_insert(map, at, (struct boot_memory){ low, high, type });
	map_merge(map, at);
	if (at > 0)
		map_merge(map, at - 1);
	return true;
}

bool memory_add_firmware(struct memory_map *map, phys_t address, boot_u64 size, boot_u64 type)
{
	phys_t end = address + size;
	if (end < address)
		end = ~(phys_t)0;
	if (size == 0)
		return true;
	if (type == MEMORY_FREE)
		return memory_set(map, page_up(address), page_down(end), type);
	return memory_set(map, page_down(address), page_up(end), type);
}

bool memory_is(const struct memory_map *map, phys_t low, phys_t high, boot_u64 type)
{
	for (unsigned i = 0; i < map->count && low < high; i++) {
		const struct boot_memory *entry = &map->entry[i];
		if (entry->high <= low)
			continue;
		if (entry->low > low || entry->type != type)
			return false;
		low = entry->high;
	}
	return low >= high;
}

phys_t memory_find(const struct memory_map *map, boot_u64 size, phys_t floor, phys_t ceiling)
{
	size = page_up(size);
	for (unsigned i = map->count; i-- > 0;) {
		const struct boot_memory *entry = &map->entry[i];
		phys_t low = entry->low > floor ? entry->low : floor;
		phys_t high = entry->high < ceiling ? entry->high : ceiling;
		if (entry->type == MEMORY_FREE && low < high && high - low >= size)
			return high - size;
	}
	return 0;
}

boot_u64 memory_total(const struct memory_map *map, boot_u64 type)
{
	boot_u64 total = 0;
	for (unsigned i = 0; i < map->count; i++) {
		if (map->entry[i].type == type)
			total += map->entry[i].high - map->entry[i].low;
	}
	return total;
}

static bool may_drop(const struct boot_memory *entry)
{
	return entry->type == MEMORY_FREE || entry->type == MEMORY_RESERVED;
}

void memory_fit(struct memory_map *map, unsigned max)
{
	while (map->count > max) {
		unsigned smallest = map->count;
		boot_u64 size = ~0ULL;
		for (unsigned i = 0; i < map->count; i++) {
			const struct boot_memory *entry = &map->entry[i];
			if (may_drop(entry) && entry->high - entry->low < size) {
				smallest = i;
				size = entry->high - entry->low;
			}
		}
		if (smallest == map->count)
			return;
		entry_remove(map, smallest);
	}
}
