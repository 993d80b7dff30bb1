/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - one function per request; those of pagers, drivers and managers are in files of their own.
 *
 * The message comes from somebody who may want to do harm: each function tests the number of words
 * and every value before it uses them. Nothing in a message is an address that the root task would
 * follow.
 */
#include "request.h"

#include <string.h>

#include <l4/kip.h>

#include "device.h"
#include "file.h"
#include "line.h"
#include "manager.h"
#include "message.h"
#include "name.h"
#include "pager.h"
#include "wait.h"

/* Whether the program writes to another console, which is there or will be, and to which it may send. */
static bool has_own_console(const struct program *program)
{
	const char *name = program->console;

	return *name && name_is_known(name) && name_is_for(program, name) && program_of(name_find(name)) != program;
}

static bool serve_write(struct program *program, L4_ThreadId_t thread, L4_Msg_t *msg)
{
	char text[ROOT_TEXT_MAX];

	if (has_own_console(program))
		return answer_text(msg, ROOT_ELSEWHERE, program->console, strlen(program->console));
	if (!message_has_text(msg, 0, sizeof(text)))
		return answer(msg, ROOT_MALFORMED);

	unsigned int size = L4_MsgWord(msg, 0);

	message_bytes(msg, 1, text, size);
	console_write(&program->output, text, size);
	if (line_is_crowded(program) && wait_begin(program, thread, WAIT_FOR_ROOM, ""))
		return false;
	return answer(msg, ROOT_OK);
}

static bool serve_read(struct program *program, L4_ThreadId_t thread, L4_Msg_t *msg)
{
	if (has_own_console(program))
		return answer_text(msg, ROOT_ELSEWHERE, program->console, strlen(program->console));
	if (message_words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	if (program->is.is_deaf)
		return answer(msg, ROOT_DENIED);
	program->output.reads = true;
	if (L4_MsgWord(msg, 0) != 0) {
		console_reader_add(&program->output, thread);
		return false;
	}

	int character = console_read();

	return character < 0 ? answer(msg, ROOT_NOT_FOUND) : answer_word(msg, character);
}

static bool serve_exit(struct program *program, L4_Msg_t *msg)
{
	int status = message_words(msg) >= 1 ? (int)L4_MsgWord(msg, 0) : STATUS_STOPPED;

	if (status != 0 || program->is.is_server)
		console_say("%s: exit status %d", program->is.name, status);
	program_end(program, status);
	return false;
}

static bool serve_command_line(struct program *program, L4_Msg_t *msg)
{
	return answer_text(msg, ROOT_OK, program->is.command_line, strlen(program->is.command_line));
}

/* The answer comes at once, or when the name appears. */
static bool serve_lookup(struct program *program, L4_ThreadId_t caller, L4_Msg_t *msg, bool may_wait)
{
	char name[ROOT_NAME_MAX];
	L4_ThreadId_t found;

	if (!message_name(msg, 0, name))
		return answer(msg, ROOT_MALFORMED);
	if (!name_is_for(program, name))
		return answer(msg, ROOT_DENIED);
	found = name_find(name);
	if (!L4_IsNilThread(found))
		return answer_word(msg, found.raw);
	if (!may_wait || !name_is_known(name))
		return answer(msg, ROOT_NOT_FOUND);
	return !wait_begin(program, caller, WAIT_FOR_NAME, name) && answer(msg, ROOT_EXHAUSTED);
}

static bool serve_register(struct program *program, L4_Msg_t *msg)
{
	char name[ROOT_NAME_MAX];
	L4_ThreadId_t thread;

	if (message_words(msg) < 1 || !message_name(msg, 1, name))
		return answer(msg, ROOT_MALFORMED);
	thread.raw = L4_MsgWord(msg, 0);
	return answer(msg, name_register(program, name, thread));
}

static bool serve_file(L4_Msg_t *msg)
{
	char name[ROOT_NAME_MAX];
	const struct file *file;
	unsigned int number;

	if (!message_name(msg, 0, name))
		return answer(msg, ROOT_MALFORMED);
	file = file_named(name, &number);
	if (!file)
		return answer(msg, ROOT_NOT_FOUND);
	answer_word(msg, number);
	L4_MsgAppendWord(msg, file->size);
	return true;
}

static bool serve_file_name(L4_Msg_t *msg)
{
	const struct file *file;

	if (message_words(msg) != 1 || L4_MsgWord(msg, 0) >= FILES_MAX)
		return answer(msg, message_words(msg) == 1 ? ROOT_NOT_FOUND : ROOT_MALFORMED);
	file = file_at(L4_MsgWord(msg, 0));
	if (!file)
		return answer(msg, ROOT_NOT_FOUND);
	answer_word(msg, file->size);
	return append_name(msg, file->name);
}

static bool serve_file_page(L4_Msg_t *msg)
{
	const struct file *file;
	L4_Word_t offset, page;

	if (message_words(msg) != 2 || L4_MsgWord(msg, 0) >= FILES_MAX)
		return answer(msg, ROOT_MALFORMED);
	file = file_at(L4_MsgWord(msg, 0));
	offset = L4_MsgWord(msg, 1);
	if (!file || offset >= file->size)
		return answer(msg, ROOT_NOT_FOUND);
	page = (L4_Word_t)file->start + offset;
	if (page % SPACE_PAGE != 0)
		return answer(msg, ROOT_MALFORMED);
	answer(msg, ROOT_OK);
	L4_MsgAppendMapItem(msg, L4_MapItem(L4_FpageAddRights(L4_FpageLog2(page, SPACE_PAGE_LOG2), L4_Readable), 0));
	return true;
}

static bool serve_thread_create(struct program *program, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;
	enum root_status status;

	if (message_words(msg) != 3 || L4_MsgWord(msg, 2) > 255)
		return answer(msg, ROOT_MALFORMED);
	status = program_thread_create(program, L4_MsgWord(msg, 0), L4_MsgWord(msg, 1),
				       L4_MsgWord(msg, 2), &thread);
	return status == ROOT_OK ? answer_word(msg, thread.raw) : answer(msg, status);
}

static bool serve_space_create(struct program *program, L4_ThreadId_t caller, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;
	enum root_status status;

	if (message_words(msg) != 1 || L4_MsgWord(msg, 0) > 255)
		return answer(msg, ROOT_MALFORMED);
	status = program_space_create(program, caller, L4_MsgWord(msg, 0), &thread);
	return status == ROOT_OK ? answer_word(msg, thread.raw) : answer(msg, status);
}

static bool serve_thread_delete(struct program *program, L4_ThreadId_t caller, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;
	enum root_status status;

	if (message_words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	thread.raw = L4_MsgWord(msg, 0);
	status = program_thread_delete(program, thread);
	answer(msg, status);
	return status != ROOT_OK || !L4_IsThreadEqual(thread, caller);
}

static bool serve_thread_priority(struct program *program, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;

	if (message_words(msg) != 2 || L4_MsgWord(msg, 1) > 255)
		return answer(msg, ROOT_MALFORMED);
	thread.raw = L4_MsgWord(msg, 0);
	return answer(msg, program_thread_priority(program, thread, L4_MsgWord(msg, 1)));
}

static bool serve_large_page(struct program *program, L4_Msg_t *msg)
{
	static const enum root_status status[] = {
		[SPACE_MAPPED] = ROOT_OK,
		[SPACE_NOTHING_THERE] = ROOT_MALFORMED,
		[SPACE_NOT_ALLOWED] = ROOT_MALFORMED,
		[SPACE_OVER_QUOTA] = ROOT_EXHAUSTED,
		[SPACE_NO_MEMORY] = ROOT_EXHAUSTED,
	};

	if (message_words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	if (program->pager_program)
		return answer(msg, ROOT_DENIED);
	return answer(msg, status[space_add_large(&program->space, L4_MsgWord(msg, 0))]);
}

static bool serve_kernel_memory(struct program *program, L4_Msg_t *msg)
{
	if (message_words(msg) != 0)
		return answer(msg, ROOT_MALFORMED);
	answer_word(msg, program_kernel_memory(program));
	L4_MsgAppendWord(msg, program->kernel_memory_at_start);
	return true;
}

static bool serve_interrupt(struct program *program, L4_Msg_t *msg)
{
	L4_Word_t number, message;
	L4_ThreadId_t handler;
	enum root_status status;

	if (message_words(msg) != 2)
		return answer(msg, ROOT_MALFORMED);
	number = L4_MsgWord(msg, 0);
	handler.raw = L4_MsgWord(msg, 1);
	if (number >= L4_ThreadIdSystemBase(L4_GetKernelInterface()))
		return answer(msg, ROOT_NOT_FOUND);
	status = program_interrupt(program, number, handler, &message);
	return status == ROOT_OK ? answer_word(msg, message) : answer(msg, status);
}

bool request_serve(struct program *program, L4_ThreadId_t thread, unsigned long label,
		   L4_Msg_t *msg)
{
	if (L4_TypedWords(L4_MsgMsgTag(msg)) != 0)
		return answer(msg, ROOT_MALFORMED);

	switch (label) {
	case ROOT_WRITE:
		return serve_write(program, thread, msg);
	case ROOT_READ:
		return serve_read(program, thread, msg);
	case ROOT_EXIT:
		return serve_exit(program, msg);
	case ROOT_COMMAND_LINE:
		return serve_command_line(program, msg);
	case ROOT_LOOKUP:
		return serve_lookup(program, thread, msg, false);
	case ROOT_LOOKUP_WAIT:
		return serve_lookup(program, thread, msg, true);
	case ROOT_REGISTER:
		return serve_register(program, msg);
	case ROOT_FILE:
		return serve_file(msg);
	case ROOT_FILE_NAME:
		return serve_file_name(msg);
	case ROOT_FILE_PAGE:
		return serve_file_page(msg);
	case ROOT_THREAD_CREATE:
		return serve_thread_create(program, msg);
	case ROOT_THREAD_DELETE:
		return serve_thread_delete(program, thread, msg);
	case ROOT_THREAD_PRIORITY:
		return serve_thread_priority(program, msg);
	case ROOT_LARGE_PAGE:
		return serve_large_page(program, msg);
	case ROOT_KERNEL_MEMORY:
		return serve_kernel_memory(program, msg);
	case ROOT_INTERRUPT:
		return serve_interrupt(program, msg);
	case ROOT_SPACE_CREATE:
		return serve_space_create(program, thread, msg);
	case ROOT_CLIENT_SEGMENT:
		return pager_segment(program, msg);
	case ROOT_CLIENT_PAGE:
		return pager_page(program, msg);
	case ROOT_CLIENT_FAULT:
		return pager_fault(program, msg);
	case ROOT_PORTS:
		return device_ports(program, msg);
	case ROOT_DEVICE_MEMORY:
		return device_memory(program, msg);
	case ROOT_DMA_MEMORY:
		return device_dma(program, msg);
	case ROOT_PROGRAM_START:
		return manager_start(program, msg);
	case ROOT_PROGRAM_STOP:
		return manager_stop(program, msg);
	case ROOT_PROGRAM_WAIT:
		return manager_wait(program, thread, msg);
	case ROOT_PROGRAM_INFO:
		return manager_info(program, msg);
	case ROOT_MEMORY:
		return manager_memory(program, msg);
	case ROOT_CONSOLE_TEXT:
		return line_serve_text(program, thread, msg);
	case ROOT_CONSOLE_TYPED:
		return line_serve_typed(program, msg);
	default:
		return answer(msg, ROOT_MALFORMED);
	}
}
