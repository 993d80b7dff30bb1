/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait.c - answers that come later.
 */
#include "wait.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>

#include "message.h"
#include "name.h"
#include "program.h"

bool wait_begin(struct program *program, L4_ThreadId_t thread, enum wait_kind kind, const char *name)
{
	struct wait *wait = &program->waits[program->wait_count];

	if (program->wait_count == WAITS_MAX)
		return false;
	program->wait_count++;
	wait->kind = kind;
	wait->thread = thread;
	memcpy(wait->name, name, strlen(name) + 1);
	return true;
}

static void remove(struct program *program, unsigned int number)
{
	program->waits[number] = program->waits[--program->wait_count];
}

void wait_forget(struct program *program, L4_ThreadId_t thread)
{
	for (unsigned int i = program->wait_count; i-- > 0;)
		if (L4_IsThreadEqual(program->waits[i].thread, thread))
			remove(program, i);
}

/* Sends *msg to a thread whose wait is over. */
static void send(L4_ThreadId_t thread, L4_Msg_t *msg)
{
	L4_MsgLoad(msg);
	L4_Send_Timeout(thread, L4_ZeroTime);
}

void wait_end(enum wait_kind kind, const char *name, L4_Word_t word)
{
	struct program *program;
	L4_Msg_t msg;

	for (unsigned int i = 0; (program = program_at(i)); i++) {
		for (unsigned int j = program->wait_count; j-- > 0;) {
			struct wait wait = program->waits[j];

			if (wait.kind != kind || strcmp(wait.name, name) != 0)
				continue;
			remove(program, j);
			if (kind == WAIT_FOR_ROOM)
				answer(&msg, ROOT_OK);
			else
				answer_word(&msg, kind == WAIT_FOR_NAME && program->slot.log2 ? small_id(word) : word);
			send(wait.thread, &msg);
		}
	}
}

void wait_give_up(void)
{
	struct program *program;
	L4_Msg_t msg;

	for (unsigned int i = 0; (program = program_at(i)); i++) {
		for (unsigned int j = program->wait_count; j-- > 0;) {
			struct wait wait = program->waits[j];

			if (wait.kind != WAIT_FOR_NAME || name_is_known(wait.name))
				continue;
			remove(program, j);
			answer(&msg, ROOT_NOT_FOUND);
			send(wait.thread, &msg);
		}
	}
}
