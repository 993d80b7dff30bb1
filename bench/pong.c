/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong.c - one loop of ReplyWait.
 */
#include "pong.h"

#include <l4/ipc.h>
#include <l4/message.h>

void pong_serve(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag = L4_Wait(&client);

	for (;;) {
		if (L4_IpcFailed(tag)) {
			tag = L4_Wait(&client);
			continue;
		}
		L4_Set_MsgTag(tag);
		if (L4_Label(tag) == PONG_STOP) {
			L4_Reply(client);
			return;
		}
		tag = L4_ReplyWait(client, &client);
	}
}
