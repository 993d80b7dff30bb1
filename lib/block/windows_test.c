/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * windows_test.c - who has which window, whose turn it is, and entries that a client had better not have written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <block/windows.h>

enum { SECTORS = 1000, PER_WINDOW = BLOCK_BUFFERS / BLOCK_SECTOR };

static void a_program_has_one_window(void **state)
{
	struct block_windows windows = { .count = 2 };
	struct block_window *first = block_window_connect(&windows, 7), *second = block_window_connect(&windows, 8);

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	assert_ptr_not_equal(first, second);
	assert_true(block_window_submit(&windows, first, 3, 0));
	assert_ptr_equal(block_window_connect(&windows, 7), first);
	assert_int_equal(first->submitted, 0);
	assert_ptr_equal(block_window_of(&windows, 8), second);
	assert_null(block_window_of(&windows, 9));
}

static void idle_windows_go_to_others(void **state)
{
	struct block_windows windows = { .count = 2 };
	struct block_window *first = block_window_connect(&windows, 1), *second = block_window_connect(&windows, 2);

	(void)state;
	assert_true(block_window_submit(&windows, first, 0, 0)); /* so the other one is unused for longer */
	assert_ptr_equal(block_window_connect(&windows, 3), second);
	assert_null(block_window_of(&windows, 2));
	assert_true(block_window_submit(&windows, first, 1, 0));
	assert_true(block_window_submit(&windows, second, 1, 0));
	assert_null(block_window_connect(&windows, 4));
}

static void counts_are_checked(void **state)
{
	struct block_windows windows = { .count = 1 };
	struct block_window *window = block_window_connect(&windows, 1);

	(void)state;
	assert_false(block_window_submit(&windows, window, BLOCK_ENTRIES + 1, 0));
	assert_false(block_window_submit(&windows, window, -1UL, 0));
	assert_false(block_window_submit(&windows, window, 1, 1));
	assert_int_equal(window->submitted, 0);
	assert_true(block_window_submit(&windows, window, BLOCK_ENTRIES, 0));
	assert_false(block_window_submit(&windows, window, BLOCK_ENTRIES - 1, 0));
}

static void each_has_its_turn(void **state)
{
	struct block_windows windows = { .count = 3 };
	struct block_window *full = block_window_connect(&windows, 1), *other = block_window_connect(&windows, 2);
	struct block_ring ring = { .live = BLOCK_LIVE };

	(void)state;
	assert_null(block_window_next(&windows));
	assert_true(block_window_submit(&windows, full, BLOCK_ENTRIES, 0));
	assert_true(block_window_submit(&windows, other, 2, 0));
	for (unsigned int i = 0; i < 2; i++) {
		struct block_window *one = block_window_next(&windows), *two;

		block_window_done(one, &ring, BLOCK_OK);
		two = block_window_next(&windows);
		block_window_done(two, &ring, BLOCK_OK);
		assert_ptr_not_equal(one, two);
	}
	assert_true(block_window_has_news(other));
	assert_ptr_equal(block_window_next(&windows), full);
	assert_ptr_equal(block_window_next(&windows), full);
}

static enum block_status check(unsigned int operation, unsigned int count, unsigned long sector, unsigned int offset)
{
	struct block_windows windows = { .count = 1 };
	struct block_window *window = block_window_connect(&windows, 1);
	struct block_ring ring = { .entry[0] = { operation, count, sector, offset, 0 } };
	struct block_entry entry;

	return block_window_entry(window, &ring, SECTORS, &entry);
}

static void entries_are_checked(void **state)
{
	(void)state;
	assert_int_equal(check(BLOCK_READ, 1, 0, BLOCK_PAGE), BLOCK_OK);
	assert_int_equal(check(BLOCK_WRITE, PER_WINDOW, SECTORS - PER_WINDOW, BLOCK_PAGE), BLOCK_OK);
	assert_int_equal(check(BLOCK_READ, 1, SECTORS - 1, BLOCK_WINDOW - BLOCK_SECTOR), BLOCK_OK);
	assert_int_equal(check(BLOCK_FLUSH, 0, 0, 0), BLOCK_OK);

	assert_int_equal(check(BLOCK_FLUSH, 1, 0, 0), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_FLUSH + 1, 1, 0, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(~0U, 1, 0, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 0, 0, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 1, 0, 0), BLOCK_MALFORMED); /* the ring is no buffer */
	assert_int_equal(check(BLOCK_READ, 1, 0, BLOCK_PAGE + 1), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 2, 0, BLOCK_WINDOW - BLOCK_SECTOR), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 1, 0, BLOCK_WINDOW), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 1, 0, -BLOCK_SECTOR), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, PER_WINDOW + 1, 0, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 1U << 23, 0, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 1, SECTORS, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 2, SECTORS - 1, BLOCK_PAGE), BLOCK_MALFORMED);
	assert_int_equal(check(BLOCK_READ, 2, -1UL, BLOCK_PAGE), BLOCK_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_has_one_window), cmocka_unit_test(idle_windows_go_to_others),
		cmocka_unit_test(counts_are_checked),	    cmocka_unit_test(each_has_its_turn),
		cmocka_unit_test(entries_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
