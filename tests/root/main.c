/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - test-program: what it is to do is the first word behind its name.
 *
 * One program in many roles, so that a description can put a system together of them. What it finds it prints; cases.sh
 * says which lines are expected.
 */
#include <stdarg.h>

#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4io.h>
#include <service/root.h>
#include <string.h>

#include "roles.h"

char own_name[ROOT_NAME_MAX];

void say(const char *format, ...)
{
	char line[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	printf("%s: %s\n", own_name, line);
}

void sleep_milliseconds(unsigned int milliseconds)
{
	L4_Sleep(L4_TimePeriod(milliseconds * 1000));
}

const char *status_name(int status)
{
	static const char *const names[] = {
		"ok", "malformed", "not found", "denied", "exhausted", "unreachable", "busy",
	};

	return names[status];
}

/* Three functions deep, so that there is something to trace back. */
static __attribute__((noinline)) int innermost(volatile int *where)
{
	*where = 1;
	return 1;
}

static __attribute__((noinline)) int middle(volatile int *where)
{
	return innermost(where) + *where;
}

static int role_fault(void)
{
	return 3 * middle((int *)root_option("at", 0x500000000));
}

static __attribute__((noinline)) int traps(unsigned long value)
{
	__asm__ volatile("ud2" : : "r"(value));
	return value != 0;
}

static int role_trap(void)
{
	return 1 + traps(root_option("value", 5));
}

/* As a pager does that does not answer a fault. */
static int role_forced(void)
{
	L4_Bool_t was_in_exception;

	L4_ForceException(L4_Myself(), &was_in_exception);
	return 0;
}

/* Uses much memory, sees that it was zeros, and fails. */
static int role_hungry(void)
{
	unsigned long bytes = root_option("bytes", 0), dirty = 0;

	for (unsigned long at = 0; at < bytes; at += 4096) {
		volatile unsigned long *word = (void *)(ROOT_HEAP_LOW + at);

		dirty += *word != 0;
		*word = at + 1;
	}
	say("%lu pages, %lu of them not zero", bytes / 4096, dirty);
	return (int)root_option("status", 1);
}

static int role_end(void)
{
	sleep_milliseconds(root_option("after", 0));
	return (int)root_option("status", 0);
}

static int role_text(void)
{
	const char *text = (const char *)0x2000000;
	unsigned int file;
	unsigned long size;

	if (root_file("a.text", &file, &size) != ROOT_OK || root_file_page(file, 0, (void *)text) != ROOT_OK)
		return 1;
	say("%lu bytes: %.*s", size, (int)size, text);
	say("behind the end: %s", status_name(root_file_page(file, 4096, (void *)text)));
	say("no such file: %s", status_name(root_file("nothing", &file, &size)));
	return 0;
}

static const struct {
	const char *name;
	int (*role)(void);
} roles[] = {
	{ "fault", role_fault },       { "trap", role_trap },	    { "hungry", role_hungry },
	{ "forced", role_forced },
	{ "end", role_end },           { "text", role_text },	    { "server", role_server },
	{ "client", role_client },     { "waiter", role_waiter },   { "late", role_late },
	{ "confined", role_confined }, { "trespasser", role_trespasser },
	{ "victim", role_victim },	    { "terminal", role_terminal },
	{ "pager", role_pager },       { "paged", role_paged },	    { "driver", role_driver },
	{ "hostile", role_hostile },   { "manager", role_manager },
	{ "forged-port", role_forged_port }, { "deaf", role_deaf },
	{ "late-listener", role_late_listener }, { "hasty", role_hasty },
	{ "callers", role_callers },   { "greedy", role_greedy },
	{ "modest", role_modest },	    { "mapper", role_mapper },
	{ "saver", role_saver },       { "killer", role_killer },
	{ "paged-long", role_paged_long },
};

int main(void)
{
	char line[ROOT_TEXT_MAX + 1], *role = line;
	unsigned int length = 0;

	root_command_line(line, sizeof(line));
	for (; *role && *role != ' '; role++)
		if (length < ROOT_NAME_MAX - 1)
			own_name[length++] = *role;
	while (*role == ' ')
		role++;
	for (length = 0; role[length] && role[length] != ' '; length++)
		;
	role[length] = 0;
	for (unsigned int i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, role) == 0)
			return roles[i].role();
	say("no role is called '%s'", role);
	return 1;
}
