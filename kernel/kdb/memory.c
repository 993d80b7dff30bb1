/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/memory.c - where the kernel's memory is, and why messages took the long way. */
#include "core/account.h"
#include "core/frames.h"
#include "core/mapdb.h"
#include "core/thread.h"
#include "kdb/kdb.h"

#define KIB(frames) ((frames) * PAGE_SIZE / 1024)

static unsigned count_threads(void)
{
	unsigned count = 0;

	for (struct ring *r = all_threads.next; r != &all_threads; r = r->next)
		count++;
	return count;
}

KDB_COMMAND(memory, "", "the kernel's memory: free frames, and how many things there are that take some")
{
	(void)words;
	print("%lu KiB free, %lu KiB in use; %lu KiB of it the kernel's own, `spaces` has the others\n",
	      KIB(frames_free()), KIB(frames_used()), account_used(&kernel_account) / 1024);
	print("%lu mappings of 32 bytes, %u threads of %u bytes\n", mapdb_count(), count_threads(), (unsigned)TCB_SIZE);
}

KDB_COMMAND(misses, "", "why system calls left the path of a message for C, since boot")
{
	static const char *const reasons[] = {
		[PATH_MISS_TAG] = "typed items or propagation",
		[PATH_MISS_CALL_WORD] = "a receive timeout, another kind of receive phase, or no IPC",
		[PATH_MISS_PARTNER] = "the partner is not there or does not wait for it",
		[PATH_MISS_PENDING] = "somebody is queued for the receive phase",
		[PATH_MISS_HAZARD] = "a hazard of the partner's",
		[PATH_MISS_PRIORITY] = "a better thread is ready, or the partner of a send is better",
		[PATH_MISS_SENDER] = "a hazard of the sender's",
		[PATH_MISS_FPU] = "the FPU was switched first",
	};

	(void)words;
	_Static_assert(COUNT_OF(reasons) == PATH_MISSES, "a reason each");
	for (unsigned i = 0; i < PATH_MISSES; i++)
		print("%10lu %s\n", kdb_cpu->misses[i], reasons[i]);
}
