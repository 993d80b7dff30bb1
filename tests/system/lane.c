/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/lane.c - the lanes of kernel/entry/lane.c: exceptions whose handler waits, and their answers by
 * ReplyWait. What a lane must refuse has a case each: what comes of it must be what the general way makes of it, which
 * `path-off.lane` shows.
 *
 * The worker is the handler, waiting without a timeout, unless a case says otherwise.
 */
#include "handler.h"
#include "raw.h"
#include "speaker.h"

SNIPPET(snippet_again, "ud2\n jmp snippet_again_at")
SNIPPET(snippet_twice, "ud2\n snippet_twice_trap: ud2")
extern char snippet_twice_trap[];

/* Answers of all lengths: what they set, and what they leave alone. */
static bool is_set(unsigned word, unsigned length)
{
	return word <= length && word != EXC_TRAP && word != EXC_ERROR && word != EXC_CR2 && word != EXC_CS &&
	       word != EXC_SS && word != EXC_GS_BASE;
}

TEST(lane, exception_answers_of_every_length)
{
	struct message m, given, before;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	for (unsigned length = 0; length <= 63; length++) {
		before = given = m;
		for (unsigned n = 1; n <= 63; n++)
			given.mr[n] = 0x0100000000010000UL * n + length;
		given.mr[EXC_RIP] = (L4_Word_t)snippet_again_at + 2 * (length & 1);
		given.mr[EXC_RFLAGS] = before.mr[EXC_RFLAGS] ^ CF;
		given.mr[EXC_FS_BASE] = 0x1000UL * length;
		m = given;
		handler_answer(&m, length);
		expect_trap(&m, t, snippet_again_at);
		for (unsigned n = EXC_RFLAGS; n <= EXC_R15; n++)
			if (n != EXC_RFLAGS)
				EXPECT_EQ(m.mr[n], is_set(n, length) ? given.mr[n] : before.mr[n]);
			else
				EXPECT_EQ((m.mr[n] ^ before.mr[n]) & CF, is_set(n, length) ? CF : 0);
	}
}

TEST(lane, exception_flags_are_sanitised)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	m.mr[EXC_RFLAGS] = ~0UL & ~(L4_Word_t)(TF | RF);
	handler_answer(&m, 2);
	expect_trap(&m, t, snippet_again_at);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & (IOPL | VM | NT), 0);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & (CF | DF | IF | AC), CF | DF | IF | AC);
	m.mr[EXC_RFLAGS] = 0;
	handler_answer(&m, EXC_WORDS);
	expect_trap(&m, t, snippet_again_at);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & (CF | DF | IF | AC), IF);
}

/* Refused: the handler is told, the thread waits on as it was. */
static void bad_answer(enum exception_word which, L4_Word_t value)
{
	struct message m, good;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	handler_answer(&m, 0);
	good = m;
	m.mr[EXC_RAX] = 0x600d;
	m.mr[which] = value;
	handler_answer(&m, EXC_WORDS);
	expect_send_failed(&m, IPC_OVERFLOW);
	m = good;
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
	for (unsigned n = EXC_RIP; n <= EXC_R15; n++)
		EXPECT_EQ(m.mr[n], good.mr[n]);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(lane, exception_answer_with_bad_ip)
{
	bad_answer(EXC_RIP, 0x800000000000UL);
	bad_answer(EXC_RIP, 0x7fffffffffffUL);
	bad_answer(EXC_RIP, 0xfffe800000000000UL);
}

TEST(lane, exception_answer_with_bad_fs_base)
{
	bad_answer(EXC_FS_BASE, 0x800000000000UL);
	bad_answer(EXC_FS_BASE, 0xfffe800000000000UL);
}

/* A page with the registers, a page alone, and what is none. */
TEST(lane, exception_answer_with_items)
{
	struct message m, before;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);
	L4_MapItem_t item = L4_MapItem(page_of(page_new(), L4_Readable), FAR);

	handler_answer(&m, 0);
	m.mr[1] = (L4_Word_t)snippet_again_at + 2;
	m.mr[2] = item.raw[0];
	m.mr[3] = item.raw[1];
	message_load(0, &m.mr[1], 1, 2);
	handler_reply(t, &m);
	expect_trap(&m, t, snippet_again_at);
	before = m;
	message_load(0, item.raw, 0, 2);
	handler_reply(t, &m);
	expect_trap(&m, t, snippet_again_at);
	for (unsigned n = EXC_RIP; n <= EXC_R15; n++)
		EXPECT_EQ(m.mr[n], before.mr[n]);
	message_load(0, item.raw, 0, 1);
	handler_reply(t, &m);
	expect_send_failed(&m, IPC_OVERFLOW);
}

/* Who sends in another's name speaks for that one, for whom the thread does not wait. */
TEST(lane, exception_answer_in_anothers_name)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), other = thread_start(&own_space, sleeps, 0);

	handler_answer(&m, 0);
	L4_Set_VirtualSender(other);
	L4_LoadMR(0, PROPAGATED);
	handler_reply(t, &m);
	expect_send_failed(&m, IPC_TIMEOUT);
	m.from = t;
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

TEST(lane, answer_to_another_version)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	handler_answer(&m, 0);
	m.from = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 1);
	handler_answer(&m, 0);
	expect_send_failed(&m, IPC_NO_PARTNER);
	m.from = t;
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* By somebody for whom it does not wait. */
static void answers_for_others(L4_Word_t t)
{
	L4_ThreadId_t to = {.raw = t}, from;
	L4_MsgTag_t tag;

	L4_LoadMR(0, 0);
	tag = L4_ReplyWait_Timeout(to, L4_Never, &from);
	report(LABEL_REPORT, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
	sleep_forever();
}

TEST(lane, answer_by_another)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), other;

	handler_answer(&m, 0);
	other = thread_start(&own_space, answers_for_others, t.raw);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(L4_ThreadNo(L4_GlobalIdOf(m.from)), L4_ThreadNo(other));
	EXPECT_EQ(m.mr[1], IPC_TIMEOUT << 1 | SEND);
	m.from = t;
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* Handlers of any id. */
static L4_ThreadId_t handler;
static L4_Word_t handler_id;

static void traps_to(L4_Word_t unused)
{
	(void)unused;
	L4_Set_ExceptionHandler((L4_ThreadId_t){.raw = handler_id});
	__asm__ volatile("ud2");
	report(LABEL_DONE, 0);
	sleep_forever();
}

static void reports(L4_Word_t label)
{
	report(label, 0);
	sleep_forever();
}

TEST(lane, handler_of_another_version)
{
	L4_ThreadId_t t, other;
	struct message m;

	handler_id = L4_GlobalId(L4_ThreadNo(worker), L4_Version(worker) + 1).raw;
	t = thread_start(&own_space, traps_to, 0);
	other = thread_start(&own_space, reports, LABEL_REPORT);
	handler_wait(&m);
	EXPECT_EQ(L4_Label(m.tag), LABEL_REPORT);
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(5000)), RECEIVE, IPC_TIMEOUT);
	thread_delete(other);
}

/* The same, though it waits for the thread alone. */
static L4_ThreadId_t waited_for;

static void waits_for_it(L4_Word_t unused)
{
	(void)unused;
	report(LABEL_REPORT, L4_Receive(waited_for).raw);
	sleep_forever();
}

TEST(lane, handler_of_another_version_waits_for_the_thread)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);
	struct message m;

	waited_for = t;
	handler = thread_start(&own_space, waits_for_it, 0);
	settle();
	handler_id = L4_GlobalId(L4_ThreadNo(handler), L4_Version(handler) + 1).raw;
	thread_run_by_warden(t, traps_to, 0);
	EXPECT(!message_receive(handler, &m));
	EXPECT_EQ(m.error, IPC_TIMEOUT << 1 | RECEIVE);
}

/* In one space it is told by the local id, and may be named by it. */
static void handler_in_own_space(L4_ThreadId_t handler)
{
	struct message m;
	L4_ThreadId_t t;

	handler_id = handler.raw;
	t = thread_start(&own_space, traps_to, 0);
	handler_wait(&m);
	EXPECT_EQ(m.from.raw, L4_LocalIdOf(t).raw);
	REQUIRE(is_exception(&m));
	m.mr[EXC_RIP] += 2;
	m.from = t;
	handler_answer(&m, 1);
	expect_label(&m, L4_LocalIdOf(t), LABEL_DONE);
}

TEST(lane, handler_in_the_same_space)
{
	handler_in_own_space(worker);
}

TEST(lane, handler_by_local_id)
{
	handler_in_own_space(L4_MyLocalId());
}

/* Whom the handler waits for. */

TEST(lane, handler_waits_for_the_thread)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	m.mr[1] = (L4_Word_t)snippet_again_at + 2;
	message_load(0, &m.mr[1], 1, 0);
	message_take(L4_Call(t), t, &m);
	expect_trap(&m, t, snippet_again_at);
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

static volatile L4_Word_t go;

static void reports_when_told(L4_Word_t unused)
{
	(void)unused;
	while (!go)
		L4_Sleep(L4_TimePeriod(500 * time_scale));
	report(LABEL_REPORT, 0);
	sleep_forever();
}

static void tells(L4_Word_t unused)
{
	(void)unused;
	L4_Sleep(L4_TimePeriod(3000 * time_scale));
	go = 1;
	sleep_forever();
}

TEST(lane, handler_waits_for_a_third)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), third = thread_start(&own_space, reports_when_told, 0);

	go = 0;
	L4_LoadMR(0, 0);
	REQUIRE_OK(L4_Send(t));
	thread_start(&own_space, tells, 0);
	message_take(L4_Receive(third), third, &m);
	expect_label(&m, third, LABEL_REPORT);
	handler_wait(&m);
	EXPECT(is_exception(&m));
	m.from = t;
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* Its wait has a timeout, which must not end what it does then. */
TEST(lane, handler_with_a_timeout)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), from;
	L4_Word_t end;

	L4_LoadMR(0, 0);
	message_take(L4_ReplyWait_Timeout(t, L4_TimePeriod(2000 * time_scale), &from), t, &m);
	expect_trap(&m, t, snippet_again_at);
	for (end = now_us() + 5000 * time_scale; now_us() < end;)
		;
	m.from = t;
	handler_answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* Somebody is queued at the handler: it has its message from the same call, and the thread goes on. */
TEST(lane, somebody_is_queued)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), other;

	handler_answer(&m, 0);
	other = thread_start(&own_space, reports, LABEL_REPORT);
	settle();
	m.mr[1] = (L4_Word_t)snippet_again_behind;
	m.from = t;
	handler_answer(&m, 1);
	expect_label(&m, L4_LocalIdOf(other), LABEL_REPORT);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Somebody is queued at the thread, who speaks for the handler: its answer, before there is a question. */
static void speaks_for_the_worker(L4_Word_t t)
{
	L4_Set_VirtualSender(worker);
	L4_LoadMR(0, PROPAGATED | 1);
	L4_LoadMR(1, (L4_Word_t)snippet_twice_behind);
	L4_Send((L4_ThreadId_t){.raw = t});
	sleep_forever();
}

TEST(lane, answer_is_queued_at_the_thread)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_twice_at, &m);

	exception_state(t, TAKE_HALT | HALTED);
	m.mr[1] = (L4_Word_t)snippet_twice_trap;
	EXPECT_OK(frame_reply(&m, 1));
	thread_start(&own_space, speaks_for_the_worker, t.raw);
	settle();
	exception_state(t, TAKE_HALT);
	handler_wait(&m);
	expect_trap(&m, t, snippet_twice_trap);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* The handler's IPC ends with the flags 0x202, and RCX and R11 as any, whatever frame it left the kernel by before. */
static void handles_after_a_fault(L4_Word_t address)
{
	/* Assigned as a whole they would take vector registers, and so make an exception and another frame. */
	static struct registers calls = {.rdx = CALL_WORD(CALL_IPC, IPC_CALL), .rflags = 0x202},
				waits = {.rdx = CALL_WORD(CALL_IPC, IPC_OPEN), .rflags = 0x202};

	calls.rdi = waits.rdi = worker.raw;
	__asm__ volatile("pushfq\n\torq $0x200001, (%%rsp)\n\tpopfq\n\tmovb (%0), %%al"
			 :
			 : "r"(address)
			 : "rax", "cc", "memory");
	raw_syscall(&calls);
	raw_syscall(&waits);
	report(LABEL_REPORT, waits.rflags);
	sleep_forever();
}

TEST(lane, handler_after_a_frame_with_flags)
{
	struct message m;
	L4_ThreadId_t local;

	handler = thread_start_under(worker, &own_space, handles_after_a_fault, FAR);
	local = L4_LocalIdOf(handler); /* not while it waits: ExchangeRegisters would set the frame right */
	handler_wait(&m);
	expect_fault(&m, local, FAR);
	handler_answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	expect_label(&m, local, 0);
	m.from = handler; /* a local id would be C's */
	handler_answer(&m, 0);
	handler_id = handler.raw;
	thread_start(&own_space, traps_to, 0);
	handler_wait(&m);
	expect_label(&m, local, LABEL_REPORT);
	EXPECT_EQ(m.mr[1], 0x202);
	L4_Flush(page_of(FAR, L4_FullyAccessible));
}

/* A start message is no frame, though it comes to one who waits for its pager alone. */
static volatile L4_Word_t begun;

static void begins(L4_Word_t argument)
{
	begun = argument;
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(lane, start_message)
{
	struct message m;
	L4_ThreadId_t t = thread_create(&own_space, worker);
	L4_Word_t *stack = (L4_Word_t *)stack_new();

	begun = 0;
	stack[-2] = (L4_Word_t)begins;
	stack[-1] = 4711;
	m.mr[1] = (L4_Word_t)thread_entry;
	m.mr[2] = (L4_Word_t)&stack[-2];
	m.from = t;
	handler_answer(&m, 2);
	expect_label(&m, L4_LocalIdOf(t), LABEL_DONE);
	EXPECT_EQ(begun, 4711);
}
