/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait.c - answers that come later.
 */
#include "wait.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>

#include "program.h"

bool wait_begin(struct program *program, L4_ThreadId_t thread, enum wait_kind kind, const char *name)
{
	for (unsigned int i = 0; i < WAITS_MAX; i++) {
		struct wait *wait = &program->waits[i];

		if (wait->kind != WAIT_FOR_NOTHING)
			continue;
		wait->kind = kind;
		wait->thread = thread;
		memcpy(wait->name, name, strlen(name) + 1);
		return true;
	}
	return false;
}

void wait_forget(struct program *program, L4_ThreadId_t thread)
{
	for (unsigned int i = 0; i < WAITS_MAX; i++)
		if (L4_IsThreadEqual(program->waits[i].thread, thread))
			program->waits[i].kind = WAIT_FOR_NOTHING;
}

static void answer(L4_ThreadId_t thread, L4_Word_t word)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, word);
	L4_Set_MsgLabel(&msg, ROOT_OK);
	L4_MsgLoad(&msg);
	L4_Send_Timeout(thread, L4_ZeroTime);
}

void wait_end(enum wait_kind kind, const char *name, L4_Word_t word)
{
	struct program *program;

	for (unsigned int i = 0; (program = program_at(i)); i++) {
		for (unsigned int j = 0; j < WAITS_MAX; j++) {
			struct wait *wait = &program->waits[j];

			if (wait->kind != kind || strcmp(wait->name, name) != 0)
				continue;
			wait->kind = WAIT_FOR_NOTHING;
			answer(wait->thread, word);
		}
	}
}
