/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarms_test.c - single cases, and many alarms against a model that looks at each microsecond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alarms.h"

static struct alarms alarms;

static void begin(void)
{
	alarms_cancel(&alarms, ~0UL);
	assert_int_equal(alarms.next, NEVER);
}

static struct timer_alarm take(unsigned long now)
{
	struct timer_alarm due;

	assert_true(alarms.next <= now);
	due = alarms_due(&alarms, now);
	alarms_told(&alarms, &due);
	return due;
}

static void in_order_of_time(void **state)
{
	(void)state;
	begin();
	assert_true(alarms_set(&alarms, 5, 300, 0));
	assert_true(alarms_set(&alarms, 63, 100, 0));
	assert_true(alarms_set(&alarms, 0, 200, 0));
	assert_int_equal(take(1000).number, 63);
	assert_int_equal(take(1000).number, 0);
	assert_int_equal(take(1000).number, 5);
	assert_int_equal(alarms.next, NEVER);
}

static void set_again_and_cancelled(void **state)
{
	(void)state;
	begin();
	alarms_set(&alarms, 1, 100, 0);
	alarms_set(&alarms, 2, 200, 0);
	alarms_set(&alarms, 1, 300, 0);
	assert_int_equal(alarms.next, 200);
	alarms_cancel(&alarms, 1UL << 2);
	assert_int_equal(alarms.next, 300);
}

static void periods_do_not_drift(void **state)
{
	struct timer_alarm due;

	(void)state;
	begin();
	alarms_set(&alarms, 7, 1000, 10);
	due = take(1009);
	assert_int_equal(due.count, 1);
	assert_int_equal(due.time, 1000);
	assert_int_equal(alarms.next, 1010);
	due = take(1055);
	assert_int_equal(due.count, 5);
	assert_int_equal(due.time, 1050);
	assert_int_equal(alarms.next, 1060);
}

static void wild_numbers(void **state)
{
	(void)state;
	begin();
	assert_false(alarms_set(&alarms, TIMER_ALARMS, 1, 0));
	assert_false(alarms_set(&alarms, ~0UL, 1, 0));
	assert_false(alarms_set(&alarms, 0, 1, ~0UL));
	assert_false(alarms_set(&alarms, 0, 1, TIMER_PERIOD_MAX + 1));
	assert_true(alarms_set(&alarms, 0, NEVER, TIMER_PERIOD_MAX));
	assert_int_equal(alarms.next, NEVER);
	assert_true(alarms_set(&alarms, 0, 0, 1));
	assert_int_equal(take(1UL << 60).count, (1UL << 60) + 1);
	assert_int_equal(alarms.next, (1UL << 60) + 1);
}

static unsigned int random(unsigned int below)
{
	static unsigned long seed = 1;

	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned int)(seed >> 33) % below;
}

static void as_the_model_has_it(void **state)
{
	static unsigned long count[TIMER_ALARMS], time[TIMER_ALARMS], period[TIMER_ALARMS]; /* time 0: not set */

	(void)state;
	begin();
	for (unsigned long now = 1; now < 200000; now++) {
		unsigned int number = random(TIMER_ALARMS);

		if (random(50) == 0) {
			time[number] = now + random(300);
			period[number] = random(2) ? random(100) : 0;
			count[number] = 0;
			alarms_set(&alarms, number, time[number], period[number]);
		}
		if (random(200) == 0) {
			time[number] = count[number] = 0;
			alarms_cancel(&alarms, 1UL << number);
		}
		for (unsigned int i = 0; i < TIMER_ALARMS; i++) {
			if (time[i] != now)
				continue;
			count[i]++;
			time[i] = period[i] ? now + period[i] : 0;
		}
		while (random(40) == 0 && alarms.next <= now) {
			struct timer_alarm due = take(now);

			assert_int_equal(due.count, count[due.number]);
			count[due.number] = 0;
		}
		if (alarms.next > now)
			for (unsigned int i = 0; i < TIMER_ALARMS; i++)
				assert_int_equal(count[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_of_time),	cmocka_unit_test(set_again_and_cancelled),
		cmocka_unit_test(periods_do_not_drift), cmocka_unit_test(wild_numbers),
		cmocka_unit_test(as_the_model_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
