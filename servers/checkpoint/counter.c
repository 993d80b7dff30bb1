/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter - the client to copy: counts, and when it is started again goes on where it was.
 *
 * The thread that counts has its number and its stack in a region of `checkpoint`, which brings both back, and the
 * thread's registers. All else is new in each run: the second thread, which prints what the first one has reached, and
 * the variable by which it knows. It ends the program after some lines, while the first one is counting. With disk=1
 * the pager is the one of the name disk-checkpoint: that one remembers when the machine has been off, too.
 */
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4io.h>
#include <pager/checkpoint.h>
#include <service/root.h>

#define REGION 0x200000000000UL

enum { PAGES = 4, PAGE = 4096, NAME = 0xc0, INTERVAL = 100000, STEP = 200000, LINES = 3 }; /* microseconds */
enum { PATIENCE = 1000 /* looks for another number */ };

static volatile unsigned long reached;
static char stack[4096] __attribute__((aligned(16)));

static void count(void)
{
	unsigned long *number = (unsigned long *)REGION;

	for (;;) {
		unsigned long until = (unsigned long)L4_SystemClock().raw + STEP;

		reached = ++*number;
		while ((unsigned long)L4_SystemClock().raw < until)
			;
	}
}

static void print(void *unused)
{
	unsigned long last = 0;

	(void)unused;
	for (unsigned int i = 0; i < LINES; i++) {
		for (unsigned int looks = 0; reached == last; looks++) {
			if (looks == PATIENCE) {
				printf("counter: its pager does not bring it back\n");
				root_exit(1);
			}
			L4_Sleep(L4_TimePeriod(INTERVAL / 10));
		}
		last = reached;
		printf("counter: %lu\n", last);
	}
	L4_Sleep(L4_TimePeriod(2 * INTERVAL));
	root_exit(0);
}

int main(void)
{
	const char *name = root_option("disk", 0) ? "disk-checkpoint" : "checkpoint";
	L4_ThreadId_t thread, pager = root_lookup(name);

	if (L4_IsNilThread(pager)) {
		printf("counter: no program called `%s` remembers it\n", name);
		return 1;
	}
	if (root_thread_start(print, NULL, stack, sizeof(stack), &thread) != ROOT_OK)
		return 1;
	pager_begin(pager);
	if (pager_enter(pager) == PAGER_OK)
		pager_restore(pager, NAME); /* returns only if there is nothing to go on from */
	if (pager_attach(pager, REGION, PAGES * PAGE, L4_Readable | L4_Writable, 0) != PAGER_OK ||
	    pager_checkpoints(pager, NAME, INTERVAL) != PAGER_OK) {
		printf("counter: `%s` has no room for it, or has ended\n", name);
		return 1;
	}
	__asm__ volatile("movq %0, %%rsp\n\txorl %%ebp, %%ebp\n\tcall *%1\n\tud2"
			 : : "r"(REGION + PAGES * PAGE), "r"(count) : "memory");
	__builtin_unreachable();
}
