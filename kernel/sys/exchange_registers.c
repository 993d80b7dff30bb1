/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ExchangeRegisters - read and write another thread's registers, start, stop and interrupt it. X.2 2.3.
 *
 *   RDI thread   RSI control   R8 SP   R9 IP   R10 FLAGS   R12 user-defined handle   R13 pager   R14 FS base
 *   returns RAX the thread's id in the other form (local for global and the reverse), RSI old state, and
 *           R8 R9 R10 R12 R13 as they were before; R14, too, if control bit 21 is set
 *
 * Control: 0 H halted?   1 R abort a receive   2 S abort a send   3 SP   4 IP   5 FLAGS   6 handle   7 pager: take
 *          the value   8 h: take H   9 d: deliver the old values (they always are)
 *          16 F force an exception   17 take bit 18: every `syscall` of the thread is an exception, L4's own, too
 *          19 take bit 20: its page faults are exceptions   21 FS base: take the value
 *          22 P the thread may be of another space, if its pager or exception handler is of the caller's
 *          16 to 22 are not in X.2. The others do nothing.
 * Old state: bit 0 was halted, 1 was receiving, 2 was sending; 16 waits for the answer to an exception; 18 and 20 as
 *            they were set; 0 if the call failed.
 *
 * The thread must be of the caller's space, and may be the caller. All is done at once, in this order: the old values
 * are taken, an IPC is aborted, the values are set, the thread is halted or let go. A thread that is not active yet has
 * no local id (RAX is its global one), no handle and no pager to be set, and is not forced into an exception; what else
 * is set stays until it is active, a halt, too.
 *
 * Aborting ends the phase with "cancelled", and a transfer of typed items that is under way, for both partners, with
 * "aborted"; R and S concern the phase that the thread is in, and no other follows. A thread that waits for its
 * pager or exception handler to take a fault is sending, one that waits for the answer receiving; aborting lets it
 * run on from its (new) IP. But while a fault belongs to a transfer, the thread is sending or receiving as that
 * transfer says, whatever it waits for. A thread that waits for its start message is receiving; aborting starts it
 * at its (new) IP.
 *
 * A halted thread finishes no user instruction but can still get its message, and then is halted behind the system
 * call. What a system call does in pieces (Unmap, MemoryControl, deleting) rests while the thread is halted; SP and
 * IP are where it goes on behind the call. FLAGS are reduced to those a user may set. SP is not judged. The pager is
 * not judged before there is a fault for it.
 *
 * Exceptions are messages with all registers to the thread's exception handler (abi/protocol.h). A forced one comes
 * before the thread's next instruction in user mode: at once if it was ready, else when its IPC or system call is
 * done (which F alone does not hasten), or when it is started. A thread that waits for the answer to an exception
 * when all else is done is not forced into another one: its handler has it. A page fault as exception has vector 14,
 * the processor's error code and the address in CR2; the answer may bring registers and pages at once. One of a
 * string transfer goes to the pager as ever: in the middle of an IPC there are no registers to show.
 *
 * ErrorCode: invalid thread     not a thread of this space, nor, with P, one whose pager or handler is
 *            invalid parameter  an IP that no user can run at, an FS base that is not canonical
 */
#include "abi/syscall.h"
#include "core/fault.h"
#include "core/ipc.h"
#include "core/sched.h"
#include "core/small.h"
#include "core/space.h"
#include "core/thread.h"
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
	CONTROL_FORCE = 1 << 16,
	CONTROL_TAKE_CALLS = 1 << 17,
	CONTROL_CALLS = 1 << 18,
	CONTROL_TAKE_FAULTS = 1 << 19,
	CONTROL_FAULTS = 1 << 20,
	CONTROL_FS_BASE = 1 << 21,
	CONTROL_AS_PAGER = 1 << 22,
};

static word_t state_of(const struct tcb *t)
{
	return (t->hold & HOLD_HALTED ? CONTROL_HALT : 0) | (ipc_is_receiving(t) ? CONTROL_ABORT_RECEIVE : 0) |
	       (ipc_is_sending(t) ? CONTROL_ABORT_SEND : 0) | (t->role == ROLE_EXCEPTION ? CONTROL_FORCE : 0) |
	       (t->slow & SLOW_CALLS ? CONTROL_CALLS : 0) | (t->faults_are_exceptions ? CONTROL_FAULTS : 0);
}

static void set_halted(struct tcb *t, bool halted)
{
	t->hold &= ~(word_t)(HOLD_HALTED | HOLD_DEAD);
	t->slow &= ~(uint32_t)SLOW_HALTED;
	if (halted) {
		sched_unready(t);
		t->hold |= HOLD_HALTED;
		t->slow |= SLOW_HALTED;
	}
}

/* Set what the control word says. */
static void set_registers(struct tcb *t, const struct registers *in)
{
	word_t control = in->rsi;

	if (control & CONTROL_SP)
		t->rsp = in->r8;
	if (control & CONTROL_IP)
		t->rip = in->r9;
	if (control & CONTROL_FLAGS) {
		fault_complete_frame(t);
		t->rflags = rflags_sanitise(in->r10);
		if (tcb_is_waiting(t))
			t->slow |= SLOW_FLAGS;
	}
	if ((control & CONTROL_HANDLE) && t->utcb_map)
		t->utcb_map->user_defined_handle = in->r12;
	if ((control & CONTROL_PAGER) && t->utcb_map)
		t->utcb_map->pager = in->r13;
	small_show(t);
}

static void set_calls(struct tcb *t, bool are_exceptions)
{
	if (!small_is(t))
		t->call_mark = are_exceptions ? NO_CALL_MARK : CALL_MARK;
	t->slow &= ~(uint32_t)SLOW_CALLS;
	t->slow |= are_exceptions ? SLOW_CALLS : 0;
}

/* What X.2 does not have. */
static void extend(struct tcb *t, const struct registers *in)
{
	if (in->rsi & CONTROL_TAKE_CALLS)
		set_calls(t, in->rsi & CONTROL_CALLS);
	if (in->rsi & CONTROL_TAKE_FAULTS)
		t->faults_are_exceptions = in->rsi & CONTROL_FAULTS;
	if (in->rsi & CONTROL_FS_BASE)
		t->fs_base = in->r14;
	if ((in->rsi & CONTROL_FORCE) && t->role != ROLE_EXCEPTION && t->utcb_map)
		fault_force(t);
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

	if (!t || (t->space != self->space && !((in.rsi & CONTROL_AS_PAGER) && thread_obeys(t, self))))
		return refuse(self, ERROR_INVALID_THREAD);
	if (((in.rsi & CONTROL_IP) && !space_has_code(t->space, in.r9)) ||
	    ((in.rsi & CONTROL_FS_BASE) && !canonical(in.r14)))
		return refuse(self, ERROR_INVALID_PARAMETER);

	/* committed: nothing below may fail */
	small_refresh(t);
	ipc_complete_frame(t);
	self->regs.rsi = state_of(t);
	self->regs.r8 = t->rsp;
	self->regs.r9 = t->rip;
	self->regs.r10 = t->vector == VECTOR_SYSCALL ? RFLAGS_ALWAYS : t->rflags;
	self->regs.r12 = t->utcb_map ? t->utcb_map->user_defined_handle : 0;
	self->regs.r13 = t->utcb_map ? t->utcb_map->pager : NIL_THREAD;
	self->regs.r14 = in.rsi & CONTROL_FS_BASE ? t->fs_base : in.r14;
	sys_result(self, id_is_local(in.rdi) || !t->utcb_map ? t->id : t->utcb);

	if (((in.rsi & CONTROL_ABORT_SEND) && ipc_is_sending(t)) ||
	    ((in.rsi & CONTROL_ABORT_RECEIVE) && ipc_is_receiving(t)))
		ipc_abort(t);
	set_registers(t, &in);
	if (in.rsi & CONTROL_TAKE_HALT)
		set_halted(t, in.rsi & CONTROL_HALT);
	extend(t, &in);

	if (t == self)
		return tcb_is_runnable(self) ? self : sched_next(self);
	if (tcb_is_runnable(t) && ring_empty(&t->ready_link))
		sched_ready(t);
	return sched_continue(self);
}
