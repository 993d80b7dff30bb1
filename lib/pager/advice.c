/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.c - the adviser's loop.
 */
#include <pager/advice.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <pager/client.h>

enum pager_status pager_advise(L4_ThreadId_t pager, pager_choice choose, void *argument)
{
	enum pager_status status = pager_call(pager, PAGER_ADVISE, 0, (L4_Word_t[4]){ 0 });
	L4_ThreadId_t from;
	L4_MsgTag_t tag;

	if (status != PAGER_OK)
		return status;
	tag = L4_Wait(&from);
	for (;;) {
		L4_Word_t missing, candidate;

		if (L4_IpcFailed(tag) || !L4_IsThreadEqual(from, pager) || L4_Label(tag) != PAGER_WHICH) {
			tag = L4_Wait(&from);
			continue;
		}
		L4_StoreMR(1, &missing);
		L4_StoreMR(2, &candidate);
		candidate = choose(missing, candidate, argument);
		L4_LoadMR(1, candidate);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PAGER_WHICH << 16 | 1 });
		tag = L4_ReplyWait(pager, &from);
	}
}
