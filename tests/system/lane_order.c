/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/lane_order.c - the lanes: who runs behind an exception and behind its answer, and what of the two
 * threads must stay their own.
 */
#include <l4/exception.h>

#include "handler.h"

SNIPPET(snippet_once_more, "ud2\n jmp snippet_once_more_at")

/* Who runs: `order` notes it. Three threads of this space, whose priorities each case chooses. */

static L4_Word_t order[4];
static volatile L4_Word_t orders;
enum { FIRST = 1, SECOND, THIRD };

static void note(L4_Word_t who)
{
	order[orders++ & 3] = who;
}

/* Waits for one message. */
static void wakes(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	note(SECOND);
	sleep_forever();
}

static L4_ThreadId_t handler, middle;

/* A handler that lets the thread go on behind the ud2, after it has woken the middle one. */
static void handles(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_Word_t ip;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		note(FIRST);
		L4_StoreMR(EXC_RIP, &ip);
		L4_LoadMR(0, 0);
		L4_Send_Timeout(middle, L4_ZeroTime);
		ip += 2;
		message_load(0, &ip, 1, 0);
		L4_ReplyWait(from, &from);
	}
}

/* The thread that traps; it wakes the middle one itself, if it is told so. */
static void traps(L4_Word_t wake)
{
	L4_Set_ExceptionHandler(handler);
	L4_LoadMR(0, 0);
	if (wake)
		L4_Send_Timeout(middle, L4_ZeroTime);
	__asm__ volatile("ud2" : : : "memory");
	note(THIRD);
	report(LABEL_DONE, 0);
	sleep_forever();
}

static L4_ThreadId_t start_at(L4_Word_t priority, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);

	set_priority(t, priority);
	thread_run_by_warden(t, function, argument);
	return t;
}

static L4_ThreadId_t play(L4_Word_t handlers, L4_Word_t middles, L4_Word_t trappers, bool trapper_wakes)
{
	orders = 0;
	middle = start_at(middles, wakes, 0);
	handler = start_at(handlers, handles, 0);
	settle();
	return start_at(trappers, traps, trapper_wakes);
}

static void expect_order(L4_Word_t a, L4_Word_t b, L4_Word_t c)
{
	settle();
	EXPECT_EQ(orders, 3);
	EXPECT_EQ(order[0], a);
	EXPECT_EQ(order[1], b);
	EXPECT_EQ(order[2], c);
}

TEST(lane, better_than_the_handler_is_ready)
{
	play(PRIORITY_LOW, PRIORITY_LOW + 5, PRIORITY_LOW + 10, true);
	expect_order(SECOND, FIRST, THIRD);
}

TEST(lane, worse_than_the_handler_is_ready)
{
	play(PRIORITY_LOW + 5, PRIORITY_LOW, PRIORITY_LOW + 10, true);
	expect_order(FIRST, THIRD, SECOND);
}

TEST(lane, better_than_the_thread_is_ready)
{
	play(PRIORITY_LOW + 10, PRIORITY_LOW + 5, PRIORITY_LOW, false);
	expect_order(FIRST, SECOND, THIRD);
}

TEST(lane, worse_than_the_thread_is_ready)
{
	play(PRIORITY_LOW + 10, PRIORITY_LOW, PRIORITY_LOW + 5, false);
	expect_order(FIRST, THIRD, SECOND);
}

/* Neither may run that is halted. */
TEST(lane, handler_is_halted)
{
	struct message m;
	L4_ThreadId_t t;

	orders = 0;
	handler = thread_start(&own_space, handles, 0);
	settle();
	L4_Stop(handler);
	t = thread_start(&own_space, traps, 0);
	settle();
	EXPECT_EQ(orders, 0);
	L4_Start(handler);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(order[0], FIRST);
	EXPECT_EQ(order[1], THIRD);
}

static void starts(L4_Word_t t)
{
	L4_Sleep(L4_TimePeriod(3000 * time_scale));
	note(FIRST);
	exception_state((L4_ThreadId_t){.raw = t}, TAKE_HALT);
	sleep_forever();
}

TEST(lane, thread_is_halted)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_once_more_at, &m);

	handler_answer(&m, 0);
	orders = 0;
	thread_start(&own_space, starts, t.raw);
	exception_state(t, TAKE_HALT | HALTED);
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_once_more_at);
	EXPECT_EQ(orders, 1);
}

/* Forced exceptions come before a woken thread is in user mode. */
TEST(lane, handler_is_forced)
{
	struct message m;
	L4_ThreadId_t t;

	orders = 0;
	handler = thread_start_under(worker, &own_space, handles, 0);
	settle();
	exception_state(handler, L4_EXREGS_FORCE);
	t = thread_start(&own_space, traps, 0);
	REQUIRE(message_receive(handler, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(orders, 0);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(order[0], FIRST);
}

/* All its calls are exceptions; the handler's are not. */
SNIPPET(snippet_calls, "ud2\n"
		       "snippet_calls_again: movabs $0x4c34583200000001, %rdx\n syscall\n ud2\n"
		       "jmp snippet_calls_again")
extern char snippet_calls_again[];

TEST(lane, every_call_is_an_exception)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_calls_at, &m);

	EXPECT(L4_Set_SyscallExceptions(t, 1));
	m.mr[EXC_RIP] = (L4_Word_t)snippet_calls_again;
	for (unsigned n = 0; n < 10; n++) {
		handler_answer(&m, 1);
		REQUIRE_OK(m.tag);
		EXPECT_EQ(m.from.raw, t.raw);
		REQUIRE(is_exception(&m));
		EXPECT_EQ(m.mr[EXC_TRAP], n & 1 ? UD : EXC_TRAP_SYSCALL);
		EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, n & 1 ? -5 : -4);
		EXPECT_EQ(m.mr[EXC_RDX], 0x4c34583200000001UL);
		m.mr[EXC_RIP] += n & 1 ? 2 : 0;
	}
}

/* The vector registers of both are their own, whoever had them. */
SNIPPET(snippet_vector, "ud2\n snippet_vector_again: movq %r12, %xmm0\n ud2\n movq %xmm0, %r13\n ud2")
extern char snippet_vector_again[];

static L4_Word_t exchange_xmm0(L4_Word_t value)
{
	L4_Word_t old;

	__asm__ volatile("movq %%xmm0, %0\n\tmovq %1, %%xmm0" : "=&r"(old) : "r"(value) : "xmm0");
	return old;
}

/* The handler must not use vector registers but in exchange_xmm0(): so it answers with words that are there already. */
TEST(lane, vector_registers)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_vector_at, &m);
	L4_Word_t registers[EXC_WORDS + 1], seen[8], kept[8];

	for (unsigned n = 1; n <= EXC_WORDS; n++)
		registers[n] = m.mr[n];
	for (unsigned n = 0; n < 8; n++) {
		registers[EXC_RIP] = (L4_Word_t)snippet_vector_again;
		registers[EXC_R12] = 0x4700 + n;
		if (n & 1) /* at times it doesn't */
			exchange_xmm0(0x1100 + n);
		message_load(0, &registers[1], EXC_WORDS, 0);
		L4_ReplyWait(t, &m.from);
		L4_StoreMR(EXC_RIP, &seen[n]);
		kept[n] = n & 1 ? exchange_xmm0(0) : 0x1100 + n;
		registers[EXC_RIP] = seen[n] + 2;
		message_load(0, &registers[1], EXC_WORDS, 0);
		L4_ReplyWait(t, &m.from);
		L4_StoreMR(EXC_R13, &seen[n]);
	}
	for (unsigned n = 0; n < 8; n++) {
		EXPECT_EQ(seen[n], 0x4700 + n);
		EXPECT_EQ(kept[n], 0x1100 + n);
	}
}

/* Behind its fault the thread is a user like any other: it calls by the path, and is answered by C. */
static void traps_and_calls(L4_Word_t unused)
{
	L4_MsgTag_t tag;
	L4_Word_t got;

	(void)unused;
	__asm__ volatile("ud2");
	L4_LoadMR(0, 0);
	tag = L4_Call(worker);
	L4_StoreMR(1, &got);
	report(LABEL_REPORT, L4_IpcFailed(tag) ? 0 : got);
	sleep_forever();
}

TEST(lane, call_behind_an_exception)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, &own_space, traps_and_calls, 0), from;
	L4_MsgTag_t tag;

	handler_wait(&m);
	REQUIRE(is_exception(&m));
	m.mr[EXC_RIP] += 2;
	handler_answer(&m, 1);
	expect_label(&m, L4_LocalIdOf(t), 0);
	m.mr[1] = 0x7fffffff0000;
	message_load(0, &m.mr[1], 1, 0);
	tag = L4_ReplyWait_Timeout(t, PATIENCE, &from);
	message_take(tag, from, &m);
	expect_label(&m, L4_LocalIdOf(t), LABEL_REPORT);
	EXPECT_EQ(m.mr[1], 0x7fffffff0000);
}
