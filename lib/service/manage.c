/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manage.c - what managers ask of the root task.
 */
#include <service/manage.h>

#include <l4/message.h>

#include "call.h"

enum root_status root_program_start(const char *name, const char *arguments)
{
	enum { BYTES_MAX = ROOT_TEXT_MAX - 8 };
	char text[BYTES_MAX];
	size_t length = 0;
	L4_Msg_t msg;

	while (*name && length < BYTES_MAX)
		text[length++] = *name++;
	if (arguments && *arguments && length < BYTES_MAX)
		text[length++] = ' ';
	while (arguments && *arguments && length < BYTES_MAX)
		text[length++] = *arguments++;
	if (*name || (arguments && *arguments))
		return ROOT_MALFORMED;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, length);
	root_append_bytes(&msg, text, length);
	return root_call(ROOT_PROGRAM_START, &msg);
}

enum root_status root_program_stop(const char *name, enum root_stop how)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, how);
	return root_append_name(&msg, name) ? root_call(ROOT_PROGRAM_STOP, &msg) : ROOT_NOT_FOUND;
}

enum root_status root_program_wait(const char *name, int *status)
{
	enum root_status answer = ROOT_NOT_FOUND;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	if (root_append_name(&msg, name))
		answer = root_call(ROOT_PROGRAM_WAIT, &msg);
	*status = answer == ROOT_OK ? (int)L4_MsgWord(&msg, 0) : 0;
	return answer;
}

enum root_status root_program_info(unsigned int number, struct root_program *program)
{
	enum { STATE, STATUS, PRIORITY, MEMORY, QUOTA, KERNEL, THREADS, RESTARTS, MAIN_THREAD, FLAGS, NAME,
	       PAGER = NAME + ROOT_NAME_MAX / sizeof(L4_Word_t) };
	enum root_status answer;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, number);
	answer = root_call(ROOT_PROGRAM_INFO, &msg);
	if (answer != ROOT_OK)
		return answer;
	*program = (struct root_program){
		.state = L4_MsgWord(&msg, STATE),
		.status = (int)L4_MsgWord(&msg, STATUS),
		.priority = L4_MsgWord(&msg, PRIORITY),
		.memory = L4_MsgWord(&msg, MEMORY),
		.memory_quota = L4_MsgWord(&msg, QUOTA),
		.kernel_memory = L4_MsgWord(&msg, KERNEL),
		.threads = L4_MsgWord(&msg, THREADS),
		.restarts = L4_MsgWord(&msg, RESTARTS),
		.main_thread.raw = L4_MsgWord(&msg, MAIN_THREAD),
		.is_server = L4_MsgWord(&msg, FLAGS) & ROOT_PROGRAM_SERVER,
		.is_confined = L4_MsgWord(&msg, FLAGS) & ROOT_PROGRAM_CONFINED,
	};
	root_get_bytes(&msg, NAME, program->name, ROOT_NAME_MAX);
	root_get_bytes(&msg, PAGER, program->pager, ROOT_NAME_MAX);
	return ROOT_OK;
}

enum root_status root_memory(unsigned long *left, unsigned long *total)
{
	enum root_status answer;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	answer = root_call(ROOT_MEMORY, &msg);
	*left = answer == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	*total = answer == ROOT_OK ? L4_MsgWord(&msg, 1) : 0;
	return answer;
}
