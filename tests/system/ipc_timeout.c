/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/ipc_timeout.c - how long an IPC waits, and what it says when it gives up. */
#include "test.h"

/* A timeout may end this much late: the resolution of the timer, and whoever ran meanwhile. */
#define LATE (3000 * time_scale)
/* ... when nobody runs: what the way from the interrupt to the thread takes, and asking for the time. */
#define EXACT (time_scale == 1 ? 8 : 30 * time_scale)

TEST(timeout, receive_zero)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	EXPECT_FAILED(L4_Receive_Timeout(t, L4_ZeroTime), RECEIVE, IPC_TIMEOUT);
}

TEST(timeout, wait_zero)
{
	L4_ThreadId_t from;

	EXPECT_FAILED(L4_Wait_Timeout(L4_ZeroTime, &from), RECEIVE, IPC_TIMEOUT);
}

TEST(timeout, send_zero)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_FAILED(L4_Send_Timeout(t, L4_ZeroTime), SEND, IPC_TIMEOUT);
}

static void elapsed_receive(L4_Word_t us)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
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
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
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

TEST(timeout, call_without_answer)
{
	L4_ThreadId_t t = thread_start(space_new(), takes_a_message, 0);
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
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
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

/* Points in time, made by hand: 2^e is the unit, `at` the whole time. */
static L4_Time_t point(unsigned e, L4_Word_t at)
{
	return (L4_Time_t){.raw = (L4_Word16_t)(1 << 15 | e << 11 | (at >> e & 0x7ff))};
}

static void sleep_until(L4_Time_t time)
{
	EXPECT_FAILED(L4_Receive_Timeout(L4_MyGlobalId(), time), RECEIVE, IPC_TIMEOUT);
}

TEST(timeout, period_is_exact)
{
	static const unsigned periods[] = {100, 333, 1000, 1022, 2046, 4092, 10000, 16000};

	for (unsigned i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		L4_Word_t before = now_us();

		sleep_until(L4_TimePeriod(periods[i]));
		EXPECT_BETWEEN(now_us() - before, periods[i], periods[i] + EXACT);
	}
}

TEST_LIMIT(timeout, point_is_exact, 4000)
{
	for (unsigned e = 0; e < 10; e++) {
		L4_Word_t at = (now_us() + (500UL << e)) >> e << e;

		sleep_until(point(e, at));
		/* A microsecond has few instructions in Bochs: the first points are over before they are used. */
		if (500UL << e > 500 * time_scale)
			EXPECT_BETWEEN(now_us(), at, at + EXACT);
	}
}

/* The carry bit says whether the present period is meant or the next one. */
static void expect_carry(L4_Word_t phase, L4_Word_t distance)
{
	enum { E = 3, PERIOD = 1 << (E + 10) };
	L4_Word_t begin = (now_us() / (2 * PERIOD) + 1) * (2 * PERIOD) + phase;

	L4_Sleep(L4_TimePoint((L4_Clock_t){.raw = begin}));
	EXPECT_BETWEEN(now_us(), begin, begin + EXACT + 16);
	sleep_until(point(E, begin + distance));
	EXPECT_BETWEEN(now_us(), begin + distance, begin + distance + EXACT);
}

TEST(timeout, point_in_this_period)
{
	expect_carry(1024, 6144);
}

TEST(timeout, point_in_the_next_period)
{
	expect_carry(6144, 4096);
}

TEST(timeout, point_in_the_period_after_an_odd_one)
{
	expect_carry(8192 + 6144, 4096);
}

/* The carry of the present period and a smaller mantissa: that is over. */
TEST(timeout, point_just_over)
{
	enum { E = 4, PERIOD = 1 << (E + 10) };
	L4_Word_t begin = (now_us() / PERIOD + 1) * PERIOD + 8192, before;

	L4_Sleep(L4_TimePoint((L4_Clock_t){.raw = begin}));
	before = now_us();
	EXPECT(before < begin + 4096);
	sleep_until(point(E, begin - 4096));
	EXPECT_BETWEEN(now_us() - before, 0, EXACT);
	/* With the other carry it is the next period. */
	sleep_until(point(E, begin - 4096 + PERIOD));
	EXPECT_BETWEEN(now_us(), begin - 4096 + PERIOD, begin - 4096 + PERIOD + EXACT);
}

/* Points as send timeouts. */
TEST(timeout, send_until_a_point)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_Word_t at;

	settle();
	at = (now_us() + 8000) >> 4 << 4;
	L4_LoadMR(0, 0);
	EXPECT_FAILED(L4_Send_Timeout(t, point(4, at)), SEND, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us(), at, at + EXACT);
}

/* The receive timeout of a call begins when its message is taken. */
static void takes_late(L4_Word_t delay)
{
	L4_ThreadId_t from;

	L4_Sleep(L4_TimePeriod(delay));
	L4_Wait(&from);
	sleep_forever();
}

TEST(timeout, receive_phase_counts_from_its_begin)
{
	L4_ThreadId_t t = thread_start(&own_space, takes_late, 16000);
	L4_Word_t before = now_us();

	L4_LoadMR(0, 0);
	EXPECT_FAILED(L4_Call_Timeouts(t, L4_TimePeriod(100000), L4_TimePeriod(10000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_BETWEEN(now_us() - before, 26000, 26000 + LATE);
}

/* All at one time: more than the kernel wakes in one piece. */
enum { CROWD = 100 };

static volatile L4_Word_t last_woken;

static void sleeps_until(L4_Word_t time)
{
	L4_Sleep((L4_Time_t){.raw = (L4_Word16_t)time});
	last_woken = now_us();
	__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
}

TEST(timeout, many_at_the_same_time)
{
	L4_Word_t at = (now_us() + 18000 * time_scale) >> 9 << 9;

	woken = 0;
	for (unsigned i = 0; i < CROWD; i++)
		thread_start(&own_space, sleeps_until, point(9, at).raw);
	EXPECT(now_us() < at);
	EXPECT(wait_until(&woken, CROWD, 400));
	EXPECT_BETWEEN(last_woken, at, at + CROWD * EXACT);
}

/* The same while the kernel is in the middle of a call: tests/irqoff counts what comes between two of its pieces. */
TEST(timeout, many_during_long_calls)
{
	L4_Word_t at = (now_us() + 18000 * time_scale) >> 9 << 9;

	woken = 0;
	for (unsigned i = 0; i < CROWD; i++)
		thread_start(&own_space, sleeps_until, point(9, at).raw);
	thread_start(&own_space, unmaps_forever, 0);
	EXPECT(now_us() < at);
	EXPECT(wait_until(&woken, CROWD, 400));
}

enum { SLEEPERS = 1000, SMALL_STACK = 512, UNIT_LOG2 = 11 };

static char small_stacks[SLEEPERS][SMALL_STACK] __attribute__((aligned(16)));
static volatile L4_Word_t go_at; /* in units */
static L4_Word_t waking[SLEEPERS];

/* Waits to be told when the first of all shall wake; sleeps until its own turn. */
static void sleeps_for_its_turn(L4_Word_t turn)
{
	L4_Receive(worker);
	L4_Sleep(point(UNIT_LOG2, (go_at + turn) << UNIT_LOG2));
	waking[__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST)] = turn;
	sleep_forever();
}

TEST_LIMIT(timeout, thousand_sleepers_wake_in_order, 10000)
{
	static L4_ThreadId_t sleepers[SLEEPERS];
	/*
	 * All turns must lie in what a point can say, 2.1 s from when it is used; telling a thousand takes Bochs too
	 * long.
	 */
	L4_Word_t count = time_scale == 1 ? SLEEPERS : 300, lead = time_scale == 1 ? 20000 : 48000 * time_scale;

	woken = 0;
	for (L4_Word_t i = 0; i < count; i++) {
		L4_Word_t turn = i * 389 % count; /* another order than that in which threads are made */

		sleepers[turn] = thread_create(&own_space, worker);
		thread_run_on(sleepers[turn], (L4_Word_t)small_stacks[i] + SMALL_STACK, sleeps_for_its_turn, turn);
	}
	settle();
	go_at = (now_us() + lead) >> UNIT_LOG2;
	for (unsigned i = 0; i < count; i++) {
		L4_LoadMR(0, 0);
		REQUIRE_OK(L4_Send_Timeout(sleepers[i], PATIENCE));
	}
	EXPECT_EQ(woken, 0);
	REQUIRE(wait_until(&woken, count, 3000));
	for (unsigned i = 0; i < count; i++)
		if (!EXPECT_EQ(waking[i], i))
			return;
}

/* A timeout that a message made superfluous costs nobody anything: it never fires, however many there were. */
static void receives_in_time(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		if (L4_IpcFailed(L4_Receive_Timeout(worker, L4_TimePeriod(50000 * time_scale))))
			break;
		woken++;
	}
	report(LABEL_DONE, now_us());
}

TEST(timeout, cancelled_by_a_message)
{
	L4_ThreadId_t t = thread_start(&own_space, receives_in_time, 0);
	L4_Word_t last = 0;
	struct message m;

	woken = 0;
	for (unsigned i = 0; i < 100; i++) {
		L4_LoadMR(0, 0);
		last = now_us();
		REQUIRE_OK(L4_Send_Timeout(t, PATIENCE));
	}
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(woken, 100);
	EXPECT(m.mr[1] - last >= 49000 * time_scale);
}

/* The longest there are: 2^41 us and more. */
TEST(timeout, very_long)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_late, 20000);
	L4_Time_t longest = {.raw = 31 << 10 | 1023};

	EXPECT_OK(L4_Receive_Timeout(t, longest));
}
