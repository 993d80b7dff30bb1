/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients.c - names: servers that come late, fail and come back, and clients that find them.
 */
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "roles.h"

enum { LABEL_DOUBLE = 1, LABEL_FAIL = 2, WORDS_MAX = 63 };

int role_server(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	if (root_register("echo", L4_Myself()) != ROOT_OK && root_register("weak", L4_Myself()) != ROOT_OK)
		return 1;
	tag = L4_Wait(&client);
	for (;;) {
		L4_Word_t number;

		L4_StoreMR(1, &number);
		if (L4_Label(tag) == LABEL_FAIL)
			*(volatile int *)0x700000000 = 1;
		L4_LoadMR(0, 1);
		L4_LoadMR(1, 2 * number);
		tag = L4_ReplyWait(client, &client);
	}
}

/* The answer, or 0: the message failed. */
static L4_Word_t ask(L4_ThreadId_t server, L4_Word_t label, L4_Word_t number)
{
	L4_MsgTag_t tag = { .raw = label << 16 | 1 };
	L4_Word_t answer;

	L4_LoadMR(0, tag.raw);
	L4_LoadMR(1, number);
	if (L4_IpcFailed(L4_Call(server)))
		return 0;
	L4_StoreMR(1, &answer);
	return answer;
}

static const char *error_name(void)
{
	switch (L4_ErrorCode() >> 1 & 7) {
	case 2:
		return "no partner";
	case 4:
		return "message overflow";
	default:
		return "another error";
	}
}

/*
 * What a call and its answer cost, all of both sides' code: more if one of them is confined. What other programs do at
 * first would count, too.
 */
static void print_cost(L4_ThreadId_t server)
{
	unsigned long least = -1UL, start, cost;

	sleep_milliseconds(20);
	for (unsigned int i = 0; i < 20; i++) {
		start = __builtin_ia32_rdtsc();
		ask(server, LABEL_DOUBLE, i);
		cost = __builtin_ia32_rdtsc() - start;
		least = cost < least ? cost : least;
	}
	printf("BENCH name=%s.roundtrip words=1 unit=instructions min=%lu\n", own_name, least);
}

int role_client(void)
{
	unsigned int rounds = root_option("rounds", 1);
	const char *name = L4_IsNilThread(root_lookup_wait("echo")) ? "weak" : "echo";
	L4_ThreadId_t server = root_lookup_wait(name), first = server;

	say("twice 21 is %lu", ask(server, LABEL_DOUBLE, 21));
	print_cost(server);
	for (unsigned int i = 0; i < rounds; i++) {
		if (ask(server, LABEL_FAIL, 0) != 0)
			return 1;
		if (i == 0)
			say("the server failed: %s", error_name());
		if (i == 0)
			say("asked again: %s", ask(server, LABEL_DOUBLE, 3) ? "an answer" : error_name());
		server = root_lookup_wait(name);
		if (ask(server, LABEL_DOUBLE, i) != 2 * i || L4_IsThreadEqual(server, first))
			return 1;
	}
	say("served again %u times", rounds);
	return 0;
}

int role_waiter(void)
{
	L4_ThreadId_t late;

	say("now: %s", L4_IsNilThread(root_lookup("late")) ? "nobody" : "somebody");
	late = root_lookup_wait("late");
	say("later: %s", L4_IsThreadEqual(late, root_lookup("latecomer")) ? "the latecomer" : "somebody else");
	say("never: %s", L4_IsNilThread(root_lookup_wait("never-heard-of")) ? "nobody" : "somebody");
	say("not any more: %s", L4_IsNilThread(root_lookup_wait("lost")) ? "nobody" : "somebody");
	return 0;
}

int role_late(void)
{
	sleep_milliseconds(20);
	say("a name of another's: %s", status_name(root_register("echo", L4_Myself())));
	say("for another's thread: %s", status_name(root_register("late", root_task())));
	say("its own: %s", status_name(root_register("late", L4_Myself())));
	sleep_milliseconds(50);
	return 0;
}

int role_confined(void)
{
	L4_ThreadId_t echo = root_lookup_wait("echo");
	L4_Msg_t msg;

	say("a stranger's name: %s", L4_IsNilThread(root_lookup("stranger")) ? "nobody" : "somebody");
	say("twice 4 is %lu", ask(echo, LABEL_DOUBLE, 4));
	L4_MsgClear(&msg);
	L4_MsgAppendSimpleStringItem(&msg, L4_StringItem(1, own_name));
	L4_MsgLoad(&msg);
	say("a string: %s", L4_IpcSucceeded(L4_Call(echo)) ? "an answer" : error_name());
	say("twice 5 is %lu", ask(echo, LABEL_DOUBLE, 5));
	return 0;
}

/* Sends to the program before it, which it has not been given, or to sigma0. */
int role_trespasser(void)
{
	L4_ThreadId_t stranger = L4_GlobalId(L4_ThreadNo(L4_MyGlobalId()) - ROOT_THREADS_MAX, 1);

	if (root_option("sigma0", 0))
		stranger = L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()), 1);
	ask(stranger, LABEL_DOUBLE, 4);
	say("went on");
	return 0;
}

/* Is to get no message. */
int role_victim(void)
{
	L4_ThreadId_t from;

	L4_Wait(&from);
	say("has got a message");
	return 1;
}

/*
 * Partners of a server that dies while they wait to be heard
 */

/* Takes one message, listens to nobody else, and fails. */
int role_deaf(void)
{
	L4_ThreadId_t client;

	if (root_register("deaf", L4_Myself()) != ROOT_OK)
		return 1;
	L4_Wait(&client);
	sleep_milliseconds(50);
	return 1;
}

/* Of all words of a message, each times its place. */
static L4_Word_t sum_of_words(L4_MsgTag_t tag)
{
	L4_Word_t sum = 0, word;

	for (unsigned int i = 1; i <= L4_UntypedWords(tag); i++) {
		L4_StoreMR((int)i, &word);
		sum += i * word;
	}
	return sum;
}

/* Hears its clients late, and then all that there are. */
int role_late_listener(void)
{
	unsigned int heard = 0, living = 0;
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	if (root_register("late", L4_Myself()) != ROOT_OK)
		return 1;
	sleep_milliseconds(400);
	while (L4_IpcSucceeded(tag = L4_Wait_Timeout(L4_TimePeriod(50000), &client))) {
		L4_Word_t sum = sum_of_words(tag);

		heard++;
		living += root_thread_exists(client);
		L4_LoadMR(0, 1);
		L4_LoadMR(1, sum);
		L4_Reply(client);
	}
	say("heard %u, %u of them live", heard, living);
	return 0;
}

enum { CALLERS = 3, CALLER_STACK = 4096 };

static L4_ThreadId_t deaf;
static const char *volatile outcome[CALLERS];

static void call_deaf(void *number)
{
	outcome[(unsigned long)number] = ask(deaf, LABEL_DOUBLE, 1) ? "an answer" : error_name();
}

/* One is heard; the message of the next is on its way, and another one waits behind it. */
int role_callers(void)
{
	static char stack[CALLERS][CALLER_STACK] __attribute__((aligned(16)));
	L4_ThreadId_t thread;

	deaf = root_lookup_wait("deaf");
	for (unsigned long i = 0; i < CALLERS; i++) {
		if (root_thread_start(call_deaf, (void *)i, stack[i], CALLER_STACK, &thread) != ROOT_OK)
			return 1;
		sleep_milliseconds(5);
	}
	for (unsigned int i = 0; i < CALLERS; i++)
		while (!outcome[i])
			sleep_milliseconds(5);
	say("three calls: %s, %s, %s", outcome[0], outcome[1], outcome[2]);
	return 0;
}

static L4_ThreadId_t listener;

static void call_listener(void *unused)
{
	(void)unused;
	ask(listener, LABEL_DOUBLE, 1);
}

/* Ends twice while a call is on its way; the third time only the thread does that calls, and its program calls again. */
int role_hasty(void)
{
	static char stack[CALLER_STACK] __attribute__((aligned(16)));
	L4_ThreadId_t thread;
	L4_Msg_t msg;

	listener = root_lookup_wait("late");
	if (root_thread_start(call_listener, NULL, stack, CALLER_STACK, &thread) != ROOT_OK)
		return 1;
	sleep_milliseconds(5);
	if (L4_Version(L4_MyGlobalId()) < 3)
		return 1;
	root_thread_delete(thread);
	L4_MsgClear(&msg);
	for (L4_Word_t i = 1; i <= WORDS_MAX; i++)
		L4_MsgAppendWord(&msg, i);
	L4_MsgLoad(&msg);
	L4_MsgStore(L4_Call(listener), &msg);
	say("its own call: %d words make %lu", WORDS_MAX, L4_MsgWord(&msg, 0));
	return 0;
}
