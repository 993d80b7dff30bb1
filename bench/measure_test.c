/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure_test.c - minimum, median and maximum of the benchmark.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "measure.h"

static void one_sample_is_all_three(void **state)
{
	unsigned long samples[] = { 42 };
	struct figures figures = figures_of(samples, 1, 2);

	(void)state;
	assert_int_equal(figures.min, 40);
	assert_int_equal(figures.median, 40);
	assert_int_equal(figures.max, 40);
}

static void an_even_number_takes_the_lower_median(void **state)
{
	unsigned long samples[] = { 9, 1, 7, 3 };
	struct figures figures = figures_of(samples, 4, 0);

	(void)state;
	assert_int_equal(figures.min, 1);
	assert_int_equal(figures.median, 3);
	assert_int_equal(figures.max, 9);
}

static void nothing_falls_below_zero(void **state)
{
	unsigned long samples[] = { 3, 10, 4 };
	struct figures figures = figures_of(samples, 3, 5);

	(void)state;
	assert_int_equal(figures.min, 0);
	assert_int_equal(figures.median, 0);
	assert_int_equal(figures.max, 5);
}

static void many_samples_come_out_sorted(void **state)
{
	unsigned long samples[500];

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < 500; i++)
		samples[i] = rand() % 100;
	figures_of(samples, 500, 0);
	for (unsigned int i = 1; i < 500; i++)
		assert_true(samples[i - 1] <= samples[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sample_is_all_three),
		cmocka_unit_test(an_even_number_takes_the_lower_median),
		cmocka_unit_test(nothing_falls_below_zero),
		cmocka_unit_test(many_samples_come_out_sorted),
	};

	return cmocka_run_group_tests_name("bench/measure", tests, NULL, NULL);
}
