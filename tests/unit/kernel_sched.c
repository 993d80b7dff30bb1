/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_sched.c - who runs next: order, priorities, slices, quanta, preemption, hand-over, donation.
 *
 * The clock, the end of an IPC by timeout and the messages of who is preempted or out of time are made up. After each
 * step what sched.h promises of the queues is checked in all of them: a bit for each queue that is not empty, `floor`
 * the highest, and who runs is in none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/fault.h"
#include "core/ipc.h"
#include "core/sched.h"
#include "core/takeover.h"
#include "x86/clock.h"
#include "x86/cpu_data.h"

enum { THREADS = 6, STEPS = 50000 };

static usec_t now;
static struct cpu cpu;
static struct wheel wheel;
static struct ring queues[PRIORITIES];
static struct tcb idle, thread[THREADS];
static struct utcb utcbs[THREADS + 1];
static struct tcb *told_preempted, *told_exhausted;

usec_t clock_now(void)
{
	return now;
}

/* A thread whose time is over is ready. */
void ipc_timed_out(struct tcb *t)
{
	t->wait = NOT_WAITING;
	sched_ready(t);
}

/* Who sends such a message waits for the answer. */
struct tcb *fault_preempted(struct tcb *self)
{
	if (self->utcb_map->exception_handler == NIL_THREAD)
		return NULL;
	told_preempted = self;
	self->hold = HOLD_SENDING;
	return sched_next(self);
}

struct tcb *fault_exhausted(struct tcb *self)
{
	told_exhausted = self;
	self->hold = HOLD_SENDING;
	return sched_next(self);
}

void panic(const char *format, ...)
{
	fail_msg("%s", format);
	abort();
}

static void tcb_make(struct tcb *t, unsigned priority)
{
	memset(t, 0, sizeof(*t));
	t->cpu = &cpu;
	t->priority = priority << 2 | 3;
	t->wait = NOT_WAITING;
	t->slice = SLICE_DEFAULT;
	t->quantum = t->quantum_left = USEC_NEVER;
	t->utcb_map = &utcbs[t == &idle ? THREADS : t - thread];
	memset(t->utcb_map, 0, sizeof(*t->utcb_map));
	t->utcb_map->exception_handler = 7;
	ring_init(&t->ready_link);
	timeout_init(&t->timeout);
}

static int setup(void **state)
{
	(void)state;
	now = 1000;
	told_preempted = told_exhausted = NULL;
	memset(&cpu, 0, sizeof(cpu));
	wheel_init(&wheel, now);
	cpu.wheel = &wheel;
	tcb_make(&idle, 0);
	cpu.idle = &idle;
	sched_init(&cpu, queues);
	for (int i = 0; i < THREADS; i++)
		tcb_make(&thread[i], 100);
	return 0;
}

/* What holds always; `running` is who runs. */
static void check(const struct tcb *running)
{
	int highest = -1;

	for (int p = 0; p < PRIORITIES; p++) {
		bool used = cpu.ready_used[p / 64] >> (p % 64) & 1;

		assert_int_equal(used, !ring_empty(&queues[p]));
		if (used)
			highest = p;
		for (struct ring *r = queues[p].next; r != &queues[p]; r = r->next)
			assert_int_equal(tcb_priority(CONTAINER_OF(r, struct tcb, ready_link)), p);
	}
	highest = highest > 0 ? highest << 2 : 0;
	assert_int_equal(cpu.ready_floor, highest > (int)cpu.turn_floor ? highest : (int)cpu.turn_floor);
	assert_true(ring_empty(&running->ready_link));
	assert_true(ring_empty(&idle.ready_link));
}

static void expect_runs(struct tcb *chosen, struct tcb *expected)
{
	assert_ptr_equal(chosen, expected);
	check(chosen);
}

static void nobody_is_ready(void **state)
{
	(void)state;
	expect_runs(sched_next(&thread[0]), &idle);
	assert_int_equal(cpu.slice_end, USEC_NEVER);
	expect_runs(sched_continue(&idle), &idle);
	expect_runs(sched_yield(&idle), &idle);
}

static void first_come_first_served(void **state)
{
	(void)state;
	for (int i = 1; i < 4; i++)
		sched_ready(&thread[i]);
	expect_runs(sched_next(&thread[0]), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[3]);
	expect_runs(sched_next(&thread[3]), &idle);
}

static void the_higher_priority_goes_first(void **state)
{
	static const unsigned priorities[] = { 0, 1, 63, 64, 127, 128, 191, 192, 255 };

	(void)state;
	for (size_t low = 0; low < COUNT_OF(priorities); low++)
		for (size_t high = low + 1; high < COUNT_OF(priorities); high++) {
			setup(NULL);
			tcb_make(&thread[1], priorities[low]);
			tcb_make(&thread[2], priorities[high]);
			sched_ready(&thread[1]);
			sched_ready(&thread[2]);
			expect_runs(sched_next(&thread[0]), &thread[2]);
			expect_runs(sched_next(&thread[2]), &thread[1]);
			expect_runs(sched_next(&thread[1]), &idle);
		}
}

static void a_thread_of_priority_0_runs_before_the_idle_thread(void **state)
{
	(void)state;
	tcb_make(&thread[1], 0);
	sched_ready(&thread[1]);
	expect_runs(sched_continue(&idle), &thread[1]);
}

static void taking_out_who_is_not_ready_does_no_harm(void **state)
{
	(void)state;
	sched_unready(&thread[1]);
	sched_ready(&thread[1]);
	sched_ready(&thread[2]);
	sched_unready(&thread[1]);
	sched_unready(&thread[1]);
	expect_runs(sched_next(&thread[0]), &thread[2]);
}

static void equals_do_not_interrupt(void **state)
{
	(void)state;
	sched_ready(&thread[1]);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
}

static void who_is_interrupted_stays_first_and_keeps_the_rest_of_its_slice(void **state)
{
	(void)state;
	tcb_make(&thread[2], 200);
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
	sched_ready(&thread[1]);
	now += 3000;
	sched_ready(&thread[2]);
	expect_runs(sched_continue(&thread[0]), &thread[2]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
	now += 500;
	expect_runs(sched_next(&thread[2]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT - 3000);
}

static void who_is_woken_runs_at_once_if_it_is_better(void **state)
{
	(void)state;
	tcb_make(&thread[2], 200);
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	sched_ready(&thread[1]);
	now += 3000;
	expect_runs(sched_woken(&thread[0], &thread[2]), &thread[2]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
	expect_runs(sched_next(&thread[2]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT - 3000);
	expect_runs(sched_next(&thread[0]), &thread[1]);
}

/* Before the timer has said so: its interrupt may come when another slice runs already. */
static void who_is_interrupted_when_its_slice_is_over_goes_behind_its_equals(void **state)
{
	(void)state;
	tcb_make(&thread[2], 200);
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	sched_ready(&thread[1]);
	now += SLICE_DEFAULT;
	expect_runs(sched_woken(&thread[0], &thread[2]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[1]);
	now += SLICE_DEFAULT + 1;
	sched_ready(&thread[2]);
	expect_runs(sched_continue(&thread[1]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

static void who_is_woken_is_queued_if_it_is_not_better(void **state)
{
	(void)state;
	tcb_make(&thread[2], 50);
	expect_runs(sched_woken(&thread[0], &thread[1]), &thread[0]);
	expect_runs(sched_woken(&thread[0], &thread[2]), &thread[0]);
	expect_runs(sched_next(&thread[0]), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[2]);
}

static void who_is_woken_runs_when_the_cpu_is_idle_and_nobody_better_is_ready(void **state)
{
	(void)state;
	expect_runs(sched_woken(&idle, &thread[1]), &thread[1]);
	tcb_make(&thread[2], 200);
	sched_ready(&thread[2]);
	expect_runs(sched_woken(&idle, &thread[0]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[0]);
}

static void who_yields_goes_behind_its_equals_and_gets_a_new_slice(void **state)
{
	(void)state;
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	sched_ready(&thread[1]);
	now += 3000;
	expect_runs(sched_yield(&thread[0]), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

static void who_yields_alone_goes_on(void **state)
{
	(void)state;
	tcb_make(&thread[1], 50);
	sched_ready(&thread[1]);
	expect_runs(sched_yield(&thread[0]), &thread[0]);
}

static void a_slice_that_is_over_lets_the_next_run(void **state)
{
	(void)state;
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	sched_ready(&thread[1]);
	now = cpu.slice_end - 1;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[0], now), &thread[1]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

static void a_thread_without_slice_is_not_ended_by_the_clock(void **state)
{
	(void)state;
	thread[0].slice = USEC_NEVER;
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	assert_int_equal(cpu.slice_end, USEC_NEVER);
	sched_ready(&thread[1]);
	now += 1UL << 40;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
}

static void who_is_handed_control_runs_on_the_same_slice_through_no_queue(void **state)
{
	usec_t end;

	(void)state;
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	end = cpu.slice_end;
	sched_ready(&thread[2]);
	thread[1].slice_left = 7;
	now += 100;
	expect_runs(sched_hand_over(&thread[0], &thread[1]), &thread[1]);
	assert_int_equal(cpu.slice_end, end);
	assert_int_equal(thread[1].slice_left, 0);
}

static void a_better_thread_comes_before_who_is_handed_control(void **state)
{
	(void)state;
	tcb_make(&thread[2], 101);
	sched_ready(&thread[2]);
	expect_runs(sched_hand_over(&thread[0], &thread[1]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[1]);
}

static void the_idle_thread_hands_over_a_slice_of_its_own(void **state)
{
	(void)state;
	cpu.slice_end = USEC_NEVER;
	expect_runs(sched_hand_over(&idle, &thread[1]), &thread[1]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

static void a_donation_goes_to_anybody_and_the_giver_stays_ready(void **state)
{
	usec_t end;

	(void)state;
	tcb_make(&thread[1], 3);
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	end = cpu.slice_end;
	sched_ready(&thread[1]);
	sched_ready(&thread[2]);
	expect_runs(sched_donate(&thread[0], &thread[1]), &thread[1]);
	assert_int_equal(cpu.slice_end, end);
	expect_runs(sched_next(&thread[1]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[0]);
}

static void a_donated_slice_is_the_givers_and_the_rest_of_an_interrupted_one(void **state)
{
	usec_t end;

	(void)state;
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	end = cpu.slice_end;
	sched_ready(&thread[1]);
	thread[1].slice_left = 70;
	now += 1000;
	expect_runs(sched_donate(&thread[0], &thread[1]), &thread[1]);
	assert_int_equal(cpu.slice_end, end + 70);
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[1], now), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

static void the_giver_does_not_interrupt_its_own_donation_but_a_better_one_does(void **state)
{
	(void)state;
	tcb_make(&thread[1], 3);
	tcb_make(&thread[4], 101);
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	sched_ready(&thread[1]);
	expect_runs(sched_donate(&thread[0], &thread[1]), &thread[1]);
	sched_ready(&thread[2]);
	expect_runs(sched_continue(&thread[1]), &thread[1]);
	sched_ready(&thread[4]);
	expect_runs(sched_continue(&thread[1]), &thread[4]);
	expect_runs(sched_next(&thread[4]), &thread[0]);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
}

static void an_unlimited_slice_is_donated_as_one_of_the_receiver(void **state)
{
	(void)state;
	thread[0].slice = USEC_NEVER;
	thread[1].slice = 123;
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
	sched_ready(&thread[1]);
	expect_runs(sched_donate(&thread[0], &thread[1]), &thread[1]);
	assert_int_equal(cpu.slice_end, now + 123);
}

/* Choose thread[0] from the queue, so that it runs on a slice of its own. */
static void run_thread_0(void)
{
	sched_ready(&thread[0]);
	expect_runs(sched_next(&thread[3]), &thread[0]);
}

static void a_quantum_counts_over_slices_and_ends_exactly(void **state)
{
	(void)state;
	sched_set_quantum(&thread[0], SLICE_DEFAULT + 500);
	run_thread_0();
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	assert_int_equal(thread[0].quantum_left, 500);
	assert_int_equal(cpu.slice_end, now + 500);
	now += 499;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	assert_null(told_exhausted);
	now += 1;
	expect_runs(sched_tick(&thread[0], now), &idle);
	assert_ptr_equal(told_exhausted, &thread[0]);
	assert_int_equal(thread[0].quantum_left, 0);
}

static void a_quantum_counts_only_while_its_thread_runs(void **state)
{
	(void)state;
	sched_set_quantum(&thread[0], 5000);
	run_thread_0();
	now += 1000;
	expect_runs(sched_hand_over(&thread[0], &thread[1]), &thread[1]);
	assert_int_equal(thread[0].quantum_left, 4000);
	now += 700;
	expect_runs(sched_hand_over(&thread[1], &thread[0]), &thread[0]);
	now += 300;
	tcb_make(&thread[2], 200);
	sched_ready(&thread[2]);
	expect_runs(sched_continue(&thread[0]), &thread[2]);
	assert_int_equal(thread[0].quantum_left, 3700);
	now += 100;
	expect_runs(sched_next(&thread[2]), &thread[0]);
	assert_int_equal(sched_quantum_left(&thread[0], &thread[0]), 3700);
	now += 200;
	sched_ready(&thread[1]);
	expect_runs(sched_donate(&thread[0], &thread[1]), &thread[1]);
	now += 50;
	assert_int_equal(sched_quantum_left(&thread[1], &thread[0]), 3500);
}

static void who_is_handed_control_is_stopped_by_its_own_quantum(void **state)
{
	(void)state;
	sched_set_quantum(&thread[1], 200);
	run_thread_0();
	expect_runs(sched_hand_over(&thread[0], &thread[1]), &thread[1]);
	assert_int_equal(cpu.slice_end, now + 200);
	now += 200;
	sched_tick(&thread[1], now);
	assert_ptr_equal(told_exhausted, &thread[1]);
}

/* Late, because it could not be told in the middle of a call: but it is told. */
static void a_quantum_that_ends_where_nobody_looks_is_found_by_the_clock(void **state)
{
	(void)state;
	sched_set_quantum(&thread[0], 200);
	run_thread_0();
	now += 900;
	thread[0].hold = HOLD_HALTED;
	expect_runs(sched_next(&thread[0]), &idle);
	assert_int_equal(thread[0].quantum_left, 1);
	thread[0].hold = 0;
	run_thread_0();
	now = cpu.slice_end;
	sched_tick(&thread[0], now);
	assert_ptr_equal(told_exhausted, &thread[0]);
}

static void no_quantum_is_never_used_up(void **state)
{
	(void)state;
	sched_set_quantum(&thread[0], 10);
	sched_set_quantum(&thread[0], USEC_NEVER);
	run_thread_0();
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	assert_int_equal(sched_quantum_left(&thread[0], &thread[0]), USEC_NEVER);
}

static void what_is_left_of_a_slice(void **state)
{
	(void)state;
	run_thread_0();
	now += 300;
	assert_int_equal(sched_slice_left(&thread[0], &thread[0]), SLICE_DEFAULT - 300);
	thread[1].slice_left = 70;
	assert_int_equal(sched_slice_left(&thread[0], &thread[1]), 70);
	assert_int_equal(sched_slice_left(&thread[0], &thread[2]), SLICE_DEFAULT);
}

/* thread[0] runs, 3000 us of its slice are over, and it puts off being preempted, for 500 us by priorities to 150. */
static void run_and_put_off(unsigned better)
{
	thread[0].max_delay = 500;
	thread[0].sensitive = 150;
	utcbs[0].flags = PREEMPT_DELAY;
	run_thread_0();
	now += 3000;
	tcb_make(&thread[1], better);
	sched_ready(&thread[1]);
}

static void a_preemption_is_put_off_for_the_delay_and_no_longer(void **state)
{
	(void)state;
	run_and_put_off(150);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	assert_int_equal(utcbs[0].flags, PREEMPT_DELAY | PREEMPT_PENDING);
	assert_int_equal(cpu.slice_end, now + 500);
	now += 499;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	now += 1;
	expect_runs(sched_tick(&thread[0], now), &thread[1]);
	/* Nothing of its slice is lost, and it stays first. */
	sched_ready(&thread[2]);
	expect_runs(sched_next(&thread[1]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT - 3000);
}

static void a_more_important_thread_can_t_be_put_off(void **state)
{
	(void)state;
	run_and_put_off(151);
	expect_runs(sched_continue(&thread[0]), &thread[1]);
	assert_int_equal(utcbs[0].flags, PREEMPT_DELAY);
}

static void a_more_important_thread_ends_a_delay(void **state)
{
	(void)state;
	run_and_put_off(120);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	now += 10;
	tcb_make(&thread[2], 151);
	sched_ready(&thread[2]);
	expect_runs(sched_continue(&thread[0]), &thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT - 3000);
}

static void without_a_delay_nothing_is_put_off(void **state)
{
	(void)state;
	run_and_put_off(120);
	thread[0].max_delay = 0;
	expect_runs(sched_continue(&thread[0]), &thread[1]);
	assert_int_equal(utcbs[0].flags, PREEMPT_DELAY);
}

static void who_clears_its_flag_is_preempted_at_the_next_look(void **state)
{
	(void)state;
	run_and_put_off(120);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	utcbs[0].flags &= ~(word_t)PREEMPT_DELAY;
	now += 10;
	expect_runs(sched_continue(&thread[0]), &thread[1]);
}

static void who_yields_then_has_its_delay_again_next_time(void **state)
{
	(void)state;
	run_and_put_off(120);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	now += 100;
	expect_runs(sched_yield(&thread[0]), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[0]);
	now += 50;
	sched_ready(&thread[1]);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + 500);
}

static void the_end_of_a_slice_is_put_off_too_whatever_is_sensitive(void **state)
{
	(void)state;
	run_and_put_off(100);
	thread[0].sensitive = 0;
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	assert_int_equal(utcbs[0].flags, PREEMPT_DELAY | PREEMPT_PENDING);
	now += 500;
	expect_runs(sched_tick(&thread[0], now), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

static void the_end_of_a_slice_with_nobody_else_is_no_preemption(void **state)
{
	(void)state;
	run_and_put_off(99);
	utcbs[0].flags |= PREEMPT_SIGNAL;
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	assert_int_equal(utcbs[0].flags, PREEMPT_DELAY | PREEMPT_SIGNAL);
	assert_null(told_preempted);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT);
}

/* The server is thread 0, its client thread 1, whose equal thread 2 is. */
static void whose_slice_ends_in_a_better_server_goes_behind_its_equals(void **state)
{
	(void)state;
	tcb_make(&thread[0], 120);
	thread[1].hold = HOLD_HALTED;
	sched_ready(&thread[2]);
	sched_start_slice(&thread[0]);
	now = cpu.slice_end;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	thread[0].hold = HOLD_HALTED;
	thread[1].hold = 0;
	expect_runs(sched_hand_over(&thread[0], &thread[1]), &thread[2]);
	assert_int_equal(cpu.turn_floor, 0);
	expect_runs(sched_next(&thread[2]), &thread[1]);
}

static void a_delay_for_somebody_who_went_away_costs_no_slice(void **state)
{
	(void)state;
	run_and_put_off(120);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	sched_unready(&thread[1]);
	now += 500;
	expect_runs(sched_tick(&thread[0], now), &thread[0]);
	assert_int_equal(cpu.slice_end, now + SLICE_DEFAULT - 3000);
}

static void a_delay_does_not_outlast_the_quantum(void **state)
{
	(void)state;
	run_and_put_off(120);
	sched_set_quantum(&thread[0], 100);
	sched_start_slice(&thread[0]);
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	now += 100;
	expect_runs(sched_tick(&thread[0], now), &thread[1]);
	assert_ptr_equal(told_exhausted, &thread[0]);
}

static void who_wants_to_be_told_is(void **state)
{
	(void)state;
	utcbs[0].flags = PREEMPT_SIGNAL;
	run_thread_0();
	tcb_make(&thread[1], 101);
	sched_ready(&thread[1]);
	expect_runs(sched_continue(&thread[0]), &thread[1]);
	assert_ptr_equal(told_preempted, &thread[0]);
	assert_true(ring_empty(&thread[0].ready_link));
}

static void without_a_handler_nobody_is_told(void **state)
{
	(void)state;
	utcbs[0].flags = PREEMPT_SIGNAL;
	utcbs[0].exception_handler = NIL_THREAD;
	run_thread_0();
	tcb_make(&thread[1], 101);
	sched_ready(&thread[1]);
	expect_runs(sched_continue(&thread[0]), &thread[1]);
	assert_null(told_preempted);
	expect_runs(sched_next(&thread[1]), &thread[0]);
}

static void a_delay_that_is_over_is_told(void **state)
{
	(void)state;
	run_and_put_off(120);
	utcbs[0].flags |= PREEMPT_SIGNAL;
	expect_runs(sched_continue(&thread[0]), &thread[0]);
	assert_null(told_preempted);
	now += 500;
	expect_runs(sched_tick(&thread[0], now), &thread[1]);
	assert_ptr_equal(told_preempted, &thread[0]);
}

static struct tcb *goes_on(struct tcb *t)
{
	return t;
}

static void in_a_long_operation_no_flag_counts(void **state)
{
	(void)state;
	run_and_put_off(120);
	utcbs[0].flags |= PREEMPT_SIGNAL;
	thread[0].resume = goes_on;
	expect_runs(sched_continue(&thread[0]), &thread[1]);
	assert_null(told_preempted);
	expect_runs(sched_next(&thread[1]), &thread[0]);
}

static void a_new_priority_in_every_state(void **state)
{
	(void)state;
	/* ready: moves to its new queue */
	sched_ready(&thread[1]);
	sched_ready(&thread[2]);
	sched_set_priority(&thread[2], 150);
	check(&thread[0]);
	assert_false(ring_empty(&thread[2].ready_link));
	/* running: in no queue, before and after; below the others it does not go on */
	sched_set_priority(&thread[0], 149);
	check(&thread[0]);
	expect_runs(sched_continue(&thread[0]), &thread[2]);
	/* waiting or held: in no queue */
	thread[3].wait = thread[3].id = 5;
	sched_set_priority(&thread[3], 255);
	assert_true(ring_empty(&thread[3].ready_link));
	thread[4].hold = HOLD_HALTED;
	sched_set_priority(&thread[4], 255);
	assert_true(ring_empty(&thread[4].ready_link));
	check(&thread[2]);
	expect_runs(sched_next(&thread[2]), &thread[0]);
	expect_runs(sched_next(&thread[0]), &thread[1]);
	assert_int_equal(tcb_priority(&thread[3]), 255);
}

static void the_same_priority_again_goes_behind(void **state)
{
	(void)state;
	sched_ready(&thread[1]);
	sched_ready(&thread[2]);
	sched_set_priority(&thread[1], 100);
	expect_runs(sched_next(&thread[0]), &thread[2]);
}

static void sleep_until(struct tcb *t, usec_t when)
{
	t->wait = 5;
	wheel_insert(&wheel, &t->timeout, when);
}

static void a_tick_wakes_whose_time_is_over(void **state)
{
	(void)state;
	tcb_make(&thread[1], 200);
	cpu.slice_end = now + SLICE_DEFAULT;
	sleep_until(&thread[1], now + 10);
	sleep_until(&thread[2], now + 20);
	expect_runs(sched_tick(&thread[0], now + 9), &thread[0]);
	now += 10;
	expect_runs(sched_tick(&thread[0], now), &thread[1]);
	now += 10;
	expect_runs(sched_tick(&thread[1], now), &thread[1]);
	expect_runs(sched_next(&thread[1]), &thread[0]);
	expect_runs(sched_next(&thread[0]), &thread[2]);
}

static void the_timer_is_due_at_the_end_of_the_slice_or_the_next_timeout(void **state)
{
	(void)state;
	cpu.slice_end = now + 500;
	assert_int_equal(sched_deadline(&cpu, &thread[0]), now + 500);
	sleep_until(&thread[1], now + 10);
	assert_true(sched_deadline(&cpu, &thread[0]) <= now + 10);
	wheel_cancel(&thread[1].timeout);
}

static void the_idle_thread_has_no_slice(void **state)
{
	(void)state;
	cpu.slice_end = now + 500;
	assert_int_equal(sched_deadline(&cpu, &idle), USEC_NEVER);
}

/* All that the scheduler writes. */
static struct world {
	struct cpu cpu;
	struct ring queues[PRIORITIES];
	struct tcb thread[THREADS];
} before, after;

static void keep(struct world *w)
{
	w->cpu = cpu;
	memcpy(w->queues, queues, sizeof(queues));
	memcpy(w->thread, thread, sizeof(thread));
}

static void restore(const struct world *w)
{
	cpu = w->cpu;
	memcpy(queues, w->queues, sizeof(queues));
	memcpy(thread, w->thread, sizeof(thread));
}

static uint64_t chance(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random >> 8;
}

/*
 * The short way does what the long one does, or nothing. The running thread was made so by leave(), see entry/leave.h.
 */
static void a_takeover_is_what_waking_does(void **state)
{
	uint64_t random = 88172645463325252UL;
	int due = 0;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		struct tcb *self = &thread[0], *to = &thread[1];
		struct takeover slices;

		setup(NULL);
		for (int i = 0; i < THREADS; i++)
			tcb_make(&thread[i], 99 + chance(&random) % 4);
		for (int i = 2; i < THREADS; i++)
			if (tcb_priority(&thread[i]) <= tcb_priority(self) && chance(&random) % 2)
				sched_ready(&thread[i]);
		cpu.slice_end = chance(&random) % 8 ? now + chance(&random) % 2000 - 100 : USEC_NEVER;
		cpu.timer_at = chance(&random) % 2 ? now : cpu.slice_end;
		to->slice = chance(&random) % 8 ? 1 + chance(&random) % 3000 : USEC_NEVER;
		cpu.donated = chance(&random) % 8 ? 0 : 101 << 2 | 3;
		cpu.delayed = chance(&random) % 8 ? NULL : self;
		self->utcb_map->flags = chance(&random) % 8 ? 0 : PREEMPT_DELAY;
		self->slow = chance(&random) % 8 ? 0 : SLOW_QUANTUM;
		cpu.floor = self->slow == cpu.slow ? cpu.ready_floor : UINT32_MAX;

		keep(&before);
		if (!takeover_is_due(self, to, now, &slices))
			continue;
		due++;
		takeover_commit(&cpu, self, slices);
		expect_runs(to, to);
		assert_int_equal(cpu.floor, cpu.ready_floor);
		cpu.floor = before.cpu.floor;
		keep(&after);
		restore(&before);
		assert_ptr_equal(sched_woken(self, to), to);
		assert_memory_equal(&cpu, &after.cpu, sizeof(cpu));
		assert_memory_equal(queues, after.queues, sizeof(queues));
		assert_memory_equal(thread, after.thread, sizeof(thread));
	}
	assert_true(due > STEPS / 50);
}

/* Random steps; after each, nobody may be lost, and the best one runs or its slice does. */
static void whatever_happens_the_queues_stay_whole(void **state)
{
	uint64_t random = 88172645463325252UL;
	struct tcb *running = &idle;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		thread[i].hold = HOLD_HALTED;
	for (int step = 0; step < STEPS; step++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;

		struct tcb *t = &thread[(random >> 8) % THREADS];

		now += random >> 16 & 0x3ff;
		if (t == running) {
			/* it blocks, yields or gets another priority */
			if (random & 1) {
				t->hold = HOLD_HALTED;
				running = sched_next(t);
			} else if (random & 2) {
				running = sched_yield(t);
			} else {
				sched_set_priority(t, random >> 40 & 0xff);
				running = sched_continue(t);
			}
		} else if (t->hold) {
			t->hold = 0;
			if (running != &idle && (random & 1)) {
				running->hold = HOLD_HALTED;
				running = sched_hand_over(running, t);
			} else {
				sched_ready(t);
				running = sched_continue(running);
			}
		} else if (random & 1) {
			sched_set_priority(t, random >> 40 & 0xff);
			running = sched_continue(running);
		} else if (random & 2 && running != &idle) {
			running = sched_donate(running, t);
		} else {
			running = sched_tick(running, now);
		}
		check(running);
		for (int i = 0; i < THREADS; i++) {
			bool queued = !ring_empty(&thread[i].ready_link);

			assert_int_equal(queued, thread[i].hold == 0 && &thread[i] != running);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_is_ready, setup),
		cmocka_unit_test_setup(first_come_first_served, setup),
		cmocka_unit_test_setup(the_higher_priority_goes_first, setup),
		cmocka_unit_test_setup(a_thread_of_priority_0_runs_before_the_idle_thread, setup),
		cmocka_unit_test_setup(taking_out_who_is_not_ready_does_no_harm, setup),
		cmocka_unit_test_setup(equals_do_not_interrupt, setup),
		cmocka_unit_test_setup(who_is_woken_runs_at_once_if_it_is_better, setup),
		cmocka_unit_test_setup(who_is_interrupted_when_its_slice_is_over_goes_behind_its_equals, setup),
		cmocka_unit_test_setup(who_is_woken_is_queued_if_it_is_not_better, setup),
		cmocka_unit_test_setup(who_is_woken_runs_when_the_cpu_is_idle_and_nobody_better_is_ready, setup),
		cmocka_unit_test_setup(who_is_interrupted_stays_first_and_keeps_the_rest_of_its_slice, setup),
		cmocka_unit_test_setup(who_yields_goes_behind_its_equals_and_gets_a_new_slice, setup),
		cmocka_unit_test_setup(who_yields_alone_goes_on, setup),
		cmocka_unit_test_setup(a_slice_that_is_over_lets_the_next_run, setup),
		cmocka_unit_test_setup(a_thread_without_slice_is_not_ended_by_the_clock, setup),
		cmocka_unit_test_setup(who_is_handed_control_runs_on_the_same_slice_through_no_queue, setup),
		cmocka_unit_test_setup(a_better_thread_comes_before_who_is_handed_control, setup),
		cmocka_unit_test_setup(the_idle_thread_hands_over_a_slice_of_its_own, setup),
		cmocka_unit_test_setup(a_donation_goes_to_anybody_and_the_giver_stays_ready, setup),
		cmocka_unit_test_setup(a_donated_slice_is_the_givers_and_the_rest_of_an_interrupted_one, setup),
		cmocka_unit_test_setup(the_giver_does_not_interrupt_its_own_donation_but_a_better_one_does, setup),
		cmocka_unit_test_setup(an_unlimited_slice_is_donated_as_one_of_the_receiver, setup),
		cmocka_unit_test_setup(a_quantum_counts_over_slices_and_ends_exactly, setup),
		cmocka_unit_test_setup(a_quantum_counts_only_while_its_thread_runs, setup),
		cmocka_unit_test_setup(who_is_handed_control_is_stopped_by_its_own_quantum, setup),
		cmocka_unit_test_setup(a_quantum_that_ends_where_nobody_looks_is_found_by_the_clock, setup),
		cmocka_unit_test_setup(no_quantum_is_never_used_up, setup),
		cmocka_unit_test_setup(what_is_left_of_a_slice, setup),
		cmocka_unit_test_setup(a_preemption_is_put_off_for_the_delay_and_no_longer, setup),
		cmocka_unit_test_setup(a_more_important_thread_can_t_be_put_off, setup),
		cmocka_unit_test_setup(a_more_important_thread_ends_a_delay, setup),
		cmocka_unit_test_setup(without_a_delay_nothing_is_put_off, setup),
		cmocka_unit_test_setup(who_clears_its_flag_is_preempted_at_the_next_look, setup),
		cmocka_unit_test_setup(who_yields_then_has_its_delay_again_next_time, setup),
		cmocka_unit_test_setup(the_end_of_a_slice_is_put_off_too_whatever_is_sensitive, setup),
		cmocka_unit_test_setup(the_end_of_a_slice_with_nobody_else_is_no_preemption, setup),
		cmocka_unit_test_setup(whose_slice_ends_in_a_better_server_goes_behind_its_equals, setup),
		cmocka_unit_test_setup(a_delay_for_somebody_who_went_away_costs_no_slice, setup),
		cmocka_unit_test_setup(a_delay_does_not_outlast_the_quantum, setup),
		cmocka_unit_test_setup(who_wants_to_be_told_is, setup),
		cmocka_unit_test_setup(without_a_handler_nobody_is_told, setup),
		cmocka_unit_test_setup(a_delay_that_is_over_is_told, setup),
		cmocka_unit_test_setup(in_a_long_operation_no_flag_counts, setup),
		cmocka_unit_test_setup(a_new_priority_in_every_state, setup),
		cmocka_unit_test_setup(the_same_priority_again_goes_behind, setup),
		cmocka_unit_test_setup(a_tick_wakes_whose_time_is_over, setup),
		cmocka_unit_test_setup(the_timer_is_due_at_the_end_of_the_slice_or_the_next_timeout, setup),
		cmocka_unit_test_setup(the_idle_thread_has_no_slice, setup),
		cmocka_unit_test_setup(a_takeover_is_what_waking_does, setup),
		cmocka_unit_test_setup(whatever_happens_the_queues_stay_whole, setup),
	};

	return cmocka_run_group_tests_name("kernel_sched", tests, NULL, NULL);
}
