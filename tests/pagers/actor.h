/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/pagers/actor.h - threads in spaces of their own that play the clients of a pager.
 *
 * An actor's space has this program's image, mapped as a whole from the driver (the main thread), at the same
 * addresses: so any function can run there, what is in static variables is shared with the driver, and an expectation
 * may stand anywhere. Everything else comes from the pager that the actor chooses. The driver is its exception
 * handler, so it learns of every fault that a pager refuses.
 */
#ifndef TESTS_PAGERS_ACTOR_H
#define TESTS_PAGERS_ACTOR_H

#include <stdbool.h>

#include <l4/types.h>

enum { ACTORS_MAX = 24, ACTOR_STACK = 16384 };

enum {
	PRIORITY_CROWD = 100,  /* of those who want to do harm */
	PRIORITY_VICTIM = 110, /* of those who must be served all the same, and of all others */
};

enum actor_event {
	ACTOR_DONE,   /* its function has returned */
	ACTOR_REFUSED, /* its pager does not answer a fault of its */
	ACTOR_TRAPPED, /* any other exception */
	ACTOR_SILENT, /* nothing happened in the time given */
};

struct actor {
	L4_ThreadId_t thread; /* nilthread: not there */
	void (*function)(unsigned long);
	unsigned long argument;
};

/* In a space of its own, running. Null: the root task refuses. */
struct actor *actor_start(void (*function)(unsigned long), unsigned long argument, unsigned int priority);

/* The next event of this actor; one that was refused or trapped stands still. */
enum actor_event actor_wait(struct actor *actor, unsigned int milliseconds);

/* It goes on at another instruction, after it was refused. */
void actor_resume(struct actor *actor, void (*function)(unsigned long), unsigned long argument);

/* Deletes it, whatever it is doing. Null is no actor. */
void actor_kill(struct actor *actor);

/* All that are left. */
void actors_kill(void);

#endif
