/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/ipc_timeout.c - how long an IPC waits, and what it says when it gives up. */
#include "test.h"

/* A timeout may end this much late: the resolution of the timer, and whoever ran meanwhile. */
#define LATE (3000 * time_scale)

static void waits_forever(L4_Word_t unused)
{
	(void)unused;
	sleep_forever();
}

TEST(timeout, receive_zero)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_forever, 0);

	EXPECT_FAILED(L4_Receive_Timeout(t, L4_ZeroTime), RECEIVE, IPC_TIMEOUT);
}

TEST(timeout, wait_zero)
{
	L4_ThreadId_t from;

	EXPECT_FAILED(L4_Wait_Timeout(L4_ZeroTime, &from), RECEIVE, IPC_TIMEOUT);
}

TEST(timeout, send_zero)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_forever, 0);

	settle();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_FAILED(L4_Send_Timeout(t, L4_ZeroTime), SEND, IPC_TIMEOUT);
}

static void elapsed_receive(L4_Word_t us)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_forever, 0);
	L4_Word_t before;

	settle();
	before = now_us();
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(us)), RECEIVE, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, us, us + LATE);
}

/* Each is a period that X.2's format holds exactly. */
TEST(timeout, receive_100_us)
{
	elapsed_receive(100);
}

TEST(timeout, receive_1000_us)
{
	elapsed_receive(1000);
}

TEST(timeout, receive_16_ms)
{
	elapsed_receive(1000 << 4);
}

TEST(timeout, receive_256_ms)
{
	elapsed_receive(1000 << 8);
}

TEST(timeout, send_relative)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_forever, 0);
	L4_Word_t before;

	settle();
	before = now_us();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_FAILED(L4_Send_Timeout(t, L4_TimePeriod(2000)), SEND, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, 2000, 2000 + LATE);
}

TEST(timeout, wait_relative)
{
	L4_ThreadId_t from;
	L4_Word_t before = now_us();

	EXPECT_FAILED(L4_Wait_Timeout(L4_TimePeriod(2000), &from), RECEIVE, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, 2000, 2000 + LATE);
}

static void takes_and_keeps(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	sleep_forever();
}

TEST(timeout, call_without_answer)
{
	L4_ThreadId_t t = thread_start(space_new(), takes_and_keeps, 0);
	L4_Word_t before;

	settle();
	before = now_us();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_FAILED(L4_Call_Timeouts(t, PATIENCE, L4_TimePeriod(2000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, 2000, 2000 + LATE);
}

static void sends_late(L4_Word_t delay)
{
	L4_Sleep(L4_TimePeriod(delay));
	report(LABEL_DONE, 5);
}

TEST(timeout, message_before_the_end)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_late, 3000);
	L4_Word_t before = now_us();

	EXPECT_OK(L4_Receive_Timeout(t, L4_TimePeriod(100000)));
	EXPECT_BETWEEN(now_us() - before, 2000, 3000 + LATE);
	/* The timeout that was not needed does not disturb the next wait. */
	before = now_us();
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(200000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, 199000, 200000 + LATE);
}

TEST(timeout, never_receive)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_late, 100000);

	EXPECT_OK(L4_Receive(t));
}

static void receives_late(L4_Word_t delay)
{
	L4_Sleep(L4_TimePeriod(delay));
	L4_Receive(worker);
}

TEST(timeout, never_send)
{
	L4_ThreadId_t t = thread_start(&own_space, receives_late, 100000);

	settle();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send(t));
}

TEST(timeout, sleep)
{
	L4_Word_t before = now_us();

	L4_Sleep(L4_TimePeriod(5000));
	EXPECT_BETWEEN(now_us() - before, 4992, 5000 + LATE);
}

TEST(timeout, sleep_zero)
{
	L4_Word_t before = now_us();

	L4_Sleep(L4_ZeroTime);
	EXPECT_BETWEEN(now_us() - before, 0, LATE);
}

static volatile L4_Word_t wake_order[4], woken;

static void sleeper(L4_Word_t delay)
{
	L4_Sleep(L4_TimePeriod(delay * 1000));
	wake_order[__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST)] = delay;
}

TEST(timeout, sleepers_wake_in_order)
{
	woken = 0;
	thread_start(&own_space, sleeper, 40);
	thread_start(&own_space, sleeper, 10);
	thread_start(space_new(), sleeper, 30);
	thread_start(&own_space, sleeper, 20);
	REQUIRE(wait_until(&woken, 4, 200));
	for (unsigned i = 0; i < 4; i++)
		EXPECT_EQ(wake_order[i], 10 * (i + 1));
}

static void sleep_and_count(L4_Word_t delay)
{
	L4_Sleep(L4_TimePeriod(delay));
	__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
}

TEST(timeout, hundred_sleepers)
{
	L4_Word_t before = now_us();

	woken = 0;
	for (unsigned i = 0; i < 100; i++)
		thread_start(&own_space, sleep_and_count, 20000 + 64 * i);
	EXPECT(wait_until(&woken, 100, 400));
	EXPECT(now_us() - before >= 20000);
}

TEST(timeout, error_code_of_success)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_late, 100);
	L4_MsgTag_t tag = L4_Receive_Timeout(t, PATIENCE);

	EXPECT(L4_IpcSucceeded(tag));
	EXPECT(!L4_IpcFailed(tag));
}

TEST(timeout, failed_tag_has_no_words)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_forever, 0);
	L4_MsgTag_t tag;

	settle();
	L4_LoadMR(0, tag_make(0x123, 5, 0).raw);
	tag = L4_Send_Timeout(t, L4_ZeroTime);
	EXPECT(L4_IpcFailed(tag));
	tag = L4_Receive_Timeout(t, L4_ZeroTime);
	EXPECT(L4_IpcFailed(tag));
	EXPECT_EQ(L4_UntypedWords(tag), 0);
	EXPECT_EQ(L4_TypedWords(tag), 0);
}

TEST(timeout, point_in_time)
{
	L4_ThreadId_t from;
	L4_Word_t before = now_us();
	L4_Time_t point = L4_TimePoint(L4_ClockAddUsec(L4_SystemClock(), 4000));

	EXPECT_FAILED(L4_Wait_Timeout(point, &from), RECEIVE, IPC_TIMEOUT);
	/* A point is as exact as its mantissa allows. */
	EXPECT_BETWEEN(now_us() - before, 3000, 5000 + LATE);
}

TEST(timeout, point_in_the_past)
{
	L4_ThreadId_t from;
	L4_Word_t before = now_us();
	L4_Time_t point = L4_TimePoint(L4_ClockSubUsec(L4_SystemClock(), 500));

	EXPECT_FAILED(L4_Wait_Timeout(point, &from), RECEIVE, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, 0, LATE);
}

/* The longest there are: 2^41 us and more. */
TEST(timeout, very_long)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_late, 20000);
	L4_Time_t longest = {.raw = 31 << 10 | 1023};

	EXPECT_OK(L4_Receive_Timeout(t, longest));
}
