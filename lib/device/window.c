/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * window.c - requests about a window, and the window itself as a map item.
 */
#include <device/window.h>

#include <l4/ipc.h>
#include <l4/space.h>

bool window_call(L4_ThreadId_t driver, unsigned long label, L4_Time_t timeout, L4_Msg_t *msg, unsigned long *status)
{
	L4_MsgTag_t tag;

	L4_Set_MsgLabel(msg, label);
	L4_MsgLoad(msg);
	tag = L4_Call_Timeouts(driver, L4_Never, timeout);
	if (L4_IpcFailed(tag))
		return false;
	L4_MsgStore(tag, msg);
	*status = L4_Label(tag);
	return true;
}

bool window_connect(L4_ThreadId_t driver, unsigned long label, void *window, unsigned int size_log2,
		    unsigned long *status, unsigned long *word)
{
	L4_Acceptor_t before = L4_Accepted();
	L4_Msg_t msg;
	bool is_there;

	L4_MsgClear(&msg);
	L4_Accept(L4_MapGrantItems(L4_FpageLog2((L4_Word_t)window, (int)size_log2)));
	is_there = window_call(driver, label, L4_Never, &msg, status);
	L4_Accept(before);
	if (is_there)
		*word = L4_MsgWord(&msg, 0);
	return is_there;
}

static L4_Fpage_t fpage(const void *memory, unsigned int size_log2, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2((L4_Word_t)memory, (int)size_log2), rights);
}

void window_answer(L4_ThreadId_t client, unsigned long status, unsigned long word)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, word);
	L4_Set_MsgLabel(&msg, status);
	L4_MsgLoad(&msg);
	L4_Reply(client);
}

void window_give(L4_ThreadId_t client, void *memory, unsigned int size_log2, unsigned long word)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, word);
	L4_MsgAppendMapItem(&msg, L4_MapItem(fpage(memory, size_log2, L4_Readable | L4_Writable), 0));
	L4_MsgLoad(&msg);
	L4_Reply(client);
}

void window_take_back(void *memory, unsigned int size_log2)
{
	L4_UnmapFpage(fpage(memory, size_log2, L4_FullyAccessible));
}
