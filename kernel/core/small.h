/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/small.h - threads of small spaces, for the rest of the kernel.
 *
 * The rest of the kernel knows threads with words of 64 bits: system calls in the registers of abi/syscall.h, a UTCB as
 * in abi/utcb.h. A thread of a small space is one of those while it is in the kernel. It has a second UTCB, which
 * only the kernel sees (tcb.utcb_map); what the program wrote is copied there, widened, when the thread enters the
 * kernel, and what the program is to see is copied back, cut off, before it runs again. The rules are in abi/small.h.
 *
 * tcb.small.call says in which form its registers are: wide from the door on until the call is over, else as the
 * processor has them, with zeros above.
 */
#ifndef CORE_SMALL_H
#define CORE_SMALL_H

#include "core/tcb.h"

/* Have small spaces from now on: open their doors. */
void small_open(struct cpu *cpu);

static inline bool small_is(const struct tcb *t)
{
	return t->slow & SLOW_SMALL;
}

/* A thread of a small space was given its UTCB: prepare all that is special. */
void small_activate(struct tcb *t);

/*
 * self has entered the kernel, and its registers are stored: give them zeros above, and take over its control
 * registers.
 */
void small_entered(struct tcb *self);

/*
 * t is about to be asked for its control registers by another thread: take over what the program has written there
 * since it was last in C. And: they were set; the program is to see it. Nothing, if t is of a large space.
 */
void small_refresh(const struct tcb *t);
void small_show(const struct tcb *t);

/*
 * self is at the door with a system call in its registers: give them, and what belongs to the call in its UTCB, the
 * form of abi/syscall.h. False: there is no such call, nothing is changed.
 */
bool small_call_widen(struct tcb *self);

/* t's call is over, if it is in one: its registers get the results in their other form. */
void small_call_narrow(struct tcb *t);

/* t is to run: its registers, its frame and what the program sees of its UTCB are as it will find them. */
void small_leave(struct tcb *t);

#endif
