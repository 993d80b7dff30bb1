/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paging.c - notices and requests of paging.h.
 */
#include <service/paging.h>

#include <l4/kip.h>
#include <l4/message.h>

#include "call.h"

L4_ThreadId_t root_notifier(void)
{
	return L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()) + 3, 1);
}

enum root_notice root_notice(L4_MsgTag_t tag, L4_ThreadId_t from, struct root_client *client)
{
	enum { NAME_WORDS = ROOT_NAME_MAX / sizeof(L4_Word_t), START_WORDS = 4 + NAME_WORDS };
	L4_Msg_t msg;

	if (!L4_IsThreadEqual(from, root_notifier()))
		return ROOT_NO_NOTICE;
	L4_MsgStore(tag, &msg);
	client->thread.raw = L4_MsgWord(&msg, 0);
	if (L4_Label(tag) != ROOT_CLIENT_START || L4_UntypedWords(tag) != START_WORDS)
		return L4_Label(tag) == ROOT_CLIENT_END ? ROOT_CLIENT_END : ROOT_NO_NOTICE;
	client->ip = L4_MsgWord(&msg, 1);
	client->sp = L4_MsgWord(&msg, 2);
	client->memory = L4_MsgWord(&msg, 3);
	root_get_bytes(&msg, 4, client->name, ROOT_NAME_MAX);
	return ROOT_CLIENT_START;
}

bool root_client_has(L4_ThreadId_t client, L4_ThreadId_t thread)
{
	return L4_ThreadNo(thread) - L4_ThreadNo(client) < ROOT_THREADS_MAX;
}

enum root_status root_client_segment(L4_ThreadId_t client, unsigned int number, struct root_segment *segment)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, client.raw);
	L4_MsgAppendWord(&msg, number);
	status = root_call(ROOT_CLIENT_SEGMENT, &msg);
	if (status == ROOT_OK)
		*segment = (struct root_segment){
			.low = L4_MsgWord(&msg, 0),
			.high = L4_MsgWord(&msg, 1),
			.rights = L4_MsgWord(&msg, 2),
		};
	return status;
}

enum root_status root_client_page(L4_ThreadId_t client, unsigned long address, void *into, unsigned int *rights)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, client.raw);
	L4_MsgAppendWord(&msg, address);
	L4_MsgAppendWord(&msg, (L4_Word_t)into);
	status = root_call_for_page(ROOT_CLIENT_PAGE, &msg, into);
	*rights = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	return status;
}

enum root_status root_client_fault(L4_ThreadId_t thread, unsigned long address, unsigned long ip, unsigned int access,
				   const char *reason)
{
	size_t length = 0;
	L4_Msg_t msg;

	while (length < ROOT_REASON_MAX && reason[length])
		length++;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, thread.raw);
	L4_MsgAppendWord(&msg, address);
	L4_MsgAppendWord(&msg, ip);
	L4_MsgAppendWord(&msg, access);
	L4_MsgAppendWord(&msg, length);
	root_append_bytes(&msg, reason, length);
	return root_call(ROOT_CLIENT_FAULT, &msg);
}
