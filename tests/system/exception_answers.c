/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exception_answers.c - answers to exceptions: of every length, with every flag, from another. */
#include "held.h"

TEST(exception, answer_of_every_length)
{
	struct message m, sent, after;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	for (unsigned count = 0; count < 64; count++) {
		sent = m;
		for (unsigned i = 1; i < 64; i++)
			sent.mr[i] = i >= EXC_RDI   ? 0x10000 * (count + 1) + i :
				     i <= EXC_WORDS ? m.mr[i] : 0x800000000000UL;
		EXPECT_OK(frame_reply(&sent, count));
		REQUIRE(event_receive(t, &after));
		for (unsigned i = EXC_RIP; i <= EXC_R15; i++)
			EXPECT_EQ(after.mr[i], i <= count ? sent.mr[i] : m.mr[i]);
		m = after;
	}
}

TEST(exception, answer_with_string)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_StringItem_t item = L4_StringItem(4, "four");

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_OVERFLOW);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

TEST(exception, answer_with_half_an_item)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	L4_LoadMR(0, tag_make(0, 0, 1).raw);
	L4_LoadMR(1, 8);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_OVERFLOW);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

TEST(exception, answer_with_noncanonical_stack)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	m.mr[EXC_RSP] = 0xfffe800000000000UL;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
	EXPECT_EQ(m.mr[EXC_RSP], 0xfffe800000000000UL);
}

/* Each flag alone: what a user may set arrives, the rest does not. */
TEST(exception, answer_with_every_flag)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t may_set = 0x240cd5; /* CF PF AF ZF SF DF OF AC ID */

	for (unsigned bit = 0; bit < 64; bit++) {
		if (1UL << bit == TF)
			continue;
		m.mr[EXC_RFLAGS] = 1UL << bit;
		EXPECT_OK(frame_reply(&m, EXC_WORDS));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(m.mr[EXC_TRAP], UD);
		EXPECT_EQ(m.mr[EXC_RFLAGS] & ~(L4_Word_t)RF, 0x202 | (1UL << bit & may_set));
	}
}

/* Only the handler's answer counts. */
static volatile L4_Word_t outcome;

static void answers_for(L4_Word_t t)
{
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	outcome = L4_IpcFailed(L4_Send_Timeout((L4_ThreadId_t){.raw = t}, L4_TimePeriod(10000))) ? L4_ErrorCode() : 1;
}

TEST(exception, answer_by_another)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	outcome = 0;
	thread_start(&own_space, answers_for, t.raw);
	REQUIRE(wait_until(&outcome, 1, 200));
	EXPECT_EQ(outcome, IPC_TIMEOUT << 1 | SEND);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

/* A thread that nobody handles is halted, and can be started again elsewhere. */
static void stops(L4_Word_t unused)
{
	(void)unused;
	L4_Set_ExceptionHandler(L4_nilthread);
	__asm__ volatile("ud2");
}

static void goes_on(void)
{
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(exception, unhandled_and_started_again)
{
	L4_ThreadId_t t = thread_start(&own_space, stops, 0);

	settle();
	EXPECT_EQ(exception_state(t, 0), HALTED);
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)goes_on);
	expect_done(t);
}
