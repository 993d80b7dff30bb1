/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commands.c - the shell's commands.
 *
 * Each is a function that gets the rest of the line; the table at the end of the file has them all, in the order of
 * `help`.
 */
#include "commands.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4io.h>
#include <service/manage.h>
#include <service/root.h>

#include "keys.h"

enum { POLL_MICROSECONDS = 10000, PAGE = 4096, KIB = 1024 };

/* Where the pages of a file are mapped, one after the other. Programs are linked below, the heap is above. */
#define FILE_WINDOW 0x800000000UL

static const char *status_text(enum root_status status)
{
	static const char *const texts[] = {
		[ROOT_OK] = "done",		  [ROOT_MALFORMED] = "the root task does not understand it",
		[ROOT_NOT_FOUND] = "there is no such program; `tasks` lists them",
		[ROOT_DENIED] = "the shell may not do that; its description must say `manager`",
		[ROOT_EXHAUSTED] = "there is no room for it", [ROOT_UNREACHABLE] = "the root task does not answer",
		[ROOT_BUSY] = "it runs already, or is about to",
	};

	return texts[status];
}

/* Cuts the first word off the text, and returns it. */
static char *take_word(char **text)
{
	char *word, *at = *text;

	while (*at == ' ')
		at++;
	word = at;
	while (*at && *at != ' ')
		at++;
	if (*at)
		*at++ = 0;
	while (*at == ' ')
		at++;
	*text = at;
	return word;
}

/* The program's number, or -1: there is none of that name. */
static int find(const char *name, struct root_program *program)
{
	for (int number = 0; root_program_info(number, program) == ROOT_OK; number++)
		if (strcmp(program->name, name) == 0)
			return number;
	return -1;
}

/*
 * Programs
 */

/* Was it done? If not, why; `otherwise` is what may be wrong with a program that there is. */
static bool done(const char *name, enum root_status status, const char *otherwise)
{
	struct root_program program;

	if (status != ROOT_OK && !*name)
		printf("which program? `tasks` lists them\n");
	else if (status == ROOT_NOT_FOUND && find(name, &program) >= 0)
		printf("%s: %s\n", name, otherwise);
	else if (status != ROOT_OK)
		printf("%s: %s\n", name, status_text(status));
	return status == ROOT_OK;
}

static bool start(const char *name, const char *arguments)
{
	return done(name, root_program_start(name, arguments), "its file is not there, or is damaged");
}

/* Until it has ended, or Ctrl-C is typed. */
static void wait_for(const char *name)
{
	struct root_program program;
	int number = find(name, &program);

	while (number >= 0 && root_program_info(number, &program) == ROOT_OK && program.state != ROOT_PROGRAM_ENDED) {
		if (keys_interrupt()) {
			printf("^C\n");
			root_program_stop(name, ROOT_STOP);
		}
		L4_Sleep(L4_TimePeriod(POLL_MICROSECONDS));
	}
}

static void command_start(char *text)
{
	char *name = take_word(&text);

	start(name, text);
}

static void command_run_program(char *text)
{
	char *name = take_word(&text);

	if (start(name, text))
		wait_for(name);
}

static void stop(char *text, enum root_stop how)
{
	char *name = take_word(&text);

	done(name, root_program_stop(name, how), "it does not run");
}

static void command_stop(char *text)
{
	stop(text, ROOT_STOP);
}

static void command_kill(char *text)
{
	stop(text, ROOT_STOP_AS_FAILED);
}

static void command_bench(char *text)
{
	if (!start("bench-pong", ""))
		return;
	if (start("bench", text))
		wait_for("bench");
	root_program_stop("bench-pong", ROOT_STOP);
}

/*
 * What there is
 */

static void command_tasks(char *text)
{
	static const char *const states[] = { "-", "waits", "runs", "ended" };
	struct root_program program;

	(void)text;
	/* A line of a screen has 80 columns. */
	printf("name            state  status priority threads  memory   quota  kernel restarts\n");
	for (unsigned int i = 0; root_program_info(i, &program) == ROOT_OK; i++)
		printf("%-15s %-6s %6d %8u %7u %6luK %6luK %6luK %8u\n", program.name, states[program.state],
		       program.status, program.priority, program.threads, program.memory / KIB,
		       program.memory_quota / KIB, program.kernel_memory / KIB, program.restarts);
}

static void command_memory(char *text)
{
	unsigned long left, total, kernel = 0, used = 0;
	struct root_program program;

	(void)text;
	root_memory(&left, &total);
	for (unsigned int i = 0; root_program_info(i, &program) == ROOT_OK; i++) {
		kernel += program.kernel_memory;
		used += program.memory;
	}
	printf("%lu KiB for programs, %lu KiB left\n", total / KIB, left / KIB);
	printf("programs have %lu KiB, and the kernel %lu KiB of its own for them\n", used / KIB, kernel / KIB);
}

static void command_pagers(char *text)
{
	struct root_program program;

	(void)text;
	for (unsigned int i = 0; root_program_info(i, &program) == ROOT_OK; i++)
		if (program.state == ROOT_PROGRAM_RUNS)
			printf("%-16s is paged by %s\n", program.name, program.pager[0] ? program.pager : "the root task");
}

static void command_files(char *text)
{
	char name[ROOT_NAME_MAX];
	unsigned long size;

	(void)text;
	for (unsigned int i = 0; root_file_name(i, name, &size) == ROOT_OK; i++)
		printf("%8lu %s\n", size, name);
}

static bool is_text(const char *bytes, unsigned long size)
{
	while (size > 0 && bytes[size - 1])
		size--;
	return size == 0;
}

static void command_cat(char *text)
{
	char *name = take_word(&text);
	unsigned long size;
	unsigned int file;

	if (root_file(name, &file, &size) != ROOT_OK) {
		printf(*name ? "there is no file '%s'; `files` lists them\n" : "which file? `files` lists them\n", name);
		return;
	}
	for (unsigned long at = 0; at < size; at += PAGE) {
		unsigned long here = size - at < PAGE ? size - at : PAGE;

		if (root_file_page(file, at, (void *)FILE_WINDOW) != ROOT_OK) {
			printf("%s: the root task does not give its page at %lu\n", name, at);
			return;
		}
		if (!is_text((const char *)FILE_WINDOW, here)) {
			printf("%s is no text\n", name);
			return;
		}
		io_write((const char *)FILE_WINDOW, here);
	}
}

static void command_uptime(char *text)
{
	unsigned long microseconds = (unsigned long)L4_SystemClock().raw;

	(void)text;
	printf("%lu.%03lu seconds\n", microseconds / 1000000, microseconds / 1000 % 1000);
}

static const struct line *typed;

static void command_history(char *text)
{
	unsigned int ago = HISTORY_MAX;

	(void)text;
	for (; ago > 0; ago--)
		if (line_before(typed, ago))
			printf("%s\n", line_before(typed, ago));
}

static void command_help(char *text);

static const struct {
	const char *name, *usage;
	void (*run)(char *text);
} commands[] = {
	{ "help", "help                 this list", command_help },
	{ "run", "run NAME [WORD...]   start a program and wait for its end; Ctrl-C stops it;\n"
		 "                     without words it gets those of last time",
	  command_run_program },
	{ "start", "start NAME [WORD...] start a program and go on", command_start },
	{ "stop", "stop NAME            end a program for good", command_stop },
	{ "kill", "kill NAME            end a program as if it had failed; some then start again", command_kill },
	{ "tasks", "tasks                the programs of the description, and what they use", command_tasks },
	{ "memory", "memory               how much there is, and whose", command_memory },
	{ "pagers", "pagers               who gets whose page faults", command_pagers },
	{ "files", "files                the boot modules", command_files },
	{ "cat", "cat NAME             print a file", command_cat },
	{ "bench", "bench [rounds=N]     what messages, faults and system calls cost", command_bench },
	{ "uptime", "uptime               the time since the start", command_uptime },
	{ "history", "history              the lines before this one", command_history },
	{ "exit", "exit                 end the shell, and with it the machine", NULL },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void command_help(char *text)
{
	(void)text;
	for (unsigned int i = 0; i < COMMANDS; i++)
		printf("%s\n", commands[i].usage);
}

bool command_run(char *text, const struct line *line)
{
	char *word = take_word(&text);

	typed = line;
	if (!*word)
		return true;
	for (unsigned int i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, word) != 0)
			continue;
		if (!commands[i].run)
			return false;
		commands[i].run(text);
		return true;
	}
	printf("no command is called '%s'; `help` lists them\n", word);
	return true;
}
