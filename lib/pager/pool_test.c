/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_test.c - frames: none twice, all of them, superpages only where nobody has been.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pager/pool.h>

enum { FIRST = 3 };

/* Addresses alone: nobody looks there. */
static const unsigned long base = 64 * POOL_BLOCK;

static void takes_each_frame_once(void **state)
{
	static unsigned char seen[2 * POOL_BLOCK_FRAMES];
	struct pool pool = { .blocks = 0 };
	unsigned int count = 0;
	void *frame;

	(void)state;
	assert_true(pool_add(&pool, base, POOL_BLOCK_FRAMES));
	assert_true(pool_add(&pool, base + POOL_BLOCK, 70));
	assert_int_equal(pool.free, POOL_BLOCK_FRAMES + 70);
	while ((frame = pool_take(&pool))) {
		unsigned long number = ((unsigned long)frame - base) / POOL_FRAME;

		assert_int_equal((unsigned long)frame % POOL_FRAME, 0);
		assert_true(number < POOL_BLOCK_FRAMES + 70);
		assert_int_equal(seen[number]++, 0);
		count++;
	}
	assert_int_equal(count, POOL_BLOCK_FRAMES + 70);
	assert_int_equal(pool.free, 0);
	pool_give(&pool, (void *)(base + 5 * POOL_FRAME));
	assert_ptr_equal(pool_take(&pool), (void *)(base + 5 * POOL_FRAME));
	assert_null(pool_take(&pool));
}

static void superpages_are_untouched(void **state)
{
	struct pool pool = { .blocks = 0 };
	void *frame, *block;

	(void)state;
	assert_true(pool_add(&pool, base, POOL_BLOCK_FRAMES));
	assert_true(pool_add(&pool, base + POOL_BLOCK, POOL_BLOCK_FRAMES));
	assert_true(pool_add(&pool, base + 2 * POOL_BLOCK, 10));
	/* Small frames come from the part, then break one block. */
	for (unsigned int i = 0; i < 10; i++)
		assert_true((unsigned long)pool_take(&pool) >= base + 2 * POOL_BLOCK);
	frame = pool_take(&pool);
	assert_ptr_equal(frame, (void *)base);
	pool_give(&pool, frame);
	block = pool_take_block(&pool);
	assert_ptr_equal(block, (void *)(base + POOL_BLOCK));
	assert_null(pool_take_block(&pool));
	/* Given back it is frames. */
	assert_int_equal(pool.free, POOL_BLOCK_FRAMES);
	pool_give_block(&pool, block);
	assert_int_equal(pool.free, 2 * POOL_BLOCK_FRAMES);
	assert_null(pool_take_block(&pool));
}

static void refuses_what_is_no_memory(void **state)
{
	struct pool pool = { .blocks = 0 };

	(void)state;
	assert_false(pool_add(&pool, 0, 1));
	assert_false(pool_add(&pool, base + 1, 1));
	assert_false(pool_add(&pool, base, 0));
	assert_false(pool_add(&pool, base, POOL_BLOCK_FRAMES + 1));
	assert_null(pool_take(&pool));
	assert_null(pool_take_block(&pool));
	for (unsigned int i = 0; i < POOL_BLOCKS_MAX; i++)
		assert_true(pool_add(&pool, base + i * POOL_BLOCK, 1));
	assert_false(pool_add(&pool, base + POOL_BLOCKS_MAX * POOL_BLOCK, 1));
	/* A block in a place where no superpage can be. */
	pool = (struct pool){ .blocks = 0 };
	assert_true(pool_add(&pool, base + POOL_FRAME, POOL_BLOCK_FRAMES));
	assert_null(pool_take_block(&pool));
}

static void keeps_count_over_many(void **state)
{
	void *taken[FIRST * POOL_BLOCK_FRAMES];
	struct pool pool = { .blocks = 0 };
	unsigned int count = 0;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < FIRST; i++)
		assert_true(pool_add(&pool, base + i * POOL_BLOCK, POOL_BLOCK_FRAMES));
	for (unsigned int i = 0; i < 100000; i++) {
		if (rand() % 2 && count > 0) {
			unsigned int which = (unsigned int)rand() % count;

			pool_give(&pool, taken[which]);
			taken[which] = taken[--count];
		} else {
			taken[count] = pool_take(&pool);
			assert_true((taken[count] == NULL) == (count == FIRST * POOL_BLOCK_FRAMES));
			count += taken[count] != NULL;
		}
		assert_int_equal(pool.free + count, FIRST * POOL_BLOCK_FRAMES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_each_frame_once),
		cmocka_unit_test(superpages_are_untouched),
		cmocka_unit_test(refuses_what_is_no_memory),
		cmocka_unit_test(keeps_count_over_many),
	};

	return cmocka_run_group_tests_name("pager/pool", tests, NULL, NULL);
}
