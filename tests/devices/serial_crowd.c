/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial_crowd.c - a writer among hostile clients, and who looks at the other end of the wire.
 *
 *   writer    writes numbered lines, some of which have to be confirmed by a character from the other end
 *   checker   reads at the other end: each line must be the writer's next, or a whole one of the hostile clients'
 *   hostile   requests that make no sense, floods, readers that go, answers that nobody takes
 */
#include <device/serial.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <string.h>

#include "serial_roles.h"

enum { LINES = 300, CONFIRMED_EACH = 50, HOSTILE_LINE = 200, LINE_SIZE = 256, ROUNDS = 3000 };

/* Line n of the writer's: of different lengths. Returns its size. */
static size_t make_line(unsigned int n, char line[LINE_SIZE])
{
	size_t size = (size_t)snprintf(line, LINE_SIZE, "%u ", n), padding = n * 37 % 180;

	memset(line + size, '.', padding);
	size += padding;
	line[size++] = '\n';
	return size;
}

static void make_hostile_line(char line[LINE_SIZE])
{
	memset(line, 'H', HOSTILE_LINE - 1);
	line[HOSTILE_LINE - 1] = '\n';
}

int role_writer(void)
{
	L4_ThreadId_t near = root_lookup_wait(NEAR);
	unsigned int wrong = 0;
	char line[LINE_SIZE];

	for (unsigned int n = 0; n < LINES; n++) {
		if (write_to(near, line, make_line(n, line)) != ROOT_OK)
			printf("writer: line %u was refused\n", n);
		if (n % CONFIRMED_EACH == 0)
			wrong += read_from(near, true) != (int)(n / CONFIRMED_EACH % 26 + 'a');
	}
	printf("writer: %d confirmed, %u wrong\n", LINES / CONFIRMED_EACH, wrong);
	return 0;
}

/* Without confirmations: they are echoed while a hostile client reads lines. */
static size_t read_line(L4_ThreadId_t serial, char line[LINE_SIZE])
{
	size_t size = 0;
	int c;

	do {
		c = read_from(serial, true);
		if (c != '\r' && !(c >= 'a' && c <= 'z') && size < LINE_SIZE)
			line[size++] = (char)c;
	} while (c != '\n');
	return size;
}

int role_checker(void)
{
	L4_ThreadId_t far = root_lookup_wait(FAR);
	char line[LINE_SIZE], expected[LINE_SIZE], hostile[LINE_SIZE];
	unsigned int others = 0, wrong = 0;

	make_hostile_line(hostile);
	for (unsigned int n = 0; n < LINES;) {
		size_t size = read_line(far, line), expected_size = make_line(n, expected);

		if (size == expected_size && memcmp(line, expected, size) == 0) {
			char confirmation = (char)(n / CONFIRMED_EACH % 26 + 'a');

			if (n++ % CONFIRMED_EACH == 0)
				write_to(far, &confirmation, 1);
		} else if (size == HOSTILE_LINE && memcmp(line, hostile, size) == 0) {
			others++;
		} else {
			wrong++;
		}
	}
	printf("checker: %d lines in order, %s of others between them, %u wrong\n", LINES, others > 0 ? "some" : "none",
	       wrong);
	return 0;
}

static unsigned long next(void)
{
	static unsigned long state = 1;

	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 20;
}

static char stack[3][4096] __attribute__((aligned(16)));

/* Until it is deleted. */
static void read_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		read_from(root_lookup(NEAR), true);
}

/* Lines, without ever waiting for an answer. */
static void flood(void *unused)
{
	L4_Word_t words[2 + HOSTILE_LINE / 8] = { HOSTILE_LINE };
	unsigned int count = 1 + HOSTILE_LINE / 8;
	char line[LINE_SIZE];

	(void)unused;
	make_hostile_line(line);
	memcpy(words + 1, line, HOSTILE_LINE);
	for (;;) {
		L4_ThreadId_t near = root_lookup(NEAR);

		L4_LoadMRs(1, (int)count, words);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_WRITE << 16 | count });
		L4_Send_Timeout(near, L4_TimePeriod(1000));
		L4_Sleep(L4_TimePeriod(300));
	}
}

/* A request with odd labels, sizes and items. None of them writes, or is a read that somebody would be served by. */
static void ask(L4_ThreadId_t near)
{
	static const L4_Word_t labels[] = { ROOT_WRITE, ROOT_READ, SERIAL_MODE, SERIAL_COUNTS, 0, 0xffff };
	static const L4_Word_t sizes[] = { 497, ~0UL, 1UL << 63, 1UL << 32, 0x8000, 10000 };
	L4_Word_t label = labels[next() % 6];
	unsigned int words = next() % 61, typed = next() % 3 == 0 ? 2 : 0;

	if (label == ROOT_READ && words == 1)
		words = 2;
	L4_LoadMR(1, sizes[next() % 6]);
	for (unsigned int i = 2; i <= words + typed; i++)
		L4_LoadMR((int)i, i > words ? 8 : next());
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = label << 16 | typed << 6 | words });
	if (next() % 2)
		L4_Call(near);
	else
		L4_Send_Timeout(near, L4_TimePeriod(1000));
}

int role_hostile(void)
{
	L4_ThreadId_t near = root_lookup_wait(NEAR), reader, flooder;

	serial_mode(near, SERIAL_LINE);
	root_thread_start(flood, NULL, stack[1], sizeof(stack[1]), &flooder);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		ask(near);
		if (i % 100 == 0) {
			root_thread_start(read_for_ever, NULL, stack[0], sizeof(stack[0]), &reader);
			L4_ThreadSwitch(reader);
			root_thread_delete(reader);
		}
	}
	printf("hostile: %d requests\n", ROUNDS);
	return 0;
}
