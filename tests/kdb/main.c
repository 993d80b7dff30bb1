/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/kdb/main.c - gives the kernel debugger something to show, and asks it for everything that programs can ask.
 *
 * The default root task starts it; what is typed and what must be printed then is in cases.sh. Its argument says what
 * to do:
 *
 *   calls  every request, with good and bad arguments
 *   show   threads in several states, then the debugger
 *   break  wait to be interrupted by the key
 *   none   what happens without a debugger
 */
#include <l4/ipc.h>
#include <l4/kdebug.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4/tracebuffer.h>
#include <l4io.h>
#include <service/root.h>
#include <string.h>

enum { STACK = 4096, WINDOW = 0x30000000, LOWER = 90, KEYBOARD = 1 };
static char stacks[4][STACK] __attribute__((aligned(16)));
static char *const nowhere = (char *)0x7ffffffff000UL;
static char *const kernel = (char *)0xffffffff80000000UL;

static void start(unsigned int number, void (*function)(void *), L4_ThreadId_t *thread)
{
	if (root_thread_start(function, 0, stacks[number], STACK, thread) != ROOT_OK) {
		printf("test-kdb: no thread\n");
		root_exit(1);
	}
}

static void sleeper(void *unused)
{
	(void)unused;
	L4_Sleep(L4_TimePeriod(3600UL * 1000 * 1000));
}

/* Takes a page, then receives never again. */
static void server(void *unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Accept(L4_MapGrantItems(L4_FpageLog2(WINDOW, 12)));
	L4_Wait(&from);
	L4_Sleep(L4_Never);
}

/* Of a lower priority than the main thread. */
static void spinner(void *unused)
{
	(void)unused;
	for (;;)
		;
}

/* Calls whom it is told, and stays queued there. */
static void client(void *unused)
{
	L4_ThreadId_t to;

	(void)unused;
	L4_Wait(&to);
	L4_StoreMR(1, &to.raw);
	L4_LoadMR(0, 0);
	L4_Call(to);
}

static void calls(void)
{
	L4_KDB_PrintString("kdb-string\n");
	L4_KDB_PrintString(nowhere);
	L4_KDB_PrintString(kernel);
	L4_KDB_PrintChar('o');
	L4_KDB_PrintChar('k');
	L4_KDB_PrintChar('\n');
	L4_KDB_ClearPage();
	L4_Tbuf_RecordEvent(7, "all words", 0x11, 0x12, 0x13, 0x14);
	L4_Tbuf_RecordEvent_0(8, nowhere);
	L4_Tbuf_RecordEvent_1(9, "bad\n\033text, longer than the ring keeps of it", 0x21);
	L4_Tbuf_RecordEvent_t2(L4_Myself(), 10, kernel, 0x31, 0x32);
	L4_Tbuf_IncCounter(3);
	L4_Tbuf_IncCounter(3 + 8);
	L4_KDB_Enter("first\nreason");
	*(volatile char *)(ROOT_HEAP_LOW + 0x123) = 1; /* a fault */
	L4_KDB_Enter();
	printf("test-kdb: read %c", L4_KDB_ReadChar_Blocked());
	printf("%c\n", L4_KDB_ReadChar_Blocked());
	while (L4_KDB_ReadChar_Blocked() != '\n')
		;
	for (unsigned int i = 0; i < 300; i++)
		L4_Tbuf_RecordEvent_1(1000 + i, "many", i);
	L4_KDB_Enter("the ring is full");
}

static void show(void)
{
	L4_MapItem_t page;
	L4_ThreadId_t a, b, c, d;
	unsigned long message;

	start(0, sleeper, &a);
	start(1, server, &b);
	start(2, client, &c);
	start(3, spinner, &d);
	root_thread_priority(d, LOWER);
	*(volatile char *)ROOT_HEAP_LOW = 1;
	page = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(ROOT_HEAP_LOW, 12), L4_FullyAccessible), WINDOW);
	L4_LoadMR(0, 2 << 6);
	L4_LoadMRs(1, 2, page.raw);
	L4_Send(b);
	L4_LoadMR(0, 1);
	L4_LoadMR(1, b.raw);
	L4_Send(c);
	L4_Sleep(L4_TimePeriod(20000));
	printf("test-kdb: main %lu sleeper %lu server %lu client %lu spinner %lu\n", L4_ThreadNo(L4_MyGlobalId()),
	       L4_ThreadNo(a), L4_ThreadNo(b), L4_ThreadNo(c), L4_ThreadNo(d));
	if (root_interrupt(KEYBOARD, L4_MyGlobalId(), &message) != ROOT_OK)
		printf("test-kdb: no interrupt\n");
	L4_KDB_Enter("look");
}

static void wait_for_break(void)
{
	/* Nothing but a talkative debugger keeps it from running so long. */
	enum { LONGEST_US = 20000000, PAUSE_US = 200 };
	L4_Word64_t last = L4_SystemClock().raw, now, end = last + LONGEST_US;

	printf("test-kdb: nothing typed: %d\n", L4_KDB_ReadChar());
	printf("test-kdb: waiting for a break\n");
	for (now = last = L4_SystemClock().raw; now - last < PAUSE_US && now < end; now = L4_SystemClock().raw)
		last = now;
	printf("test-kdb: waited\n");
}

static void none(void)
{
	printf("test-kdb: debugger %d\n", (int)L4_HasFeature("debugger"));
	L4_Tbuf_RecordEvent(1, "nobody sees it", 2);
	L4_Tbuf_IncCounter(1);
	printf("test-kdb: marks do nothing\n");
	L4_KDB_PrintString("this is an exception\n");
}

int main(void)
{
	char line[64], *word = line;

	root_command_line(line, sizeof(line));
	while (*word && *word != ' ')
		word++;
	while (*word == ' ')
		word++;
	for (char *c = word; *c; c++)
		if (*c == ' ')
			*c = 0;
	if (strcmp(word, "calls") == 0)
		calls();
	else if (strcmp(word, "show") == 0)
		show();
	else if (strcmp(word, "break") == 0)
		wait_for_break();
	else
		none();
	printf("test-kdb: went on\n");
	return 0;
}
