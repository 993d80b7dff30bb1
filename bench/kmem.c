/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmem.c - how much of its own memory does the kernel use for a space, and for a thread?
 *
 * The kernel counts it; the root task tells. A space is what a program has before its first
 * instruction: page tables for the kernel interface page and the UTCBs, and one thread. What a
 * thread takes is asked before and after some are made that use no floating point: the first of
 * four takes a whole page for their UTCBs.
 */
#include "kmem.h"

#include <l4/ipc.h>
#include <service/root.h>

enum { THREADS = 8, STACK = 512 };

static char stacks[THREADS][STACK] __attribute__((aligned(16)));

static void sleeper(void *unused)
{
	(void)unused;
	L4_Sleep(L4_Never);
}

static struct figures one_figure(unsigned long value)
{
	return (struct figures){ value, value, value };
}

bool kmem_measure(struct figures *per_space, struct figures *per_thread)
{
	L4_ThreadId_t threads[THREADS];
	unsigned long before, after, at_start;
	unsigned int count = 0;

	/* The stacks' pages are there before anything is counted. */
	for (unsigned int i = 0; i < THREADS; i++)
		*(volatile char *)&stacks[i][STACK - 1] = *(volatile char *)&stacks[i][0] = 0;
	if (root_kernel_memory(&before, &at_start) != ROOT_OK)
		return false;
	while (count < THREADS &&
	       root_thread_start(sleeper, NULL, stacks[count], STACK, &threads[count]) == ROOT_OK)
		count++;
	bool good = root_kernel_memory(&after, &at_start) == ROOT_OK && count == THREADS;

	while (count > 0)
		root_thread_delete(threads[--count]);
	*per_space = one_figure(at_start);
	*per_thread = one_figure((after - before) / THREADS);
	return good;
}
