/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/selftest.c - cases that must fail, each in one of the ways a case can fail.
 *
 * They are hidden: they run only when named, by a case of tests/run that expects the failures. So a
 * harness that lets everything pass is found.
 */
#include "test.h"

TEST_CASE(selftest, passes, 1000, true)
{
	EXPECT_EQ(6 * 7, 42);
}

TEST_CASE(selftest, wrong_value, 1000, true)
{
	EXPECT_EQ(6 * 7, 54);
}

TEST_CASE(selftest, not_true, 1000, true)
{
	EXPECT(runner.raw == 0);
}

TEST_CASE(selftest, requirement, 1000, true)
{
	REQUIRE(runner.raw == 0);
	for (;;)
		sleep_forever();
}

TEST_CASE(selftest, wrong_ipc_result, 1000, true)
{
	EXPECT_OK(L4_Receive_Timeout(L4_MyGlobalId(), L4_ZeroTime));
}

TEST_CASE(selftest, unexpected_success, 1000, true)
{
	EXPECT_FAILED(L4_Send_Timeout(L4_nilthread, L4_ZeroTime), SEND, IPC_TIMEOUT);
}

TEST_CASE(selftest, hang, 20, true)
{
	sleep_forever();
}

TEST_CASE(selftest, spin, 20, true)
{
	for (;;)
		;
}

TEST_CASE(selftest, page_fault, 1000, true)
{
	*(volatile char *)0x700000000000UL = 1;
}

TEST_CASE(selftest, exception, 1000, true)
{
	__asm__ volatile("ud2");
}

static void fails(L4_Word_t unused)
{
	(void)unused;
	EXPECT_EQ(1, 2);
	report(LABEL_DONE, 0);
}

TEST_CASE(selftest, in_another_space, 1000, true)
{
	struct message m;

	REQUIRE(message_receive(thread_start(space_new(), fails, 0), &m));
}
