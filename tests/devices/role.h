/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * role.h - a program that plays several roles: which one is the first word behind its name on the command line.
 *
 * And what several such programs need: random numbers, and messages that make no sense.
 */
#ifndef ROLE_H
#define ROLE_H

#include <l4/message.h>
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

#endif
