/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/quantum.c - time slices, and the total quantum: how long a thread runs, and whom it tells when that is
 * over.
 */
#include "test.h"

/* How far from exact a time may be that a thread measures by asking for it again and again. */
#define EXACT (20 * time_scale)

static L4_MsgTag_t last_tag;

/* A thread that the worker schedules, not yet started. */
static L4_ThreadId_t scheduled_create(struct space *space, L4_Word_t priority)
{
	L4_ThreadId_t t = thread_create(space, warden);

	REQUIRE_EQ(L4_ThreadControl(t, t, worker, L4_nilthread, (void *)-1UL), 1);
	set_priority(t, priority);
	return t;
}

static void set_times(L4_ThreadId_t t, L4_Time_t slice, L4_Time_t quantum)
{
	EXPECT(L4_Set_Timeslice(t, slice, quantum) != 0);
}

/* Spinners: each notes when it began and stopped running, time and again. */

enum { SPINNERS = 3, RUNS = 32, GAP = 100 };

static struct spinner {
	struct run {
		volatile L4_Word_t begin, end;
	} run[RUNS];
	volatile L4_Word_t count;
} spinners[SPINNERS];

static void spins(L4_Word_t who)
{
	struct spinner *s = &spinners[who];

	for (;;) {
		L4_Word_t now = now_us();

		if (s->count == 0 || now - s->run[s->count - 1].end > GAP * time_scale) {
			if (s->count == RUNS)
				sleep_forever();
			s->run[s->count] = (struct run){now, now};
			s->count++;
		}
		s->run[s->count - 1].end = now;
	}
}

static L4_ThreadId_t spinner(L4_Word_t who, L4_Time_t slice, L4_Time_t quantum)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_LOW);

	spinners[who].count = 0;
	set_times(t, slice, quantum);
	thread_run_by_warden(t, spins, who);
	return t;
}

static L4_Word_t run_begin(unsigned who, unsigned n)
{
	return spinners[who].run[n].begin;
}

/* When it was last seen to run. */
static L4_Word_t last_seen(unsigned who)
{
	return spinners[who].run[spinners[who].count - 1].end;
}

static L4_Word_t run_length(unsigned who, unsigned n)
{
	return spinners[who].run[n].end - run_begin(who, n);
}

TEST(slice, is_as_long_as_it_was_set)
{
	spinner(0, L4_TimePeriod(5000), L4_Never);
	spinner(1, L4_TimePeriod(16000), L4_Never);
	L4_Sleep(L4_TimePeriod(100000));
	for (unsigned i = 0; i < 4; i++) {
		REQUIRE(spinners[1].count > i + 1);
		EXPECT_BETWEEN(run_length(0, i), 5000 - EXACT, 5000 + EXACT);
		EXPECT_BETWEEN(run_length(1, i), 16000 - EXACT, 16000 + EXACT);
	}
}

TEST(slice, equals_take_turns)
{
	for (unsigned i = 0; i < SPINNERS; i++)
		spinner(i, L4_TimePeriod(4000), L4_Never);
	L4_Sleep(L4_TimePeriod(60000));
	for (unsigned i = 0; i < 3; i++) {
		REQUIRE(spinners[0].count > i + 1);
		EXPECT(run_begin(0, i) < run_begin(1, i));
		EXPECT(run_begin(1, i) < run_begin(2, i));
		EXPECT(run_begin(2, i) < run_begin(0, i + 1));
	}
}

TEST(slice, of_ten_milliseconds_at_first)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_LOW);
	L4_Time_t slice, quantum;

	EXPECT(L4_Timeslice(t, &slice, &quantum) != 0);
	EXPECT_EQ(slice.raw, L4_TimePeriod(10000).raw);
	EXPECT_EQ(quantum.raw, L4_Never.raw);
}

TEST(slice, never_ends)
{
	spinner(0, L4_Never, L4_Never);
	spinner(1, L4_TimePeriod(4000), L4_Never);
	L4_Sleep(L4_TimePeriod(60000));
	EXPECT_EQ(spinners[0].count, 1);
	EXPECT_EQ(spinners[1].count, 0);
}

/* Who is interrupted by a better thread goes on with the rest of its slice, before its equals. */
TEST(slice, goes_on_after_an_interruption)
{
	L4_ThreadId_t t;
	L4_Time_t slice, quantum;

	t = spinner(0, L4_TimePeriod(16000), L4_Never);
	spinner(1, L4_TimePeriod(16000), L4_Never);
	L4_Sleep(L4_TimePeriod(6000));
	EXPECT_EQ(L4_Timeslice(t, &slice, &quantum), L4_SCHEDRESULT_RUNNING);
	EXPECT_BETWEEN(us_of(slice), 10000 - EXACT, 10000 + EXACT);
	L4_Sleep(L4_TimePeriod(6000));
	/* Nobody else has run. */
	EXPECT_EQ(spinners[1].count, 0);
	L4_Sleep(L4_TimePeriod(8000));
	REQUIRE_EQ(spinners[1].count, 1);
	EXPECT_BETWEEN(run_begin(1, 0) - run_begin(0, 0), 16000 - EXACT, 16000 + 20 * EXACT);
}

/* The running thread sees its slice get shorter. */
TEST(slice, left_of_the_running_one)
{
	L4_Time_t before, after, quantum;
	L4_Word_t begin;

	set_times(worker, L4_TimePeriod(96000), L4_Never);
	EXPECT_EQ(L4_Timeslice(worker, &before, &quantum), L4_SCHEDRESULT_RUNNING);
	begin = now_us();
	while (now_us() < begin + 8000)
		;
	EXPECT_EQ(L4_Timeslice(worker, &after, &quantum), L4_SCHEDRESULT_RUNNING);
	EXPECT_BETWEEN(us_of(before), 96000 - EXACT, 96000 + EXACT);
	EXPECT_BETWEEN(us_of(before) - us_of(after), 8000 - 10 * EXACT, 8000 + 10 * EXACT);
}

TEST(slice, half_a_time_control_keeps_the_other)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_LOW);
	L4_Time_t slice, quantum, keep = { .raw = 0xffff };

	set_times(t, L4_TimePeriod(5000), L4_TimePeriod(7000));
	set_times(t, keep, L4_TimePeriod(8000));
	EXPECT(L4_Timeslice(t, &slice, &quantum) != 0);
	EXPECT_EQ(us_of(slice), 5000);
	EXPECT_EQ(us_of(quantum), 8000);
	set_times(t, L4_TimePeriod(6000), keep);
	EXPECT(L4_Timeslice(t, &slice, &quantum) != 0);
	EXPECT_EQ(us_of(slice), 6000);
	EXPECT_EQ(us_of(quantum), 8000);
}

TEST(slice, a_point_in_time_is_no_length)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_LOW);
	L4_Time_t point = { .raw = 0x8123 };

	EXPECT_EQ(L4_Set_Timeslice(t, point, L4_Never), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(L4_Set_Timeslice(t, L4_TimePeriod(5000), point), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
}

/* Total quantum. */

/* The message that `t` is out of time; how late after `begin` is returned. */
static L4_Word_t exhaustion_receive(L4_ThreadId_t t, L4_Word_t begin)
{
	L4_Word_t low, high, clock;
	L4_MsgTag_t tag = L4_Receive_Timeout(t, PATIENCE);

	last_tag = tag;
	REQUIRE_OK(tag);
	EXPECT_EQ((long)tag.raw >> 16, LABEL_PREEMPTION);
	EXPECT_EQ(L4_UntypedWords(tag), 2);
	EXPECT_EQ(L4_TypedWords(tag), 0);
	L4_StoreMR(1, &low);
	L4_StoreMR(2, &high);
	EXPECT(low >> 32 == 0);
	clock = high << 32 | low;
	EXPECT_BETWEEN(clock, begin, now_us());
	return clock - begin;
}

TEST(quantum, ends_with_a_message_to_the_scheduler)
{
	L4_ThreadId_t t;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(24000));
	EXPECT_BETWEEN(exhaustion_receive(t, now_us()), 24000, 24000 + 20 * EXACT);
	EXPECT_BETWEEN(last_seen(0) - run_begin(0, 0), 24000 - 20 * EXACT, 24000 + EXACT);
}

TEST(quantum, used_up_stops_the_thread)
{
	L4_ThreadId_t t;
	L4_Word_t end;
	L4_Time_t slice, quantum;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	exhaustion_receive(t, now_us());
	end = last_seen(0);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(last_seen(0), end);
	EXPECT_EQ(spinners[0].count, 1);
	EXPECT_EQ(L4_Timeslice(t, &slice, &quantum), L4_SCHEDRESULT_WAITING);
	EXPECT_EQ(quantum.raw, L4_ZeroTime.raw);
}

TEST(quantum, set_again_lets_it_go_on)
{
	L4_ThreadId_t t;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	exhaustion_receive(t, now_us());
	for (unsigned i = 1; i < 4; i++) {
		set_times(t, L4_TimePeriod(10000), L4_TimePeriod(4000 * i));
		EXPECT_BETWEEN(exhaustion_receive(t, now_us()), 4000 * i, 4000 * i + 20 * EXACT);
	}
}

TEST(quantum, an_answer_grants_the_same_again)
{
	L4_ThreadId_t t;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	exhaustion_receive(t, now_us());
	for (unsigned i = 0; i < 3; i++) {
		L4_LoadMR(0, 0);
		EXPECT_OK(L4_Reply(t));
		EXPECT_BETWEEN(exhaustion_receive(t, now_us()), 5000, 5000 + 20 * EXACT);
	}
}

TEST(quantum, never_is_never_used_up)
{
	L4_ThreadId_t t;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	set_times(t, L4_TimePeriod(10000), L4_Never);
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(100000)), RECEIVE, IPC_TIMEOUT);
}

/* Other threads' time does not count: neither an equal's nor a better one's. */
TEST(quantum, counts_its_own_time_only)
{
	L4_ThreadId_t t;
	L4_Word_t own = 0;

	t = spinner(0, L4_TimePeriod(4000), L4_TimePeriod(10000));
	spinner(1, L4_TimePeriod(4000), L4_Never);
	EXPECT_BETWEEN(exhaustion_receive(t, now_us()), 18000, 18000 + 40 * EXACT);
	for (unsigned i = 0; i < spinners[0].count; i++)
		own += run_length(0, i);
	EXPECT_BETWEEN(own, 10000 - 20 * EXACT, 10000 + EXACT);
}

static volatile L4_Word_t worked;

static void works_and_sleeps(L4_Word_t unused)
{
	(void)unused;
	worked = 0;
	for (;;) {
		L4_Word_t begin = now_us();

		while (now_us() < begin + 3000)
			;
		worked++;
		L4_Sleep(L4_TimePeriod(10000));
	}
}

TEST(quantum, does_not_count_sleep)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_LOW);

	set_times(t, L4_TimePeriod(10000), L4_TimePeriod(10000));
	thread_run_by_warden(t, works_and_sleeps, 0);
	EXPECT_BETWEEN(exhaustion_receive(t, now_us()), 39000 - 40 * EXACT, 41000 + 40 * EXACT);
	EXPECT_EQ(worked, 3);
}

TEST(quantum, tells_what_is_left)
{
	L4_ThreadId_t t;
	L4_Time_t slice, quantum;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(64000));
	L4_Sleep(L4_TimePeriod(16000));
	EXPECT_EQ(L4_Timeslice(t, &slice, &quantum), L4_SCHEDRESULT_RUNNING);
	EXPECT_BETWEEN(us_of(quantum), 48000 - 10 * EXACT, 48000 + 20 * EXACT);
}

/* Who is called by a client works in its own time, not in the client's. */
static void serves_slowly(L4_Word_t us)
{
	L4_ThreadId_t client;

	L4_Wait(&client);
	for (;;) {
		L4_Word_t begin = now_us();

		while (now_us() < begin + us)
			;
		L4_LoadMR(0, 0);
		L4_ReplyWait(client, &client);
	}
}

TEST(quantum, counts_what_a_server_works_for_others)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_WORKER);

	set_times(t, L4_TimePeriod(10000), L4_TimePeriod(8960));
	thread_run_by_warden(t, serves_slowly, 2000);
	settle();
	for (unsigned i = 0; i < 4; i++) {
		L4_LoadMR(0, 0);
		last_tag = L4_Call_Timeouts(t, PATIENCE, PATIENCE);
		REQUIRE_OK(last_tag);
		EXPECT_EQ(L4_UntypedWords(last_tag), 0);
	}
	/* In the fifth call its time is up: the caller is the scheduler, and gets that message instead. */
	L4_LoadMR(0, 0);
	last_tag = L4_Call_Timeouts(t, PATIENCE, PATIENCE);
	REQUIRE_OK(last_tag);
	EXPECT_EQ((long)last_tag.raw >> 16, LABEL_PREEMPTION);
}

/* The same of exceptions: the thread and its handler each pay for what they do. */

static void handles_slowly(L4_Word_t us)
{
	L4_ThreadId_t from;
	L4_Word_t ip;

	L4_Wait(&from);
	for (;;) {
		L4_Word_t begin = now_us();

		L4_StoreMR(EXC_RIP, &ip);
		while (now_us() < begin + us)
			;
		L4_LoadMR(1, ip + 2);
		L4_LoadMR(0, 1);
		L4_ReplyWait(from, &from);
	}
}

static L4_ThreadId_t slow_handler;

static void traps_again_and_again(L4_Word_t us)
{
	L4_Set_ExceptionHandler(slow_handler);
	for (;;) {
		L4_Word_t begin = now_us();

		while (now_us() < begin + us)
			;
		__asm__ volatile("ud2" : : : "memory");
	}
}

static L4_Word_t time_of_traps(bool handler_pays)
{
	L4_ThreadId_t t;

	slow_handler = scheduled_create(&own_space, PRIORITY_LOW);
	t = scheduled_create(&own_space, PRIORITY_LOW);
	set_times(handler_pays ? slow_handler : t, L4_TimePeriod(10000), L4_TimePeriod(8960));
	thread_run_by_warden(slow_handler, handles_slowly, 2000);
	settle();
	thread_run_by_warden(t, traps_again_and_again, 1000);
	return exhaustion_receive(handler_pays ? slow_handler : t, now_us());
}

TEST(quantum, counts_what_a_handler_works_for_others)
{
	EXPECT_BETWEEN(time_of_traps(true), 13960 - 10 * EXACT, 13960 + 10 * EXACT);
}

TEST(quantum, does_not_count_what_the_handler_works)
{
	EXPECT_BETWEEN(time_of_traps(false), 24960 - 10 * EXACT, 24960 + 10 * EXACT);
}

/* The message waits for the scheduler; a new quantum takes it back. */
TEST(quantum, set_again_before_the_message_was_taken)
{
	L4_ThreadId_t t;
	L4_Word_t end, ignored;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &ignored), L4_SCHEDRESULT_PENDING_SEND);
	end = last_seen(0);
	set_times(t, L4_TimePeriod(10000), L4_Never);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(last_seen(0) > end + 10000);
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_ZeroTime), RECEIVE, IPC_TIMEOUT);
}

/* A thread of its own space can't give it time. */
TEST(quantum, exchange_registers_does_not_end_the_wait)
{
	L4_ThreadId_t t;
	L4_Word_t end;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	exhaustion_receive(t, now_us());
	end = last_seen(0);
	EXPECT(!L4_ThreadWasIpcing(L4_AbortIpc_and_stop(t)));
	L4_Start(t);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(last_seen(0), end);
	/* ... and it still goes on when its scheduler says so. */
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Reply(t));
	exhaustion_receive(t, now_us());
	EXPECT(last_seen(0) > end);
}

/* An answer with a page is no answer: the thread asked for none. */
TEST(quantum, an_answer_brings_no_pages)
{
	L4_ThreadId_t t;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	exhaustion_receive(t, now_us());
	EXPECT_FAILED(map_reply(t, L4_FpageAddRights(L4_FpageLog2(page_new(), 12), L4_FullyAccessible), 0x100000), SEND,
		      IPC_OVERFLOW);
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Reply(t));
}

static volatile L4_Word_t kept, kept_error;

static void keeps_registers(L4_Word_t unused)
{
	L4_Word_t begin, word;

	(void)unused;
	L4_Receive_Timeout(L4_MyGlobalId(), L4_ZeroTime);
	kept_error = L4_ErrorCode();
	for (unsigned i = 1; i < 64; i++)
		L4_LoadMR(i, 1000 + i);
	for (unsigned i = 1; i < 33; i++)
		L4_LoadBR(i, 2000 + i);
	begin = now_us();
	while (now_us() < begin + 20000)
		;
	for (unsigned i = 1; i < 64; i++) {
		L4_StoreMR(i, &word);
		EXPECT_EQ(word, 1000 + i);
	}
	for (unsigned i = 1; i < 33; i++) {
		L4_StoreBR(i, &word);
		EXPECT_EQ(word, 2000 + i);
	}
	EXPECT_EQ(L4_ErrorCode(), kept_error);
	kept = 1;
	sleep_forever();
}

TEST(quantum, keeps_the_threads_registers)
{
	L4_ThreadId_t t = scheduled_create(&own_space, PRIORITY_LOW);

	kept = 0;
	set_times(t, L4_TimePeriod(10000), L4_TimePeriod(8000));
	thread_run_by_warden(t, keeps_registers, 0);
	exhaustion_receive(t, now_us());
	for (unsigned i = 0; i < 10; i++) /* an answer with words, which go nowhere */
		L4_LoadMR(i + 1, 77);
	L4_LoadMR(0, tag_make(0, 10, 0).raw);
	EXPECT_OK(L4_Reply(t));
	exhaustion_receive(t, now_us());
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Reply(t));
	EXPECT(wait_until(&kept, 1, 100));
}

/* Whom could it tell? It stops, and is dead. */
TEST(quantum, used_up_without_a_scheduler)
{
	L4_ThreadId_t scheduler = thread_start(&own_space, sleeps, 0), t;
	L4_Word_t ignored;

	t = spinner(0, L4_TimePeriod(10000), L4_TimePeriod(5000));
	REQUIRE_EQ(L4_ThreadControl(t, t, scheduler, L4_nilthread, (void *)-1UL), 1);
	settle();
	EXPECT_EQ(thread_delete(scheduler), 1);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(spinners[0].count, 1);
	EXPECT_BETWEEN(run_length(0, 0), 5000 - EXACT, 5000 + EXACT);
	REQUIRE_EQ(L4_ThreadControl(t, t, worker, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &ignored), L4_SCHEDRESULT_DEAD);
}
