/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regions_test.c - sigma0's table of regions and what it reads from the kernel interface page.
 *
 * The last test plays random operations against a plain array with one entry per number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "memory.h"
#include "regions.h"

enum { LIMIT = 512 };

static void takes_once_and_again_by_the_owner(void **state)
{
	struct region store[16];
	struct region_map map;

	(void)state;
	regions_init(&map, store, 16, LIMIT, REGION_FREE);
	assert_true(regions_take(&map, 16, 32, 7, REGION_FREE));
	assert_true(regions_take(&map, 16, 32, 7, REGION_FREE));
	assert_false(regions_take(&map, 16, 32, 8, REGION_FREE));
	assert_false(regions_take(&map, 24, 48, 8, REGION_FREE));
	assert_true(regions_take(&map, 8, 40, 7, REGION_FREE));
	assert_int_equal(map.count, 3);
}

static void refuses_other_kinds_and_beyond_the_limit(void **state)
{
	struct region store[16];
	struct region_map map;

	(void)state;
	regions_init(&map, store, 16, LIMIT, REGION_DEVICE);
	assert_true(regions_set(&map, 0, 64, REGION_RESERVED));
	assert_false(regions_take(&map, 63, 65, 1, REGION_DEVICE));
	assert_true(regions_take(&map, 64, 65, 1, REGION_DEVICE));
	assert_false(regions_take(&map, LIMIT - 1, LIMIT + 1, 1, REGION_DEVICE));
	assert_false(regions_take(&map, ~0UL - 1, ~0UL, 1, REGION_DEVICE));
}

static void any_comes_from_the_top_and_aligned(void **state)
{
	struct region store[16];
	struct region_map map;
	unsigned long low;

	(void)state;
	regions_init(&map, store, 16, LIMIT - 3, REGION_FREE);
	assert_true(regions_take_any(&map, 3, 1, &low));
	assert_int_equal(low, LIMIT - 16);
	assert_true(regions_take_any(&map, 3, 1, &low));
	assert_int_equal(low, LIMIT - 24);
	assert_false(regions_take_any(&map, 9, 1, &low));
	assert_false(regions_take_any(&map, 64, 1, &low));
}

static void a_full_table_changes_nothing(void **state)
{
	struct region store[3];
	struct region_map map;

	(void)state;
	regions_init(&map, store, 3, LIMIT, REGION_FREE);
	assert_true(regions_take(&map, 10, 20, 1, REGION_FREE));
	assert_false(regions_take(&map, 30, 40, 2, REGION_FREE));
	assert_int_equal(map.count, 3);
	assert_int_equal(regions_find(&map, 35)->owner, 0);
}

static void shared_memory_has_no_owner(void **state)
{
	struct region store[8];
	struct region_map map;

	(void)state;
	regions_init(&map, store, 8, LIMIT, REGION_SHARED);
	assert_true(regions_take(&map, 0, 8, 1, REGION_SHARED));
	assert_true(regions_take(&map, 0, 8, 2, REGION_SHARED));
	assert_int_equal(map.count, 1);
}

static void describes_the_kernel_interface_page(void **state)
{
	static struct {
		struct kip kip;
		struct kip_memory_desc descs[5];
	} page = {
		.kip = {
			.memory_info = sizeof(struct kip) << 32 | 5,
			.sigma0 = { .low = 0x200000, .high = 0x20ffff },
		},
		.descs = {
			{ 0 | KIP_MEMORY_CONVENTIONAL, 0xfffffc00 },
			{ 0xa0000 | KIP_MEMORY_DEDICATED, 0xffc00 },
			{ 0x400000 | 2 << 4 | KIP_MEMORY_BOOT, 0x41fc00 },
			{ 0x100400 | KIP_MEMORY_RESERVED, 0x1ff800 },
			{ 0 | 1 << 9 | KIP_MEMORY_CONVENTIONAL, ~0UL },
		},
	};
	struct region store[64];
	struct region_map map;

	(void)state;
	regions_init(&map, store, 64, 1UL << 40, REGION_DEVICE);
	assert_true(memory_describe(&map, &page.kip));
	assert_int_equal(regions_find(&map, 0)->kind, REGION_FREE);
	assert_int_equal(regions_find(&map, 0xa0000)->kind, REGION_DEVICE);
	assert_int_equal(regions_find(&map, 0x100000)->kind, REGION_RESERVED);
	assert_int_equal(regions_find(&map, 0x1fffff)->kind, REGION_RESERVED);
	assert_int_equal(regions_find(&map, 0x200000)->kind, REGION_RESERVED);
	assert_int_equal(regions_find(&map, 0x210000)->kind, REGION_FREE);
	assert_int_equal(regions_find(&map, 0x41ffff)->kind, REGION_BOOT);
	assert_int_equal(regions_find(&map, 0x420000)->kind, REGION_FREE);
	assert_int_equal(regions_find(&map, 0x100000000)->kind, REGION_DEVICE);
}

/* The same as the region map, number by number. */
struct model {
	unsigned int kind[LIMIT], owner[LIMIT];
};

static int model_may_take(const struct model *model, unsigned long low, unsigned long high,
			  unsigned int owner, unsigned int kinds, int *news)
{
	*news = 0;
	if (low >= high || high > LIMIT)
		return 0;
	for (unsigned long i = low; i < high; i++) {
		if (!(model->kind[i] & kinds) || (model->owner[i] && model->owner[i] != owner))
			return 0;
		if (model->kind[i] != REGION_SHARED && model->owner[i] != owner)
			*news = 1;
	}
	return 1;
}

static unsigned long model_any(const struct model *model, unsigned int log2)
{
	unsigned long size = 1UL << log2;

	for (unsigned long end = LIMIT / size * size; end >= size; end -= size) {
		unsigned long i = end - size;

		while (i < end && model->kind[i] == REGION_FREE && model->owner[i] == 0)
			i++;
		if (i == end)
			return end - size;
	}
	return ~0UL;
}

static void random_step(struct region_map *map, struct model *model)
{
	unsigned long low = rand() % (LIMIT + 10), high = low + rand() % 40, got, want;
	unsigned int owner = 1 + rand() % 4, kinds = rand() % 32, log2 = rand() % 11;
	int operation = rand() % 10, full = map->capacity - map->count < 2, may, news;

	if (operation < 2) {
		unsigned int kind = 1U << rand() % 5;

		if (!regions_set(map, low, high, kind)) {
			assert_true(full);
			return;
		}
		for (unsigned long i = low; i < high && i < LIMIT; i++) {
			model->kind[i] = kind;
			model->owner[i] = 0;
		}
	} else if (operation < 7) {
		may = model_may_take(model, low, high, owner, kinds, &news);
		if (!regions_take(map, low, high, owner, kinds)) {
			assert_true(!may || (news && full));
			return;
		}
		assert_true(may);
		for (unsigned long i = low; i < high; i++)
			if (model->kind[i] != REGION_SHARED)
				model->owner[i] = owner;
	} else {
		want = model_any(model, log2);
		if (!regions_take_any(map, log2, owner, &got)) {
			assert_true(want == ~0UL || full);
			return;
		}
		assert_int_equal(got, want);
		for (unsigned long i = got; i < got + (1UL << log2); i++)
			model->owner[i] = owner;
	}
}

static void agrees_with_a_plain_array(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < 100; seed++) {
		struct region store[64];
		struct region_map map;
		struct model model;

		srand(seed);
		regions_init(&map, store, 2 + rand() % 63, LIMIT, REGION_DEVICE);
		for (unsigned int i = 0; i < LIMIT; i++) {
			model.kind[i] = REGION_DEVICE;
			model.owner[i] = 0;
		}
		for (unsigned int step = 0; step < 300; step++) {
			random_step(&map, &model);
			for (unsigned int i = 0; i < LIMIT; i++) {
				assert_int_equal(regions_find(&map, i)->kind, model.kind[i]);
				assert_int_equal(regions_find(&map, i)->owner, model.owner[i]);
			}
			for (unsigned int i = 1; i < map.count; i++)
				assert_true(store[i].low > store[i - 1].low &&
					    (store[i].kind != store[i - 1].kind ||
					     store[i].owner != store[i - 1].owner));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_once_and_again_by_the_owner),
		cmocka_unit_test(refuses_other_kinds_and_beyond_the_limit),
		cmocka_unit_test(any_comes_from_the_top_and_aligned),
		cmocka_unit_test(a_full_table_changes_nothing),
		cmocka_unit_test(shared_memory_has_no_owner),
		cmocka_unit_test(describes_the_kernel_interface_page),
		cmocka_unit_test(agrees_with_a_plain_array),
	};

	return cmocka_run_group_tests_name("sigma0/regions", tests, NULL, NULL);
}
