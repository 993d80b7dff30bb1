/* SPDX-License-Identifier: BSD-2-Clause */
/* core/sched.c - ready queues, time slices, total quanta and preemption, see core/sched.h. */
#include "core/sched.h"
#include "base/assert.h"
#include "core/fault.h"
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
	cpu->delayed = NULL;
	cpu->donated = 0;
	cpu->ready_floor = 0;
	cpu->turn_floor = 0;
	cpu->idle->slow |= SLOW_IDLE;
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
	uint32_t floor = highest > 0 ? (uint32_t)highest << 2 : 0;

	cpu->ready_floor = floor > cpu->turn_floor ? floor : cpu->turn_floor;
}

/*
 * The slice of self, which runs, is over. If nobody ready is as good, self goes on all the same; but the client that it
 * works for has had its turn. So until one of the best of those who wait now is chosen, or one of a lower priority, no
 * message hands the processor to who is no better than these.
 */
static void end_turn(const struct tcb *self)
{
	struct cpu *cpu = self->cpu;
	int highest = highest_ready(cpu);

	if (highest >= 0 && highest < (int)tcb_priority(self)) {
		cpu->turn_floor = (uint32_t)(highest + 1) << 2;
		cpu->ready_floor = cpu->turn_floor;
	}
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
	if (cpu->ready_floor < priority << 2)
		cpu->ready_floor = priority << 2;
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
	if (!ring_empty(&cpu->ready[priority]))
		return;
	cpu->ready_used[priority / 64] &= ~(1UL << priority % 64);
	update_floor(cpu);
}

/* When a period from now ends. */
static usec_t after(usec_t period)
{
	return period == USEC_NEVER ? USEC_NEVER : clock_now() + period;
}

/*
 * How much of the slice that runs is left. 0: it is over, though the timer has not said so yet. Who loses the processor
 * then goes behind its equals: some that wake a better thread again and again run for less than a microsecond each
 * time, and would come first for ever.
 */
static usec_t slice_rest(const struct cpu *cpu)
{
	usec_t now;

	if (cpu->slice_end == USEC_NEVER)
		return USEC_NEVER;
	now = clock_now();
	return cpu->slice_end > now ? cpu->slice_end - now : 0;
}

/*
 * Take what t, which runs, has used from its total quantum. A microsecond stays for the clock to find: only there
 * is a quantum declared used up.
 */
static void charge(struct tcb *t)
{
	usec_t now, used;

	if (!(t->slow & SLOW_QUANTUM))
		return;
	now = clock_now();
	used = now - t->cpu->counted_from;
	t->quantum_left = used < t->quantum_left ? t->quantum_left - used : t->quantum_left > 0;
	t->cpu->counted_from = now;
}

/* t runs from now on; the slice ends with its total quantum at the latest. */
static void start_counting(struct tcb *t)
{
	struct cpu *cpu = t->cpu;

	if (!(t->slow & SLOW_QUANTUM))
		return;
	cpu->counted_from = clock_now();
	if (cpu->slice_end > cpu->counted_from + t->quantum_left)
		cpu->slice_end = cpu->counted_from + t->quantum_left;
}

static bool is_exhausted(const struct tcb *t, usec_t now)
{
	return (t->slow & SLOW_QUANTUM) && now - t->cpu->counted_from >= t->quantum_left;
}

struct tcb *sched_start_slice(struct tcb *t)
{
	struct cpu *cpu = t->cpu;

	cpu->slice_end = after(t->slice_left ? t->slice_left : t->slice);
	cpu->delayed = NULL;
	cpu->donated = 0;
	t->slice_left = 0;
	start_counting(t);
	return t;
}

struct tcb *sched_next(struct tcb *self)
{
	struct cpu *cpu = self->cpu;
	int priority = highest_ready(cpu);

	charge(self);
	if (priority < 0) {
		cpu->slice_end = USEC_NEVER;
		return cpu->idle;
	}
	struct tcb *t = CONTAINER_OF(cpu->ready[priority].next, struct tcb, ready_link);

	if (t->priority < cpu->turn_floor) {
		cpu->turn_floor = 0;
		update_floor(cpu);
	}
	sched_unready(t);
	return sched_start_slice(t);
}

/* In the middle of a long operation no flag counts: it stops only where it lets others in itself. */
static word_t preempt_flags(const struct tcb *self)
{
	return self->resume ? 0 : self->utcb_map->flags;
}

/*
 * Does self, which asked for it, keep the processor for a while? Then `delayed` is self; the slice ends with the while.
 */
static bool put_off(struct tcb *self, bool slice_over)
{
	struct cpu *cpu = self->cpu;
	int other = highest_ready(cpu);

	if (!(preempt_flags(self) & PREEMPT_DELAY) || self->max_delay == 0)
		return false;
	if (other > (int)tcb_priority(self) && other > self->sensitive)
		return false;
	if (cpu->delayed == self)
		return clock_now() < cpu->slice_end;
	cpu->delayed = self;
	cpu->delayed_rest = slice_over ? 0 : slice_rest(cpu);
	charge(self);
	cpu->slice_end = after(self->max_delay);
	start_counting(self);
	self->utcb_map->flags |= PREEMPT_PENDING;
	return true;
}

/* self could go on, but the processor is another's: a better thread's, or its slice is over and an equal is ready. */
__attribute__((noinline)) static struct tcb *preempt(struct tcb *self, bool slice_over)
{
	struct cpu *cpu = self->cpu;
	struct tcb *next;

	if (put_off(self, slice_over))
		return self;
	if (cpu->delayed == self)
		slice_over = cpu->delayed_rest == 0;
	self->slice_left = slice_over ? 0 : cpu->delayed == self ? cpu->delayed_rest : slice_rest(cpu);
	cpu->delayed = NULL;
	next = preempt_flags(self) & PREEMPT_SIGNAL ? fault_preempted(self) : NULL;
	if (next)
		return next;
	enqueue(self, self->slice_left != 0);
	return sched_next(self);
}

struct tcb *sched_continue(struct tcb *self)
{
	struct cpu *cpu = self->cpu;

	if (self == cpu->idle)
		return sched_next(self);
	if (!better_is_ready(self) || cpu->ready_floor <= cpu->donated)
		return self;
	return preempt(self, false);
}

struct tcb *sched_yield(struct tcb *self)
{
	if (highest_ready(self->cpu) < (int)tcb_priority(self))
		return self;
	self->slice_left = 0;
	enqueue(self, false);
	return sched_next(self);
}

/* All but the common case, which so needs no register of its own. */
__attribute__((noinline)) static struct tcb *hand_over_slowly(struct tcb *self, struct tcb *to)
{
	if (self == self->cpu->idle || better_is_ready(to)) {
		if (to->priority < self->cpu->turn_floor) {
			usec_t rest = slice_rest(self->cpu);

			to->slice_left = rest < to->slice ? rest : to->slice; /* of its next turn, which was begun for it */
		}
		enqueue(to, false);
		return sched_next(self);
	}
	to->slice_left = 0;
	charge(self);
	start_counting(to);
	return to;
}

struct tcb *sched_hand_over(struct tcb *self, struct tcb *to)
{
	if (better_is_ready(to) || (self->slow | to->slow) & (SLOW_QUANTUM | SLOW_IDLE))
		return hand_over_slowly(self, to);
	to->slice_left = 0;
	return to;
}

/* Nobody is better than `to`, and self asked for nothing: what preempt() would do, without queueing `to`. */
struct tcb *sched_woken(struct tcb *self, struct tcb *to)
{
	struct cpu *cpu = self->cpu;
	uint32_t floor = to->priority & ~3U;

	if (self == cpu->idle || floor <= self->priority || floor <= cpu->donated || better_is_ready(to) ||
	    preempt_flags(self) || cpu->delayed == self) {
		enqueue(to, false);
		return sched_continue(self);
	}
	charge(self);
	self->slice_left = slice_rest(cpu);
	enqueue(self, self->slice_left != 0);
	return sched_start_slice(to);
}

struct tcb *sched_donate(struct tcb *self, struct tcb *to)
{
	struct cpu *cpu = self->cpu;

	charge(self);
	enqueue(self, false);
	sched_unready(to);
	if (cpu->donated < self->priority)
		cpu->donated = self->priority;
	cpu->delayed = NULL;
	if (cpu->slice_end == USEC_NEVER)
		cpu->slice_end = after(to->slice);
	else if (to->slice_left != USEC_NEVER)
		cpu->slice_end += to->slice_left;
	to->slice_left = 0;
	start_counting(to);
	return to;
}

struct tcb *sched_open(struct tcb *self)
{
	bool slice_over = clock_now() >= self->cpu->slice_end;

	charge(self);
	if (slice_over)
		end_turn(self);
	self->slice_left = slice_over ? 0 : slice_rest(self->cpu);
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

void sched_set_quantum(struct tcb *t, usec_t quantum)
{
	t->quantum = t->quantum_left = quantum;
	t->slow &= ~(uint32_t)SLOW_QUANTUM;
	if (quantum != USEC_NEVER)
		t->slow |= SLOW_QUANTUM;
}

usec_t sched_slice_left(const struct tcb *self, const struct tcb *t)
{
	if (t != self)
		return t->slice_left ? t->slice_left : t->slice;
	return t->cpu->delayed == t ? t->cpu->delayed_rest : slice_rest(t->cpu);
}

usec_t sched_quantum_left(const struct tcb *self, struct tcb *t)
{
	if (t == self)
		charge(t);
	return t->quantum_left;
}

/* The slice of self is over, or the time for which it put off losing the processor. */
static struct tcb *slice_over(struct tcb *self, usec_t now)
{
	struct cpu *cpu = self->cpu;
	bool has_rest = cpu->delayed == self && cpu->delayed_rest;

	if (is_exhausted(self, now)) {
		self->quantum_left = 0;
		return fault_exhausted(self);
	}
	if (has_rest && better_is_ready(self))
		return preempt(self, false);
	if (!has_rest && highest_ready(cpu) >= (int)tcb_priority(self))
		return preempt(self, true);
	charge(self);
	if (!has_rest)
		end_turn(self);
	self->slice_left = has_rest ? cpu->delayed_rest : 0;
	return sched_start_slice(self);
}

/* How many timeouts are dealt with before interrupts are let in; for the others the timer comes again (x86/clock.h). */
enum { TICK_STEPS = 12 };

struct tcb *sched_tick(struct tcb *self, usec_t now)
{
	unsigned steps = TICK_STEPS;
	struct timeout *expired;

	while ((expired = wheel_expired(self->cpu->wheel, now, &steps)))
		ipc_timed_out(CONTAINER_OF(expired, struct tcb, timeout));
	if (self != self->cpu->idle && now >= self->cpu->slice_end)
		return slice_over(self, now);
	return sched_continue(self);
}
