/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ExchangeRegisters - read and write another thread's registers, start, stop and interrupt it. X.2 2.3.
 *
 *   RDI thread   RSI control   R8 SP   R9 IP   R10 FLAGS   R12 user-defined handle   R13 pager
 *   returns RAX the thread's id in the other form (local for global and the reverse), RSI old state, and R8 R9 R10 R12 R13 as
 *           they were before
 *
 * Control: 0 H halted?   1 R abort a receive   2 S abort a send   3 SP   4 IP   5 FLAGS   6 handle   7 pager: take the value
 *          8 h: take H   9 d: deliver the old values (they always are)
 * Old state: bit 0 was halted, 1 was receiving, 2 was sending; 0 if the call failed.
 *
 * The thread must be active and of the caller's space, and may be the caller. Aborting ends the phase with "cancelled", and a
 * transfer of typed items that is under way, for both partners, with "aborted". A thread that waits for an answer to a fault is
 * receiving; aborting lets it run on from its (new) IP. But while a fault belongs to a transfer, the thread is sending or receiving as that
 * transfer says, whatever it waits for. A halted thread finishes no user instruction but
 * can still get its message. FLAGS are reduced to those a user may set.
 *
 * ErrorCode: invalid thread     not an active thread of this space
 *            invalid parameter  an IP that no user can run at
 */
#include "core/ipc.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/thread.h"
#include "core/transfer.h"
#include "sys/calls.h"
#include "x86/cpu.h"

enum control {
	CONTROL_HALT = 1 << 0,
	CONTROL_ABORT_RECEIVE = 1 << 1,
	CONTROL_ABORT_SEND = 1 << 2,
	CONTROL_SP = 1 << 3,
	CONTROL_IP = 1 << 4,
	CONTROL_FLAGS = 1 << 5,
	CONTROL_HANDLE = 1 << 6,
	CONTROL_PAGER = 1 << 7,
	CONTROL_TAKE_HALT = 1 << 8,
};

/*
 * Its own IPC counts: a thread that waits for a page of a message that it sends is sending. A total quantum that is used
 * up is between the thread and its scheduler: to end that wait would be to run on without one.
 */
static bool is_receiving(const struct tcb *t)
{
	return t->transfer_from ||
	       (!t->transfer.to && t->role != ROLE_EXHAUSTED && (tcb_is_waiting(t) || t->resume == ipc_resume || t->answer_from));
}

static bool is_sending(const struct tcb *t)
{
	return t->transfer.to || (!t->transfer_from && t->role != ROLE_EXHAUSTED && (t->hold & HOLD_SENDING));
}

static word_t state_of(const struct tcb *t)
{
	return (t->hold & HOLD_HALTED ? CONTROL_HALT : 0) | (is_receiving(t) ? CONTROL_ABORT_RECEIVE : 0) |
	       (is_sending(t) ? CONTROL_ABORT_SEND : 0);
}

static void abort_ipc(struct tcb *t, word_t control)
{
	bool sending = (control & CONTROL_ABORT_SEND) && is_sending(t);

	if (!sending && !((control & CONTROL_ABORT_RECEIVE) && is_receiving(t)))
		return;
	if (t->transfer.to || t->transfer_from || t->answer_from)
		transfer_abort(t);
	else
		ipc_fail(t, sending ? PHASE_SEND : PHASE_RECEIVE, IPC_CANCELLED);
}

static void set_halted(struct tcb *t, bool halted)
{
	t->hold &= ~(word_t)(HOLD_HALTED | HOLD_DEAD);
	if (halted) {
		sched_unready(t);
		t->hold |= HOLD_HALTED;
	}
}

static struct tcb *refuse(struct tcb *self, enum call_error error)
{
	self->regs.rsi = 0; /* or the control word would read as the state of a thread that was halted */
	return sys_refuse(self, error);
}

struct tcb *sys_exchange_registers(struct tcb *self)
{
	struct registers in = self->regs;
	struct tcb *t = thread_find_any(self, in.rdi);

	if (!t || t->space != self->space || !t->utcb_map)
		return refuse(self, ERROR_INVALID_THREAD);
	if ((in.rsi & CONTROL_IP) && !user_canonical(in.r9))
		return refuse(self, ERROR_INVALID_PARAMETER);

	/* committed: nothing below may fail */
	self->regs.rsi = state_of(t);
	self->regs.r8 = t->rsp;
	self->regs.r9 = t->rip;
	self->regs.r10 = t->rflags;
	self->regs.r12 = t->utcb_map->user_defined_handle;
	self->regs.r13 = t->utcb_map->pager;
	sys_result(self, id_is_local(in.rdi) ? t->id : t->utcb);

	abort_ipc(t, in.rsi);
	if (in.rsi & CONTROL_SP)
		t->rsp = in.r8;
	if (in.rsi & CONTROL_IP)
		t->rip = in.r9;
	if (in.rsi & CONTROL_FLAGS) {
		t->rflags = rflags_sanitise(in.r10);
		t->vector = VECTOR_NONE;
	}
	if (in.rsi & CONTROL_HANDLE)
		t->utcb_map->user_defined_handle = in.r12;
	if (in.rsi & CONTROL_PAGER)
		t->utcb_map->pager = in.r13;
	if (in.rsi & CONTROL_TAKE_HALT)
		set_halted(t, in.rsi & CONTROL_HALT);

	if (t == self)
		return tcb_is_runnable(self) ? self : sched_next(self);
	if (tcb_is_runnable(t) && ring_empty(&t->ready_link))
		sched_ready(t);
	return sched_continue(self);
}
