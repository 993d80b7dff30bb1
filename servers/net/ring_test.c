/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_test.c - bytes come out as they went in, wherever in the array they lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ring.h"

static struct ring ring;
static unsigned char in[RING_SIZE], out[RING_SIZE];

static int begin(void **state)
{
	(void)state;
	ring = (struct ring){ .first = 0 };
	for (unsigned int i = 0; i < RING_SIZE; i++)
		in[i] = (unsigned char)(i * 7 + i / 256);
	return 0;
}

static void full_and_empty(void **state)
{
	(void)state;
	assert_int_equal(ring_room(&ring), RING_SIZE);
	ring_put(&ring, in, RING_SIZE);
	assert_int_equal(ring_room(&ring), 0);
	ring_peek(&ring, 0, out, RING_SIZE);
	assert_memory_equal(in, out, RING_SIZE);
	ring_drop(&ring, RING_SIZE);
	assert_int_equal(ring_room(&ring), RING_SIZE);
}

static void all_places(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 2 * RING_SIZE; first += 1000) {
		ring_put(&ring, in, 3000);
		ring_put(&ring, in + 3000, 3001);
		ring_peek(&ring, 0, out, 6001);
		assert_memory_equal(in, out, 6001);
		ring_peek(&ring, 2999, out, 3002);
		assert_memory_equal(in + 2999, out, 3002);
		ring_drop(&ring, 6001);
		assert_int_equal(ring.count, 0);
	}
}

static void looking_takes_nothing(void **state)
{
	(void)state;
	ring_put(&ring, in, 10);
	ring_peek(&ring, 0, out, 10);
	ring_peek(&ring, 10, out, 0);
	assert_int_equal(ring.count, 10);
	ring_drop(&ring, 4);
	ring_peek(&ring, 0, out, 6);
	assert_memory_equal(in + 4, out, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(full_and_empty, begin),
		cmocka_unit_test_setup(all_places, begin),
		cmocka_unit_test_setup(looking_takes_nothing, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
