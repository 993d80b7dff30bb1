/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/kernel_timeout.c - the timing wheel against a plain list of deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/time.h"
#include "core/timeout.h"

enum { TIMEOUTS = 200, STEPS = 100000 };

static struct wheel wheel;

/* A generator of our own, so that a failure can be repeated. */
static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* With as many steps as it takes. */
static struct timeout *expired_at(usec_t now)
{
	unsigned steps = ~0U;

	return wheel_expired(&wheel, now, &steps);
}

static void expires_at_its_deadline_and_not_before(void **state)
{
	static const usec_t deadlines[] = {
		1, 63, 64, 65, 4095, 4096, 4097, 262143, 262144, 1UL << 40, (1UL << 40) + 1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(deadlines); i++) {
		struct timeout t;

		wheel_init(&wheel, 0);
		timeout_init(&t);
		wheel_insert(&wheel, &t, deadlines[i]);
		assert_null(expired_at(deadlines[i] - 1));
		assert_true(wheel_next(&wheel) <= deadlines[i]);
		assert_ptr_equal(expired_at(deadlines[i]), &t);
		assert_false(timeout_is_running(&t));
		assert_null(expired_at(deadlines[i]));
	}
}

static void a_past_deadline_expires_at_once(void **state)
{
	struct timeout t;

	(void)state;
	wheel_init(&wheel, 0);
	assert_null(expired_at(100000));
	timeout_init(&t);
	wheel_insert(&wheel, &t, 7);
	assert_true(wheel_next(&wheel) <= 100000);
	assert_ptr_equal(expired_at(100000), &t);
}

static void a_cancelled_one_never_expires(void **state)
{
	struct timeout t;

	(void)state;
	wheel_init(&wheel, 0);
	timeout_init(&t);
	wheel_insert(&wheel, &t, 500);
	wheel_cancel(&t);
	wheel_cancel(&t);
	assert_null(expired_at(1000));
	assert_int_equal(wheel_next(&wheel), USEC_NEVER);
}

static void an_empty_wheel_never_fires(void **state)
{
	(void)state;
	wheel_init(&wheel, 12345);
	assert_int_equal(wheel_next(&wheel), USEC_NEVER);
	assert_null(expired_at(1UL << 62));
}

/* Take out everything that is due and compare with the list. */
static void compare_expired(struct timeout *timeouts, bool *running, usec_t now)
{
	struct timeout *t;

	while ((t = expired_at(now))) {
		assert_true(running[t - timeouts]);
		assert_true(t->deadline <= now);
		running[t - timeouts] = false;
	}
	for (int i = 0; i < TIMEOUTS; i++)
		if (running[i]) {
			assert_true(timeouts[i].deadline > now);
			assert_true(wheel_next(&wheel) <= timeouts[i].deadline);
		}
}

static void does_what_a_list_would_do(void **state)
{
	static struct timeout timeouts[TIMEOUTS];
	static bool running[TIMEOUTS];
	usec_t now = 0;

	(void)state;
	random_state = 88172645463325252UL;
	wheel_init(&wheel, now);
	for (int i = 0; i < TIMEOUTS; i++)
		timeout_init(&timeouts[i]);
	for (int step = 0; step < STEPS; step++) {
		int i = (int)(next_random() % TIMEOUTS);

		if (running[i]) {
			wheel_cancel(&timeouts[i]);
			running[i] = false;
		} else {
			wheel_insert(&wheel, &timeouts[i], now + next_random() % (1UL << next_random() % 40));
			running[i] = true;
		}
		if (step % 3 == 0)
			now += next_random() % (1UL << next_random() % 30);
		compare_expired(timeouts, running, now);
	}
}

/*
 * However many are due or must be moved: no call does more than its steps, and each goes on where the last one stopped.
 */
static void comes_in_pieces(void **state)
{
	enum { STEPS_A_PIECE = 3, CALLS_MAX = 4 * TIMEOUTS };
	static struct timeout timeouts[TIMEOUTS];
	unsigned count = 0, calls = 0;

	(void)state;
	wheel_init(&wheel, 0);
	for (int i = 0; i < TIMEOUTS; i++) {
		timeout_init(&timeouts[i]);
		wheel_insert(&wheel, &timeouts[i], 100000 + (i < TIMEOUTS / 2 ? 0 : i));
	}
	while (count < TIMEOUTS && ++calls < CALLS_MAX) {
		unsigned steps = STEPS_A_PIECE;
		struct timeout *t;

		while ((t = wheel_expired(&wheel, 100000 + TIMEOUTS, &steps))) {
			assert_true(t->deadline <= 100000 + TIMEOUTS);
			count++;
		}
		if (count < TIMEOUTS)
			assert_true(wheel_next(&wheel) <= 100000 + TIMEOUTS);
	}
	assert_int_equal(count, TIMEOUTS);
	assert_null(expired_at(1UL << 40));
	assert_int_equal(wheel_next(&wheel), USEC_NEVER);
}

/* ... and what is started or stopped between the pieces finds its place. */
static void changes_between_pieces(void **state)
{
	static struct timeout timeouts[TIMEOUTS], late, early;
	struct timeout *t;
	unsigned steps = 7;

	(void)state;
	wheel_init(&wheel, 0);
	timeout_init(&late);
	timeout_init(&early);
	for (int i = 0; i < TIMEOUTS; i++) {
		timeout_init(&timeouts[i]);
		wheel_insert(&wheel, &timeouts[i], 5000);
	}
	while ((t = wheel_expired(&wheel, 6000, &steps)))
		;
	wheel_insert(&wheel, &late, 6001);
	wheel_insert(&wheel, &early, 5999);
	wheel_cancel(&timeouts[TIMEOUTS - 1]);
	while ((t = expired_at(6000))) {
		assert_ptr_not_equal(t, &late);
		assert_ptr_not_equal(t, &timeouts[TIMEOUTS - 1]);
	}
	assert_false(timeout_is_running(&early));
	assert_true(timeout_is_running(&late));
	assert_ptr_equal(expired_at(6001), &late);
}

static void relative_times(void **state)
{
	(void)state;
	assert_int_equal(time_deadline(0, 1000), USEC_NEVER);
	assert_int_equal(time_deadline(1 << 10, 1000), 1000);               /* ZeroTime */
	assert_int_equal(time_deadline(5, 1000), 1005);
	assert_int_equal(time_deadline(3 << 10 | 7, 1000), 1000 + 7 * 8);
	assert_int_equal(time_deadline(31 << 10 | 1023, 0), 1023UL << 31);
}

static void absolute_times(void **state)
{
	(void)state;
	/* exponent 0: the low ten bits of the clock, carry = bit 10 */
	assert_int_equal(time_deadline(1 << 15 | 100, 50), 100);
	assert_int_equal(time_deadline(1 << 15 | 1 << 10 | 100, 50), 1024 + 100);
	assert_int_equal(time_deadline(1 << 15 | 1 << 10 | 100, 1024 + 50), 1024 + 100);
	assert_int_equal(time_deadline(1 << 15 | 100, 1024 + 50), 2048 + 100);
	assert_int_equal(time_deadline(1 << 15 | 3 << 11 | 5, 7), 5 << 3);
	/* every exponent: the bits from it on, and the one behind them says which period */
	for (unsigned e = 0; e < 16; e++) {
		usec_t at = 0x123456789UL >> 4 << e, now = at - (300UL << e), aligned = at >> e << e;

		assert_int_equal(time_deadline(1 << 15 | e << 11 | (at >> e & 0x7ff), now), aligned);
		assert_int_equal(time_deadline(1 << 15 | e << 11 | (at >> e & 0x7ff), aligned), aligned);
	}
	/* a point in the present period that is over */
	assert_true(time_deadline(1 << 15 | 10, 50) <= 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expires_at_its_deadline_and_not_before),
		cmocka_unit_test(a_past_deadline_expires_at_once),
		cmocka_unit_test(a_cancelled_one_never_expires),
		cmocka_unit_test(an_empty_wheel_never_fires),
		cmocka_unit_test(does_what_a_list_would_do),
		cmocka_unit_test(comes_in_pieces),
		cmocka_unit_test(changes_between_pieces),
		cmocka_unit_test(relative_times),
		cmocka_unit_test(absolute_times),
	};

	return cmocka_run_group_tests_name("kernel_timeout", tests, NULL, NULL);
}
