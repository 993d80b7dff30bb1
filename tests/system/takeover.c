/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/takeover.c - an interrupt takes the processor from the thread that runs and gives it to a better driver:
 * a case for each thing that the short way for that (kernel/entry/interrupt.c) must leave to the long one, and for what
 * it must do itself.
 *
 * In most cases a thread of low priority, the victim, makes COM1 interrupt while the worker sleeps; the driver, the
 * best of the three, does `work`, answers, and waits again. All that holds whichever way the interrupt takes.
 */
#include "com1.h"
#include "raw.h"
#include "test.h"

#include <l4/exception.h>

#define EXACT (30 * time_scale)
enum { FLAG_ID = 1 << 21, EXREGS_FLAGS = 1 << 5 };

/* What the driver and the victim saw. */
static struct {
	volatile L4_Word_t count, failed, from, tag, flags, word;
	volatile L4_Word_t begin, now, then, done;
} seen;
static void (*volatile work)(void);

static void spin(L4_Word_t us)
{
	L4_Word_t end = now_us() + us;

	while (now_us() < end)
		;
}

static void note(L4_MsgTag_t tag, L4_ThreadId_t from)
{
	seen.from = from.raw;
	seen.tag = tag.raw;
	if (L4_IpcFailed(tag))
		seen.failed = seen.failed + 1;
	else
		seen.count = seen.count + 1;
	if (work)
		work();
}

/* What every driver does in the end. */
static void answers_and_waits(L4_ThreadId_t from)
{
	for (;;) {
		L4_LoadMR(0, 0);
		note(L4_ReplyWait(from, &from), from);
	}
}

static void driver_main(L4_Word_t unused)
{
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgTag_t tag = L4_Wait(&from);

	(void)unused;
	note(tag, from);
	answers_and_waits(from);
}

/* A thread that the worker schedules, and whose exceptions are the worker's. */
static L4_ThreadId_t scheduled_start(struct space *space, L4_Word_t priority, void (*function)(L4_Word_t),
				     L4_Word_t argument)
{
	L4_ThreadId_t t = thread_create(space, warden);

	REQUIRE_EQ(L4_ThreadControl(t, t, worker, L4_nilthread, (void *)-1UL), 1);
	set_priority(t, priority);
	thread_run_by_warden(t, function, argument);
	return t;
}

/* A driver that waits; its pages are there. */
static L4_ThreadId_t driver_of(struct space *space, void (*function)(L4_Word_t))
{
	L4_ThreadId_t t;

	seen.count = seen.failed = seen.done = seen.now = seen.then = 0;
	work = NULL;
	t = scheduled_start(space, PRIORITY_WORKER, function, 0);
	settle();
	com1_give(t);
	return t;
}

static L4_ThreadId_t driver_new(void)
{
	return driver_of(&own_space, driver_main);
}

/* The victim: notes how many interrupts the driver had right after raising one; and goes on in its own space. */
static void interrupts(L4_Word_t rounds)
{
	L4_Word_t self = own_utcb()->my_global_id;

	for (L4_Word_t i = 0; i < rounds; i++) {
		com1_edge();
		seen.now = seen.count;
		EXPECT_EQ(own_utcb()->my_global_id, self);
	}
	seen.done = 1;
	sleep_forever();
}

static L4_ThreadId_t victim_start(void (*function)(L4_Word_t), L4_Word_t argument)
{
	return scheduled_start(&own_space, PRIORITY_LOW, function, argument);
}

/* The driver. */

static void runs_at_once(struct space *space)
{
	driver_of(space, driver_main);
	victim_start(interrupts, 3);
	settle();
	EXPECT_EQ(seen.done, 1);
	EXPECT_EQ(seen.now, 3);
	EXPECT_EQ(seen.from, interrupt(COM1_LINE).raw);
	EXPECT_EQ(seen.tag, (L4_Word_t)LABEL_INTERRUPT << 16);
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(COM1_LINE)), 1);
}

TEST(takeover, of_the_own_space)
{
	runs_at_once(&own_space);
}

TEST(takeover, of_another_space)
{
	runs_at_once(space_new());
}

/* Both know only their own segment base, however often. */
static L4_Word_t cells[2] = {0x1111, 0x2222};

static void shows_fs_base(void)
{
	seen.word = at_fs_base();
}

static void set_fs_base(L4_Word_t base)
{
	if (users_set_segment_bases())
		__asm__ volatile("wrfsbase %0" : : "r"(base));
	else
		EXPECT(L4_Set_FsBase(L4_Myself(), base));
}

static void driver_with_fs_base(L4_Word_t unused)
{
	set_fs_base((L4_Word_t)&cells[1]);
	driver_main(unused);
}

static void interrupts_with_fs_base(L4_Word_t rounds)
{
	set_fs_base((L4_Word_t)&cells[0]);
	for (L4_Word_t i = 1; i <= rounds; i++) {
		seen.word = 0;
		com1_edge();
		EXPECT_EQ(seen.count, i);
		EXPECT_EQ(seen.word, 0x2222);
		EXPECT_EQ(at_fs_base(), 0x1111);
	}
	seen.done = 1;
	sleep_forever();
}

TEST(takeover, keeps_fs_bases)
{
	driver_of(&own_space, driver_with_fs_base);
	work = shows_fs_base;
	victim_start(interrupts_with_fs_base, 3);
	settle();
	EXPECT_EQ(seen.done, 1);
}

/* Nobody sees another's vector registers; the victim uses them every other time. */
static L4_Word_t vector_swap(L4_Word_t word)
{
	L4_Word_t old;

	__asm__ volatile("movq %%xmm9, %0\n\tmovq %1, %%xmm9" : "=&r"(old) : "r"(word));
	return old;
}

static void counts_in_a_vector_register(void)
{
	seen.word = vector_swap(seen.count);
}

static void interrupts_with_vectors(L4_Word_t rounds)
{
	for (L4_Word_t i = 1; i <= rounds; i++) {
		if (i % 2)
			vector_swap(i << 16);
		com1_edge();
		EXPECT_EQ(seen.word, i - 1);
		if (i % 2)
			EXPECT_EQ(vector_swap(0), i << 16);
	}
	seen.done = 1;
	sleep_forever();
}

TEST(takeover, keeps_vector_registers)
{
	driver_new();
	work = counts_in_a_vector_register;
	victim_start(interrupts_with_vectors, 6);
	settle();
	EXPECT_EQ(seen.done, 1);
	EXPECT_EQ(seen.count, 6);
}

/* A driver that waits by the path of a message: the frame of an earlier page fault is still there, and its flags. */
static void faults_then_waits(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_Word_t page;

	(void)unused;
	L4_Wait(&from);
	L4_StoreMR(1, &page);
	flags_swap(FLAG_ID);
	*(volatile L4_Word_t *)page = 1;
	L4_LoadMR(0, 0);
	L4_ReplyWait(from, &from);
	seen.flags = flags_swap(0);
	seen.count = seen.count + 1;
	sleep_forever();
}

TEST(takeover, of_a_driver_that_has_faulted)
{
	L4_ThreadId_t t = driver_of(space_new(), faults_then_waits);

	L4_LoadMR(0, tag_make(1, 1, 0).raw);
	L4_LoadMR(1, page_new());
	EXPECT_OK(L4_Call(t));
	victim_start(interrupts, 1);
	settle();
	EXPECT_EQ(seen.now, 1);
	EXPECT_EQ(seen.flags & FLAG_ID, 0);
}

/* Flags that somebody gave it while it sent are its own when it goes on. */
static void sends_then_shows_flags(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_LoadMR(0, 0);
	L4_Ipc(worker, L4_anythread, L4_Timeouts(L4_Never, L4_Never), &from);
	seen.flags = flags_swap(0);
	seen.count = seen.count + 1;
	sleep_forever();
}

TEST(takeover, keeps_the_flags_of_the_driver)
{
	L4_Word_t control, sp, ip, flags, handle;
	L4_ThreadId_t t = driver_of(&own_space, sends_then_shows_flags), pager;

	L4_ExchangeRegisters(t, EXREGS_FLAGS, 0, 0, FLAG_ID, 0, L4_nilthread, &control, &sp, &ip, &flags, &handle,
			     &pager);
	EXPECT_OK(L4_Receive_Timeout(t, PATIENCE));
	victim_start(interrupts, 1);
	settle();
	EXPECT_EQ(seen.now, 1);
	EXPECT_EQ(seen.flags & FLAG_ID, FLAG_ID);
}

/* Its timeout ends with its wait, and troubles no later one. */
static void driver_with_timeout(L4_Word_t unused)
{
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgTag_t tag = L4_Wait_Timeout(L4_TimePeriod(8000 * time_scale), &from);

	(void)unused;
	note(tag, from);
	answers_and_waits(from);
}

TEST(takeover, ends_the_timeout_of_the_driver)
{
	driver_of(&own_space, driver_with_timeout);
	victim_start(interrupts, 1);
	L4_Sleep(L4_TimePeriod(20000 * time_scale));
	EXPECT_EQ(seen.now, 1);
	EXPECT_EQ(seen.failed, 0);
}

static void waits_for(L4_Word_t whom)
{
	note(L4_Receive((L4_ThreadId_t){.raw = whom}), (L4_ThreadId_t){.raw = whom});
	sleep_forever();
}

static void waits_for_its_interrupt(L4_Word_t unused)
{
	(void)unused;
	waits_for(interrupt(COM1_LINE).raw);
}

static void waits_for_the_runner(L4_Word_t unused)
{
	(void)unused;
	waits_for(runner.raw);
}

TEST(takeover, of_a_driver_that_waits_for_it_alone)
{
	driver_of(&own_space, waits_for_its_interrupt);
	victim_start(interrupts, 1);
	settle();
	EXPECT_EQ(seen.now, 1);
}

TEST(takeover, is_none_while_the_driver_waits_for_another)
{
	driver_of(&own_space, waits_for_the_runner);
	victim_start(interrupts, 1);
	settle();
	EXPECT_EQ(seen.done, 1);
	EXPECT_EQ(seen.count, 0);
}

/* An exception that was forced on it comes before its next instruction, and the message is not lost. */
TEST(takeover, of_a_driver_with_a_forced_exception)
{
	struct message m;
	L4_Bool_t was_in_exception;
	L4_ThreadId_t t;

	seen.count = seen.done = 0;
	work = NULL;
	t = thread_start_under(worker, &own_space, driver_main, 0);
	settle();
	com1_give(t);
	EXPECT(L4_ForceException(t, &was_in_exception));
	victim_start(interrupts, 1);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m.mr[EXC_RAX], (L4_Word_t)LABEL_INTERRUPT << 16);
	EXPECT_EQ(m.mr[EXC_RSI], interrupt(COM1_LINE).raw);
	settle();
	EXPECT_EQ(seen.count, 0);
	EXPECT_OK(frame_reply(&m, 0));
	settle();
	EXPECT_EQ(seen.count, 1);
}

/* Whose time it is. */

static void works_a_while(void)
{
	spin(1000);
}

/* Interrupts again and again, until its equal has run. */
static void interrupts_often(L4_Word_t unused)
{
	(void)unused;
	seen.begin = now_us();
	while (!seen.then) {
		spin(1000);
		com1_edge();
	}
	seen.done = seen.count;
	sleep_forever();
}

static void notes_when_it_runs(L4_Word_t unused)
{
	(void)unused;
	seen.then = now_us();
	sleep_forever();
}

static L4_Time_t slice_of(L4_Word_t us)
{
	return L4_TimePeriod(us);
}

/*
 * Who was interrupted goes on before its equals, and in all for as long as its slice is: half of the time is the
 * driver's.
 */
TEST(takeover, leaves_the_rest_of_the_slice)
{
	L4_ThreadId_t t;

	driver_new();
	work = works_a_while;
	t = victim_start(interrupts_often, 0);
	EXPECT(L4_Set_Timeslice(t, slice_of(8000), L4_Never) != 0);
	victim_start(notes_when_it_runs, 0);
	L4_Sleep(L4_TimePeriod(40000));
	EXPECT_BETWEEN(seen.then - seen.begin, 15000 - 2 * EXACT, 16000 + 8 * EXACT);
	EXPECT_BETWEEN(seen.done, 7, 9);
}

/* The victim is ready, and better than the server that the driver calls: so the server waits for its turn. */
static L4_ThreadId_t helper;

static void calls_the_helper(void)
{
	L4_LoadMR(0, 0);
	L4_Call(helper);
}

static void looks_at_the_victim(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	seen.word = seen.done;
	L4_LoadMR(0, 0);
	L4_Reply(from);
	sleep_forever();
}

TEST(takeover, leaves_the_victim_ready)
{
	driver_new();
	helper = scheduled_start(&own_space, PRIORITY_LOW - 10, looks_at_the_victim, 0);
	settle();
	work = calls_the_helper;
	victim_start(interrupts, 1);
	settle();
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.word, 1);
}

/* The driver has a slice of its own, however long that of the victim is: then it is the turn of its equal. */

/* Both without C, which would set the timer. */
static void sets_the_helper_going(void)
{
	L4_LoadMR(0, 0);
	L4_Send(helper);
	while (!seen.then)
		;
}

static void helps(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	seen.then = now_us();
	sleep_forever();
}

static void spins_and_interrupts(L4_Word_t us)
{
	spin(us);
	seen.begin = now_us();
	com1_edge();
	seen.done = 1;
	sleep_forever();
}

TEST(takeover, has_a_slice_of_its_own)
{
	L4_ThreadId_t driver = driver_new(), t;

	EXPECT(L4_Set_Timeslice(driver, slice_of(2000), L4_Never) != 0);
	helper = scheduled_start(&own_space, PRIORITY_WORKER, helps, 0);
	work = sets_the_helper_going;
	t = victim_start(spins_and_interrupts, 20000); /* an earlier timer has fired by then */
	EXPECT(L4_Set_Timeslice(t, slice_of(60000), L4_Never) != 0);
	L4_Sleep(L4_TimePeriod(100000));
	EXPECT_EQ(seen.done, 1);
	EXPECT_BETWEEN(seen.then - seen.begin, 2000 - EXACT, 2000 + EXACT);
}

/* A slice without an end has none afterwards. */
TEST(takeover, leaves_an_unlimited_slice)
{
	L4_ThreadId_t driver = driver_new(), t;

	EXPECT(L4_Set_Timeslice(driver, slice_of(60000), L4_Never) != 0);
	work = works_a_while;
	t = victim_start(interrupts_often, 0);
	EXPECT(L4_Set_Timeslice(t, L4_Never, L4_Never) != 0);
	victim_start(notes_when_it_runs, 0);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(seen.count > 5);
	EXPECT_EQ(seen.then, 0);
}

TEST(takeover, begins_an_unlimited_slice)
{
	L4_ThreadId_t driver = driver_new();

	EXPECT(L4_Set_Timeslice(driver, L4_Never, L4_Never) != 0);
	set_priority(driver, PRIORITY_WORKER - 1);
	helper = scheduled_start(&own_space, PRIORITY_WORKER - 1, helps, 0);
	work = sets_the_helper_going;
	victim_start(spins_and_interrupts, 1000);
	L4_Sleep(L4_TimePeriod(40000));
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.then, 0);
}

static void works_for_long(void)
{
	spin(5000);
}

static void expect_quantum(L4_ThreadId_t t, L4_Word_t us)
{
	L4_Time_t slice, quantum;

	EXPECT(L4_Timeslice(t, &slice, &quantum) != 0);
	EXPECT_BETWEEN(us_of(quantum), us - 4 * EXACT, us + 4 * EXACT);
}

TEST(takeover, charges_the_quantum_of_the_victim)
{
	L4_ThreadId_t t;

	driver_new();
	work = works_for_long;
	t = victim_start(spins_and_interrupts, 4000);
	EXPECT(L4_Set_Timeslice(t, slice_of(60000), L4_TimePeriod(20000)) != 0);
	L4_Sleep(L4_TimePeriod(40000));
	EXPECT_EQ(seen.done, 1);
	expect_quantum(t, 16000);
}

TEST(takeover, charges_the_quantum_of_the_driver)
{
	L4_ThreadId_t t = driver_new();

	EXPECT(L4_Set_Timeslice(t, slice_of(60000), L4_TimePeriod(20000)) != 0);
	work = works_for_long;
	victim_start(spins_and_interrupts, 4000);
	L4_Sleep(L4_TimePeriod(40000));
	EXPECT_EQ(seen.done, 1);
	expect_quantum(t, 15000);
}

/* When it has to wait. */

/* Somebody gives his slice away: who would not interrupt him interrupts nobody on it, even if he is gone. */
static void stops_the_helper(L4_Word_t unused)
{
	L4_Stop(helper);
	(void)unused;
	interrupts(1);
}

static void donates(L4_Word_t to)
{
	L4_ThreadSwitch((L4_ThreadId_t){.raw = to});
	sleep_forever();
}

TEST(takeover, is_none_on_a_donated_slice)
{
	L4_ThreadId_t driver = driver_new(), t;

	set_priority(driver, PRIORITY_WORKER - 10);
	t = victim_start(stops_the_helper, 0);
	helper = scheduled_start(&own_space, PRIORITY_WORKER, donates, t.raw);
	settle();
	EXPECT_EQ(seen.done, 1);
	EXPECT_EQ(seen.now, 0);
	EXPECT_EQ(seen.count, 1);
}

static void delays(L4_Word_t unused)
{
	(void)unused;
	L4_DisablePreemption();
	com1_edge();
	seen.now = seen.count;
	seen.word = L4_PreemptionPending();
	L4_EnablePreemption();
	L4_Yield();
	seen.done = seen.count;
	sleep_forever();
}

TEST(takeover, is_put_off)
{
	L4_ThreadId_t t;

	driver_new();
	t = victim_start(delays, 0);
	EXPECT(L4_Set_PreemptionDelay(t, PRIORITY_WORKER, 20000) != 0);
	settle();
	EXPECT_EQ(seen.now, 0);
	EXPECT_EQ(seen.word, 1);
	EXPECT_EQ(seen.done, 1);
}

static void wants_to_be_told(L4_Word_t unused)
{
	L4_EnablePreemptionFaultException();
	(void)unused;
	interrupts(1);
}

TEST(takeover, is_told_to_the_exception_handler)
{
	L4_ThreadId_t t;
	L4_MsgTag_t tag;

	driver_new();
	t = thread_create(&own_space, worker);
	set_priority(t, PRIORITY_LOW);
	thread_run(t, wants_to_be_told, 0);
	settle();
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.done, 0);
	tag = L4_Receive_Timeout(t, PATIENCE);
	REQUIRE_OK(tag);
	EXPECT_EQ((long)tag.raw >> 16, LABEL_PREEMPTION);
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Reply(t));
	settle();
	EXPECT_EQ(seen.done, 1);
}

/* Its slice is over, which it had put off; now it gives that up, and is interrupted: its equal comes first. */
static void outstays(L4_Word_t unused)
{
	(void)unused;
	L4_DisablePreemption();
	while (!(own_utcb()->flags & PREEMPT_PENDING))
		;
	own_utcb()->flags = 0;
	com1_edge();
	seen.now = now_us();
	sleep_forever();
}

TEST(takeover, after_a_slice_that_was_put_off)
{
	L4_ThreadId_t t;

	driver_new();
	t = victim_start(outstays, 0);
	EXPECT(L4_Set_PreemptionDelay(t, PRIORITY_LOW, 6000) != 0);
	EXPECT(L4_Set_Timeslice(t, slice_of(4000), L4_Never) != 0);
	victim_start(notes_when_it_runs, 0);
	L4_Sleep(L4_TimePeriod(40000));
	EXPECT_EQ(seen.count, 1);
	EXPECT(seen.then != 0);
	EXPECT(seen.then < seen.now);
}
