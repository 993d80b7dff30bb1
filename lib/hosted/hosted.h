/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hosted.h - what the files of this folder know of each other.
 */
#ifndef HOSTED_H
#define HOSTED_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>

/*
 * What is where in the memory that the root task has for a program (service/root.h): brk() grows
 * upwards from HOSTED_BREAK_LOW, mmap() takes pages from HOSTED_MAP_LOW up, and the main thread's stack
 * ends at HOSTED_STACK_HIGH.
 */
#define HOSTED_BREAK_LOW  0x1000000000UL
#define HOSTED_BREAK_HIGH 0x1010000000UL
#define HOSTED_MAP_LOW    0x1010000000UL
#define HOSTED_MAP_HIGH   0x103f800000UL
#define HOSTED_STACK_HIGH 0x1040000000UL

/* The main thread's exception handler; returns when there is nothing to handle any more: never. */
void handler_run(void *main_thread);

/* Where a system call has its number and arguments, and what it does to the caller. */
struct hosted_call {
	unsigned long number;
	unsigned long argument[6];
	unsigned long fs_base; /* may be changed */
};

/* Does what Linux does for this call, or -ENOSYS. Returns the result, or minus the error number. */
long hosted_call(struct hosted_call *call);

/* memory.c: the calls of these names. Results as Linux has them. */
long memory_break(unsigned long new_break);
long memory_map(unsigned long size, int protection, int flags);
long memory_unmap(unsigned long address, unsigned long size);
long memory_protect(unsigned long address, unsigned long size, int protection);

/* Is all of this the program's own, for an access with these rights (PF_R, PF_W)? */
bool memory_has(unsigned long address, unsigned long size, unsigned int rights);

#endif
