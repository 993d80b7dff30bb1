/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.c - names of threads.
 */
#include <service/root.h>

#include <l4/message.h>
#include <l4/thread.h>

#include "call.h"

bool root_append_name(L4_Msg_t *msg, const char *name)
{
	size_t length = 0;

	while (length < ROOT_NAME_MAX && name[length])
		length++;
	if (length == ROOT_NAME_MAX)
		return false;
	L4_MsgAppendWord(msg, length);
	root_append_bytes(msg, name, length);
	return true;
}

static L4_ThreadId_t lookup(enum root_request request, const char *name)
{
	L4_ThreadId_t thread = L4_nilthread;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	if (root_append_name(&msg, name) && root_call(request, &msg) == ROOT_OK)
		thread.raw = L4_MsgWord(&msg, 0);
	return thread;
}

L4_ThreadId_t root_lookup(const char *name)
{
	return lookup(ROOT_LOOKUP, name);
}

L4_ThreadId_t root_lookup_wait(const char *name)
{
	return lookup(ROOT_LOOKUP_WAIT, name);
}

enum root_status root_register(const char *name, L4_ThreadId_t thread)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, L4_GlobalIdOf(thread).raw);
	return root_append_name(&msg, name) ? root_call(ROOT_REGISTER, &msg) : ROOT_DENIED;
}
