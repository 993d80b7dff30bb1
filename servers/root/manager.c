/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manager.c - a manager's requests.
 */
#include "manager.h"

#include <string.h>

#include <service/manage.h>

#include "frames.h"
#include "message.h"
#include "supervise.h"
#include "wait.h"

/* The name that a program was started by, and its end, the arguments. */
static void set_arguments(struct description *program, const char *arguments)
{
	size_t length = strlen(program->name), more = strlen(arguments);

	program->command_line[length] = 0;
	if (more == 0 || length + 1 + more > ROOT_TEXT_MAX)
		return;
	program->command_line[length] = ' ';
	memcpy(program->command_line + length + 1, arguments, more + 1);
}

/* Word 0 and what follows: the name, and behind a space, if there is one, new arguments. */
bool manager_start(struct program *manager, L4_Msg_t *msg)
{
	char name[ROOT_TEXT_MAX + 1];
	struct program *program;
	unsigned int size, end;

	if (!manager->is.is_manager)
		return answer(msg, ROOT_DENIED);
	if (!message_has_text(msg, 0, ROOT_TEXT_MAX - 8))
		return answer(msg, ROOT_MALFORMED);
	size = L4_MsgWord(msg, 0);
	message_bytes(msg, 1, name, size);
	name[size] = 0;
	for (end = 0; name[end] && name[end] != ' '; end++)
		;
	if (end < size)
		name[end++] = 0;
	program = program_named(name);
	if (!program || !program->file)
		return answer(msg, ROOT_NOT_FOUND);
	if (program->state != PROGRAM_IDLE && program->state != PROGRAM_ENDED)
		return answer(msg, ROOT_BUSY);
	if (name[end])
		set_arguments(&program->is, name + end);
	memcpy(program->console, manager->console, sizeof(program->console));
	supervise_start(program);
	return answer(msg, ROOT_OK);
}

/* Word 0: for good, or as if it had failed. */
bool manager_stop(struct program *manager, L4_Msg_t *msg)
{
	char name[ROOT_NAME_MAX];
	struct program *program;

	if (!manager->is.is_manager)
		return answer(msg, ROOT_DENIED);
	if (message_words(msg) < 1 || L4_MsgWord(msg, 0) > ROOT_STOP_AS_FAILED || !message_name(msg, 1, name))
		return answer(msg, ROOT_MALFORMED);
	program = program_named(name);
	if (!program || program->state == PROGRAM_IDLE || program->state == PROGRAM_ENDED)
		return answer(msg, ROOT_NOT_FOUND);
	if (L4_MsgWord(msg, 0) == ROOT_STOP)
		supervise_stop(program);
	else if (program->state == PROGRAM_RUNS)
		program_end(program, STATUS_STOPPED);
	return program != manager && answer(msg, ROOT_OK);
}

/* The answer comes when the program has ended. */
bool manager_wait(struct program *manager, L4_ThreadId_t thread, L4_Msg_t *msg)
{
	char name[ROOT_NAME_MAX];
	struct program *program;

	if (!manager->is.is_manager)
		return answer(msg, ROOT_DENIED);
	if (!message_name(msg, 0, name))
		return answer(msg, ROOT_MALFORMED);
	program = program_named(name);
	if (!program || program->state == PROGRAM_IDLE)
		return answer(msg, ROOT_NOT_FOUND);
	if (program->state == PROGRAM_ENDED)
		return answer_word(msg, (L4_Word_t)(long)program->status);
	return !wait_begin(manager, thread, WAIT_FOR_END, name) && answer(msg, ROOT_EXHAUSTED);
}

static unsigned int threads_of(const struct program *program)
{
	unsigned int count = 0;

	for (unsigned int slot = 0; slot < ROOT_THREADS_MAX; slot++)
		count += !L4_IsNilThread(program->threads[slot].id);
	return count;
}

static const enum root_program_state states[] = {
	[PROGRAM_IDLE] = ROOT_PROGRAM_IDLE,     [PROGRAM_WAITS] = ROOT_PROGRAM_WAITS,
	[PROGRAM_RUNS] = ROOT_PROGRAM_RUNS,     [PROGRAM_ENDING] = ROOT_PROGRAM_ENDED,
	[PROGRAM_ENDED] = ROOT_PROGRAM_ENDED,
};

bool manager_info(struct program *manager, L4_Msg_t *msg)
{
	struct program *program;
	L4_Word_t number;

	if (!manager->is.is_manager)
		return answer(msg, ROOT_DENIED);
	if (message_words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	number = L4_MsgWord(msg, 0);
	program = number < PROGRAMS_MAX ? program_at(number) : NULL;
	if (!program)
		return answer(msg, ROOT_NOT_FOUND);
	answer_word(msg, states[program->state]);
	L4_MsgAppendWord(msg, (L4_Word_t)(long)program->status);
	L4_MsgAppendWord(msg, program->is.priority);
	L4_MsgAppendWord(msg, program->space.frames * SPACE_PAGE);
	L4_MsgAppendWord(msg, program->is.memory);
	L4_MsgAppendWord(msg, program->state == PROGRAM_RUNS ? program_kernel_memory(program) : 0);
	L4_MsgAppendWord(msg, threads_of(program));
	L4_MsgAppendWord(msg, program->restarts);
	L4_MsgAppendWord(msg, program->state == PROGRAM_RUNS ? program->main_thread.raw : 0);
	L4_MsgAppendWord(msg, (program->is.is_server ? ROOT_PROGRAM_SERVER : 0) |
				      (program->is.is_confined ? ROOT_PROGRAM_CONFINED : 0));
	append_name(msg, program->is.name);
	return append_name(msg, program->is.pager);
}

bool manager_memory(struct program *manager, L4_Msg_t *msg)
{
	if (!manager->is.is_manager)
		return answer(msg, ROOT_DENIED);
	if (message_words(msg) != 0)
		return answer(msg, ROOT_MALFORMED);
	answer_word(msg, frames_left() * SPACE_PAGE);
	L4_MsgAppendWord(msg, frames_total() * SPACE_PAGE);
	return true;
}
