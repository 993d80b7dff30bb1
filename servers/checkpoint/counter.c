/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter - the client to copy: counts, and when it is started again goes on where it was.
 *
 * Its number and its stack are in a region of `checkpoint`, which are the thread's memory at another time, too. All else
 * of the program is new each time: what it says is limited to a few lines for each run by such a variable.
 */
#include <l4/schedule.h>
#include <l4io.h>
#include <pager/checkpoint.h>
#include <service/root.h>

#define REGION 0x200000000000UL

enum { PAGES = 4, PAGE = 4096, NAME = 0xc0, INTERVAL = 10000, LINES = 3 };

static unsigned int lines; /* of this run */

static void count(void)
{
	unsigned long *number = (unsigned long *)REGION;

	for (;;) {
		L4_Word_t until = (L4_Word_t)L4_SystemClock().raw + 3 * INTERVAL;

		if (lines++ == LINES)
			root_exit(0);
		printf("counter: %lu\n", ++*number);
		while ((L4_Word_t)L4_SystemClock().raw < until)
			;
	}
}

int main(void)
{
	L4_ThreadId_t pager = root_lookup("checkpoint");

	if (L4_IsNilThread(pager)) {
		printf("counter: no program called `checkpoint` keeps it\n");
		return 1;
	}
	pager_begin(pager);
	if (pager_enter(pager) == PAGER_OK)
		pager_restore(pager, NAME); /* returns if there is nothing to be restored */
	if (pager_attach(pager, REGION, PAGES * PAGE, L4_Readable | L4_Writable, 0) != PAGER_OK ||
	    pager_checkpoints(pager, NAME, INTERVAL) != PAGER_OK) {
		printf("counter: `checkpoint` has no room for it\n");
		return 1;
	}
	__asm__ volatile("movq %0, %%rsp\n\txorl %%ebp, %%ebp\n\tcall *%1\n\tud2"
			 : : "r"(REGION + PAGES * PAGE), "r"(count) : "memory");
	__builtin_unreachable();
}
