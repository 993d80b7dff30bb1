/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - one function per request.
 *
 * The message comes from somebody who may want to do harm: each function tests the number of words
 * and every value before it uses them. Nothing in a message is an address that the root task would
 * follow.
 */
#include "request.h"

#include <string.h>

#include <l4/kip.h>

/* Untyped words of the message that was received. */
static unsigned int words(L4_Msg_t *msg)
{
	return L4_UntypedWords(L4_MsgMsgTag(msg));
}

/* Copies size bytes out of the words from index on. */
static void get_bytes(L4_Msg_t *msg, unsigned int index, char *bytes, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		bytes[i] = (char)(L4_MsgWord(msg, index + i / 8) >> 8 * (i % 8));
}

static bool answer(L4_Msg_t *msg, enum root_status status)
{
	L4_MsgClear(msg);
	L4_Set_MsgLabel(msg, status);
	return true;
}

static bool answer_word(L4_Msg_t *msg, L4_Word_t word)
{
	L4_MsgClear(msg);
	L4_MsgAppendWord(msg, word);
	L4_Set_MsgLabel(msg, ROOT_OK);
	return true;
}

/* Whether the first word says how many bytes the others hold, at most limit. */
static bool holds_bytes(L4_Msg_t *msg, L4_Word_t limit)
{
	if (words(msg) < 1)
		return false;

	L4_Word_t size = L4_MsgWord(msg, 0);

	return size <= limit && words(msg) == 1 + (size + 7) / 8;
}

static bool serve_write(struct program *program, L4_Msg_t *msg)
{
	char text[ROOT_TEXT_MAX];

	if (!holds_bytes(msg, sizeof(text)))
		return answer(msg, ROOT_MALFORMED);

	unsigned int size = L4_MsgWord(msg, 0);

	get_bytes(msg, 1, text, size);
	console_write(&program->output, text, size);
	return answer(msg, ROOT_OK);
}

static bool serve_read(L4_ThreadId_t thread, L4_Msg_t *msg)
{
	if (words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	if (L4_MsgWord(msg, 0) != 0) {
		if (!console_reader_add(thread))
			return answer(msg, ROOT_EXHAUSTED);
		return false;
	}

	int character = console_read();

	return character < 0 ? answer(msg, ROOT_NOT_FOUND) : answer_word(msg, character);
}

static bool serve_exit(struct program *program, L4_Msg_t *msg)
{
	int status = words(msg) >= 1 ? (int)L4_MsgWord(msg, 0) : STATUS_STOPPED;

	if (status != 0)
		console_say("%s: exit status %d", program->name, status);
	program_end(program, status);
	return false;
}

static bool serve_command_line(struct program *program, L4_Msg_t *msg)
{
	unsigned int size = strlen(program->command_line);

	L4_MsgClear(msg);
	L4_MsgAppendWord(msg, size);
	for (unsigned int i = 0; i < size; i += 8) {
		L4_Word_t word = 0;

		for (unsigned int j = 0; j < 8 && i + j < size; j++)
			word |= (L4_Word_t)(unsigned char)program->command_line[i + j] << 8 * j;
		L4_MsgAppendWord(msg, word);
	}
	L4_Set_MsgLabel(msg, ROOT_OK);
	return true;
}

static bool serve_lookup(L4_Msg_t *msg)
{
	char name[ROOT_NAME_MAX];
	struct program *found;

	if (!holds_bytes(msg, sizeof(name) - 1))
		return answer(msg, ROOT_MALFORMED);

	unsigned int size = L4_MsgWord(msg, 0);

	get_bytes(msg, 1, name, size);
	name[size] = 0;
	found = program_named(name);
	return found ? answer_word(msg, found->threads[0].id.raw) : answer(msg, ROOT_NOT_FOUND);
}

static bool serve_thread_create(struct program *program, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;
	enum root_status status;

	if (words(msg) != 3 || L4_MsgWord(msg, 2) > 255)
		return answer(msg, ROOT_MALFORMED);
	status = program_thread_create(program, L4_MsgWord(msg, 0), L4_MsgWord(msg, 1),
				       L4_MsgWord(msg, 2), &thread);
	return status == ROOT_OK ? answer_word(msg, thread.raw) : answer(msg, status);
}

static bool serve_space_create(struct program *program, L4_ThreadId_t caller, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;
	enum root_status status;

	if (words(msg) != 1 || L4_MsgWord(msg, 0) > 255)
		return answer(msg, ROOT_MALFORMED);
	status = program_space_create(program, caller, L4_MsgWord(msg, 0), &thread);
	return status == ROOT_OK ? answer_word(msg, thread.raw) : answer(msg, status);
}

static bool serve_thread_delete(struct program *program, L4_ThreadId_t caller, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;
	enum root_status status;

	if (words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	thread.raw = L4_MsgWord(msg, 0);
	status = program_thread_delete(program, thread);
	answer(msg, status);
	return status != ROOT_OK || !L4_IsThreadEqual(thread, caller);
}

static bool serve_thread_priority(struct program *program, L4_Msg_t *msg)
{
	L4_ThreadId_t thread;

	if (words(msg) != 2 || L4_MsgWord(msg, 1) > 255)
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

	if (words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	return answer(msg, status[space_add_large(&program->space, L4_MsgWord(msg, 0))]);
}

static bool serve_kernel_memory(struct program *program, L4_Msg_t *msg)
{
	if (words(msg) != 0)
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

	if (words(msg) != 2)
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
		return serve_write(program, msg);
	case ROOT_READ:
		return serve_read(thread, msg);
	case ROOT_EXIT:
		return serve_exit(program, msg);
	case ROOT_COMMAND_LINE:
		return serve_command_line(program, msg);
	case ROOT_LOOKUP:
		return serve_lookup(msg);
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
	default:
		return answer(msg, ROOT_MALFORMED);
	}
}
