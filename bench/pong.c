/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong.c - one loop of ReplyWait.
 */
#include "pong.h"

#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>

/* Prepares the answer to anything but an echo. False: there will be no other. */
static bool serve(L4_MsgTag_t tag, L4_ThreadId_t client)
{
	L4_MsgTag_t answer = L4_Niltag;
	L4_Word_t address;

	while (L4_Label(tag) == PONG_LONG_WAY) {
		L4_Set_MsgTag(L4_Niltag);
		tag = L4_Lipc(client, client, L4_Timeouts(L4_ZeroTime, L4_Never), &client);
	}
	if (L4_Label(tag) == PONG_GIVE) {
		answer.raw = L4_UntypedWords(tag) << 6;
	} else if (L4_Label(tag) == PONG_PEEK) {
		L4_StoreMR(1, &address);
		L4_LoadMR(1, *(volatile L4_Word_t *)address);
		answer.raw = 1;
	}
	L4_Set_MsgTag(answer);
	return L4_Label(tag) != PONG_STOP;
}

void pong_serve(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
	tag = L4_Wait(&client);
	for (;;) {
		if (L4_IpcFailed(tag)) {
			tag = L4_Wait(&client);
			continue;
		}
		L4_Set_MsgTag(tag);
		if (L4_Label(tag) != PONG_ECHO && !serve(tag, client)) {
			L4_Reply(client);
			return;
		}
		tag = L4_ReplyWait(client, &client);
	}
}
