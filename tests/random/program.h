/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/random/program.h - a random program: what each of some threads does, one operation after the other.
 *
 * A program is made of its number alone. Nothing in it depends on how long something takes, as long as running
 * takes less than the shortest time in it: a time that is neither zero nor never is a power of two of
 * milliseconds, each once, so no two points in time that depend on them come closer than the first.
 */
#ifndef TESTS_RANDOM_PROGRAM_H
#define TESTS_RANDOM_PROGRAM_H

#include <l4/types.h>
#include <stdbool.h>

enum {
	SPACES = 3, /* the first is the root task's */
	ACTORS = 6, /* threads of a program, at most; so many are in each space */
	OPERATIONS = 16,
	TIMES = 5,
	TIME_SHORTEST_US = 1000,
	TIME_ALL_US = TIME_SHORTEST_US << TIMES,
};

enum operation_kind { OPERATION_IPC, OPERATION_SWITCH, OPERATION_SCHEDULE, OPERATION_EXCHANGE };

struct operation {
	enum operation_kind kind;
	bool reply;	       /* the message goes to who sent the last one */
	bool fpu;	       /* before it, a vector register gets a value */
	L4_Word_t to, from;    /* ids */
	L4_Word_t call;	       /* call word, of a message */
	L4_Word_t timeout;     /* of its send phase */
	L4_Word_t tag;
	L4_Word_t speaker;     /* the virtual sender */
	L4_Word_t value;       /* priority, or what ExchangeRegisters is to do */
};

struct actor {
	L4_Word_t space; /* number */
	L4_Word_t id, local_id;
	L4_Word_t priority;
	L4_Word_t count;
	struct operation operation[OPERATIONS];
};

struct program {
	L4_Word_t number;
	L4_Word_t actors, times;
	struct actor actor[ACTORS];
};

/* Where the threads are: global and local ids. */
extern L4_ThreadId_t thread_ids[SPACES][ACTORS], local_ids[SPACES][ACTORS];

void program_make(struct program *program, L4_Word_t number);

#endif
