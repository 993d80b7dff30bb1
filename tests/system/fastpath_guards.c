/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/fastpath_guards.c - partners that the path of a message must leave to C, senders that it must, and what
 * the registers and flags hold on both sides. With the path, each is counted under its reason.
 */
#include "agent.h"
#include "fastpath.h"
#include "raw.h"

#include <l4/exception.h>

static volatile L4_Word_t done;
static L4_MsgTag_t seen;

/* A partner in each state that has a bit in the kernel's word of hazards. */

static void waits(L4_Word_t timeouts)
{
	L4_ThreadId_t from;

	seen = L4_Ipc(L4_nilthread, L4_anythread, timeouts, &from);
	done++;
	sleep_forever();
}

static L4_ThreadId_t waiter(struct space *space, L4_Time_t timeout)
{
	L4_ThreadId_t t;

	done = 0;
	t = thread_start(space, waits, L4_Timeouts(L4_Never, timeout));
	settle();
	return t;
}

/* A message to t, which waits with a hazard: it arrives. */
static void send_to_hazard(L4_ThreadId_t t)
{
	L4_Word_t before[L4_PATH_MISSES] = { 0 };

	L4_PathMisses(0, before);
	EXPECT_OK(message(IPC_FROM, t, 0, L4_ZeroTime, 7, NULL));
	expect_miss(before, L4_MISS_HAZARD);
}

static void with_timeout(struct space *space)
{
	send_to_hazard(waiter(space, L4_TimePeriod(1000000)));
	settle();
	EXPECT_EQ(done, 1);
	EXPECT_EQ(seen.raw, tag_make(0x55, 7, 0).raw);
}

/* The timeout is over, too: it must not come to a thread that waits for something else by then. */
TEST(fastpath, partner_with_timeout)
{
	in_both_spaces(with_timeout);
}

static void halted(struct space *space)
{
	L4_ThreadId_t t = waiter(space, L4_Never);

	L4_Stop(t);
	send_to_hazard(t);
	settle();
	EXPECT_EQ(done, 0);
	L4_Start(t);
	settle();
	EXPECT_EQ(done, 1);
	EXPECT_EQ(seen.raw, tag_make(0x55, 7, 0).raw);
}

TEST(fastpath, partner_halted)
{
	halted(&own_space);
}

static void with_quantum(struct space *space)
{
	L4_ThreadId_t t = waiter(space, L4_Never);

	EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_TimePeriod(1000000)) != 0);
	send_to_hazard(t);
	settle();
	EXPECT_EQ(done, 1);
}

TEST(fastpath, partner_with_quantum)
{
	in_both_spaces(with_quantum);
}

/* Its RFLAGS are not those that the path leaves with. */
static volatile L4_Word_t flags_then;

static void waits_for_flags(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	__asm__ volatile("pushfq\n\tpopq %0\n\tcld" : "=r"(flags_then));
	done++;
	sleep_forever();
}

TEST(fastpath, partner_given_flags)
{
	enum { DIRECTION = 1 << 10, CONTROL_FLAGS = 1 << 5 };
	L4_Word_t control, sp, ip, flags, handle;
	L4_ThreadId_t t, pager;

	done = 0;
	t = thread_start(&own_space, waits_for_flags, 0);
	settle();
	L4_ExchangeRegisters(t, CONTROL_FLAGS, 0, 0, DIRECTION, 0, L4_nilthread, &control, &sp, &ip, &flags, &handle,
			     &pager);
	send_to_hazard(t);
	settle();
	EXPECT_EQ(done, 1);
	EXPECT_EQ(flags_then & DIRECTION, DIRECTION);
}

TEST(fastpath, partner_whose_calls_are_exceptions)
{
	L4_ThreadId_t t = waiter(&own_space, L4_Never);

	EXPECT(L4_Set_SyscallExceptions(t, 1));
	send_to_hazard(t);
	EXPECT(L4_Set_SyscallExceptions(t, 0)); /* it goes on, and makes some */
	settle();
	EXPECT_EQ(done, 1);
	EXPECT_EQ(seen.raw, tag_make(0x55, 7, 0).raw);
}

/* Waits for the answer to a page fault: words are no registers to it. */
static void faults(L4_Word_t address)
{
	*(volatile L4_Word_t *)address;
	done++;
	sleep_forever();
}

TEST(fastpath, partner_in_a_page_fault)
{
	enum { HOLE = 0x7000000 };
	L4_ThreadId_t t;
	struct message m;

	done = 0;
	t = thread_start_under(worker, space_new(), faults, (L4_Word_t)HOLE << 20);
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	send_to_hazard(t);
	REQUIRE(event_receive(t, &m)); /* nothing was mapped: once more */
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], (L4_Word_t)HOLE << 20);
	EXPECT_EQ(done, 0);
}

/* Deleted while it waits as the path would have it. */
static void deleted(struct space *space)
{
	L4_ThreadId_t t = waiter(space, L4_Never);

	EXPECT_EQ(thread_delete(t), 1);
	for (L4_Word_t kind = IPC_CALL; kind <= IPC_FROM; kind++)
		EXPECT_FAILED(message(kind, t, t.raw, L4_ZeroTime, 0, NULL), SEND, IPC_NO_PARTNER);
}

TEST(fastpath, partner_deleted)
{
	in_both_spaces(deleted);
}

/* The sender has the hazard. */
TEST(fastpath, sender_with_quantum)
{
	L4_Word_t before[L4_PATH_MISSES] = { 0 };
	L4_ThreadId_t t = waiter(&own_space, L4_Never);

	EXPECT(L4_Set_Timeslice(worker, L4_TimePeriod(10000), L4_TimePeriod(100000000)) != 0);
	L4_PathMisses(0, before);
	EXPECT_OK(message(IPC_FROM, t, 0, L4_ZeroTime, 7, NULL));
	expect_miss(before, L4_MISS_SENDER);
	EXPECT(L4_Set_Timeslice(worker, L4_TimePeriod(10000), L4_Never) != 0);
}

/* A thread between the two in priority is ready: the answer of the lower one would pass it over. */
static void answers(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		L4_Set_MsgTag(L4_Niltag);
		L4_ReplyWait(worker, &from);
	}
}

static void counts_once(L4_Word_t unused)
{
	(void)unused;
	done++;
	sleep_forever();
}

TEST(fastpath, better_thread_between)
{
	L4_Word_t before[L4_PATH_MISSES] = { 0 }, after[L4_PATH_MISSES] = { 0 };
	L4_ThreadId_t server = thread_start(&own_space, answers, 0), between = thread_create(&own_space, warden);

	settle();
	set_priority(server, PRIORITY_LOW);
	set_priority(between, PRIORITY_LOW + 1);
	EXPECT_OK(message(IPC_CALL, server, 0, L4_Never, 0, NULL)); /* nobody is ready: the path */
	done = 0;
	thread_run_by_warden(between, counts_once, 0);
	L4_PathMisses(0, before);
	EXPECT_EQ(done, 0);
	EXPECT_OK(message(IPC_CALL, server, 0, L4_Never, 0, NULL));
	L4_PathMisses(0, after);
	EXPECT_EQ(done, 1);
	if (path_is_there())
		EXPECT_EQ(after[L4_MISS_PRIORITY] - before[L4_MISS_PRIORITY], 1);
}

/* Somebody is queued: C takes the next message; and once nobody is, the path is open again. */
static void calls(L4_Word_t unused)
{
	L4_Word_t sender = 0;

	(void)unused;
	message(IPC_CALL, worker, 0, L4_Never, 0, &sender);
	done++;
	sleep_forever();
}

TEST(fastpath, open_again_when_nobody_is_queued)
{
	L4_Word_t before[L4_PATH_MISSES] = { 0 }, from = 0;
	L4_ThreadId_t server = waiter(space_new(), L4_Never), client = thread_start(space_new(), calls, 0);

	settle();
	L4_PathMisses(0, before);
	EXPECT_OK(message(IPC_OPEN, server, 0, L4_ZeroTime, 0, &from));
	EXPECT_EQ(from, client.raw);
	expect_miss(before, L4_MISS_PENDING);
	EXPECT_OK(message(IPC_FROM, client, 0, L4_ZeroTime, 0, NULL));
	settle();
	EXPECT_EQ(done, 2);
	server = thread_start(space_new(), answers, 0);
	settle();
	L4_PathMisses(0, before);
	EXPECT_OK(message(IPC_OPEN, server, 0, L4_ZeroTime, 0, &from));
	EXPECT_EQ(from, server.raw);
	if (path_is_there()) {
		L4_Word_t after[L4_PATH_MISSES] = { 0 };

		L4_PathMisses(0, after);
		EXPECT_EQ(after[L4_MISS_PENDING], before[L4_MISS_PENDING]);
		EXPECT_EQ(after[L4_MISS_HAZARD], before[L4_MISS_HAZARD]);
	}
}

/*
 * Registers. Sender, receiver and a third thread have values of their own in all of them; after a message each register
 * holds what lib/abi/syscall.h says, and none a value of the third's or the kernel's.
 */
enum { FLAGS_ALL = 0x202 | 1 << 0 | 1 << 10 | 1 << 14 | 1 << 18 | 1 << 21 }; /* CF DF NT AC ID */
#define OURS   0xaaaaaaaa00000000UL
#define THEIRS 0xbbbbbbbb00000000UL
#define THIRD  0xcccccccc00000000UL

static struct registers heard, answer, third;
static L4_Word_t vector_heard;

static void fill(struct registers *r, L4_Word_t value)
{
	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		((L4_Word_t *)r)[n] = value + n;
	r->rflags = FLAGS_ALL;
}

static void fills_and_yields(L4_Word_t unused)
{
	(void)unused;
	__asm__ volatile("movq %0, %%xmm9" : : "r"(THIRD));
	for (;;) {
		fill(&third, THIRD);
		third.rdi = 0;
		third.rdx = CALL_WORD(CALL_THREAD_SWITCH, 0);
		raw_syscall(&third);
	}
}

static void hears_and_answers(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&heard);
	__asm__ volatile("movq %%xmm9, %0" : "=r"(vector_heard));
	raw_syscall(&answer);
	sleep_forever();
}

/* Words 1 to 7, in their order. */
static L4_Word_t *word_of(struct registers *r, unsigned n)
{
	L4_Word_t *const words[] = { &r->rbx, &r->rbp, &r->r9, &r->r10, &r->r12, &r->r13, &r->r14 };

	return words[n];
}

static void expect_only(struct registers *r, L4_Word_t partner, L4_Word_t sent, unsigned words)
{
	EXPECT_EQ(r->rsp, 0);
	EXPECT_EQ(r->rflags, 0x202);
	EXPECT_EQ(r->rcx, (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(r->r11, 0x202);
	EXPECT_EQ(r->rax, tag_make(0x56, words, 0).raw);
	EXPECT_EQ(r->rsi, partner);
	for (unsigned i = 0; i < words && i < 7; i++)
		EXPECT_EQ(*word_of(r, i), sent + (L4_Word_t)(word_of(r, i) - (L4_Word_t *)r));
	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		L4_Word_t value = ((L4_Word_t *)r)[n];

		EXPECT(value >> 32 != THIRD >> 32);
		EXPECT(value >> 47 != 0x1ffff); /* the kernel's half */
	}
}

static void registers_of(struct space *space, unsigned kind, unsigned words)
{
	L4_Word_t name = space == &own_space ? L4_MyLocalId().raw : worker.raw, vector;
	struct registers r;
	L4_ThreadId_t t;

	fill(&heard, THEIRS);
	heard.rdi = 0;
	heard.rdx = CALL_WORD(CALL_IPC, IPC_OPEN);
	fill(&answer, THEIRS);
	answer.rax = tag_make(0x56, words, 0).raw;
	answer.rdi = worker.raw;
	answer.rsi = 0;
	answer.r8 = 0;
	answer.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	vector_heard = 0;
	t = thread_start(space, hears_and_answers, 0);
	settle();
	fill(&r, OURS);
	r.rax = tag_make(0x56, words, 0).raw;
	r.rdi = t.raw;
	r.rsi = t.raw;
	r.r8 = 0;
	r.rdx = CALL_WORD(CALL_IPC, kind);
	__asm__ volatile("movq %0, %%xmm9" : : "r"(OURS));
	raw_syscall(&r);
	__asm__ volatile("movq %%xmm9, %0" : "=r"(vector));
	EXPECT_EQ(vector, OURS);
	EXPECT_EQ(vector_heard, 0);
	expect_only(&heard, name, OURS, words);
	expect_only(&r, space == &own_space ? L4_LocalIdOf(t).raw : t.raw, THEIRS, words);
}

static void registers_in(struct space *space)
{
	static const unsigned counts[] = { 0, 3, 7, 8, 63 };

	thread_start(space_new(), fills_and_yields, 0);
	for (unsigned kind = IPC_CALL; kind <= IPC_FROM; kind++)
		for (unsigned i = 0; i < 5; i++)
			registers_of(space, kind, counts[i]);
}

TEST(fastpath, receiver_sees_the_sender_and_nobody_else)
{
	in_both_spaces(registers_in);
}

/* Single-stepped over the path: the trap comes in the kernel, where nobody cares, or behind it. */
static struct registers stepped;

static void steps(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&stepped);
	report(LABEL_DONE, stepped.rflags);
}

static void listens(L4_Word_t unused)
{
	(void)unused;
	heard = (struct registers){ .rdx = CALL_WORD(CALL_IPC, IPC_OPEN), .rflags = 0x202 };
	raw_syscall(&heard);
	answer = heard;
	for (;;) {
		answer.rax = tag_make(0x57, 7, 0).raw;
		answer.rdi = heard.rsi;
		answer.rdx = CALL_WORD(CALL_IPC, IPC_OPEN);
		raw_syscall(&answer);
	}
}

static void single_step(struct space *space)
{
	enum { TF = 1 << 8, DB = 1 };
	L4_ThreadId_t server = thread_start(space, listens, 0), t;
	unsigned traps = 0;
	struct message m;

	settle();
	fill(&stepped, OURS);
	stepped.rax = tag_make(0x56, 7, 0).raw;
	stepped.rdi = server.raw;
	stepped.rdx = CALL_WORD(CALL_IPC, IPC_CALL);
	stepped.rflags = 0x202 | TF;
	for (t = thread_start_under(worker, space, steps, 0);;) {
		REQUIRE(event_receive(t, &m));
		if (!is_exception(&m))
			break;
		EXPECT_EQ(m.mr[EXC_TRAP], DB);
		REQUIRE(++traps < 10);
		m.mr[EXC_RFLAGS] &= ~(L4_Word_t)TF;
		EXPECT_OK(frame_reply(&m, EXC_RFLAGS));
	}
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x202);
	EXPECT_EQ(heard.rflags, 0x202);
	EXPECT_EQ(heard.rax, tag_make(0x56, 7, 0).raw);
	EXPECT_EQ(stepped.rax, tag_make(0x57, 7, 0).raw);
	for (unsigned i = 0; i < 7; i++)
		EXPECT_EQ(*word_of(&stepped, i) >> 32, OURS >> 32);
}

TEST(fastpath, single_stepped)
{
	in_both_spaces(single_step);
}
