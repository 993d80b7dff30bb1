/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * misses.c - the kernel's counters, at the end less at the beginning.
 *
 * They count for all threads of the processor. What bench does on purpose is in them: it asks for mappings, strings,
 * timeouts, and system calls that are no IPC.
 */
#include "misses.h"

#include <l4/pathmisses.h>
#include <l4/thread.h>
#include <l4io.h>

static const struct {
	const char *name, *meaning;
} reasons[] = {
	[L4_MISS_TAG] = { "tag", "typed items or propagation" },
	[L4_MISS_CALL_WORD] = { "call_word", "a receive timeout, or no IPC at all" },
	[L4_MISS_PARTNER] = { "partner", "the partner does not wait, or there is no send" },
	[L4_MISS_PENDING] = { "pending", "somebody is queued to be received from" },
	[L4_MISS_HAZARD] = { "hazard", "the partner needs more than a message" },
	[L4_MISS_PRIORITY] = { "priority", "a better thread is ready" },
	[L4_MISS_SENDER] = { "sender", "the sender needs more than a message" },
	[L4_MISS_FPU] = { "fpu", "vector registers were switched first" },
};
_Static_assert(sizeof(reasons) / sizeof(reasons[0]) == L4_PATH_MISSES, "a reason each");

static L4_Word_t before[L4_PATH_MISSES];

void misses_begin(void)
{
	L4_PathMisses(L4_ProcessorNo(), before);
}

void misses_print(void)
{
	L4_Word_t after[L4_PATH_MISSES];

	if (!L4_PathMisses(L4_ProcessorNo(), after) || after[L4_MISS_CALL_WORD] == 0) {
		printf("\nNo message took the kernel's short path: this processor has none, or it is switched off\n");
		return;
	}
	printf("\nWhy system calls of this run did not take the kernel's short path\n");
	for (unsigned int i = 0; i < L4_PATH_MISSES; i++)
		printf("%-46s %7lu\n", reasons[i].meaning, after[i] - before[i]);
	printf("\n");
	for (unsigned int i = 0; i < L4_PATH_MISSES; i++)
		printf("BENCH name=path.miss.%s unit=misses value=%lu\n", reasons[i].name, after[i] - before[i]);
}
