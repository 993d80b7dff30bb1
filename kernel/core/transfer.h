/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/transfer.h - moving the typed items of a message: map, grant and string items, in pieces.
 *
 * The sender's thread does the work, whether it was the sender or the receiver that came last; the
 * receiver is held. Between two pieces interrupts and better threads run. A page that is missing on
 * either side is asked for by a page fault message of the thread whose page it is, within the
 * transfer timeouts of both; then the work goes on where it stood. Strings are copied through the
 * direct map, never through a user's address.
 *
 * States: the sender works (transfer.to is set, the receiver has HOLD_TRANSFER); the sender waits
 * for a page (it is in an IPC as ROLE_PAGEFAULT); the receiver does (so is it, and the sender has
 * HOLD_TRANSFER). Each wait ends in `resume`, which transfer_outer() tells. The answer to such a
 * fault may be a transfer of its own: answer_from.
 *
 * The message and buffer registers are the users' all the time: they are read anew in each piece,
 * and words go to the receiver when their item is done.
 */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "core/tcb.h"

/*
 * `from`'s message to `to` has typed items, which to accepts. Neither waits any more. Then
 * transfer_go_on(from) must be run.
 */
void transfer_begin(struct tcb *from, struct tcb *to);

/* Work on self's message; returns who runs next. A tcb.resume. */
struct tcb *transfer_go_on(struct tcb *self);

/* The same for the first time, right behind the check of the message. */
struct tcb *transfer_start(struct tcb *self);

/* A page for self as receiver has come, or will not. A tcb.resume. */
struct tcb *transfer_page_came(struct tcb *self);

/*
 * Cut the message that `sender` is sending short: both get their error, with what was copied as
 * offset, and become runnable.
 */
void transfer_cut(struct tcb *sender, enum ipc_error sender_error, enum ipc_error receiver_error);

/* t is about to be deleted, or its IPC aborted: cut what it takes part in. */
void transfer_abort(struct tcb *t);

/*
 * What a thread that leaves its present IPC has to go on with: a transfer that this IPC was a page
 * fault of, or what comes before it runs as a user, or NULL.
 */
static inline struct tcb *(*transfer_outer(const struct tcb *t))(struct tcb *)
{
	return t->transfer.to ? transfer_go_on : t->transfer_from ? transfer_page_came : t->before_user;
}

#endif
