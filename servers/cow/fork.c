/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork - the client to copy: a second space gets a copy of this one's pages, and writes to some of them.
 *
 * The child is a thread in a space without memory, whose first pager is its parent. Of him it has the program, whose
 * variables are therefore the same in both; the pages that are forked are those of the region. The pager copies none
 * until somebody writes.
 */
#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <pager/fork.h>
#include <service/root.h>

#define REGION 0x200000000000UL

enum { PAGES = 64, WRITTEN = 4, PAGE = 4096, PROGRAM_LOG2 = 20, PARENT = 1000, CHILD = 2000 };

extern char __program_start[];

static L4_ThreadId_t pager, parent;
static char stack[PAGE] __attribute__((aligned(PAGE)));

/* The first word of a page. */
static volatile unsigned long *word(unsigned long page)
{
	return (volatile unsigned long *)(REGION + page * PAGE);
}

/* As it was when the parent had written it. */
static bool is_whole(void)
{
	for (unsigned long page = 0; page < PAGES; page++)
		if (*word(page) != PARENT + page)
			return false;
	return true;
}

static unsigned long copies(void)
{
	struct pager_counts counts;

	return pager_counts(pager, &counts) == PAGER_OK ? counts.page_ins : 0;
}

/* Tells the parent a number, and goes on when he does. */
static void tell_parent(unsigned long number)
{
	L4_LoadMR(0, 1);
	L4_LoadMR(1, number);
	L4_Call(parent);
}

static void be_child(void)
{
	L4_Set_Pager(pager);
	pager_enter(pager);
	pager_child_of(pager, parent);
	tell_parent(0);
	if (!is_whole())
		printf("fork: the child does not have what its parent has\n");
	for (unsigned long page = 0; page < WRITTEN; page++)
		*word(page) = CHILD + page;
	tell_parent(copies());
}

/* The child begins, and its first instruction faults: then it gets the program. False: it cannot. */
static bool start(L4_ThreadId_t child)
{
	L4_Fpage_t program = L4_FpageLog2((L4_Word_t)__program_start, PROGRAM_LOG2);
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, (L4_Word_t)be_child);
	L4_MsgAppendWord(&msg, (L4_Word_t)(stack + sizeof(stack) - sizeof(L4_Word_t)));
	L4_MsgLoad(&msg);
	if (L4_IpcFailed(L4_Call(child)))
		return false;
	stack[0] = 0; /* what we have not touched we do not have, and cannot give */
	L4_MsgClear(&msg);
	L4_MsgAppendMapItem(&msg, L4_MapItem(L4_FpageAddRights(program, L4_FullyAccessible), L4_Address(program)));
	L4_MsgLoad(&msg);
	return L4_IpcSucceeded(L4_Call(child)); /* until it has said whose child it wants to be */
}

int main(void)
{
	L4_ThreadId_t child;
	L4_Word_t copied = 0;

	pager = root_lookup("cow");
	parent = L4_MyGlobalId();
	if (L4_IsNilThread(pager)) {
		printf("fork: no program called `cow` can copy memory\n");
		return 1;
	}
	pager_begin(pager);
	if (pager_attach(pager, REGION, PAGES * PAGE, L4_Readable | L4_Writable, 0) != PAGER_OK) {
		printf("fork: `cow` has no room for it\n");
		return 1;
	}
	for (unsigned long page = 0; page < PAGES; page++)
		*word(page) = PARENT + page;
	if (root_space_create(0, &child) != ROOT_OK || !start(child) || pager_fork(pager, child) != PAGER_OK) {
		printf("fork: there is no child\n");
		return 1;
	}
	L4_LoadMR(0, 0);
	if (L4_IpcSucceeded(L4_Call(child)))
		L4_StoreMR(1, &copied);
	if (!is_whole()) {
		printf("fork: the parent has what its child has written\n");
		return 1;
	}
	printf("fork: of %d pages the child writes to %d: %lu copied, %lu shared\n", PAGES, WRITTEN, copied, PAGES - copied);
	return 0;
}
