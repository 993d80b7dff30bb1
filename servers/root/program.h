/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - the programs that the root task has started, and their threads.
 *
 * A program is one space, and those that it asks for. Its thread in slot s has the thread number first + index *
 * ROOT_THREADS_MAX + s and the s-th UTCB of its space, so that whose message it is can be computed
 * from a sender's number, and no message can be taken for another program's. Slot 0 is the main
 * thread.
 */
#ifndef ROOT_PROGRAM_H
#define ROOT_PROGRAM_H

#include <stdbool.h>

#include <l4/types.h>
#include <service/root.h>

#include "console.h"
#include "space.h"

enum {
	PROGRAMS_MAX = 32,
	PRIORITY_DEFAULT = 100,
	QUOTA_DEFAULT = 4 << 20, /* bytes of memory */
	STATUS_STOPPED = 255,    /* the status of a program that the root task had to stop */
};

/* Where every program finds them; it should ask the kernel all the same. */
#define KIP_AREA  0x7ff000000000UL
#define UTCB_AREA 0x7ff000100000UL

struct program_thread {
	L4_ThreadId_t id;    /* nilthread: the slot is free */
	L4_Word_t version; /* of the last thread in this slot */
};

struct program {
	/* from the module's command line */
	char name[ROOT_NAME_MAX];
	char command_line[ROOT_TEXT_MAX + 1];
	unsigned int priority;
	bool is_server; /* nobody waits for its end */
	unsigned long kernel_memory; /* bytes of the kernel's that it may use; 0: no limit */
	bool has_spaces; /* may have further spaces, each with a quota of kernel memory like that of the first */
	bool is_driver; /* may use I/O ports and handle interrupts */

	bool runs;
	int status; /* once it does not run any more */
	struct space space;
	unsigned long kernel_memory_at_start; /* used with one thread and nothing mapped */
	struct console_writer output;
	struct program_thread threads[ROOT_THREADS_MAX];
};

/*
 * Reads the module's command line and file and enters them in the table; a program that cannot be
 * started has STATUS_STOPPED from the beginning. A file that is no program is left out. The
 * console says so.
 */
void program_add(const char *command_line, const void *file, unsigned long size);

/* The bytes of the kernel's memory that it uses now. */
unsigned long program_kernel_memory(struct program *program);

/*
 * Makes its space and its main thread and starts it. False: the kernel refused, and the console
 * says why.
 */
bool program_start(struct program *program);

/* Deletes all its threads, and with the last one its space. */
void program_end(struct program *program, int status);

/* The program of a thread that lives, else null. */
struct program *program_of(L4_ThreadId_t thread);

/* The program of that name that runs, else null. */
struct program *program_named(const char *name);

/* All programs in the order of the modules; null behind the last one. */
struct program *program_at(unsigned int index);

/* For the requests of lib/service: threads of a running program. */
enum root_status program_thread_create(struct program *program, unsigned long ip, unsigned long sp,
				       unsigned int priority, L4_ThreadId_t *thread);
enum root_status program_space_create(struct program *program, L4_ThreadId_t pager, unsigned int priority,
				      L4_ThreadId_t *thread);
enum root_status program_thread_delete(struct program *program, L4_ThreadId_t thread);
enum root_status program_thread_priority(struct program *program, L4_ThreadId_t thread,
					 unsigned int priority);
enum root_status program_interrupt(struct program *program, L4_Word_t number, L4_ThreadId_t handler,
				   L4_Word_t *message);

#endif
