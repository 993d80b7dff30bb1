/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait.h - threads that wait for an answer until something happens: a name appears, a program ends, text has gone out,
 * the line is without a driver.
 *
 * Each program has room for a few, so that none can use up the others'. A thread that asks for something else meanwhile
 * has given up waiting.
 */
#ifndef ROOT_WAIT_H
#define ROOT_WAIT_H

#include <stdbool.h>

#include <l4/types.h>
#include <service/root.h>

struct program;

enum { WAITS_MAX = 8 }; /* of the threads of a program, at a time */

enum wait_kind { WAIT_FOR_NAME, WAIT_FOR_END, WAIT_FOR_ROOM, WAIT_FOR_LINE /* the name of these two is "" */ };

struct wait {
	enum wait_kind kind;
	L4_ThreadId_t thread;
	char name[ROOT_NAME_MAX]; /* of the service or the program */
};

/* A thread of the program waits from now on. False: too many do already. */
bool wait_begin(struct program *program, L4_ThreadId_t thread, enum wait_kind kind, const char *name);

/* A thread of the program has asked for something, and does not wait for anything else. */
void wait_forget(struct program *program, L4_ThreadId_t thread);

/* Answers all who wait for this: ROOT_OK and the word, or for room ROOT_OK alone. */
void wait_end(enum wait_kind kind, const char *name, L4_Word_t word);

/* A program has ended for good: those who wait for a name that nobody will have any more are told ROOT_NOT_FOUND. */
void wait_give_up(void);

#endif
