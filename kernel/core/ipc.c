/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/ipc.c - the two phases of a message, see core/ipc.h.
 *
 * Invariants: a thread with HOLD_SENDING is in partner->senders, and nowhere else; partner->open is 0 as long
 * as that ring, or the ring of waiting interrupts, is not empty. A thread that waits (tcb_is_waiting) is in no ring but
 * perhaps the timing wheel.
 * Rules of the order: a receiver looks for queued senders before it waits, a sender for a waiting receiver
 * before it queues, so the two never wait for each other.
 */
#include "core/ipc.h"
#include "core/fault.h"
#include "core/irq.h"
#include "core/message.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/thread.h"
#include "core/time.h"
#include "core/transfer.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

/* Is what `sender` sends a message from t's own space? It is whom it speaks for that counts. */
SELDOM static bool is_local_to(const struct tcb *sender, const struct tcb *t)
{
	const struct tcb *named = sender->sender_name == sender->id ? sender : thread_find(sender->sender_name);

	return named && named->space == t->space;
}

/* Would t take a message from `sender` now? */
static inline bool accepts(const struct tcb *t, const struct tcb *sender)
{
	if (t->wait != NOT_WAITING)
		return t->wait == t->id || t->wait == sender->sender_name;
	return (t->hold & HOLD_RECEIVING) && t->receive_from == ANY_LOCAL_THREAD && is_local_to(sender, t);
}

/* The first queued sender that t's receive phase asks for, or NULL. Who sends to an earlier id of t is passed over. */
static struct tcb *queued_sender(const struct tcb *t)
{
	for (struct ring *r = t->senders.next; r != &t->senders; r = r->next) {
		struct tcb *sender = CONTAINER_OF(r, struct tcb, sender_link);

		if (sender->partner_id != t->id)
			continue;
		if (t->receive_from == ANY_THREAD || t->receive_from == sender->sender_name ||
		    (t->receive_from == ANY_LOCAL_THREAD && is_local_to(sender, t)))
			return sender == t ? NULL : sender;
	}
	return NULL;
}

/* Is somebody queued whom t's receive phase asks for? */
static bool anybody_queued(const struct tcb *t)
{
	return t->open == 0 && (irq_is_waiting_for(t) || queued_sender(t));
}

/* Can a message from there ever come? */
static bool source_exists(word_t from)
{
	return from == ANY_THREAD || from == ANY_LOCAL_THREAD ||
	       (thread_number(from) < SYSTEM_BASE && !id_is_local(from)) || thread_find(from);
}

static inline void start_timeout(struct tcb *t, usec_t deadline)
{
	if (deadline == USEC_NEVER)
		return;
	wheel_insert(t->cpu->wheel, &t->timeout, deadline);
	t->slow |= SLOW_TIMEOUT;
}

void ipc_complete_frame(struct tcb *t)
{
	if (!tcb_is_waiting(t) || (t->slow & (SLOW_ROLE | SLOW_FLAGS)))
		return;
	t->vector = VECTOR_SYSCALL;
}

void ipc_leave(struct tcb *t)
{
	ipc_complete_frame(t);
	if (t->hold & HOLD_SENDING) {
		ring_remove(&t->sender_link);
		tcb_update_open(t->partner);
		if (ring_empty(&t->partner->senders))
			t->partner->slow &= ~(uint32_t)SLOW_PROPAGATED;
		t->partner = NULL;
	}
	t->hold &= ~(word_t)(HOLD_SENDING | HOLD_RECEIVING);
	t->wait = NOT_WAITING;
	t->resume = transfer_outer(t);
	if (t->slow & SLOW_TIMEOUT)
		wheel_cancel(&t->timeout);
	t->slow &= ~(uint32_t)(SLOW_TIMEOUT | SLOW_ROLE | SLOW_FLAGS);
}

void ipc_wake(struct tcb *t)
{
	t->role = ROLE_USER;
	if (tcb_is_runnable(t) && ring_empty(&t->ready_link))
		sched_ready(t);
}

void ipc_set_error(struct tcb *t, enum ipc_phase phase, enum ipc_error error, word_t offset)
{
	t->regs.rax = TAG_FLAG_ERROR;
	t->utcb_map->error_code = offset | (word_t)error << 1 | phase;
}

/* Take t out of its phase and leave it the error. */
SELDOM static void set_error(struct tcb *t, enum ipc_phase phase, enum ipc_error error)
{
	ipc_leave(t);
	if (t->role == ROLE_USER)
		ipc_set_error(t, phase, error, 0);
	else if (t->transfer.to || t->transfer_from)
		t->page_failed = true; /* and the transfer that wanted the page learns it */
	else if (error != IPC_CANCELLED)
		fault_unanswered(t);
	t->role = ROLE_USER;
}

void ipc_fail(struct tcb *t, enum ipc_phase phase, enum ipc_error error)
{
	set_error(t, phase, error);
	ipc_wake(t);
}

void ipc_timed_out(struct tcb *t)
{
	ipc_fail(t, t->hold & HOLD_SENDING ? PHASE_SEND : PHASE_RECEIVE, IPC_TIMEOUT);
}

/* The running thread's IPC failed; `woken` is runnable and in no queue, or NULL. */
SELDOM static struct tcb *fail_self(struct tcb *self, enum ipc_phase phase, enum ipc_error error, struct tcb *woken)
{
	set_error(self, phase, error);
	if (woken)
		sched_ready(woken);
	return tcb_is_runnable(self) ? sched_continue(self) : sched_next(self);
}

/* Begin to wait as receive_from and receive_timeout say; the caller has seen that nobody is queued. */
static void start_waiting(struct tcb *t, usec_t deadline)
{
	if (t->receive_from == ANY_THREAD)
		t->wait = t->id;
	else if (t->receive_from == ANY_LOCAL_THREAD || t->receive_from == t->id)
		t->hold |= HOLD_RECEIVING;
	else
		t->wait = t->receive_from;
	if (t->role != ROLE_USER)
		t->slow |= SLOW_ROLE;
	else if (t->vector != VECTOR_SYSCALL)
		t->slow |= SLOW_FLAGS; /* ExchangeRegisters gave it some while it sent */
	start_timeout(t, deadline);
}

/*
 * A queued sender's message was taken: it goes on to its receive phase at once. If somebody is queued there
 * already, the transfer is left for when it runs: nobody can tell the difference, and no chain of senders is
 * walked here.
 */
static void sender_goes_on(struct tcb *t)
{
	ipc_leave(t);
	if (t->receive_from == NIL_THREAD) {
		t->regs.rax = 0;
		ipc_wake(t);
	} else if (anybody_queued(t)) {
		t->resume = ipc_resume;
		if (tcb_is_runnable(t))
			sched_ready(t);
	} else {
		usec_t now = clock_now();
		usec_t deadline = time_deadline(t->receive_timeout, now);

		if (!source_exists(t->receive_from))
			ipc_fail(t, PHASE_RECEIVE, IPC_NO_PARTNER);
		else if (deadline <= now)
			ipc_fail(t, PHASE_RECEIVE, IPC_TIMEOUT);
		else
			start_waiting(t, deadline);
	}
}

/* self has its message; `woken` is runnable and in no queue, or NULL. */
static struct tcb *done(struct tcb *self, struct tcb *woken)
{
	self->role = ROLE_USER;
	self->resume = transfer_outer(self);
	if (woken)
		sched_ready(woken);
	return tcb_is_runnable(self) ? sched_continue(self) : sched_next(self);
}

/*
 * What self sent for another was delivered: if that one waits for self alone, its answer will come from the
 * receiver.
 */
SELDOM static void follow_propagation(const struct tcb *self, const struct tcb *receiver)
{
	struct tcb *origin;

	origin = thread_find(self->sender_name);
	if (!origin || origin->wait != self->id)
		return;
	if (!(origin->slow & SLOW_TIMEOUT))
		origin->receive_timeout = 0; /* of an earlier IPC, if the path began this one */
	origin->receive_from = receiver->id;
	origin->wait = receiver->id;
	if (origin != receiver && queued_sender(origin)) { /* somebody else speaks for the receiver already */
		ipc_leave(origin);
		origin->resume = ipc_resume;
		if (tcb_is_runnable(origin))
			sched_ready(origin);
	}
}

static struct tcb *receive_phase(struct tcb *self, struct tcb *woken)
{
	struct tcb *sender;

	if (self->open == 0 && irq_receive(self))
		return done(self, woken);
	while (self->open == 0 && (sender = queued_sender(self))) {
		int error = message_transfer(sender, self);

		if (error == MESSAGE_HAS_ITEMS) {
			ipc_leave(sender);
			transfer_begin(sender, self);
			sender->resume = transfer_go_on;
			if (tcb_is_runnable(sender))
				sched_ready(sender);
			return woken ? sched_hand_over(self, woken) : sched_next(self);
		}
		if (error) {
			ipc_fail(sender, PHASE_SEND, error);
			if (self->role != ROLE_USER)
				continue; /* no answer to a fault: it still waits for one */
			return fail_self(self, PHASE_RECEIVE, error, woken);
		}
		if (sender->sender_name != sender->id)
			follow_propagation(sender, self);
		sender_goes_on(sender);
		return done(self, woken);
	}
	if (!source_exists(self->receive_from))
		return fail_self(self, PHASE_RECEIVE, IPC_NO_PARTNER, woken);

	usec_t deadline = USEC_NEVER;

	if (self->receive_timeout) {
		usec_t now = clock_now();

		deadline = time_deadline(self->receive_timeout, now);
		if (deadline <= now)
			return fail_self(self, PHASE_RECEIVE, IPC_TIMEOUT, woken);
	}
	start_waiting(self, deadline);
	return woken ? sched_hand_over(self, woken) : sched_next(self);
}

static struct tcb *block_sending(struct tcb *self, struct tcb *to, word_t timeout)
{
	usec_t deadline = USEC_NEVER;

	if (timeout & 0xffff) {
		usec_t now = clock_now();

		deadline = time_deadline(timeout, now);
		if (deadline <= now)
			return fail_self(self, PHASE_SEND, IPC_TIMEOUT, NULL);
	}
	self->hold |= HOLD_SENDING;
	self->partner = to;
	self->partner_id = to->id;
	ring_insert(&to->senders, &self->sender_link);
	to->open = 0;
	if (self->sender_name != self->id)
		to->slow |= SLOW_PROPAGATED;
	start_timeout(self, deadline);
	return sched_next(self);
}

/* self sends to an id of no thread: its answer to an interrupt, or a mistake. */
SELDOM static struct tcb *send_to_no_thread(struct tcb *self, word_t to)
{
	if (!irq_answer(self, to))
		return fail_self(self, PHASE_SEND, IPC_NO_PARTNER, NULL);
	if (self->receive_from == NIL_THREAD) {
		self->regs.rax = 0;
		return done(self, NULL);
	}
	return receive_phase(self, NULL);
}

/*
 * May self speak to `to` for `origin`? X.2 5.4: for threads of its own space, and of spaces whose redirector is in it;
 * and within its own space for everybody, as servers do that have a thread for each client.
 */
SELDOM static bool may_speak_for(const struct tcb *self, const struct tcb *origin, const struct tcb *to)
{
	const struct tcb *redirector = thread_find(origin->space->redirector);

	return origin->space == self->space || to->space == self->space ||
	       (redirector && redirector->space == self->space);
}

/* As whom does self send to `to`? Propagation that is not allowed is left undone, as X.2 says. */
SELDOM static word_t name_sender(const struct tcb *self, const struct tcb *to)
{
	struct tcb *origin;

	if (self->role != ROLE_USER || !(self->regs.rax & TAG_FLAG_PROPAGATED))
		return self->id;
	origin = thread_find_any(self, self->utcb_map->virtual_sender);
	return origin && may_speak_for(self, origin, to) ? origin->id : self->id;
}

/* Who gets what self sends to `to`: a space with a redirector reaches nobody but itself and the redirector's space. */
SELDOM static struct tcb *redirect(struct tcb *self, struct tcb *to)
{
	struct tcb *redirector;

	self->intended = NIL_THREAD;
	if (self->space->redirector == NIL_THREAD || to->space == self->space)
		return to;
	redirector = thread_find(self->space->redirector);
	if (!redirector || redirector->space == to->space || redirector->space == self->space)
		return redirector ? to : NULL;
	self->intended = to->id;
	return redirector;
}

struct tcb *ipc(struct tcb *self, word_t to, word_t send_timeout, word_t from, word_t receive_timeout)
{
	if (from != ANY_LOCAL_THREAD && id_is_local(from)) {
		struct tcb *local = thread_find_any(self, from);

		from = local ? local->id : from;
	}
	self->receive_from = from;
	self->receive_timeout = receive_timeout & 0xffff;
	if (to == NIL_THREAD) {
		if (from == NIL_THREAD) {
			self->regs.rax = 0;
			return done(self, NULL);
		}
		return receive_phase(self, NULL);
	}

	struct tcb *partner = thread_find_any(self, to);

	if (partner)
		partner = redirect(self, partner);
	if (!partner || (partner->hold & HOLD_INACTIVE))
		return send_to_no_thread(self, to);
	self->sender_name = name_sender(self, partner);
	if (!accepts(partner, self))
		return block_sending(self, partner, send_timeout);

	int error = message_transfer(self, partner);

	if (error == MESSAGE_HAS_ITEMS) {
		ipc_leave(partner);
		transfer_begin(self, partner);
		return transfer_start(self);
	}
	if (error) {
		if (partner->role == ROLE_USER)
			ipc_fail(partner, PHASE_RECEIVE, error);
		return fail_self(self, PHASE_SEND, error, NULL);
	}

	/* committed: the message is delivered */
	ipc_leave(partner);
	return ipc_sent(self, partner);
}

struct tcb *ipc_sent(struct tcb *self, struct tcb *partner)
{
	struct tcb *woken;

	if (self->sender_name != self->id)
		follow_propagation(self, partner);
	partner->role = ROLE_USER;
	woken = tcb_is_runnable(partner) ? partner : NULL;
	if (self->receive_from == NIL_THREAD) {
		self->regs.rax = 0;
		return done(self, woken);
	}
	return receive_phase(self, woken);
}

struct tcb *ipc_resume(struct tcb *t)
{
	t->resume = NULL;
	return receive_phase(t, NULL);
}

SELDOM void ipc_wait_for_start(struct tcb *t, word_t pager)
{
	t->role = ROLE_START;
	t->receive_from = pager;
	t->receive_timeout = 0;
	start_waiting(t, USEC_NEVER);
}

bool ipc_is_receiving(const struct tcb *t)
{
	return t->transfer_from ||
	       (!t->transfer.to && t->role != ROLE_EXHAUSTED &&
		(tcb_is_waiting(t) || t->resume == ipc_resume || t->answer_from));
}

bool ipc_is_sending(const struct tcb *t)
{
	return t->transfer.to || (!t->transfer_from && t->role != ROLE_EXHAUSTED && (t->hold & HOLD_SENDING));
}

SELDOM void ipc_abort(struct tcb *t)
{
	if (t->transfer.to || t->transfer_from || t->answer_from)
		transfer_abort(t);
	else if (ipc_is_sending(t))
		ipc_fail(t, PHASE_SEND, IPC_CANCELLED);
	else if (ipc_is_receiving(t))
		ipc_fail(t, PHASE_RECEIVE, IPC_CANCELLED);
}

bool ipc_fail_if_partner_gone(struct tcb *t)
{
	if (t->role == ROLE_START)
		return false; /* its pager may be made later, or another be given to it */
	if ((t->hold & HOLD_SENDING) && t->partner_id != t->partner->id)
		ipc_fail(t, PHASE_SEND, IPC_NO_PARTNER);
	else if (t->wait != NOT_WAITING && t->wait != t->id && !source_exists(t->wait))
		ipc_fail(t, PHASE_RECEIVE, IPC_NO_PARTNER);
	else
		return false;
	return true;
}
