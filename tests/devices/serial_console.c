/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial_console.c - programs on the root task's console, which has a driver on its serial line.
 *
 *   speaker   writes numbered lines
 *   killer    the same, in bursts, and stops the driver in the midst of each; slow=N: on a machine that much slower
 *   flood     writes and writes
 *   stuck     is the driver itself, and takes one text that it never puts out
 *   again     is the driver, too, and asks for that one text again and again
 *   spare     is the next driver when that one has been stopped
 *   typed     reads what is typed
 */
#include <device/serial.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/manage.h>
#include <string.h>

#include "serial_roles.h"

#define DRIVER "serial"

enum { LINES = 300, BURSTS = 20, BURST = 25, FLOOD = 300, PADDING = 80, SECOND = 1000000 };

static char stack[4096] __attribute__((aligned(16)));

/* What cases.sh expects line n of a writer to be; one text. */
static void say_line(const char *who, unsigned int n)
{
	char dots[PADDING], line[2 * PADDING];

	memset(dots, '.', sizeof(dots));
	root_write(line, (size_t)snprintf(line, sizeof(line), "%s: line %u %.*s|\n", who, n, (int)(n * 37 % PADDING), dots));
}

int role_speaker(void)
{
	for (unsigned int n = 1; n <= LINES; n++) {
		say_line("speaker", n);
		if (n % 10 == 0)
			L4_Sleep(L4_TimePeriod(SECOND / 50));
	}
	return 0;
}

static volatile unsigned int microseconds;

static void kill_later(void *unused)
{
	(void)unused;
	L4_Sleep(L4_TimePeriod(microseconds));
	root_program_stop(DRIVER, ROOT_STOP_AS_FAILED);
}

int role_killer(void)
{
	L4_ThreadId_t killer;
	unsigned int n = 0;

	for (unsigned int burst = 1; burst <= BURSTS; burst++) {
		root_lookup_wait(DRIVER);
		L4_Sleep(L4_TimePeriod(SECOND / 100));
		microseconds = root_option("slow", 1) * (100 + burst * 13);
		root_thread_start(kill_later, NULL, stack, sizeof(stack), &killer);
		for (unsigned int i = 0; i < BURST; i++)
			say_line("killer", ++n);
		L4_Sleep(L4_TimePeriod(microseconds + SECOND / 50));
	}
	return 0;
}

/* As much text as the root task keeps, and more, without ever taking an answer. */
int role_flood(void)
{
	static L4_Word_t words[1 + WRITE_MAX / 8];
	char *text = (char *)(words + 1);

	words[0] = WRITE_MAX;
	memset(text, 'F', WRITE_MAX - 1);
	text[WRITE_MAX - 1] = '\n';
	for (unsigned int i = 0; i < FLOOD; i++) {
		L4_LoadMRs(1, sizeof(words) / sizeof(words[0]), words);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_WRITE << 16 | sizeof(words) / sizeof(words[0]) });
		L4_Send(root_task());
	}
	return 0;
}

static enum root_status ask_root(enum root_request request, L4_Word_t word)
{
	L4_MsgTag_t tag;

	L4_LoadMR(1, word);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)request << 16 | 1 });
	tag = L4_Call(root_task());
	return L4_IpcFailed(tag) ? ROOT_UNREACHABLE : (enum root_status)L4_Label(tag);
}

int role_stuck(void)
{
	ask_root(ROOT_CONSOLE_TEXT, 0);
	L4_Sleep(L4_Never);
	return 0;
}

int role_again(void)
{
	for (;;) {
		ask_root(ROOT_CONSOLE_TEXT, 0);
		L4_Sleep(L4_TimePeriod(SECOND / 4));
	}
}

/* Asks when another has been the driver for a while; the exit status tells the answer. */
int role_spare(void)
{
	L4_Sleep(L4_TimePeriod(SECOND));
	return 100 + (int)ask_root(ROOT_CONSOLE_TEXT, 0);
}

/* The typist (tests/devices/typist) looks for "type", and types what stands behind it. */
static void read_typed(const char *what, const char *asked)
{
	char text[32];
	unsigned int size = 0;
	int c;

	printf("%s: type %s\n", what, asked);
	while ((c = getchar()) != '\r' && c != '\n' && size < sizeof(text) - 1)
		text[size++] = (char)c;
	text[size] = 0;
	printf("%s: %s\n", what, text);
}

static void read_on(void *unused)
{
	(void)unused;
	getchar();
}

static void try_idle(L4_ThreadId_t serial)
{
	struct serial_counts before = { 0 }, after = { 0 };
	L4_ThreadId_t reader;

	root_thread_start(read_on, NULL, stack, sizeof(stack), &reader);
	L4_Sleep(L4_TimePeriod(SECOND / 10));
	serial_counts(serial, &before);
	L4_Sleep(L4_TimePeriod(SECOND / 10));
	serial_counts(serial, &after);
	root_thread_delete(reader);
	printf("sent by interrupts: %s, idle: %lu\n", before.interrupts > 0 ? "yes" : "no",
	       after.messages - before.messages);
}

int role_typed(void)
{
	L4_ThreadId_t serial = root_lookup_wait(DRIVER);

	L4_Sleep(L4_TimePeriod(SECOND / 50));
	read_typed("by the driver", "one 1");
	printf("another asks for text: %d, brings what was typed: %d\n", ask_root(ROOT_CONSOLE_TEXT, 0),
	       ask_root(ROOT_CONSOLE_TYPED, 0));
	try_idle(serial);
	root_program_stop(DRIVER, ROOT_STOP);
	read_typed("polled", "two 2");
	while (root_program_start(DRIVER, NULL) == ROOT_BUSY)
		L4_Sleep(L4_TimePeriod(SECOND / 100));
	serial = root_lookup_wait(DRIVER);
	L4_Sleep(L4_TimePeriod(SECOND / 50));
	read_typed("by the next one", "three 3");
	printf("a break: type BREAK\n");
	read_typed("behind the debugger", "five 5");
	serial_mode(serial, SERIAL_LINE);
	root_console(DRIVER);
	read_typed("beside the root task", "fa\bour 4");
	return 0;
}
