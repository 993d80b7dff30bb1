/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/speaker.h - messages in another thread's name.
 */
#ifndef TESTS_SYSTEM_SPEAKER_H
#define TESTS_SYSTEM_SPEAKER_H

#include "test.h"

enum { NORMAL = 0, PROPAGATED = 1 << 12, REDIRECTED = 1 << 13, OTHER_FLAGS = 0xc << 12 };

/* Send a word with these flags set in the tag and this VirtualSender. */
L4_MsgTag_t speak(L4_ThreadId_t to, L4_Word_t flags, L4_ThreadId_t as, L4_Word_t word, L4_Time_t timeout);

/* One message that a thread is to send when it is started, by `speaker`; what came of it is in error and done. */
struct speech {
	L4_ThreadId_t to, as;
	L4_Word_t flags, word;
	bool call; /* wait for the answer of `to` */
	L4_Time_t timeout;
	volatile L4_Word_t done, error, answer, answered_by;
};
void speaker(L4_Word_t speech);
/* A thread that does; it has begun. */
L4_ThreadId_t speaker_start(struct speech *speech, struct space *space);

/* What arrived, and the control registers that tell from whom. */
struct heard {
	L4_MsgTag_t tag;
	L4_Word_t error, word;
	L4_ThreadId_t from, actual, intended;
};
bool hear(L4_ThreadId_t from, L4_Time_t timeout, struct heard *heard);
/* The same in a thread of the case: `listener` stores what it heard, from anybody. */
struct listening {
	L4_ThreadId_t from;
	struct heard heard;
	volatile L4_Word_t done;
};
void listener(L4_Word_t listening);
L4_ThreadId_t listener_start(struct listening *listening, struct space *space, L4_ThreadId_t from);

#endif
