/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regions.c - the table of regions: find, cut, give, and join again.
 *
 * Every change cuts at its two ends first (at most two more entries, checked before anything is
 * stored), writes the entries in between, and joins equal neighbours.
 */
#include "regions.h"

/* The index of the region that holds number. */
static unsigned int region_index(const struct region_map *map, unsigned long number)
{
	unsigned int low = 0, high = map->count;

	while (high - low > 1) {
		unsigned int middle = low + (high - low) / 2;

		if (map->regions[middle].low <= number)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static unsigned long region_end(const struct region_map *map, unsigned int index)
{
	return index + 1 < map->count ? map->regions[index + 1].low : map->limit;
}

/* Makes a region start at number, and returns its index. There is room for one more. */
static unsigned int region_cut(struct region_map *map, unsigned long number)
{
	if (number == map->limit)
		return map->count;

	unsigned int index = region_index(map, number);

	if (map->regions[index].low == number)
		return index;
	for (unsigned int i = map->count; i > index + 1; i--)
		map->regions[i] = map->regions[i - 1];
	map->regions[index + 1] = map->regions[index];
	map->regions[index + 1].low = number;
	map->count++;
	return index + 1;
}

static void regions_join(struct region_map *map)
{
	unsigned int kept = 0;

	for (unsigned int i = 1; i < map->count; i++) {
		if (map->regions[i].kind == map->regions[kept].kind &&
		    map->regions[i].owner == map->regions[kept].owner)
			continue;
		map->regions[++kept] = map->regions[i];
	}
	map->count = kept + 1;
}

static bool room_for_cuts(const struct region_map *map)
{
	return map->capacity - map->count >= 2;
}

void regions_init(struct region_map *map, struct region *store, unsigned int capacity,
		  unsigned long limit, enum region_kind kind)
{
	map->regions = store;
	map->count = 1;
	map->capacity = capacity;
	map->limit = limit;
	store[0] = (struct region){ .low = 0, .kind = kind, .owner = 0 };
}

bool regions_set(struct region_map *map, unsigned long low, unsigned long high,
		 enum region_kind kind)
{
	if (high > map->limit)
		high = map->limit;
	if (low >= high)
		return true;
	if (!room_for_cuts(map))
		return false;

	unsigned int first = region_cut(map, low);
	unsigned int end = region_cut(map, high);

	for (unsigned int i = first; i < end; i++) {
		map->regions[i].kind = kind;
		map->regions[i].owner = 0;
	}
	regions_join(map);
	return true;
}

const struct region *regions_find(const struct region_map *map, unsigned long number)
{
	return &map->regions[region_index(map, number)];
}

bool regions_take(struct region_map *map, unsigned long low, unsigned long high,
		  unsigned int owner, unsigned int kinds)
{
	bool news = false;

	if (low >= high || high > map->limit)
		return false;
	for (unsigned int i = region_index(map, low); i < map->count; i++) {
		const struct region *region = &map->regions[i];

		if (region->low >= high)
			break;
		if (!(region->kind & kinds) || (region->owner != 0 && region->owner != owner))
			return false;
		if (region->owner != owner && region->kind != REGION_SHARED)
			news = true;
	}
	if (!news)
		return true;
	if (!room_for_cuts(map))
		return false;

	unsigned int first = region_cut(map, low);
	unsigned int end = region_cut(map, high);

	for (unsigned int i = first; i < end; i++)
		if (map->regions[i].kind != REGION_SHARED)
			map->regions[i].owner = owner;
	regions_join(map);
	return true;
}

bool regions_take_any(struct region_map *map, unsigned int log2, unsigned int owner,
		      unsigned long *low)
{
	if (log2 >= 8 * sizeof(unsigned long))
		return false;

	unsigned long size = 1UL << log2;

	for (unsigned int i = map->count; i-- > 0;) {
		const struct region *region = &map->regions[i];
		unsigned long end = region_end(map, i) & ~(size - 1);

		if (region->kind != REGION_FREE || region->owner != 0)
			continue;
		if (end < size || end - size < region->low)
			continue;
		if (!regions_take(map, end - size, end, owner, REGION_FREE))
			return false;
		*low = end - size;
		return true;
	}
	return false;
}
