/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/linux/process.h - one Linux process: a space with one thread, whose pager and exception handler
 * is this program.
 */
#ifndef TESTS_LINUX_PROCESS_H
#define TESTS_LINUX_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include <abi/protocol.h>
#include <l4/types.h>

#include "servers/root/elf.h"

enum {
	FILES_MAX = 16,
	SIGNALS_MAX = 64,
	OUTPUT_MAX = 4096,
	SIGNALLED = 128, /* and the signal: the status of a process that one has ended */
};

/* A boot module. */
struct module {
	const unsigned char *bytes;
	unsigned long size;
};

struct file {
	enum { FILE_CLOSED, FILE_CONSOLE, FILE_MODULE } kind;
	struct module module;
	unsigned long position;
};

/* What a signal does, as rt_sigaction has it. */
struct signal_action {
	unsigned long handler, flags, restorer, mask;
};

/* What made process_run() return. */
enum process_event {
	PROCESS_ENDED,	 /* status says how */
	PROCESS_STOPPED, /* by a forced exception; it waits for process_run() */
	PROCESS_RUNS,	 /* it did nothing that we would notice until the time was over */
};

struct process {
	L4_ThreadId_t thread;
	const struct elf_image *image;
	L4_Word_t frame[1 + EXC_WORDS]; /* by enum exception_word: its last exception */
	bool waits;			/* for the answer to that */
	int status;
	unsigned int calls, faults; /* how many there were */

	struct file files[FILES_MAX];
	struct signal_action actions[SIGNALS_MAX + 1];
	L4_Word_t interrupted[1 + EXC_WORDS]; /* the frame that a signal handler returns to */
	char output[OUTPUT_MAX];
	unsigned int output_used;
};

extern struct process process;

/* False: there is no boot module of this name. */
bool module_find(const char *name, struct module *module);

/* A process that waits at the entry point of its program. Null: good; otherwise what went wrong. */
const char *process_start(const char *const *arguments);

/* Lets it go on and answers what it does, until there is an event or nothing happens for a time. */
enum process_event process_run(L4_Time_t patience);

/* Forces an exception at it. True: it has stopped, and its registers are in the frame. */
bool process_stop(void);

/* Makes a stopped process go on in its handler of a signal. */
void process_signal(unsigned int signal);

void process_end(void);

/* calls.c: does the system call in the frame, and puts its result there. False: the process has ended. */
bool linux_call(void);

/* memory.c: an empty space for a program; null if it cannot be loaded. */
const struct elf_image *memory_init(const struct module *program);

/* The page of an address, for an access (rights as in a flexpage); null: there is none. */
unsigned char *memory_page(unsigned long address, unsigned int access, unsigned int *rights);

/* Copy out of and into the process. False: not all of it is there. */
bool memory_in(void *to, unsigned long from, unsigned long size);
bool memory_out(unsigned long to, const void *from, unsigned long size);

long memory_break(unsigned long new_break);
long memory_map(unsigned long size);

#define STACK_HIGH 0x7f0000000000UL

#endif
