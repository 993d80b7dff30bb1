/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * divide_test.c - 64-bit division by parts, against the processor's own, on the host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "divide.h"

/* Numbers of every length, and those around powers of two. */
static uint64_t interesting(void)
{
	uint64_t number = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();

	number >>= rand() % 64;
	switch (rand() % 4) {
	case 0:
		return (1ULL << (rand() % 64)) + (uint64_t)(rand() % 3) - 1;
	case 1:
		return -number;
	default:
		return number;
	}
}

static void unsigned_as_the_processor(void **state)
{
	(void)state;
	srand(1);
	for (unsigned int i = 0; i < 200000; i++) {
		uint64_t dividend = interesting(), divisor = interesting();
		unsigned long long remainder;

		if (divisor == 0)
			continue;
		assert_true(__udivdi3(dividend, divisor) == dividend / divisor);
		assert_true(__umoddi3(dividend, divisor) == dividend % divisor);
		assert_true(__udivmoddi4(dividend, divisor, &remainder) == dividend / divisor);
		assert_true(remainder == dividend % divisor);
	}
}

static void signed_as_the_processor(void **state)
{
	(void)state;
	srand(2);
	for (unsigned int i = 0; i < 200000; i++) {
		int64_t dividend = (int64_t)interesting(), divisor = (int64_t)interesting();
		long long remainder;

		if (divisor == 0 || (divisor == -1 && dividend == INT64_MIN))
			continue;
		assert_true(__divdi3(dividend, divisor) == dividend / divisor);
		assert_true(__moddi3(dividend, divisor) == dividend % divisor);
		assert_true(__divmoddi4(dividend, divisor, &remainder) == dividend / divisor);
		assert_true(remainder == dividend % divisor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsigned_as_the_processor),
		cmocka_unit_test(signed_as_the_processor),
	};

	return cmocka_run_group_tests_name("small/divide", tests, NULL, NULL);
}
