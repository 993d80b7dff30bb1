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
