/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * greedy.c - programs that want all there is of something that many share, and those beside them.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "roles.h"

enum { READS = 64, LOOK_US = 20000 };

static void load(enum root_request request, L4_Word_t word)
{
	L4_LoadMR(0, (L4_Word_t)request << 16 | 1);
	L4_LoadMR(1, word);
}

/* Asks for characters, and does not wait for them; then it keeps the root task busy in the middle of a line. */
int role_greedy(void)
{
	unsigned long end = L4_SystemClock().raw + root_option("for", 0);

	for (unsigned int i = 0; i < READS; i++) {
		load(ROOT_READ, 1);
		L4_Send(root_task());
	}
	printf("greedy: a line that");
	while (L4_SystemClock().raw < end) {
		load(ROOT_FILE_NAME, 0);
		L4_Call(root_task());
	}
	printf(" ends\n");
	return 0;
}

/* Wants one character, and to write a line. */
int role_modest(void)
{
	L4_MsgTag_t tag;

	sleep_milliseconds(10);
	say("in between");
	load(ROOT_READ, 1);
	tag = L4_Call_Timeouts(root_task(), L4_Never, L4_TimePeriod(LOOK_US));
	say("a character: %s", L4_IpcSucceeded(tag) ? status_name((int)L4_Label(tag)) : "is waited for");
	return 0;
}

/* Has the kernel make page tables, for one page at as many places as there are, until it is stopped. */
int role_mapper(void)
{
	enum { STEP_LOG2 = 30 };
	unsigned int file;
	unsigned long size;

	if (root_file("a.text", &file, &size) != ROOT_OK)
		return 1;
	for (unsigned long place = 256; place < 1UL << (46 - STEP_LOG2); place++)
		if (root_file_page(file, 0, (void *)(place << STEP_LOG2)) != ROOT_OK)
			return 1;
	return 0;
}

static void end_at_once(void *unused)
{
	(void)unused;
}

/* Needs some of the kernel's memory again and again, which its description has set aside. */
int role_saver(void)
{
	enum { ROUNDS = 150, STACK = 4096 };
	static char stack[STACK] __attribute__((aligned(16)));
	unsigned int good = 0;

	for (unsigned long i = 0; i < ROUNDS; i++) {
		volatile unsigned long *page = (void *)(ROOT_HEAP_LOW + i * STACK);
		L4_ThreadId_t thread;

		*page = i;
		good += root_thread_start(end_at_once, NULL, stack, STACK, &thread) == ROOT_OK && *page == i;
		sleep_milliseconds(2);
	}
	say("%u of %d rounds went well", good, ROUNDS);
	return 0;
}
