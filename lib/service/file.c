/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - boot modules as files.
 */
#include <service/root.h>

#include <l4/ipc.h>
#include <l4/message.h>

#include "call.h"

enum { PAGE_LOG2 = 12 };

enum root_status root_file(const char *name, unsigned int *file, unsigned long *size)
{
	enum root_status status;
	size_t length = 0;
	L4_Msg_t msg;

	while (length < ROOT_NAME_MAX && name[length])
		length++;
	if (length == ROOT_NAME_MAX)
		return ROOT_NOT_FOUND;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, length);
	root_append_bytes(&msg, name, length);
	status = root_call(ROOT_FILE, &msg);
	*file = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	*size = status == ROOT_OK ? L4_MsgWord(&msg, 1) : 0;
	return status;
}

enum root_status root_file_page(unsigned int file, unsigned long offset, void *address)
{
	L4_Acceptor_t before = L4_Accepted();
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, file);
	L4_MsgAppendWord(&msg, offset);
	L4_Accept(L4_MapGrantItems(L4_FpageLog2((L4_Word_t)address, PAGE_LOG2)));
	status = root_call(ROOT_FILE_PAGE, &msg);
	L4_Accept(before);
	return status;
}
