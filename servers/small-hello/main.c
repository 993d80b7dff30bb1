/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small-hello - the 32-bit program to copy: it greets from a small space, starts a second thread, and exchanges one
 * message with it.
 *
 * But for its name and the line that says how long a word is, it is servers/hello: libl4 is the same. The three lines
 * that build it are in CMakeLists.txt beside this file; README.md says how to run it.
 */
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

static char stack[4096] __attribute__((aligned(16)));

/* The second thread: waits for one number from anybody and replies with its double. */
static void doubler(void *unused)
{
	L4_ThreadId_t client;
	L4_Word_t number;

	(void)unused;
	L4_Wait(&client);          /* any sender; the message is in the message registers */
	L4_StoreMR(1, &number);    /* MR0 is the tag, MR1 the first word */
	L4_LoadMR(0, 1);           /* a tag: label 0, one untyped word */
	L4_LoadMR(1, 2 * number);
	L4_Reply(client);          /* never waits: the client called, so it is ready */
}

int main(void)
{
	L4_ThreadId_t me = L4_MyGlobalId(), helper;
	L4_Word_t answer;

	printf("small-hello: I am thread 0x%lx.%lu on %s\n", L4_ThreadNo(me), L4_Version(me),
	       L4_KernelVersionString(L4_GetKernelInterface()));
	printf("small-hello: a word has %u bits here, and it is %llu us after the start\n", L4_BITS_PER_WORD,
	       L4_SystemClock().raw);

	/* The root task makes the thread: ThreadControl is a privilege of the root task's space. */
	if (root_thread_start(doubler, NULL, stack, sizeof(stack), &helper) != ROOT_OK) {
		printf("small-hello: no second thread\n");
		return 1;
	}

	L4_LoadMR(0, 1);
	L4_LoadMR(1, 21);
	if (L4_IpcFailed(L4_Call(helper))) {
		printf("small-hello: the call failed, error %lu\n", L4_ErrorCode());
		return 1;
	}
	L4_StoreMR(1, &answer);
	printf("small-hello: twice 21 is %lu, says thread 0x%lx\n", answer, L4_ThreadNo(helper));
	return 0; /* the root task is told, and deletes the program */
}
