/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * divide - the server to copy: it has a name, and divides 100 by numbers for whoever finds it. At 0 it fails.
 */
#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

/* Puts the answer into the message registers. False: the message is none of our protocol, and gets none. */
static bool serve(L4_MsgTag_t tag)
{
	L4_Word_t number;

	if (L4_Label(tag) != 0 || L4_UntypedWords(tag) != 1 || L4_TypedWords(tag) != 0)
		return false;
	L4_StoreMR(1, &number);
	L4_LoadMR(0, 1);
	L4_LoadMR(1, 100 / number);
	return true;
}

int main(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	if (root_register("divide", L4_Myself()) != ROOT_OK) {
		printf("divide: its description does not say that it serves this name\n");
		return 1;
	}
	tag = L4_Wait(&client);
	for (;;) {
		if (L4_IpcSucceeded(tag) && serve(tag))
			tag = L4_ReplyWait(client, &client); /* never waits for a client that has gone */
		else
			tag = L4_Wait(&client);
	}
}
