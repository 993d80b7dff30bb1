/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.c - a console with keys of its own: what is written to it, it says line by line.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <service/root.h>

#include "roles.h"

static char line[128];
static unsigned int length;

static void show(char c)
{
	if (c == '\n') {
		line[length] = 0;
		say("%s", line);
		length = 0;
	} else if (length < sizeof(line) - 1) {
		line[length++] = c;
	}
}

/* The answer's word, if it has one. */
static L4_Word_t serve(L4_MsgTag_t tag)
{
	static const char keys[] = "uptimes\b\nmemory\nexit\n";
	static unsigned int typed;
	L4_Word_t size, word;

	if (L4_Label(tag) == ROOT_READ)
		return (unsigned char)keys[typed++];
	L4_StoreMR(1, &size);
	for (unsigned int i = 0; i < size; i++) {
		L4_StoreMR(2 + i / 8, &word);
		show((char)(word >> 8 * (i % 8)));
	}
	return 0;
}

int role_terminal(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	root_register("terminal", L4_Myself());
	tag = L4_Wait(&client);
	for (;;) {
		L4_Word_t word;

		if (L4_IpcFailed(tag)) {
			tag = L4_Wait(&client);
			continue;
		}
		word = serve(tag);
		L4_LoadMR(0, 1);
		L4_LoadMR(1, word);
		tag = L4_ReplyWait(client, &client);
	}
}
