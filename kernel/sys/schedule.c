/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Schedule - set how a thread is scheduled, and ask for its state. X.2 3.2.
 *
 *   RDI thread   RSI time control: slice << 16 | total quantum (X.2 times)   R8 processor   R9 priority   R10 preemption control
 *   returns RAX state: 0 error, 2 inactive or halted, 3 running or ready, 4 waits for a receiver, 5 sends typed items, 6 waits for
 *           a message, 7 receives typed items; RSI old time control
 *
 * All ones leave a value as it is. The caller must be in the space of the thread's scheduler.
 *
 * ErrorCode: no privilege    the caller is not in the scheduler's space
 *            invalid thread  there is none
 *            invalid parameter  a priority above 255 or above the caller's, a processor that does not run; total quantum and
 *                            preemption control other than "leave": the kernel has none yet
 */
#include "core/sched.h"
#include "core/thread.h"
#include "core/time.h"
#include "sys/calls.h"
#include "x86/cpu_data.h"

enum { STATE_INACTIVE = 2, STATE_RUNNING = 3, STATE_PENDING_SEND = 4, STATE_SENDING = 5, STATE_WAITING = 6, STATE_RECEIVING = 7 };
enum { TIME_KEEP = 0xffff };
#define KEEP ~0UL

static word_t state_of(const struct tcb *t)
{
	if (t->hold & HOLD_INACTIVE)
		return STATE_INACTIVE;
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

struct tcb *sys_schedule(struct tcb *self)
{
	struct tcb *t = thread_find_any(self, self->regs.rdi);
	word_t time = self->regs.rsi, processor = self->regs.r8, priority = self->regs.r9;
	word_t slice = time >> 16 & 0xffff, quantum = time & 0xffff;

	if (!t)
		return sys_refuse(self, ERROR_INVALID_THREAD);

	struct tcb *scheduler = thread_find(t->scheduler);

	if (!scheduler || scheduler->space != self->space)
		return sys_refuse(self, ERROR_NO_PRIVILEGE);
	if (priority != KEEP && (priority >= PRIORITIES || priority > tcb_priority(self)))
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if (processor != KEEP && processor != self->cpu->number)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if (time != KEEP && ((quantum != TIME_KEEP && quantum != 0) || (slice != TIME_KEEP && (slice & 0x8000))))
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if (self->regs.r10 != KEEP)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);

	/* committed: nothing below may fail */
	self->regs.rsi = (t->slice ? time_period(t->slice) : 0) << 16;
	if (time != KEEP && slice != TIME_KEEP) {
		t->slice = slice ? time_deadline(slice, 0) : 0;
		if (slice && !t->slice)
			t->slice = 1; /* a slice of no time would be none at all */
		t->slice_left = 0;
	}
	if (priority != KEEP)
		sched_set_priority(t, (unsigned)priority);
	sys_result(self, state_of(t));
	return sched_continue(self);
}
