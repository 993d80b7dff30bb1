/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/held.h - threads that the worker, their pager and exception handler, has in hand: most begin with `ud2`.
 */
#ifndef TESTS_SYSTEM_HELD_H
#define TESTS_SYSTEM_HELD_H

#include <l4/exception.h>

#include "raw.h"
#include "trapper.h"

#define NOWHERE 0x123456780000UL

/* ud2, then a loop. */
extern char snippet_loop_at[], snippet_loop_trap[], snippet_loop_behind[];
/* ud2, then a write of R15 to where RBX points. */
extern char snippet_touch_at[], snippet_touch_trap[], snippet_touch_behind[];

/* A thread that waits in ud2; with m as its answer it goes on to write 0x1515 to NOWHERE. */
L4_ThreadId_t toucher(struct message *m);

/* A thread function: makes a system call with these registers, which hold what came of it, and reports RAX. */
extern struct registers call;
void calls(L4_Word_t unused);
/* Others: forces itself an exception; sends a string from NOWHERE; receives one of 16 bytes, and its label. */
void forces_itself(L4_Word_t unused);
void sends_string(L4_Word_t partner);
void receives_string(L4_Word_t buffer);
void send_string(L4_ThreadId_t to, L4_Word_t address);
extern volatile L4_Word_t string_label;

/* A page of this program, to be written to, and its address. */
L4_Fpage_t new_page(L4_Word_t *address);

/* Force an exception of a thread that is in none. */
void force(L4_ThreadId_t t);
void expect_forced(L4_ThreadId_t t, struct message *m, L4_Word_t ip);
void expect_silence(L4_ThreadId_t t);
void expect_done(L4_ThreadId_t t);

#endif
