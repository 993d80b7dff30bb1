/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - a text as one string item.
 */
#include <service/console.h>

#include <l4/ipc.h>
#include <l4/message.h>

bool console_write(L4_ThreadId_t server, const char *text, size_t size)
{
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	if (size > CONSOLE_TEXT_MAX)
		return false;
	L4_MsgClear(&msg);
	L4_MsgAppendSimpleStringItem(&msg, L4_StringItem((int)size, (void *)text));
	L4_Set_MsgLabel(&msg, CONSOLE_WRITE);
	L4_MsgLoad(&msg);
	tag = L4_Call(server);
	return L4_IpcSucceeded(tag) && L4_Label(tag) == 0;
}
