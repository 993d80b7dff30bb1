/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/fairness.c - two threads of one priority get the same share of the processor, whatever others do for one
 * of them.
 *
 * The client has a server work for it again and again, the other spins and counts the time that it runs. A slice ends
 * in the server as well as in the client, and what the server does beyond its end is the client's time all the same.
 */
#include "test.h"

enum { SLICE = 2000, WINDOW = 50 * SLICE, GAP = 20, SHARE_LEAST = 40, SHARE_MOST = 60 };

static volatile L4_Word_t other_ran, calls;
static L4_ThreadId_t server;

static void works_for(L4_Word_t us)
{
	L4_Word_t begin = now_us();

	while (us && now_us() < begin + us * time_scale)
		;
}

static void serves(L4_Word_t us)
{
	L4_ThreadId_t client;

	L4_Wait(&client);
	for (;;) {
		works_for(us);
		L4_LoadMR(0, 0);
		L4_ReplyWait(client, &client);
	}
}

/* Its answer hands over nothing: the client is made ready. */
static void serves_and_sends(L4_Word_t us)
{
	L4_ThreadId_t client;

	for (;;) {
		L4_Wait(&client);
		works_for(us);
		L4_LoadMR(0, 0);
		L4_Send(client);
	}
}

static void serves_and_yields(L4_Word_t us)
{
	L4_ThreadId_t client;

	L4_Wait(&client);
	for (;;) {
		works_for(us);
		L4_Yield();
		L4_LoadMR(0, 0);
		L4_ReplyWait(client, &client);
	}
}

/* Nearly all of the time in calls that the kernel does in pieces, here a flexpage each. */
static void serves_by_long_calls(L4_Word_t us)
{
	L4_ThreadId_t client;

	L4_Wait(&client);
	for (;;) {
		L4_Word_t begin = now_us();

		while (now_us() < begin + us * time_scale) {
			for (unsigned i = 0; i < 8; i++)
				L4_LoadMR(i, L4_FpageLog2((L4_Word_t)&server, 12).raw & ~7UL);
			L4_Unmap(7);
		}
		L4_LoadMR(0, 0);
		L4_ReplyWait(client, &client);
	}
}

static void serves_through_another(L4_Word_t unused)
{
	L4_ThreadId_t client;

	(void)unused;
	L4_Wait(&client);
	for (;;) {
		L4_LoadMR(0, 0);
		L4_Call(server);
		L4_LoadMR(0, 0);
		L4_ReplyWait(client, &client);
	}
}

static void answers_exceptions(L4_Word_t us)
{
	L4_ThreadId_t from;
	L4_Word_t ip;

	L4_Wait(&from);
	for (;;) {
		L4_StoreMR(EXC_RIP, &ip);
		works_for(us);
		L4_LoadMR(1, ip + 2);
		L4_LoadMR(0, 1);
		L4_ReplyWait(from, &from);
	}
}

static void calls_forever(L4_Word_t whom)
{
	for (;;) {
		L4_LoadMR(0, 0);
		L4_Call((L4_ThreadId_t){ .raw = whom });
		calls++;
	}
}

static void traps_forever(L4_Word_t handler)
{
	L4_Set_ExceptionHandler((L4_ThreadId_t){ .raw = handler });
	for (;;) {
		__asm__ volatile("ud2" : : : "memory");
		calls++;
	}
}

static void counts_its_time(L4_Word_t unused)
{
	L4_Word_t last = now_us();

	(void)unused;
	for (;;) {
		L4_Word_t now = now_us();

		if (now - last < GAP * time_scale)
			other_ran += now - last;
		last = now;
	}
}

static L4_ThreadId_t start(struct space *space, L4_Word_t priority, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t t = thread_create(space, warden);

	set_priority(t, priority);
	EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(SLICE * time_scale), L4_Never) != 0);
	thread_run_by_warden(t, function, argument);
	return t;
}

/* How much of the time the other has, in percent, beside such a client of `whom`. */
static L4_Word_t share(L4_Word_t client_priority, void (*client)(L4_Word_t), L4_ThreadId_t whom)
{
	L4_ThreadId_t first, other;

	settle();
	other_ran = calls = 0;
	first = start(space_new(), client_priority, client, whom.raw);
	other = start(&own_space, PRIORITY_LOW, counts_its_time, 0);
	L4_Sleep(L4_TimePeriod(WINDOW * time_scale));
	L4_Stop(other);
	EXPECT_EQ(thread_delete(first), 1);
	EXPECT(calls > 2);
	return other_ran * 100 / (WINDOW * time_scale);
}

static void expect_fair(void (*serve)(L4_Word_t), L4_Word_t server_priority, L4_Word_t us)
{
	L4_Word_t got = share(PRIORITY_LOW, calls_forever, start(&own_space, server_priority, serve, us));

	if (got < SHARE_LEAST || got > SHARE_MOST)
		FAIL("expected the other to have about half the time beside calls of %lu us, got %lu %%", us, got);
}

/* Named by how long the server works: not at all, a part of a slice, nearly or just a slice, more. */
#define FAIR(name, serve, priority, us)                                                                                \
	TEST(fairness, name)                                                                                           \
	{                                                                                                              \
		expect_fair(serve, priority, us);                                                                      \
	}

FAIR(better_server_that_only_answers, serves, PRIORITY_LOW + 10, 0)
FAIR(better_server_for_a_twentieth_of_a_slice, serves, PRIORITY_LOW + 10, SLICE / 20)
FAIR(better_server_for_a_third_of_a_slice, serves, PRIORITY_LOW + 10, SLICE / 3)
FAIR(better_server_for_nearly_a_slice, serves, PRIORITY_LOW + 10, SLICE - 20)
FAIR(better_server_for_a_slice, serves, PRIORITY_LOW + 10, SLICE)
FAIR(better_server_for_more_than_a_slice, serves, PRIORITY_LOW + 10, SLICE + SLICE / 10)
FAIR(equal_server_for_nearly_a_slice, serves, PRIORITY_LOW, SLICE - 20)
FAIR(better_server_that_yields, serves_and_yields, PRIORITY_LOW + 10, SLICE / 3)
FAIR(better_server_in_long_calls, serves_by_long_calls, PRIORITY_LOW + 10, SLICE - 100)

TEST(fairness, better_server_that_sends)
{
	L4_ThreadId_t t = start(&own_space, PRIORITY_LOW + 10, serves_and_sends, SLICE / 3);

	EXPECT(share(PRIORITY_LOW, calls_forever, t) >= SHARE_LEAST);
}

/* A worse server gets on only when the other does not want to, so here that has all. */
TEST(fairness, worse_server_waits)
{
	L4_ThreadId_t t = start(&own_space, PRIORITY_LOW - 10, serves, SLICE / 3), first, other;

	settle();
	other_ran = 0;
	first = start(space_new(), PRIORITY_LOW, calls_forever, t.raw);
	other = start(&own_space, PRIORITY_LOW, counts_its_time, 0);
	L4_Sleep(L4_TimePeriod(WINDOW * time_scale));
	EXPECT_BETWEEN(other_ran, WINDOW * time_scale * 9 / 10, WINDOW * time_scale);
	L4_Stop(first);
	L4_Stop(other);
}

/* The better client is hardly seen; its server and the other are equals. */
TEST(fairness, server_and_other_are_equals)
{
	L4_ThreadId_t t = start(&own_space, PRIORITY_LOW, serves, SLICE - 20);

	EXPECT_BETWEEN(share(PRIORITY_LOW + 10, calls_forever, t), SHARE_LEAST, SHARE_MOST);
}

/* The slice ends in the server's server, which is worse than the server and better than the client. */
TEST(fairness, server_of_a_server)
{
	L4_ThreadId_t first;

	server = start(&own_space, PRIORITY_LOW + 5, serves, SLICE - 20);
	first = start(&own_space, PRIORITY_LOW + 10, serves_through_another, 0);
	EXPECT_BETWEEN(share(PRIORITY_LOW, calls_forever, first), SHARE_LEAST, SHARE_MOST);
}

TEST(fairness, better_exception_handler)
{
	L4_ThreadId_t t = start(&own_space, PRIORITY_LOW + 10, answers_exceptions, SLICE - 20);

	EXPECT_BETWEEN(share(PRIORITY_LOW, traps_forever, t), SHARE_LEAST, SHARE_MOST);
}

static void interrupts(L4_Word_t us)
{
	for (;;)
		L4_Sleep(L4_TimePeriod(us * time_scale));
}

/* Somebody better yet comes again and again, also between the slice's end and the server's answer. */
TEST(fairness, better_server_interrupted)
{
	L4_ThreadId_t t = start(&own_space, PRIORITY_LOW + 10, serves, SLICE - 20);

	start(&own_space, PRIORITY_LOW + 15, interrupts, SLICE / 7);
	EXPECT_BETWEEN(share(PRIORITY_LOW, calls_forever, t), SHARE_LEAST, SHARE_MOST);
}
