/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/moved.h - threads that ThreadControl moves to another space or gives another version, whatever they do.
 */
#ifndef TESTS_SYSTEM_MOVED_H
#define TESTS_SYSTEM_MOVED_H

#include "agent.h"

#define KEEP -1UL
enum { CANCELLED = IPC_CANCELLED << 1, NO_PARTNER = IPC_NO_PARTNER << 1 };

/* To the space of `member`, with this UTCB; if t is the next version of itself, under that name. */
L4_Word_t move(L4_ThreadId_t t, L4_ThreadId_t member, L4_Word_t utcb);
L4_ThreadId_t next_version(L4_ThreadId_t t);

/* `t` was moved or renamed, and reports under that name; what it was doing has ended with this error. */
void expect_error(L4_ThreadId_t t, L4_Word_t error);

/* Where a page is in some spaces only. */
#define ONLY_THERE 0x710000000000UL

/* Thread functions: receives once, sends once, and reports the error; reads a word; tells its ids when `order` is set. */
void receives_from(L4_Word_t source);
void sends_to(L4_Word_t destination);
void touches(L4_Word_t address);
void tells_its_ids(L4_Word_t unused);
extern volatile L4_Word_t order, id_local, id_global, id_message;
/* What a thread says that moved itself. */
extern volatile L4_Word_t id_error;

#endif
