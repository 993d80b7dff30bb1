/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/preemption.c - what becomes of a thread that loses the processor against its will: put off, told, or
 * neither.
 *
 * In most cases a thread of low priority, the victim, spins and notes what it sees; the worker, which is better, sleeps
 * and then looks when it really got the processor back.
 */
#include "test.h"

enum { NAP = 3000, DELAY = 5000 };
#define EXACT (30 * time_scale)

static volatile L4_Word_t pending_seen;
static volatile bool yields_when_pending;

/* Spins with the flags of its argument (enum preempt_flags) set. */
static void victim(L4_Word_t flags)
{
	if (flags & PREEMPT_DELAY)
		L4_DisablePreemption();
	if (flags & PREEMPT_SIGNAL)
		L4_EnablePreemptionFaultException();
	for (;;) {
		if (!L4_PreemptionPending())
			continue;
		pending_seen++;
		if (yields_when_pending) {
			L4_EnablePreemption();
			L4_Yield();
			L4_DisablePreemption();
		}
	}
}

/* A victim whose exception handler and scheduler is the worker, at first without any delay. */
static L4_ThreadId_t victim_create(void)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);

	REQUIRE_EQ(L4_ThreadControl(t, t, worker, L4_nilthread, (void *)-1UL), 1);
	set_priority(t, PRIORITY_LOW);
	pending_seen = 0;
	yields_when_pending = false;
	return t;
}

static L4_ThreadId_t victim_start(L4_Word_t flags, L4_Word_t sensitive, L4_Word_t delay)
{
	L4_ThreadId_t t = victim_create();

	EXPECT(L4_Set_PreemptionDelay(t, sensitive, delay) != 0);
	thread_run(t, victim, flags);
	return t;
}

/* Sleep NAP; returns how much longer that took. */
static L4_Word_t nap(void)
{
	L4_Word_t begin = now_us();

	L4_Sleep(L4_TimePeriod(NAP));
	return now_us() - begin - NAP;
}

TEST(preemption, is_immediate_by_default)
{
	victim_start(0, 0, 0);
	EXPECT_BETWEEN(nap(), 0, EXACT);
	EXPECT_BETWEEN(nap(), 0, EXACT);
	EXPECT_EQ(pending_seen, 0);
}

TEST(preemption, is_put_off_for_the_delay)
{
	victim_start(PREEMPT_DELAY, PRIORITY_WORKER, DELAY);
	EXPECT_BETWEEN(nap(), DELAY, DELAY + EXACT);
	EXPECT_EQ(pending_seen, 1);
	/* Each time anew. */
	EXPECT_BETWEEN(nap(), DELAY, DELAY + EXACT);
	EXPECT_EQ(pending_seen, 2);
}

TEST(preemption, pending_flag_lets_the_thread_yield)
{
	L4_ThreadId_t t = victim_create();

	yields_when_pending = true;
	EXPECT(L4_Set_PreemptionDelay(t, PRIORITY_WORKER, 60000) != 0);
	thread_run(t, victim, PREEMPT_DELAY);
	for (unsigned i = 1; i < 4; i++) {
		EXPECT_BETWEEN(nap(), 0, 2 * EXACT);
		EXPECT_EQ(pending_seen, i);
	}
}

TEST(preemption, needs_the_flag)
{
	victim_start(0, PRIORITY_WORKER, DELAY);
	EXPECT_BETWEEN(nap(), 0, EXACT);
	EXPECT_EQ(pending_seen, 0);
}

TEST(preemption, needs_a_delay)
{
	victim_start(PREEMPT_DELAY, PRIORITY_WORKER, 0);
	EXPECT_BETWEEN(nap(), 0, EXACT);
	EXPECT_EQ(pending_seen, 0);
}

/* The sensitive priority: who is above it is not put off. */
TEST(preemption, by_a_more_important_thread_is_immediate)
{
	victim_start(PREEMPT_DELAY, PRIORITY_WORKER - 1, DELAY);
	EXPECT_BETWEEN(nap(), 0, EXACT);
	EXPECT_EQ(pending_seen, 0);
}

static volatile L4_Word_t ran_at;

static void naps_and_notes(L4_Word_t us)
{
	L4_Sleep(L4_TimePeriod(us));
	ran_at = now_us();
	sleep_forever();
}

/* ... not even while somebody else is. */
TEST(preemption, delay_is_ended_by_a_more_important_thread)
{
	L4_ThreadId_t t = victim_create(), other = thread_create(&own_space, worker);
	L4_Word_t begin;

	set_priority(other, PRIORITY_WORKER - 5);
	EXPECT(L4_Set_PreemptionDelay(t, PRIORITY_WORKER - 1, 20000) != 0);
	ran_at = 0;
	thread_run(other, naps_and_notes, 2000 + 2 * EXACT);
	thread_run(t, victim, PREEMPT_DELAY);
	begin = now_us();
	L4_Sleep(L4_TimePeriod(6000 + 4 * EXACT));
	EXPECT_BETWEEN(now_us() - begin, 6000, 6000 + 6 * EXACT);
	EXPECT_EQ(ran_at, 0);
	EXPECT_EQ(pending_seen, 1);
	settle();
	EXPECT_BETWEEN(ran_at - begin, 6000, 6000 + 10 * EXACT);
}

static volatile L4_Word_t counted;

static void counts(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		counted++;
}

/* The end of a slice is a preemption like others, if an equal is ready. */
TEST(preemption, end_of_a_slice_is_put_off)
{
	L4_ThreadId_t t = victim_create(), other = thread_create(&own_space, worker);

	counted = 0;
	set_priority(other, PRIORITY_LOW);
	EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(8000), L4_Never) != 0);
	EXPECT(L4_Set_PreemptionDelay(t, 0, DELAY) != 0);
	thread_run(t, victim, PREEMPT_DELAY);
	thread_run(other, counts, 0);
	L4_Sleep(L4_TimePeriod(8000 + DELAY - 2 * EXACT));
	EXPECT_EQ(counted, 0);
	EXPECT_EQ(pending_seen, 1);
	L4_Sleep(L4_TimePeriod(4 * EXACT));
	EXPECT(counted > 0);
}

TEST(preemption, end_of_a_slice_alone_is_none)
{
	L4_ThreadId_t t = victim_create();

	EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(4000), L4_Never) != 0);
	EXPECT(L4_Set_PreemptionDelay(t, 0, DELAY) != 0);
	thread_run(t, victim, PREEMPT_DELAY | PREEMPT_SIGNAL);
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_EQ(pending_seen, 0);
}

/* A message of its own that wakes a better thread can be put off, too. */
static void wakes_the_worker(L4_Word_t unused)
{
	(void)unused;
	L4_DisablePreemption();
	L4_LoadMR(0, 0);
	L4_Send(worker);
	pending_seen = L4_PreemptionPending();
	counted = now_us();
	L4_EnablePreemption();
	L4_Yield();
	sleep_forever();
}

TEST(preemption, by_ones_own_message_is_put_off)
{
	L4_ThreadId_t t = victim_create();

	EXPECT(L4_Set_PreemptionDelay(t, PRIORITY_WORKER, DELAY) != 0);
	counted = 0;
	thread_run(t, wakes_the_worker, 0);
	EXPECT_OK(L4_Receive_Timeout(t, PATIENCE));
	EXPECT(counted > 0);
	EXPECT_EQ(pending_seen, 1);
}

/* Preemption faults. */

static void expect_fault(L4_ThreadId_t t, L4_Word_t begin, L4_Word_t low, L4_Word_t high)
{
	L4_Word_t words[3];
	L4_MsgTag_t tag = L4_Receive_Timeout(t, PATIENCE);

	REQUIRE_OK(tag);
	EXPECT_EQ((long)tag.raw >> 16, LABEL_PREEMPTION);
	EXPECT_EQ(L4_UntypedWords(tag), 2);
	EXPECT_EQ(L4_TypedWords(tag), 0);
	L4_StoreMRs(1, 2, &words[1]);
	EXPECT(words[1] >> 32 == 0);
	EXPECT_BETWEEN((words[2] << 32 | words[1]) - begin, low, high);
}

TEST(preemption, is_told_to_the_exception_handler)
{
	L4_ThreadId_t t = victim_start(PREEMPT_SIGNAL, 0, 0);
	L4_Word_t begin = now_us();

	nap();
	expect_fault(t, begin, NAP, NAP + EXACT);
}

static void counts_with_signal(L4_Word_t unused)
{
	L4_EnablePreemptionFaultException();
	counts(unused);
}

TEST(preemption, fault_waits_for_its_answer)
{
	L4_ThreadId_t t = victim_create();
	L4_Word_t begin = now_us(), before, ignored;

	counted = 0;
	thread_run(t, counts_with_signal, 0);
	nap();
	before = counted;
	EXPECT(before > 0);
	expect_fault(t, begin, NAP, NAP + 10 * EXACT);
	nap();
	EXPECT_EQ(counted, before);
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &ignored), L4_SCHEDRESULT_WAITING);
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Reply(t));
	begin = now_us();
	nap();
	EXPECT(counted > before);
	expect_fault(t, begin, NAP, NAP + EXACT);
}

TEST(preemption, fault_at_the_end_of_a_slice)
{
	L4_ThreadId_t t = victim_create(), other = thread_create(&own_space, worker);
	L4_Word_t begin;

	counted = 0;
	set_priority(other, PRIORITY_LOW);
	EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(8000), L4_Never) != 0);
	thread_run(t, victim, PREEMPT_SIGNAL);
	thread_run(other, counts, 0);
	begin = now_us();
	expect_fault(t, begin, 8000, 8000 + EXACT);
}

TEST(preemption, put_off_is_no_fault_until_the_delay_is_over)
{
	L4_ThreadId_t t = victim_start(PREEMPT_DELAY | PREEMPT_SIGNAL, PRIORITY_WORKER, DELAY);
	L4_Word_t begin = now_us();

	nap();
	EXPECT_EQ(pending_seen, 1);
	expect_fault(t, begin, NAP + DELAY, NAP + DELAY + EXACT);
}

static void counts_without_handler(L4_Word_t handler)
{
	L4_Set_ExceptionHandler((L4_ThreadId_t){ .raw = handler });
	counts_with_signal(0);
}

/* Nobody to tell: it is interrupted like any other. */
static void expect_goes_on(L4_ThreadId_t handler)
{
	L4_ThreadId_t t = victim_create();
	L4_Word_t before, ignored;

	counted = 0;
	thread_run(t, counts_without_handler, handler.raw);
	nap();
	before = counted;
	nap();
	EXPECT(before > 0 && counted > before);
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &ignored), L4_SCHEDRESULT_RUNNING);
}

TEST(preemption, without_a_handler_is_not_told)
{
	expect_goes_on(L4_nilthread);
}

TEST(preemption, with_a_handler_that_is_gone_is_not_told)
{
	expect_goes_on(thread_id_new());
}

static void switches(L4_Word_t unused)
{
	(void)unused;
	L4_EnablePreemptionFaultException();
	for (;;) {
		counted++;
		L4_Yield();
	}
}

/* Whoever gives the processor away is not preempted. */
TEST(preemption, yielding_is_none)
{
	L4_ThreadId_t t = victim_create(), other = thread_create(&own_space, worker);

	set_priority(t, PRIORITY_WORKER);
	counted = 0;
	thread_run(t, switches, 0);
	thread_run(other, switches, 0);
	for (unsigned i = 0; i < 50; i++)
		L4_Yield();
	EXPECT(counted > 50);
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_ZeroTime), RECEIVE, IPC_TIMEOUT);
}

TEST(preemption, sensitive_priority_is_at_most_the_callers)
{
	L4_ThreadId_t t = victim_create();

	EXPECT_EQ(L4_Set_PreemptionDelay(t, PRIORITY_WORKER + 1, DELAY), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT(L4_Set_PreemptionDelay(t, PRIORITY_WORKER, DELAY) != 0);
}
