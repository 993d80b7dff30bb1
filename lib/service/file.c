/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - boot modules as files.
 */
#include <service/root.h>

#include <l4/message.h>

#include "call.h"

enum root_status root_file(const char *name, unsigned int *file, unsigned long *size)
{
	enum root_status status = ROOT_NOT_FOUND;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	if (root_append_name(&msg, name))
		status = root_call(ROOT_FILE, &msg);
	*file = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	*size = status == ROOT_OK ? L4_MsgWord(&msg, 1) : 0;
	return status;
}

enum root_status root_file_name(unsigned int file, char name[ROOT_NAME_MAX], unsigned long *size)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, file);
	status = root_call(ROOT_FILE_NAME, &msg);
	*size = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	if (status == ROOT_OK)
		root_get_bytes(&msg, 1, name, ROOT_NAME_MAX);
	return status;
}

enum root_status root_file_page(unsigned int file, unsigned long offset, void *address)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, file);
	L4_MsgAppendWord(&msg, offset);
	return root_call_for_page(ROOT_FILE_PAGE, &msg, address);
}
