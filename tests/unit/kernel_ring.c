/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/kernel_ring.c - rings against a plain array that holds the same order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/ring.h"

enum { ELEMENTS = 20, STEPS = 20000 };

static struct ring head, element[ELEMENTS];

static void rings_init(void)
{
	ring_init(&head);
	for (int i = 0; i < ELEMENTS; i++)
		ring_init(&element[i]);
}

/* The ring holds exactly these elements in this order, read forwards and backwards. */
static void compare(const int *order, int count)
{
	struct ring *forwards = head.next, *backwards = head.prev;

	assert_int_equal(ring_empty(&head), count == 0);
	for (int i = 0; i < count; i++) {
		assert_ptr_equal(forwards, &element[order[i]]);
		assert_ptr_equal(backwards, &element[order[count - 1 - i]]);
		assert_false(ring_empty(forwards));
		forwards = forwards->next;
		backwards = backwards->prev;
	}
	assert_ptr_equal(forwards, &head);
	assert_ptr_equal(backwards, &head);
}

static void a_new_ring_is_empty(void **state)
{
	(void)state;
	rings_init();
	compare(NULL, 0);
}

static void before_the_head_is_the_end(void **state)
{
	(void)state;
	rings_init();
	for (int i = 0; i < 3; i++)
		ring_insert(&head, &element[i]);
	compare((const int[]){ 0, 1, 2 }, 3);
}

static void before_the_first_is_the_beginning(void **state)
{
	(void)state;
	rings_init();
	for (int i = 0; i < 3; i++)
		ring_insert(head.next, &element[i]);
	compare((const int[]){ 2, 1, 0 }, 3);
}

static void removing_twice_is_allowed(void **state)
{
	(void)state;
	rings_init();
	for (int i = 0; i < 3; i++)
		ring_insert(&head, &element[i]);
	ring_remove(&element[1]);
	ring_remove(&element[1]);
	assert_true(ring_empty(&element[1]));
	compare((const int[]){ 0, 2 }, 2);
}

static void does_what_an_array_would_do(void **state)
{
	int order[ELEMENTS], count = 0;
	uint64_t random = 88172645463325252UL;

	(void)state;
	rings_init();
	for (int step = 0; step < STEPS; step++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;

		int which = (int)(random % ELEMENTS), at = 0;

		while (at < count && order[at] != which)
			at++;
		if (at < count) {
			ring_remove(&element[which]);
			count--;
			memmove(&order[at], &order[at + 1], (size_t)(count - at) * sizeof(*order));
		} else {
			at = (int)((random >> 32) % (uint64_t)(count + 1));
			ring_insert(at < count ? &element[order[at]] : &head, &element[which]);
			memmove(&order[at + 1], &order[at], (size_t)(count - at) * sizeof(*order));
			order[at] = which;
			count++;
		}
		compare(order, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_ring_is_empty),
		cmocka_unit_test(before_the_head_is_the_end),
		cmocka_unit_test(before_the_first_is_the_beginning),
		cmocka_unit_test(removing_twice_is_allowed),
		cmocka_unit_test(does_what_an_array_would_do),
	};

	return cmocka_run_group_tests_name("kernel_ring", tests, NULL, NULL);
}
