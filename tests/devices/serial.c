/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial.c - a client of two serial lines that are the two ends of one wire: bytes, characters and lines from one end
 * to the other, readers that go, a driver that is stopped. And one of a line whose other end sends back what comes.
 */
#include <device/serial.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/manage.h>
#include <string.h>

#include "serial_roles.h"

enum { KEPT = 4096, SECOND = 1000000 };

static L4_ThreadId_t near, far;

static void read_text(L4_ThreadId_t serial, char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		text[i] = (char)read_from(serial, true);
}

static void type(const char *text)
{
	write_to(far, text, strlen(text));
}

/* Sees whether these come at the other end, shown with everything that is no printing character as a number. */
static void show(const char *what, const char *text, size_t size)
{
	printf("%s:", what);
	for (size_t i = 0; i < size; i++)
		printf(text[i] > ' ' && text[i] < 127 ? " %c" : " %d", text[i]);
	printf("\n");
}

static struct serial_counts counts_of(L4_ThreadId_t serial)
{
	struct serial_counts counts = { 0 };

	serial_counts(serial, &counts);
	return counts;
}

/*
 * What is written comes, and nothing happens when nothing is to do
 */

static void try_bytes(L4_ThreadId_t from, L4_ThreadId_t to, unsigned int kib)
{
	struct serial_counts before = counts_of(from), after;
	unsigned int wrong = 0, total = kib * 1024;
	L4_Word_t moved;
	char text[WRITE_MAX], got[WRITE_MAX];

	for (unsigned int at = 0, size; at < total; at += size) {
		size = total - at < WRITE_MAX ? total - at : WRITE_MAX;
		for (unsigned int i = 0; i < size; i++)
			text[i] = (char)((at + i) * 2654435761U >> 24);
		write_to(from, text, size);
		read_text(to, got, size);
		wrong += memcmp(text, got, size) != 0;
	}
	after = counts_of(from);
	moved = after.sent - before.sent + after.received - before.received;
	printf("%u KiB, %u writes wrong, %lu sent, ", kib, wrong, after.sent - before.sent);
	printf("%s one interrupt for 8, lost %lu\n",
	       (after.interrupts - before.interrupts) * 8 <= moved ? "at most" : "more than", counts_of(to).lost);
}

static void try_idle(void)
{
	struct serial_counts before = counts_of(near), after;

	L4_Sleep(L4_TimePeriod(SECOND));
	after = counts_of(near);
	printf("in a second %lu messages more, %lu interrupts\n", after.messages - before.messages,
	       after.interrupts - before.interrupts);
}

/*
 * Characters, lines
 */

static void try_raw(void)
{
	char text[8];

	serial_mode(near, SERIAL_RAW);
	printf("nothing typed: %d\n", read_from(near, false));
	type("a\b\r\004");
	read_text(near, text, 4);
	show("raw", text, 4);
	printf("no echo: %d\n", read_from(far, false));
	write_to(near, "x\ny", 3);
	read_text(far, text, 4);
	show("raw output", text, 4);
}

static void read_line(const char *what)
{
	char text[SERIAL_LINE_MAX];
	size_t size = 0;

	do
		text[size] = (char)read_from(near, true);
	while (text[size++] != '\n' && size < sizeof(text));
	show(what, text, size);
}

/* What has come to the terminal, all of it. */
static void show_echo(const char *what)
{
	static char text[2048];
	size_t size = 0, before;
	int c;

	do {
		before = size;
		L4_Sleep(L4_TimePeriod(SECOND / 4));
		while (size < sizeof(text) && (c = read_from(far, false)) >= 0)
			text[size++] = (char)c;
	} while (size > before); /* the echo of a long line takes its time on a busy host */
	if (size < 40)
		show(what, text, size);
	else
		printf("%s: %lu bytes, the last is %d\n", what, size, text[size - 1]);
}

static void try_lines(void)
{
	char half[4];

	serial_mode(near, SERIAL_LINE);
	type("helo\b\bl\177lp\r");
	read_line("line");
	show_echo("echo");
	type("junk\025new\n");
	read_line("killed line");
	show_echo("its echo");
	type("half\004");
	read_text(near, half, 4);
	show("half a line", half, 4);
	type("\004");
	printf("end: %d\n", read_from(near, true));
	show_echo("no echo of an end");
}

static void try_long_line(void)
{
	char keys[300];
	unsigned int size = 0;

	memset(keys, 'x', sizeof(keys));
	write_to(far, keys, sizeof(keys));
	type("\n");
	do
		size++;
	while (read_from(near, true) != '\n');
	printf("long line: %u characters\n", size);
	show_echo("echo of a long line");
}

/*
 * Others that read
 */

static char stack[2][4096] __attribute__((aligned(16)));
static volatile int got;

static void read_once(void *unused)
{
	(void)unused;
	got = read_from(near, true);
}

static void start_reader(L4_ThreadId_t *reader)
{
	root_thread_start(read_once, NULL, stack[0], sizeof(stack[0]), reader);
	L4_Sleep(L4_TimePeriod(SECOND / 50));
}

static void try_readers_that_go(void)
{
	L4_ThreadId_t reader;

	serial_mode(near, SERIAL_LINE);
	start_reader(&reader);
	type("ab");
	show_echo("begun for a reader");
	root_thread_delete(reader);
	type("c\n");
	read_line("for the next one");
	start_reader(&reader);
	root_thread_delete(reader);
	serial_mode(near, SERIAL_RAW);
	type("d");
	printf("raw for the next one: %c\n", read_from(near, true));
	show_echo("echo for them");
}

/* More than is kept: the rest is lost, and counted. */
static void try_too_much(void)
{
	char text[100];
	struct serial_counts before = counts_of(near);

	memset(text, 'm', sizeof(text));
	for (unsigned int i = 0; i < 50; i++)
		write_to(far, text, sizeof(text));
	L4_Sleep(L4_TimePeriod(SECOND / 10));
	printf("of 5000 characters %lu are lost\n", counts_of(near).lost - before.lost);
	for (unsigned int i = 0; i < KEPT; i++)
		if (read_from(near, false) != 'm')
			printf("a character is missing\n");
	printf("and no more: %d\n", read_from(near, false));
}

/*
 * The driver ends while a reader and a writer wait. The far end has no driver then, and the wire fills up.
 */

static L4_ThreadId_t user;

static void read_and_tell(void *unused)
{
	int status = read_from(near, true);

	(void)unused;
	printf("reader: its driver %s\n", status == -ROOT_UNREACHABLE ? "has ended" : "is there");
}

static void stop_when_stuck(void *unused)
{
	struct serial_counts now = counts_of(near), before;

	(void)unused;
	do {
		before = now;
		L4_Sleep(L4_TimePeriod(SECOND / 2));
		now = counts_of(near);
	} while (now.sent != before.sent);
	printf("the wire is full; others are served: %d\n", (int)serial_mode(near, SERIAL_RAW));
	root_program_stop(NEAR, ROOT_STOP_AS_FAILED);
	L4_Send(user);
}

static void try_restart(void)
{
	L4_ThreadId_t reader, killer;
	enum root_status status;
	char text[WRITE_MAX], c;
	int typed;

	user = L4_MyGlobalId();
	memset(text, '.', sizeof(text));
	root_program_stop(FAR, ROOT_STOP);
	root_thread_start(read_and_tell, NULL, stack[0], sizeof(stack[0]), &reader);
	root_thread_start(stop_when_stuck, NULL, stack[1], sizeof(stack[1]), &killer);
	do
		status = write_to(near, text, sizeof(text));
	while (status == ROOT_OK);
	printf("writer: its driver %s\n", status == ROOT_UNREACHABLE ? "has ended" : "is there");
	L4_Receive(killer);
	while (root_program_start(FAR, "") == ROOT_BUSY)
		L4_Sleep(L4_TimePeriod(SECOND / 50));
	far = root_lookup_wait(FAR);
	serial_mode(far, SERIAL_BYTES);
	root_console(NEAR);
	root_write("to the next one#", 16);
	root_console(NULL);
	do
		typed = read_from(far, true);
	while (typed == '.');
	for (c = (char)typed; c != '#'; c = (char)read_from(far, true))
		printf("%c", c);
	printf("\n");
	near = root_lookup_wait(NEAR);
	type("k");
	printf("from the next one: %c\n", read_from(near, true));
}

/* On a line whose other end sends back what comes. */
int role_loop(void)
{
	L4_ThreadId_t reader;
	char c;

	near = far = root_lookup_wait(NEAR);
	serial_mode(near, SERIAL_BYTES);
	try_bytes(near, near, 4);
	try_idle();
	root_thread_start(read_and_tell, NULL, stack[0], sizeof(stack[0]), &reader);
	L4_Sleep(L4_TimePeriod(SECOND / 50));
	root_program_stop(NEAR, ROOT_STOP_AS_FAILED);
	near = root_lookup_wait(NEAR);
	serial_mode(near, SERIAL_LINE);
	write_to(near, "oh\bk\n", 5);
	c = (char)read_from(near, true);
	printf("line of the next one: %c%c\n", c, read_from(near, true));
	return 0;
}

int role_user(void)
{
	near = root_lookup_wait(NEAR);
	far = root_lookup_wait(FAR);
	serial_mode(near, SERIAL_BYTES);
	serial_mode(far, SERIAL_BYTES);
	try_bytes(near, far, 64);
	try_bytes(far, near, 8);
	try_idle();
	try_raw();
	try_lines();
	try_long_line();
	try_readers_that_go();
	try_too_much();
	try_restart();
	return 0;
}
