/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/confined.h - a space that has a redirector, threads in it, and what they say.
 *
 * The worker is the redirector, unless a case wants another; `outside` is a thread of a third space, which listens.
 * Confined threads tell what came out in memory that all spaces share. What they run must be there while their faults
 * still find the warden: a redirector would get them.
 */
#ifndef TESTS_SYSTEM_CONFINED_H
#define TESTS_SYSTEM_CONFINED_H

#include "speaker.h"

#define SHORT L4_TimePeriod(3000 * time_scale)

extern struct space *confined, *beyond;
extern L4_ThreadId_t inside, outside; /* threads of these: one does nothing, one listens */
extern struct speech speech[4];
extern struct listening listening[2];

void set_up(void);
void set_up_with(L4_ThreadId_t redirector);

/* A thread that hears one message of `from`: listening[n]. */
L4_ThreadId_t listens(unsigned n, struct space *space, L4_ThreadId_t from);

/* A thread that sends one message, speech[n]: from anywhere, from the confined space, as a call. */
L4_ThreadId_t says_within(unsigned n, struct space *space, L4_ThreadId_t to, L4_Word_t flags, L4_ThreadId_t as,
			  L4_Time_t timeout);
L4_ThreadId_t says(unsigned n, L4_ThreadId_t to);
L4_ThreadId_t asks(unsigned n, L4_ThreadId_t to);
/* The same when `may_go` is set; till then it waits in memory, not in a message. */
L4_ThreadId_t say_later(unsigned n, L4_ThreadId_t to);
extern volatile L4_Word_t may_go;

/* The worker hears a message, redirected from its way to `intended`, or not redirected. */
void heard_redirected(L4_ThreadId_t from, L4_ThreadId_t intended);
void heard_straight(L4_ThreadId_t from);
/* What came of speech[n]: 0, or the error of its IPC. */
void speech_failed(unsigned n, L4_Word_t error);

#endif
