/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * role.h - a program that plays several roles: which one is the first word behind its name on the command line.
 *
 * And what several such programs need: random numbers, messages that make no sense, and a client of a small device
 * that sends nothing else.
 */
#ifndef ROLE_H
#define ROLE_H

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <service/root.h>
#include <string.h>

struct role {
	const char *name;
	int (*play)(void);
};

/* The program's name, and its role. */
static const char *own_name, *own_role;

static inline void role_find(void)
{
	static char line[ROOT_TEXT_MAX + 1];
	char *end = line;

	root_command_line(line, sizeof(line));
	own_name = line;
	for (unsigned int word = 0; word < 2; word++) {
		while (*end && *end != ' ')
			end++;
		if (*end)
			*end++ = 0;
		if (word == 0)
			own_role = end;
	}
}

/* What the program's role returns; 1: there is no such role. */
static inline int role_play(const struct role *roles, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (strcmp(roles[i].name, own_role) == 0)
			return roles[i].play();
	return 1;
}

static inline unsigned long random(void)
{
	static unsigned long seed = 1;

	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return seed >> 33;
}

/* Loads a message of so many words: the first, and all others the second. */
static inline void load_words(unsigned long label, unsigned int words, unsigned long first, unsigned long second)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	for (unsigned int i = 0; i < words; i++)
		L4_MsgAppendWord(&msg, i == 0 ? first : second);
	L4_Set_MsgLabel(&msg, label);
	L4_MsgLoad(&msg);
}

/* A thread of its own that asks, and is gone before it has an answer. */
struct asker {
	L4_ThreadId_t server, thread;
	unsigned long label;
	char stack[4096] __attribute__((aligned(16)));
};

static inline void ask_once(void *argument)
{
	struct asker *asker = argument;

	load_words(asker->label, 0, 0, 0);
	L4_Call(asker->server);
	L4_Sleep(L4_Never);
}

/*
 * Bothers the driver of a small device forever: all labels near its own, any number of words, pages, strings; callers
 * that do not wait, wait too short, or are deleted while they wait.
 */
static inline void be_hostile(const char *name, unsigned long first_label)
{
	enum { LABELS = 4, WORDS = 60, ROUNDS = 50 };
	static struct asker asker;
	static char page[4096] __attribute__((aligned(4096)));
	L4_Msg_t msg;

	for (;;) {
		asker.server = root_lookup_wait(name);
		asker.label = first_label + random() % LABELS;
		root_thread_start(ask_once, &asker, asker.stack, sizeof(asker.stack), &asker.thread);
		for (unsigned int i = 0; i < ROUNDS; i++) {
			load_words(first_label + random() % LABELS, (unsigned int)random() % WORDS, random(), -random());
			switch (random() % 4) {
			case 0:
				L4_Send_Timeout(asker.server, L4_TimePeriod(1000));
				break;
			case 1:
				L4_Call_Timeouts(asker.server, L4_TimePeriod(1000), L4_ZeroTime);
				break;
			case 2:
				L4_Call_Timeouts(asker.server, L4_TimePeriod(1000), L4_TimePeriod(100));
				break;
			default:
				L4_MsgClear(&msg);
				L4_Set_MsgLabel(&msg, first_label);
				if (random() % 2)
					L4_MsgAppendMapItem(&msg, L4_MapItem(L4_FpageAddRights(L4_Fpage((L4_Word_t)page,
						sizeof(page)), L4_FullyAccessible), 0));
				else
					L4_MsgAppendSimpleStringItem(&msg, L4_StringItem(sizeof(page), page));
				L4_MsgLoad(&msg);
				L4_Call_Timeouts(asker.server, L4_TimePeriod(1000), L4_TimePeriod(100));
			}
			L4_Sleep(L4_TimePeriod(100)); /* or an emulator is busy for minutes in a second */
		}
		root_thread_delete(asker.thread);
	}
}

#endif
