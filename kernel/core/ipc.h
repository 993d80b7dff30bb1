/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/ipc.h - synchronous messages: a send phase, then a receive phase, either of which may be absent.
 *
 * A phase ends at once, or the thread blocks in it and whoever ends it (partner, timeout, cancellation) also
 * does what follows: a sender whose message was taken is put into its receive phase before the taker goes on,
 * so that a reply with timeout zero finds it waiting.
 */
#ifndef CORE_IPC_H
#define CORE_IPC_H

#include "core/tcb.h"

enum ipc_phase { PHASE_SEND = 0, PHASE_RECEIVE = 1 };

/*
 * Both phases on behalf of the running thread self. `to` and `from` are what a user may name: a global or local
 * id, nilthread (no such phase), for `from` also anythread and anylocalthread. Timeouts are X.2's 16-bit times.
 * self->role says what the message is and what becomes of the answer. Returns who runs next.
 */
struct tcb *ipc(struct tcb *self, word_t to, word_t send_timeout, word_t from, word_t receive_timeout);

/* A thread whose `resume` this is was chosen to run: begin its receive phase. Returns who runs next. */
struct tcb *ipc_resume(struct tcb *t);

/* A fresh thread waits for its pager's start message. */
void ipc_wait_for_start(struct tcb *t, word_t pager);

/* Its timeout expired: the phase that t is blocked in fails. */
void ipc_timed_out(struct tcb *t);

/* End the phase that t is blocked in with this error; t becomes runnable. */
void ipc_fail(struct tcb *t, enum ipc_phase phase, enum ipc_error error);

/* Leave t, which is in no phase any more, an error: `offset` is what its code says beyond (bits 4 up). */
void ipc_set_error(struct tcb *t, enum ipc_phase phase, enum ipc_error error, word_t offset);

/* t is in no phase any more: let it run when its turn comes. */
void ipc_wake(struct tcb *t);

/*
 * The running thread's message was delivered to `partner`, which is in no phase any more: on to the receive phase.
 * Returns who runs next.
 */
struct tcb *ipc_sent(struct tcb *self, struct tcb *partner);

/*
 * A thread that waits as a user may have come by the path of a message, which stores RIP, RSP and nothing else: say
 * that it is behind a system call (core/fault.h:fault_complete_frame).
 */
void ipc_complete_frame(struct tcb *t);

/* Take t out of whatever IPC it is in, without a word to itself: it is about to be deleted or restarted. */
void ipc_leave(struct tcb *t);

/*
 * Does t send or receive, as ExchangeRegisters sees it? Its own IPC counts: a thread that waits for a page of a message
 * that it sends is sending. A total quantum that is used up is between the thread and its scheduler: to end that wait
 * would be to run on without one.
 */
bool ipc_is_sending(const struct tcb *t);
bool ipc_is_receiving(const struct tcb *t);

/* End the phase that t is in, whichever: "cancelled", or "aborted" for both partners when items are under way. */
void ipc_abort(struct tcb *t);

/* If t waits, in either phase, for an id that names nobody any more, the phase fails. True: it did. */
bool ipc_fail_if_partner_gone(struct tcb *t);

#endif
