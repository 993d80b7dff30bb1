/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Schedule - set how a thread is scheduled, and ask for its state. X.2 3.5.
 *
 *   RDI thread   RSI time control   R8 processor   R9 priority   R10 preemption control
 *   returns RAX state of the thread, RSI what is left of slice << 16 | of total quantum, X.2 times
 *
 * All ones leave a value as it is. The caller must be in the space of the thread's scheduler; nobody gets a priority
 * above the caller's own.
 *
 * Time control: length of a slice << 16 | total quantum, X.2 periods; never (0) is unlimited, 0xffff leaves that half
 * as it is, and less than a microsecond counts as one. A new length is the length of the next slice, of the running
 * thread's present one. A total quantum is time to run. When it is used up, the thread stops, and its scheduler gets a
 * message in its name: label -3 << 4, the time in MR1 (low 32 bits) and MR2 (high). Any Schedule that sets the quantum
 * lets it go on, and so does an answer, with the same quantum again. ExchangeRegisters can't end that wait. A system
 * call that has begun is finished first, and what is done for the thread by servers is their time.
 *
 * Preemption control: sensitive priority << 16 | maximum delay, us. If the thread has set its delay flag (in the UTCB),
 * then whoever is of this priority or a lower one, or of the thread's own, gets the processor from it only after that
 * delay, and the kernel sets the pending flag: the thread is to clear the flag and call ThreadSwitch. If it does not,
 * it is interrupted, as it is at once by anybody above. With the signal flag set, its exception handler gets a message
 * like the one above whenever it is interrupted, and must answer it. Both flags count only when a thread that could go
 * on loses the processor. At first nothing can be delayed.
 *
 * State: 1 dead       stopped by the kernel, because nobody answered its fault
 *        2 inactive   not yet active, or halted and in no message
 *        3 running    or ready
 *        4 pending send, 5 sending (typed items), 6 waiting, 7 receiving (typed items): its own message or one that the
 *          kernel sends in its name
 *        0 error
 *
 * ErrorCode: no privilege    the caller is not in the scheduler's space
 *            invalid thread  there is none
 *            invalid parameter  a priority or sensitive priority above the caller's; a processor that does not run; a
 *                            point in time
 */
#include "core/ipc.h"
#include "core/sched.h"
#include "core/thread.h"
#include "core/time.h"
#include "sys/calls.h"
#include "x86/cpu_data.h"

enum state {
	STATE_DEAD = 1,
	STATE_INACTIVE,
	STATE_RUNNING,
	STATE_PENDING_SEND,
	STATE_SENDING,
	STATE_WAITING,
	STATE_RECEIVING,
};
enum { TIME_KEEP = 0xffff, TIME_POINT = 1 << 15, TIME_ZERO = 1 << 10 };
#define KEEP ~0UL

static enum state state_of(const struct tcb *t)
{
	if (t->hold & HOLD_INACTIVE)
		return STATE_INACTIVE;
	if (t->hold & HOLD_DEAD)
		return STATE_DEAD;
	if (t->transfer.to)
		return STATE_SENDING;
	if (t->transfer_from || t->answer_from)
		return STATE_RECEIVING;
	if (t->hold & HOLD_SENDING)
		return STATE_PENDING_SEND;
	if (tcb_is_waiting(t))
		return STATE_WAITING;
	return t->hold & HOLD_HALTED ? STATE_INACTIVE : STATE_RUNNING;
}

/* An X.2 period, and back. */
static usec_t period_length(word_t period)
{
	usec_t length = time_deadline(period, 0);

	return length ? length : 1;
}

static word_t period_of(usec_t length)
{
	if (length == USEC_NEVER)
		return 0;
	return length ? time_period(length) : TIME_ZERO;
}

static bool is_period(word_t time)
{
	return time == TIME_KEEP || !(time & TIME_POINT);
}

static void set_times(struct tcb *self, struct tcb *t, word_t slice, word_t quantum)
{
	if (slice != TIME_KEEP) {
		t->slice = period_length(slice);
		t->slice_left = 0;
	}
	if (quantum != TIME_KEEP) {
		sched_set_quantum(t, period_length(quantum));
		if (t->role == ROLE_EXHAUSTED) {
			ipc_leave(t);
			ipc_wake(t);
		}
	}
	if (t == self)
		sched_start_slice(self);
}

struct tcb *sys_schedule(struct tcb *self)
{
	struct tcb *t = thread_find_any(self, self->regs.rdi);
	word_t time = self->regs.rsi, processor = self->regs.r8, priority = self->regs.r9, preemption = self->regs.r10;
	word_t slice = time >> 16 & 0xffff, quantum = time & 0xffff, sensitive = preemption >> 16;
	word_t limit = tcb_priority(self), state;

	if (!t)
		return sys_refuse(self, ERROR_INVALID_THREAD);

	struct tcb *scheduler = thread_find(t->scheduler);

	if (!scheduler || scheduler->space != self->space)
		return sys_refuse(self, ERROR_NO_PRIVILEGE);
	if ((priority != KEEP && priority > limit) || (preemption != KEEP && sensitive > limit) ||
	    (processor != KEEP && processor != self->cpu->number) ||
	    (time != KEEP && (!is_period(slice) || !is_period(quantum))))
		return sys_refuse(self, ERROR_INVALID_PARAMETER);

	/* committed: nothing below may fail */
	state = state_of(t);
	self->regs.rsi = period_of(sched_slice_left(self, t)) << 16 | period_of(sched_quantum_left(self, t));
	if (time != KEEP)
		set_times(self, t, slice, quantum);
	if (priority != KEEP)
		sched_set_priority(t, (unsigned)priority);
	if (preemption != KEEP) {
		t->sensitive = (uint8_t)sensitive;
		t->max_delay = preemption & 0xffff;
	}
	sys_result(self, state);
	return sched_continue(self);
}
