/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * role.h - a program that plays several roles: which one is the first word behind its name on the command line.
 */
#ifndef ROLE_H
#define ROLE_H

#include <service/root.h>
#include <string.h>

/* The program's name, and its role. */
static const char *own_name, *own_role;

static void role_find(void)
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

static unsigned long random(void)
{
	static unsigned long seed = 1;

	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return seed >> 33;
}

#endif
