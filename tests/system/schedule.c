/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/schedule.c - who runs when: priorities, round robin, yielding, and the clock. */
#include "test.h"

enum { COUNTERS = 4 };
static volatile L4_Word_t count[COUNTERS];
static volatile L4_Word_t order[16], order_length;

static void spins(L4_Word_t which)
{
	for (;;)
		count[which]++;
}

static void note(L4_Word_t what)
{
	order[__atomic_fetch_add(&order_length, 1, __ATOMIC_SEQ_CST) & 15] = what;
}

static void notes_once(L4_Word_t what)
{
	note(what);
}

static void clear(void)
{
	for (unsigned i = 0; i < COUNTERS; i++)
		count[i] = 0;
	order_length = 0;
}

TEST(schedule, equals_share_the_processor)
{
	clear();
	thread_start(&own_space, spins, 0);
	thread_start(space_new(), spins, 1);
	thread_start(&own_space, spins, 2);
	L4_Sleep(L4_TimePeriod(200000));
	for (unsigned i = 0; i < 3; i++)
		EXPECT(count[i] > 0);
	/* Equal slices: none has more than three times what another has. */
	for (unsigned i = 0; i < 3; i++)
		EXPECT(count[i] * 3 >= count[(i + 1) % 3]);
}

TEST(schedule, spinner_does_not_stop_the_worker)
{
	L4_Word_t before = now_us();

	thread_start(&own_space, spins, 0);
	for (unsigned i = 0; i < 10; i++)
		L4_Sleep(L4_TimePeriod(1000));
	EXPECT(now_us() - before >= 10000);
}

TEST(schedule, higher_starves_lower)
{
	L4_ThreadId_t low, high;

	clear();
	low = thread_create(&own_space, worker);
	set_priority(low, PRIORITY_LOW);
	high = thread_create(&own_space, worker);
	thread_run(low, spins, 0);
	thread_run(high, spins, 1);
	/* Threads of the worker's priority spin: nothing is left for the lower one. */
	L4_Sleep(L4_TimePeriod(100000));
	EXPECT_EQ(count[0], 0);
	EXPECT(count[1] > 0);
	L4_Stop(high);
	L4_Sleep(L4_TimePeriod(50000));
	EXPECT(count[0] > 0);
}

static void answers(L4_Word_t what)
{
	L4_ThreadId_t from;

	L4_Wait(&from);
	note(what);
	sleep_forever();
}

/* A message wakes a thread of higher priority: it runs before the sender goes on. */
TEST(schedule, woken_higher_runs_at_once)
{
	L4_ThreadId_t t = thread_start(&own_space, answers, 2);

	clear();
	settle();
	set_priority(worker, PRIORITY_LOW);
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	note(1);
	EXPECT_EQ(order[0], 2);
	EXPECT_EQ(order[1], 1);
}

/* ... and one of lower priority runs when the sender lets it. */
TEST(schedule, woken_lower_waits)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);

	clear();
	set_priority(t, PRIORITY_LOW);
	thread_run(t, answers, 2);
	settle();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	note(1);
	settle();
	EXPECT_EQ(order[0], 1);
	EXPECT_EQ(order[1], 2);
}

static void naps_and_notes(L4_Word_t time)
{
	L4_Sleep(L4_TimePeriod(time));
	note(now_us());
	sleep_forever();
}

/* The end of its sleep lets a higher thread interrupt a lower one that spins. */
TEST(schedule, timeout_preempts_lower)
{
	L4_Word_t begin = now_us();

	clear();
	thread_start(&own_space, naps_and_notes, 3000);
	set_priority(worker, PRIORITY_LOW);
	while (now_us() < begin + 4000 + 4000 * time_scale)
		;
	EXPECT_EQ(order_length, 1);
	EXPECT_BETWEEN(order[0] - begin, 3000, 3000 + 1500 * time_scale);
}

TEST(schedule, lowering_oneself_lets_others_run)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);

	clear();
	set_priority(t, PRIORITY_LOW + 1);
	thread_run(t, notes_once, 2);
	EXPECT_EQ(order_length, 0);
	set_priority(worker, PRIORITY_LOW);
	EXPECT_EQ(order_length, 1);
}

/* X.2: at most the priority of the caller. */
TEST(schedule, cannot_give_more_than_one_has)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_Word_t old;

	EXPECT_EQ(L4_Set_Priority(t, PRIORITY_WORKER + 1), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(L4_Set_Priority(worker, 255), 0);
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, 256, ~0UL, &old), 0);
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, 0x100000000UL, ~0UL, &old), 0);
}

static void yields(L4_Word_t what)
{
	for (unsigned i = 0; i < 4; i++) {
		note(what);
		L4_Yield();
	}
	sleep_forever();
}

TEST(schedule, yield_takes_turns)
{
	clear();
	thread_start(&own_space, yields, 1);
	thread_start(&own_space, yields, 2);
	settle();
	settle();
	REQUIRE_EQ(order_length, 8);
	for (unsigned i = 2; i < 8; i++)
		EXPECT_EQ(order[i], order[i - 2]);
}

TEST(schedule, yield_alone_returns)
{
	for (unsigned i = 0; i < 100; i++)
		L4_Yield();
}

TEST(schedule, switch_to_a_thread)
{
	L4_ThreadId_t first, second;

	clear();
	first = thread_create(&own_space, worker);
	second = thread_create(&own_space, worker);
	thread_run(first, notes_once, 1);
	thread_run(second, notes_once, 2);
	/* Whoever of them has not run yet runs now. */
	L4_ThreadSwitch(second);
	EXPECT(order_length >= 1);
	EXPECT(order[0] == 2 || order[1] == 2);
}

TEST(schedule, switch_to_nobody)
{
	L4_ThreadSwitch(thread_id_new());
	L4_ThreadSwitch(L4_anythread);
	L4_ThreadSwitch(L4_MyGlobalId());
	L4_ThreadSwitch((L4_ThreadId_t){.raw = 0xffffffff80000000UL});
}

/* A thread that waits is not run by a switch. */
TEST(schedule, switch_to_a_waiting_thread)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	L4_ThreadSwitch(t);
	L4_ThreadSwitch(L4_LocalIdOf(t));
	EXPECT(L4_LocalIdOf(t).raw != 0);
}

TEST(schedule, set_priority_of_nobody)
{
	EXPECT_EQ(L4_Set_Priority(thread_id_new(), 10), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

/* X.2: the rest of the slice is donated. The giver waits for its end, although it is better. */
TEST(schedule, switch_donates_the_slice)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);
	L4_Word_t begin;

	clear();
	set_priority(t, PRIORITY_LOW);
	thread_run(t, spins, 0);
	EXPECT(L4_Set_Timeslice(worker, L4_TimePeriod(20000), L4_Never) != 0);
	begin = now_us();
	L4_ThreadSwitch(t);
	EXPECT_BETWEEN(now_us() - begin, 20000 - 30 * time_scale, 20000 + 30 * time_scale);
	EXPECT(count[0] > 0);
}

TEST(schedule, donation_is_interrupted_by_a_better_thread)
{
	L4_ThreadId_t t = thread_create(&own_space, worker), better = thread_create(&own_space, worker);
	L4_Word_t begin;

	clear();
	set_priority(t, PRIORITY_LOW);
	thread_run(t, spins, 0);
	thread_run(better, naps_and_notes, 4000);
	settle();
	set_priority(worker, PRIORITY_WORKER - 1);
	EXPECT(L4_Set_Timeslice(worker, L4_TimePeriod(60000), L4_Never) != 0);
	begin = now_us();
	L4_ThreadSwitch(t);
	EXPECT_EQ(order_length, 1);
	EXPECT(order[0] < begin + 10000);
}

/* Whoever blocks gives the rest of a donation back to the ready queues. */
TEST(schedule, donation_ends_when_the_receiver_waits)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);
	L4_Word_t begin;

	clear();
	set_priority(t, PRIORITY_LOW);
	thread_run(t, notes_once, 7);
	EXPECT(L4_Set_Timeslice(worker, L4_TimePeriod(60000), L4_Never) != 0);
	begin = now_us();
	L4_ThreadSwitch(t);
	EXPECT(now_us() - begin < 10000 + 100 * time_scale);
	EXPECT_EQ(order_length, 1);
}

TEST(schedule, all_priorities_in_their_order)
{
	enum { STEP = 9 };
	L4_ThreadId_t t;

	clear();
	for (L4_Word_t p = 0; p < PRIORITY_WORKER; p += STEP) {
		t = thread_create(&own_space, worker);
		set_priority(t, p);
		thread_run(t, notes_once, p);
	}
	settle();
	settle();
	REQUIRE_EQ(order_length, 12);
	for (unsigned i = 0; i < 12; i++)
		EXPECT_EQ(order[i], 99 - i * STEP);
}

/* The answer to a fault is a message like others: with a receive phase behind it, it hands the processor over. */
static void faults(L4_Word_t address)
{
	*(volatile char *)address;
}

enum { NOWHERE = 0x100000 };

static void expect_fault(L4_ThreadId_t t, L4_MsgTag_t tag)
{
	struct message m = {.tag = tag, .from = t};

	REQUIRE_OK(tag);
	EXPECT(is_page_fault(&m));
}

TEST(schedule, answer_to_a_fault_hands_over)
{
	L4_ThreadId_t t = thread_start_under(worker, &own_space, faults, NOWHERE), other;

	clear();
	expect_fault(t, L4_Receive_Timeout(t, PATIENCE));
	other = thread_create(&own_space, worker);
	thread_run(other, notes_once, 1);
	/* Answered without a page, it faults again, before the other, which is ready, has run. */
	L4_LoadMR(0, 0);
	expect_fault(t, L4_Call_Timeouts(t, PATIENCE, PATIENCE));
	EXPECT_EQ(order_length, 0);
	/* Without a receive phase it goes behind who is ready. */
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Reply(t));
	expect_fault(t, L4_Receive_Timeout(t, PATIENCE));
	EXPECT_EQ(order_length, 1);
}

static L4_Word_t state_of(L4_ThreadId_t t)
{
	L4_Word_t ignored;

	return L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &ignored);
}

TEST(schedule, state_inactive)
{
	L4_ThreadId_t t = thread_id_new(), halted = thread_start(&own_space, spins, 0);

	REQUIRE_EQ(L4_ThreadControl(t, worker, worker, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_INACTIVE);
	EXPECT_EQ(L4_Set_Priority(t, 7), L4_SCHEDRESULT_INACTIVE);
	L4_Stop(halted);
	EXPECT_EQ(state_of(halted), L4_SCHEDRESULT_INACTIVE);
	L4_Start(halted);
	EXPECT_EQ(state_of(halted), L4_SCHEDRESULT_RUNNING);
}

TEST(schedule, state_running)
{
	L4_ThreadId_t t = thread_start(&own_space, spins, 0);

	EXPECT_EQ(state_of(worker), L4_SCHEDRESULT_RUNNING);
	settle();
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_RUNNING);
}

TEST(schedule, state_waiting)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0), open = thread_start(&own_space, answers, 0);

	settle();
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_WAITING);
	EXPECT_EQ(state_of(open), L4_SCHEDRESULT_WAITING);
}

static void sends_to_worker(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	L4_Send(worker);
	sleep_forever();
}

TEST(schedule, state_pending_send)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_to_worker, 0);

	settle();
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_PENDING_SEND);
	EXPECT_OK(L4_Receive_Timeout(t, PATIENCE));
	settle();
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_WAITING);
}

/* Halted in the middle of a message that goes on: what it waits for, until that is over. */
TEST(schedule, state_halted_in_a_message)
{
	L4_ThreadId_t receives = thread_start(&own_space, answers, 0);
	L4_ThreadId_t sends = thread_start(&own_space, sends_to_worker, 0);

	settle();
	L4_Stop(receives);
	L4_Stop(sends);
	EXPECT_EQ(state_of(receives), L4_SCHEDRESULT_WAITING);
	EXPECT_EQ(state_of(sends), L4_SCHEDRESULT_PENDING_SEND);
	EXPECT_OK(L4_Receive_Timeout(sends, PATIENCE));
	EXPECT_EQ(state_of(sends), L4_SCHEDRESULT_INACTIVE);
}

static void raises_exception(L4_Word_t handler)
{
	L4_Set_ExceptionHandler((L4_ThreadId_t){.raw = handler});
	__asm__ volatile("ud2");
}

/* Stopped by a fault that nobody answers; a restart makes it a living thread again. */
TEST(schedule, state_dead)
{
	L4_ThreadId_t t = thread_start(&own_space, raises_exception, L4_nilthread.raw);

	settle();
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_DEAD);
	L4_Stop(t);
	EXPECT_EQ(state_of(t), L4_SCHEDRESULT_INACTIVE);
}

TEST(schedule, state_of_nobody)
{
	EXPECT_EQ(state_of(thread_id_new()), L4_SCHEDRESULT_ERROR);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	EXPECT_EQ(state_of(L4_nilthread), L4_SCHEDRESULT_ERROR);
	EXPECT_EQ(state_of(L4_anythread), L4_SCHEDRESULT_ERROR);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

TEST(schedule, by_local_id)
{
	EXPECT_EQ(state_of(L4_MyLocalId()), L4_SCHEDRESULT_RUNNING);
	EXPECT_EQ(state_of((L4_ThreadId_t){.raw = L4_MyLocalId().raw + 0x10000000}), L4_SCHEDRESULT_ERROR);
}

TEST(schedule, processor)
{
	EXPECT(L4_Set_ProcessorNo(worker, L4_ProcessorNo()) != 0);
	EXPECT_EQ(L4_Set_ProcessorNo(worker, 1), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
}

/* A refusal changes nothing, also not what stands before the bad argument. */
TEST(schedule, refusal_changes_nothing)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_Time_t slice, quantum;
	L4_Word_t old;

	EXPECT_EQ(L4_Schedule(t, (L4_Word_t)L4_TimePeriod(5000).raw << 16, ~0UL, PRIORITY_WORKER + 1, ~0UL, &old), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(L4_Schedule(t, (L4_Word_t)L4_TimePeriod(5000).raw << 16, 7, ~0UL, ~0UL, &old), 0);
	EXPECT(L4_Timeslice(t, &slice, &quantum) != 0);
	EXPECT_EQ(slice.raw, L4_TimePeriod(10000).raw);
}

static volatile L4_Word_t result, error;

static void raises(L4_Word_t victim)
{
	L4_ThreadId_t t = {.raw = victim};

	result = L4_Set_Priority(t, 250);
	error = L4_ErrorCode();
	report(LABEL_DONE, 0);
}

static void raises_itself(L4_Word_t unused)
{
	(void)unused;
	raises(L4_MyGlobalId().raw);
}

/* Only the space of its scheduler may schedule a thread. */
TEST(schedule, stranger_cannot_raise)
{
	L4_ThreadId_t t = thread_start(space_new(), raises, worker.raw);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(result, 0);
	EXPECT_EQ(error, ERROR_NO_PRIVILEGE);
}

TEST(schedule, cannot_raise_itself)
{
	L4_ThreadId_t t = thread_start(space_new(), raises_itself, 0);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(result, 0);
}

/* The clock. */

TEST(clock, is_monotonic)
{
	L4_Word_t last = now_us();

	for (unsigned i = 0; i < 2000; i++) {
		L4_Word_t now = now_us();

		if (!EXPECT(now >= last))
			return;
		last = now;
	}
}

TEST(clock, goes_on)
{
	L4_Word_t begin = now_us();

	for (unsigned i = 0; i < 10000000; i++) {
		if (now_us() > begin + 100 * time_scale)
			return;
	}
	FAIL("expected the clock to go on, got %lu all the time", begin);
}

/* Two clocks that know nothing of each other: the time-stamp counter is steady against SystemClock.
 */
TEST(clock, is_steady)
{
	L4_Word_t counts[2];

	for (unsigned i = 0; i < 2; i++) {
		L4_Word_t begin = now_us(), first = __builtin_ia32_rdtsc();

		while (now_us() < begin + 10000)
			;
		counts[i] = __builtin_ia32_rdtsc() - first;
	}
	EXPECT(counts[0] < counts[1] + counts[1] / 4 && counts[1] < counts[0] + counts[0] / 4);
}

static void clock_reports(L4_Word_t unused)
{
	(void)unused;
	report(LABEL_DONE, now_us());
}

TEST(clock, same_in_every_space)
{
	L4_Word_t before = now_us();
	L4_ThreadId_t t = thread_start(space_new(), clock_reports, 0);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_BETWEEN(m.mr[1], before, now_us());
}

/* Nobody ever sees an earlier time than somebody else saw before, whatever happens in between. */
static volatile L4_Word_t latest;

static void watches_the_clock(L4_Word_t us)
{
	for (;;) {
		L4_Word_t before = latest, now = now_us();

		if (now < before)
			FAIL("expected no time before %lu, got %lu", before, now);
		latest = now;
		L4_Sleep(L4_TimePeriod(us));
	}
}

TEST(clock, is_monotonic_over_threads_spaces_and_sleep)
{
	latest = 0;
	thread_start(&own_space, watches_the_clock, 100);
	thread_start(space_new(), watches_the_clock, 130);
	for (unsigned i = 0; i < 100; i++) {
		L4_Word_t before = latest, now = now_us();

		EXPECT(now >= before);
		latest = now;
		L4_Sleep(L4_TimePeriod(i * 7));
	}
}
