/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - the programs that the description names, and their threads.
 *
 * A program is one space, and those that it asks for. Its thread in slot s has the thread number first + index *
 * ROOT_THREADS_MAX + s and the s-th UTCB of its space, so that whose message it is can be computed
 * from a sender's number, and no message can be taken for another program's. Slot 0 is the main
 * thread. A 32-bit program is a small space, and has fewer threads.
 *
 * A program is idle until it is to start (supervise.c: when its pager is there), runs, and ends: its threads are
 * deleted at once, its frames taken back in pieces; then it has ended, or starts anew.
 */
#ifndef ROOT_PROGRAM_H
#define ROOT_PROGRAM_H

#include <stdbool.h>

#include <l4/types.h>
#include <service/root.h>

#include "console.h"
#include "description.h"
#include "file.h"
#include "small.h"
#include "space.h"
#include "wait.h"

enum {
	PROGRAMS_MAX = 32,
	STATUS_STOPPED = 255, /* the status of a program that the root task had to stop */
};

_Static_assert((int)PROGRAMS_MAX <= (int)CONSOLE_WRITERS_MAX, "each has a place among those who write and read");

/* Where every program finds them; it should ask the kernel all the same. */
#define KIP_AREA  0x7ff000000000UL
#define UTCB_AREA 0x7ff000100000UL

enum program_state {
	PROGRAM_IDLE,   /* has not been started yet, or cannot be */
	PROGRAM_WAITS,  /* is to start; its pager is not there yet */
	PROGRAM_RUNS,
	PROGRAM_ENDING, /* has no threads any more; still has frames, or its pager has not been told */
	PROGRAM_ENDED,
};

struct program_thread {
	L4_ThreadId_t id;    /* nilthread: the slot is free */
	L4_Word_t version; /* of the last thread in this slot */
};

struct program {
	struct description is;
	const struct file *file; /* null: it cannot be started */
	struct small_slot slot;  /* if it is a 32-bit program */

	enum program_state state;
	int status;               /* once it has ended */
	bool is_stopped;          /* a manager has ended it: it is not started again by itself */
	unsigned int restarts;    /* so far */
	unsigned long started;    /* when it was started last, in microseconds of the system's clock */
	char console[ROOT_NAME_MAX]; /* the name of the one that it writes to; empty: the root task */

	/* of what runs, or is ending */
	struct space space;
	L4_ThreadId_t pager;        /* the root task's own id, or who gets its page faults */
	struct program *pager_program; /* whose that is; null: the root task */
	bool start_is_told, end_is_told; /* the pager has its notices; true if it is the root task */
	L4_ThreadId_t gate;        /* if it is confined (gate.h) */
	L4_ThreadId_t main_thread; /* still there when it has been deleted, for the last notice */
	L4_ThreadId_t served[DESCRIPTION_NAMES_MAX]; /* who serves is.serves; nilthread: nobody */
	unsigned long kernel_memory_at_start; /* used with one thread and nothing mapped */
	unsigned int wait_count;
	struct wait waits[WAITS_MAX];
	struct console_writer output;

	unsigned long dma_memory;  /* its memory for devices, which it keeps for good; 0: none, or none was left */
	struct program_thread threads[ROOT_THREADS_MAX];
};

/*
 * Enters a program in the table. One that cannot be started has STATUS_STOPPED from the beginning, and the console says
 * why. False: the table is full.
 */
bool program_add(const struct description *description);

/* The bytes of the kernel's memory that it uses now. */
unsigned long program_kernel_memory(struct program *program);

/*
 * Makes its space and its main thread, and starts it if its pager is the root task. False: the kernel refused, and the
 * console says why.
 */
bool program_start(struct program *program, L4_ThreadId_t pager);

/* Deletes all its threads, and with the last one its space. The rest is done by and by. */
void program_end(struct program *program, int status);

/* The thread number of a slot of a program; index PROGRAMS_MAX: of threads that are no program's. */
L4_Word_t program_thread_number(unsigned int index, unsigned int slot);

/* The program of a thread that lives, else null. */
struct program *program_of(L4_ThreadId_t thread);

/* The program that threads of this number are of, whether they live or not, else null. */
struct program *program_of_number(L4_ThreadId_t thread);

/* The program of that name, else null. */
struct program *program_named(const char *name);

/* The pager of a thread becomes the one that it should be. */
void program_set_pager(struct program *program, L4_ThreadId_t thread);

/* All programs in the order of the description; null behind the last one. */
struct program *program_at(unsigned int index);

/* The place of a program in that order. */
unsigned int program_index(const struct program *program);

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
