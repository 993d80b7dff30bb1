/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/sched.h - who runs: priorities 0 to 255, round robin within one.
 *
 * The ready queues hold the runnable threads except the running one, so passing control from a sender to the
 * receiver it wakes touches no queue. A time slice belongs to the CPU: who is handed control by a message runs
 * on what is left of it, as on the path that does not look at the clock. A thread chosen from a queue starts a
 * slice of its own, or continues the one in which it was interrupted. When a slice ends in a server that is better than
 * all who are ready, the server goes on, and its client goes behind its equals with the answer.
 *
 * A total quantum counts the time of whoever runs. Only threads that have one (SLOW_QUANTUM) make a hand-over look at
 * the clock. When it is used up, the thread tells its scheduler and waits for more (core/fault.h).
 *
 * A thread that could go on but loses the processor is preempted. Then, and only then, the flags that it keeps in its
 * UTCB are looked at: it may put that off for a time that its scheduler allows, or have it told to its exception
 * handler. Who yields, donates or waits is not preempted.
 *
 * Every function here that returns a thread returns the one to run next, which is then in no queue.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "core/tcb.h"
#include "x86/cpu_data.h"

enum { SLICE_DEFAULT = 10000 /* us */, PRIORITY_DEFAULT = 100 };

/* Prepare the queues of a CPU, whose idle thread is made. */
void sched_init(struct cpu *cpu, struct ring *queues);

/* Queue a runnable thread behind the others of its priority. */
void sched_ready(struct tcb *t);

/* Take a thread out of its ready queue, if it is in one. */
void sched_unready(struct tcb *t);

/* self can't go on: the best of those that are ready, or the idle thread. */
struct tcb *sched_next(struct tcb *self);

/* t, which is in no queue, runs from now on: on the rest of an interrupted slice or on a new one. Returns t. */
struct tcb *sched_start_slice(struct tcb *t);

/* self can go on: itself, unless a better one is ready. */
struct tcb *sched_continue(struct tcb *self);

/* self can go on but lets the others of its priority run first, if any are ready. */
struct tcb *sched_yield(struct tcb *self);

/* self can't go on and `to`, runnable and in no queue, was woken by it: `to`, unless a better one is ready. */
struct tcb *sched_hand_over(struct tcb *self, struct tcb *to);

/* self can go on and `to`, runnable and in no queue, was woken meanwhile: the best of all. */
struct tcb *sched_woken(struct tcb *self, struct tcb *to);

/*
 * self can go on and gives the CPU to `to`, which is ready: it runs on the rest of self's slice and on what is left of
 * an interrupted one of its own. While that lasts, nobody interrupts it who would not have interrupted self. An
 * unlimited slice can't be given away: `to` then gets one of its own length.
 */
struct tcb *sched_donate(struct tcb *self, struct tcb *to);

/*
 * self is in the middle of a long operation and has set self->resume: let interrupts and better threads in. It
 * goes on as soon as it is the best again, behind its equals if its slice is over. Returns the idle thread, under
 * which leave() opens the window.
 */
struct tcb *sched_open(struct tcb *self);

/* Is anybody ready? */
bool sched_any_ready(const struct cpu *cpu);

/* Set the priority (0 to 255) of a thread in any state. */
void sched_set_priority(struct tcb *t, unsigned priority);

/* Set the total quantum of a thread in any state (USEC_NEVER: none), all of which is then left. */
void sched_set_quantum(struct tcb *t, usec_t quantum);

/* What is left of the slice and of the total quantum of t; self is running. USEC_NEVER: unlimited. */
usec_t sched_slice_left(const struct tcb *self, const struct tcb *t);
usec_t sched_quantum_left(const struct tcb *self, struct tcb *t);

/* The time: wakes whom a timeout has expired for and ends the slice of self if it is over. */
struct tcb *sched_tick(struct tcb *self, usec_t now);

/* When the CPU's timer must fire, if `next` runs. */
static inline usec_t sched_deadline(const struct cpu *cpu, const struct tcb *next)
{
	usec_t wake = wheel_next(cpu->wheel);

	if (next == cpu->idle)
		return wake;
	return cpu->slice_end < wake ? cpu->slice_end : wake;
}

#endif
