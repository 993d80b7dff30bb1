/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service/manage.h - programs started, stopped and looked at, by a program whose description says `manager`.
 *
 * The programs are those of the system's description. All calls of others end with ROOT_DENIED.
 */
#ifndef SERVICE_MANAGE_H
#define SERVICE_MANAGE_H

#include <stdbool.h>

#include <service/root.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Starts a program that does not run, with these arguments, or with those that it had last if there are none (null or
 * ""). ROOT_BUSY: it runs, is about to, or has not ended completely. ROOT_NOT_FOUND: no program has that name, or its
 * file is missing or damaged.
 */
enum root_status root_program_start(const char *name, const char *arguments);

/* Ends a program: for good, or as if it had failed, so that it starts again if it is described so. */
enum root_stop { ROOT_STOP, ROOT_STOP_AS_FAILED };

enum root_status root_program_stop(const char *name, enum root_stop how);

/* Waits until it has ended; at once if it has. */
enum root_status root_program_wait(const char *name, int *status);

enum root_program_state {
	ROOT_PROGRAM_IDLE,  /* has not been started */
	ROOT_PROGRAM_WAITS, /* starts when its pager is there, or a little after it has failed */
	ROOT_PROGRAM_RUNS,
	ROOT_PROGRAM_ENDED,
};

struct root_program {
	char name[ROOT_NAME_MAX];
	char pager[ROOT_NAME_MAX]; /* empty: the root task */
	enum root_program_state state;
	int status; /* of its last end */
	unsigned int priority, threads, restarts;
	unsigned long memory, memory_quota; /* bytes; what a pager has given it is the pager's */
	unsigned long kernel_memory;        /* bytes */
	L4_ThreadId_t main_thread;          /* nilthread: it does not run */
	bool is_server, is_confined;
};

enum { ROOT_PROGRAM_SERVER = 1, ROOT_PROGRAM_CONFINED = 2 }; /* bits in the answer to ROOT_PROGRAM_INFO */

/* A program by its number, from 0, in the order of the description. ROOT_NOT_FOUND: there are no more. */
enum root_status root_program_info(unsigned int number, struct root_program *program);

/* The memory for programs, in bytes: what nobody has, and all. */
enum root_status root_memory(unsigned long *left, unsigned long *total);

#ifdef __cplusplus
}
#endif
#endif
