/* SPDX-License-Identifier: BSD-2-Clause */
/* core/sched.c - ready queues and time slices, see core/sched.h. */
#include "core/sched.h"
#include "base/assert.h"
#include "core/ipc.h"
#include "x86/clock.h"
#include "x86/cpu_data.h"

void sched_init(struct cpu *cpu, struct ring *queues)
{
	cpu->ready = queues;
	for (unsigned i = 0; i < PRIORITIES; i++)
		ring_init(&queues[i]);
	for (unsigned i = 0; i < COUNT_OF(cpu->ready_used); i++)
		cpu->ready_used[i] = 0;
	cpu->slice_end = USEC_NEVER;
	cpu->timer_at = USEC_NEVER;
	cpu->ready_floor = 0;
}

static int highest_ready(const struct cpu *cpu)
{
	for (int i = COUNT_OF(cpu->ready_used) - 1; i >= 0; i--)
		if (cpu->ready_used[i])
			return i * 64 + 63 - __builtin_clzl(cpu->ready_used[i]);
	return -1;
}

static void update_floor(struct cpu *cpu)
{
	int highest = highest_ready(cpu);

	cpu->ready_floor = highest > 0 ? (uint32_t)highest << 2 : 0;
}

/* Is a better thread than t ready? One comparison: cpu->ready_floor is kept for it. */
static bool better_is_ready(const struct tcb *t)
{
	return t->cpu->ready_floor > t->priority;
}

static void enqueue(struct tcb *t, bool first)
{
	struct cpu *cpu = t->cpu;
	unsigned priority = tcb_priority(t);
	struct ring *queue = &cpu->ready[priority];

	assert(tcb_is_runnable(t) && ring_empty(&t->ready_link));
	ring_insert(first ? queue->next : queue, &t->ready_link);
	cpu->ready_used[priority / 64] |= 1UL << priority % 64;
	update_floor(cpu);
}

void sched_ready(struct tcb *t)
{
	enqueue(t, false);
}

void sched_unready(struct tcb *t)
{
	struct cpu *cpu = t->cpu;
	unsigned priority = tcb_priority(t);

	if (ring_empty(&t->ready_link))
		return;
	ring_remove(&t->ready_link);
	if (ring_empty(&cpu->ready[priority]))
		cpu->ready_used[priority / 64] &= ~(1UL << priority % 64);
	update_floor(cpu);
}

/* Begin or continue the time slice of a thread that was chosen from a queue. */
static struct tcb *start_slice(struct tcb *t)
{
	usec_t slice = t->slice_left ? t->slice_left : t->slice;

	t->slice_left = 0;
	t->cpu->slice_end = slice ? clock_now() + slice : USEC_NEVER;
	return t;
}

/* Remember how much of its slice a thread that is stopped has left: at least enough to be told from a new one. */
static void keep_slice(struct tcb *t)
{
	usec_t now = clock_now(), end = t->cpu->slice_end;

	t->slice_left = end == USEC_NEVER ? 0 : end > now ? end - now : 1;
}

struct tcb *sched_next(struct tcb *self)
{
	struct cpu *cpu = self->cpu;
	int priority = highest_ready(cpu);

	if (priority < 0) {
		cpu->slice_end = USEC_NEVER;
		return cpu->idle;
	}
	struct tcb *t = CONTAINER_OF(cpu->ready[priority].next, struct tcb, ready_link);

	sched_unready(t);
	return start_slice(t);
}

struct tcb *sched_continue(struct tcb *self)
{
	if (self == self->cpu->idle)
		return sched_next(self);
	if (!better_is_ready(self))
		return self;
	keep_slice(self);
	enqueue(self, true);
	return sched_next(self);
}

struct tcb *sched_yield(struct tcb *self)
{
	if (self != self->cpu->idle) {
		self->slice_left = 0;
		enqueue(self, false);
	}
	return sched_next(self);
}

struct tcb *sched_hand_over(struct tcb *self, struct tcb *to)
{
	if (self != self->cpu->idle && !better_is_ready(to)) {
		to->slice_left = 0;
		return to;
	}
	enqueue(to, false);
	return sched_next(self);
}

struct tcb *sched_donate(struct tcb *self, struct tcb *to)
{
	sched_unready(to);
	enqueue(self, false);
	return to;
}

struct tcb *sched_open(struct tcb *self)
{
	bool slice_over = clock_now() >= self->cpu->slice_end;

	keep_slice(self);
	if (slice_over)
		self->slice_left = 0;
	enqueue(self, !slice_over);
	return self->cpu->idle;
}

bool sched_any_ready(const struct cpu *cpu)
{
	return highest_ready(cpu) >= 0;
}

void sched_set_priority(struct tcb *t, unsigned priority)
{
	bool queued = !ring_empty(&t->ready_link);

	sched_unready(t);
	t->priority = priority << 2 | 3;
	if (queued)
		enqueue(t, false);
}

struct tcb *sched_tick(struct tcb *self, usec_t now)
{
	struct timeout *expired;

	while ((expired = wheel_expired(self->cpu->wheel, now)))
		ipc_timed_out(CONTAINER_OF(expired, struct tcb, timeout));
	if (now >= self->cpu->slice_end)
		return sched_yield(self);
	return sched_continue(self);
}

usec_t sched_deadline(const struct cpu *cpu, const struct tcb *next)
{
	usec_t wake = wheel_next(cpu->wheel);

	if (next == cpu->idle)
		return wake;
	return cpu->slice_end < wake ? cpu->slice_end : wake;
}
