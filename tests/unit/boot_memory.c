/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit/boot_memory.c - boot/memory.c: the memory map while it is being made.
 *
 * The map is compared with the simplest thing that does the same: one type per page in an array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../../boot/memory.h"

enum { PAGES = 64 };

static phys_t page(unsigned number)
{
	return (phys_t)number * PAGE_SIZE;
}

/* Sorted, disjoint, aligned, not empty, merged. */
static void check_shape(const struct memory_map *map)
{
	for (unsigned i = 0; i < map->count; i++) {
		const struct boot_memory *entry = &map->entry[i];
		assert_true(entry->low < entry->high);
		assert_int_equal(entry->low % PAGE_SIZE, 0);
		assert_int_equal(entry->high % PAGE_SIZE, 0);
		if (i == 0)
			continue;
		assert_true(entry[-1].high <= entry->low);
		assert_false(entry[-1].high == entry->low && entry[-1].type == entry->type);
	}
}

static boot_u64 type_at(const struct memory_map *map, phys_t address)
{
	for (unsigned i = 0; i < map->count; i++) {
		if (address >= map->entry[i].low && address < map->entry[i].high)
			return map->entry[i].type;
	}
	return MEMORY_NONE;
}

static void test_set_like_an_array(void **state)
{
	struct memory_map map = { .count = 0 };
	unsigned char model[PAGES] = { 0 };
	uint32_t random = 1;
	(void)state;
	for (int round = 0; round < 20000; round++) {
		random = random * 1664525 + 1013904223;
		unsigned low = (random >> 8) % PAGES;
		unsigned high = low + (random >> 16) % 9;
		unsigned type = (random >> 24) % 5;
		if (high > PAGES)
			high = PAGES;
		assert_true(memory_set(&map, page(low), page(high), type));
		for (unsigned i = low; i < high; i++)
			model[i] = (unsigned char)type;
		check_shape(&map);
		for (unsigned i = 0; i < PAGES; i++)
			assert_int_equal(type_at(&map, page(i)), model[i]);
	}
}

static void test_full_map_refuses_and_stays(void **state)
{
	struct memory_map map = { .count = 0 };
	unsigned i = 0;
	(void)state;
	while (memory_set(&map, page(2 * i), page(2 * i + 1), MEMORY_FREE))
		i++;
	assert_true(map.count <= MEMORY_MAP_MAX);
	unsigned count = map.count;
	assert_false(memory_set(&map, page(5000), page(5001), MEMORY_FREE));
	assert_int_equal(map.count, count);
	check_shape(&map);
}

static void test_firmware_ranges_are_rounded_to_the_safe_side(void **state)
{
	struct memory_map map = { .count = 0 };
	(void)state;
	memory_add_firmware(&map, 0x1001, 0x8000, MEMORY_FREE);
	assert_int_equal(map.entry[0].low, 0x2000);
	assert_int_equal(map.entry[0].high, 0x9000);
	memory_add_firmware(&map, 0x8fff, 2, MEMORY_RESERVED);
	assert_int_equal(type_at(&map, 0x8000), MEMORY_RESERVED);
	assert_int_equal(type_at(&map, 0x9000), MEMORY_RESERVED);
	assert_int_equal(type_at(&map, 0x7000), MEMORY_FREE);
	/* less than a page of free memory, nothing, and a range that reaches past the end */
	memory_add_firmware(&map, 0x20800, 0x900, MEMORY_FREE);
	memory_add_firmware(&map, 0x30000, 0, MEMORY_RESERVED);
	assert_int_equal(type_at(&map, 0x20000), MEMORY_NONE);
	assert_int_equal(type_at(&map, 0x30000), MEMORY_NONE);
	memory_add_firmware(&map, ~0xfffULL, 0x10000, MEMORY_FREE);
	check_shape(&map);
}

static void test_is(void **state)
{
	struct memory_map map = { .count = 0 };
	(void)state;
	memory_set(&map, page(1), page(4), MEMORY_FREE);
	memory_set(&map, page(4), page(5), MEMORY_ACPI);
	memory_set(&map, page(6), page(8), MEMORY_FREE);
	assert_true(memory_is(&map, page(1), page(4), MEMORY_FREE));
	assert_true(memory_is(&map, page(2), page(3), MEMORY_FREE));
	assert_true(memory_is(&map, page(9), page(9), MEMORY_FREE));
	assert_false(memory_is(&map, page(0), page(2), MEMORY_FREE));
	assert_false(memory_is(&map, page(3), page(5), MEMORY_FREE));
	assert_false(memory_is(&map, page(4), page(7), MEMORY_FREE));
	assert_false(memory_is(&map, page(7), page(9), MEMORY_FREE));
}

static void test_find_takes_the_highest_place_that_fits(void **state)
{
	struct memory_map map = { .count = 0 };
	(void)state;
	memory_set(&map, page(10), page(20), MEMORY_FREE);
	memory_set(&map, page(30), page(32), MEMORY_FREE);
	assert_int_equal(memory_find(&map, 1, page(0), page(100)), page(31));
	assert_int_equal(memory_find(&map, page(2), page(0), page(100)), page(30));
	assert_int_equal(memory_find(&map, page(2) + 1, page(0), page(100)), page(17));
	assert_int_equal(memory_find(&map, page(1), page(0), page(31)), page(30));
	assert_int_equal(memory_find(&map, page(5), page(12), page(18)), page(13));
	assert_int_equal(memory_find(&map, page(7), page(12), page(18)), 0);
	assert_int_equal(memory_find(&map, page(11), page(0), page(100)), 0);
	assert_int_equal(memory_find(&map, ~0ULL, page(0), page(100)), 0);
}

static void test_fit_drops_the_smallest_unused_ranges(void **state)
{
	struct memory_map map = { .count = 0 };
	(void)state;
	memory_set(&map, page(0), page(1), MEMORY_KERNEL);
	memory_set(&map, page(2), page(5), MEMORY_FREE);
	memory_set(&map, page(6), page(8), MEMORY_RESERVED);
	memory_set(&map, page(9), page(10), MEMORY_MODULE);
	memory_fit(&map, 4);
	assert_int_equal(map.count, 4);
	memory_fit(&map, 3);
	assert_int_equal(map.count, 3);
	assert_int_equal(type_at(&map, page(6)), MEMORY_NONE);
	memory_fit(&map, 0);
	assert_int_equal(map.count, 2);
	assert_int_equal(type_at(&map, page(0)), MEMORY_KERNEL);
	assert_int_equal(type_at(&map, page(9)), MEMORY_MODULE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_like_an_array),
		cmocka_unit_test(test_full_map_refuses_and_stays),
		cmocka_unit_test(test_firmware_ranges_are_rounded_to_the_safe_side),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_find_takes_the_highest_place_that_fits),
		cmocka_unit_test(test_fit_drops_the_smallest_unused_ranges),
	};
	return cmocka_run_group_tests_name("boot_memory", tests, NULL, NULL);
}
