/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/lane.c - the lanes of kernel/entry/lane.c: faults whose handler waits, and answers by ReplyWait. What a lane
 * must refuse has a case each: what comes of it must be what the general way makes of it, which `path-off.lane` shows.
 *
 * The worker is the handler, waiting without a timeout, unless a case says otherwise.
 */
#include "raw.h"
#include "trapper.h"
#include "probe.h"
#include "speaker.h"
#include <l4/arch.h>
#include <l4/exception.h>

enum { TAKE_HALT = 1 << 8, HALTED = 1, RECEIVING = 2, PAGE = 4096, MIB2_LOG2 = 21 };
#define FAR 0x123456600000UL
#define NEARBY (FAR + 0x1ff000)

SNIPPET(snippet_again, "ud2\n jmp snippet_again_at")
SNIPPET(snippet_twice, "ud2\n snippet_twice_trap: ud2")
extern char snippet_twice_trap[];

static void load(L4_Word_t label, const L4_Word_t *words, unsigned untyped, unsigned typed)
{
	for (unsigned n = 1; n <= untyped + typed; n++)
		L4_LoadMR(n, words[n - 1]);
	L4_LoadMR(0, tag_make(label, untyped, typed).raw);
}

static void take(L4_MsgTag_t tag, L4_ThreadId_t from, struct message *m)
{
	m->tag = tag;
	m->from = from;
	m->error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
	L4_StoreMRs(1, 63, &m->mr[1]);
}

static bool is_image_fault(const struct message *m)
{
	return is_page_fault(m) && m->mr[1] < FAR && m->mr[1] >= ((L4_Word_t)&is_image_fault & ~0x3fffffUL);
}

static void load_page(L4_Fpage_t page, L4_Word_t address)
{
	L4_MapItem_t item = L4_MapItem(page, address);

	load(0, item.raw, 0, 2);
}

static L4_Fpage_t page_of(L4_Word_t address, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2(address & -(L4_Word_t)PAGE, 12), rights);
}

/* Send what is in the message registers; the next message, but for faults on this program's image. */
static void reply_wait(L4_ThreadId_t to, struct message *m)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag;

	for (;;) {
		tag = L4_ReplyWait(to, &from);
		take(tag, from, m);
		if (L4_IpcFailed(tag) || !is_image_fault(m))
			return;
		load_page(page_of(m->mr[1], L4_FullyAccessible), m->mr[1]);
		to = from;
	}
}

/* The next message, without an answer to anybody. */
static void wait(struct message *m)
{
	reply_wait(L4_nilthread, m);
}

/* The answer is the first `count` words of m, which is then the next message. */
static void answer(struct message *m, unsigned count)
{
	load(0, &m->mr[1], count, 0);
	reply_wait(m->from, m);
}

static void answer_page(struct message *m, L4_Fpage_t page, L4_Word_t address)
{
	load_page(page, address);
	reply_wait(m->from, m);
}

static void control(L4_ThreadId_t t, L4_Word_t bits)
{
	L4_Word_t old;

	EXPECT(L4_ExchangeExceptionState(t, bits, NULL, &old));
}

static void expect_trap(const struct message *m, L4_ThreadId_t t, const char *ip)
{
	REQUIRE_OK(m->tag);
	EXPECT_EQ(m->from.raw, t.raw);
	REQUIRE(is_exception(m));
	EXPECT_EQ(L4_UntypedWords(m->tag), EXC_WORDS);
	EXPECT_EQ(m->mr[EXC_TRAP], UD);
	EXPECT_EQ(m->mr[EXC_RIP], (L4_Word_t)ip);
}

static void expect_fault(const struct message *m, L4_ThreadId_t t, L4_Word_t address)
{
	REQUIRE_OK(m->tag);
	EXPECT_EQ(m->from.raw, t.raw);
	REQUIRE(is_page_fault(m));
	EXPECT_EQ(L4_UntypedWords(m->tag), 2);
	EXPECT_EQ(m->mr[1], address);
}

static void expect_label(const struct message *m, L4_ThreadId_t t, L4_Word_t label)
{
	REQUIRE_OK(m->tag);
	EXPECT_EQ(m->from.raw, t.raw);
	EXPECT_EQ(L4_Label(m->tag), label);
}

static void expect_send_failed(const struct message *m, L4_Word_t code)
{
	EXPECT(L4_IpcFailed(m->tag));
	EXPECT_EQ(m->error & 0xf, code << 1 | SEND);
}

/* Exceptions. */

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
		answer(&m, length);
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
	answer(&m, 2);
	expect_trap(&m, t, snippet_again_at);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & (IOPL | VM | NT), 0);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & (CF | DF | IF | AC), CF | DF | IF | AC);
	m.mr[EXC_RFLAGS] = 0;
	answer(&m, EXC_WORDS);
	expect_trap(&m, t, snippet_again_at);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & (CF | DF | IF | AC), IF);
}

/* Refused: the handler is told, the thread waits on as it was. */
static void bad_answer(enum exception_word which, L4_Word_t value)
{
	struct message m, good;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	answer(&m, 0);
	good = m;
	m.mr[EXC_RAX] = 0x600d;
	m.mr[which] = value;
	answer(&m, EXC_WORDS);
	expect_send_failed(&m, IPC_OVERFLOW);
	m = good;
	answer(&m, 0);
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

	answer(&m, 0);
	m.mr[1] = (L4_Word_t)snippet_again_at + 2;
	m.mr[2] = item.raw[0];
	m.mr[3] = item.raw[1];
	load(0, &m.mr[1], 1, 2);
	reply_wait(t, &m);
	expect_trap(&m, t, snippet_again_at);
	before = m;
	load(0, item.raw, 0, 2);
	reply_wait(t, &m);
	expect_trap(&m, t, snippet_again_at);
	for (unsigned n = EXC_RIP; n <= EXC_R15; n++)
		EXPECT_EQ(m.mr[n], before.mr[n]);
	load(0, item.raw, 0, 1);
	reply_wait(t, &m);
	expect_send_failed(&m, IPC_OVERFLOW);
}

/* Who sends in another's name speaks for that one, for whom the thread does not wait. */
TEST(lane, exception_answer_in_anothers_name)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), other = thread_start(&own_space, sleeps, 0);

	answer(&m, 0);
	L4_Set_VirtualSender(other);
	L4_LoadMR(0, PROPAGATED);
	reply_wait(t, &m);
	expect_send_failed(&m, IPC_TIMEOUT);
	m.from = t;
	answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

TEST(lane, answer_to_another_version)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	answer(&m, 0);
	m.from = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 1);
	answer(&m, 0);
	expect_send_failed(&m, IPC_NO_PARTNER);
	m.from = t;
	answer(&m, 0);
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

	answer(&m, 0);
	other = thread_start(&own_space, answers_for_others, t.raw);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(L4_ThreadNo(L4_GlobalIdOf(m.from)), L4_ThreadNo(other));
	EXPECT_EQ(m.mr[1], IPC_TIMEOUT << 1 | SEND);
	m.from = t;
	answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* Traps to a handler of any id. */
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
	wait(&m);
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
	wait(&m);
	EXPECT_EQ(m.from.raw, L4_LocalIdOf(t).raw);
	REQUIRE(is_exception(&m));
	m.mr[EXC_RIP] += 2;
	m.from = t;
	answer(&m, 1);
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
	load(0, &m.mr[1], 1, 0);
	take(L4_Call(t), t, &m);
	expect_trap(&m, t, snippet_again_at);
	answer(&m, 0);
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
	take(L4_Receive(third), third, &m);
	expect_label(&m, third, LABEL_REPORT);
	wait(&m);
	EXPECT(is_exception(&m));
	m.from = t;
	answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* Its wait has a timeout, which must not end what it does then. */
TEST(lane, handler_with_a_timeout)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), from;
	L4_Word_t end;

	L4_LoadMR(0, 0);
	take(L4_ReplyWait_Timeout(t, L4_TimePeriod(2000 * time_scale), &from), t, &m);
	expect_trap(&m, t, snippet_again_at);
	for (end = now_us() + 5000 * time_scale; now_us() < end;)
		;
	m.from = t;
	answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
}

/* Somebody is queued at the handler: it has its message from the same call, and the thread goes on. */
TEST(lane, somebody_is_queued)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m), other;

	answer(&m, 0);
	other = thread_start(&own_space, reports, LABEL_REPORT);
	settle();
	m.mr[1] = (L4_Word_t)snippet_again_behind;
	m.from = t;
	answer(&m, 1);
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

	control(t, TAKE_HALT | HALTED);
	m.mr[1] = (L4_Word_t)snippet_twice_trap;
	EXPECT_OK(frame_reply(&m, 1));
	thread_start(&own_space, speaks_for_the_worker, t.raw);
	settle();
	control(t, TAKE_HALT);
	wait(&m);
	expect_trap(&m, t, snippet_twice_trap);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Who runs: `order` notes it. Three threads of this space, whose priorities each case chooses. */

static L4_Word_t order[4];
static volatile L4_Word_t orders;
enum { FIRST = 1, SECOND, THIRD };

static void note(L4_Word_t who)
{
	order[orders++ & 3] = who;
}

/* Waits for one message. */
static void wakes(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	note(SECOND);
	sleep_forever();
}

static L4_ThreadId_t middle;

/* A handler that lets the thread go on behind the ud2, after it has woken the middle one. */
static void handles(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_Word_t ip;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		note(FIRST);
		L4_StoreMR(EXC_RIP, &ip);
		L4_LoadMR(0, 0);
		L4_Send_Timeout(middle, L4_ZeroTime);
		ip += 2;
		load(0, &ip, 1, 0);
		L4_ReplyWait(from, &from);
	}
}

/* The thread that traps; it wakes the middle one itself, if it is told so. */
static void traps(L4_Word_t wake)
{
	L4_Set_ExceptionHandler(handler);
	L4_LoadMR(0, 0);
	if (wake)
		L4_Send_Timeout(middle, L4_ZeroTime);
	__asm__ volatile("ud2" : : : "memory");
	note(THIRD);
	report(LABEL_DONE, 0);
	sleep_forever();
}

static L4_ThreadId_t start_at(L4_Word_t priority, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);

	set_priority(t, priority);
	thread_run_by_warden(t, function, argument);
	return t;
}

static L4_ThreadId_t play(L4_Word_t handlers, L4_Word_t middles, L4_Word_t trappers, bool trapper_wakes)
{
	orders = 0;
	middle = start_at(middles, wakes, 0);
	handler = start_at(handlers, handles, 0);
	settle();
	return start_at(trappers, traps, trapper_wakes);
}

static void expect_order(L4_Word_t a, L4_Word_t b, L4_Word_t c)
{
	settle();
	EXPECT_EQ(orders, 3);
	EXPECT_EQ(order[0], a);
	EXPECT_EQ(order[1], b);
	EXPECT_EQ(order[2], c);
}

TEST(lane, better_than_the_handler_is_ready)
{
	play(PRIORITY_LOW, PRIORITY_LOW + 5, PRIORITY_LOW + 10, true);
	expect_order(SECOND, FIRST, THIRD);
}

TEST(lane, worse_than_the_handler_is_ready)
{
	play(PRIORITY_LOW + 5, PRIORITY_LOW, PRIORITY_LOW + 10, true);
	expect_order(FIRST, THIRD, SECOND);
}

TEST(lane, better_than_the_thread_is_ready)
{
	play(PRIORITY_LOW + 10, PRIORITY_LOW + 5, PRIORITY_LOW, false);
	expect_order(FIRST, SECOND, THIRD);
}

TEST(lane, worse_than_the_thread_is_ready)
{
	play(PRIORITY_LOW + 10, PRIORITY_LOW, PRIORITY_LOW + 5, false);
	expect_order(FIRST, THIRD, SECOND);
}

/* Neither may run that is halted. */
TEST(lane, handler_is_halted)
{
	struct message m;
	L4_ThreadId_t t;

	orders = 0;
	handler = thread_start(&own_space, handles, 0);
	settle();
	L4_Stop(handler);
	t = thread_start(&own_space, traps, 0);
	settle();
	EXPECT_EQ(orders, 0);
	L4_Start(handler);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(order[0], FIRST);
	EXPECT_EQ(order[1], THIRD);
}

static void starts(L4_Word_t t)
{
	L4_Sleep(L4_TimePeriod(3000 * time_scale));
	note(FIRST);
	control((L4_ThreadId_t){.raw = t}, TAKE_HALT);
	sleep_forever();
}

TEST(lane, thread_is_halted)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_again_at, &m);

	answer(&m, 0);
	orders = 0;
	thread_start(&own_space, starts, t.raw);
	control(t, TAKE_HALT | HALTED);
	answer(&m, 0);
	expect_trap(&m, t, snippet_again_at);
	EXPECT_EQ(orders, 1);
}

/* Forced exceptions come before a woken thread is in user mode. */
TEST(lane, handler_is_forced)
{
	struct message m;
	L4_ThreadId_t t;

	orders = 0;
	handler = thread_start_under(worker, &own_space, handles, 0);
	settle();
	control(handler, L4_EXREGS_FORCE);
	t = thread_start(&own_space, traps, 0);
	REQUIRE(message_receive(handler, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(orders, 0);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(order[0], FIRST);
}

/* All its calls are exceptions; the handler's are not. */
SNIPPET(snippet_calls, "ud2\n snippet_calls_again: movabs $0x4c34583200000001, %rdx\n syscall\n ud2\n jmp snippet_calls_again")
extern char snippet_calls_again[];

TEST(lane, every_call_is_an_exception)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_calls_at, &m);

	EXPECT(L4_Set_SyscallExceptions(t, 1));
	m.mr[EXC_RIP] = (L4_Word_t)snippet_calls_again;
	for (unsigned n = 0; n < 10; n++) {
		answer(&m, 1);
		REQUIRE_OK(m.tag);
		EXPECT_EQ(m.from.raw, t.raw);
		REQUIRE(is_exception(&m));
		EXPECT_EQ(m.mr[EXC_TRAP], n & 1 ? UD : EXC_TRAP_SYSCALL);
		EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, n & 1 ? -5 : -4);
		EXPECT_EQ(m.mr[EXC_RDX], 0x4c34583200000001UL);
		m.mr[EXC_RIP] += n & 1 ? 2 : 0;
	}
}

/* The vector registers of both are their own, whoever had them. */
SNIPPET(snippet_vector, "ud2\n snippet_vector_again: movq %r12, %xmm0\n ud2\n movq %xmm0, %r13\n ud2")
extern char snippet_vector_again[];

static L4_Word_t exchange_xmm0(L4_Word_t value)
{
	L4_Word_t old;

	__asm__ volatile("movq %%xmm0, %0\n\tmovq %1, %%xmm0" : "=&r"(old) : "r"(value) : "xmm0");
	return old;
}

/* The handler must not use vector registers but in exchange_xmm0(): so it answers with words that are there already. */
TEST(lane, vector_registers)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_vector_at, &m);
	L4_Word_t registers[EXC_WORDS + 1], seen[8], kept[8];

	for (unsigned n = 1; n <= EXC_WORDS; n++)
		registers[n] = m.mr[n];
	for (unsigned n = 0; n < 8; n++) {
		registers[EXC_RIP] = (L4_Word_t)snippet_vector_again;
		registers[EXC_R12] = 0x4700 + n;
		if (n & 1) /* at times it doesn't */
			exchange_xmm0(0x1100 + n);
		load(0, &registers[1], EXC_WORDS, 0);
		L4_ReplyWait(t, &m.from);
		L4_StoreMR(EXC_RIP, &seen[n]);
		kept[n] = n & 1 ? exchange_xmm0(0) : 0x1100 + n;
		registers[EXC_RIP] = seen[n] + 2;
		load(0, &registers[1], EXC_WORDS, 0);
		L4_ReplyWait(t, &m.from);
		L4_StoreMR(EXC_R13, &seen[n]);
	}
	for (unsigned n = 0; n < 8; n++) {
		EXPECT_EQ(seen[n], 0x4700 + n);
		EXPECT_EQ(kept[n], 0x1100 + n);
	}
}

/* Behind its fault the thread is a user like any other: it calls by the path, and is answered by C. */
static void traps_and_calls(L4_Word_t unused)
{
	L4_MsgTag_t tag;
	L4_Word_t got;

	(void)unused;
	__asm__ volatile("ud2");
	L4_LoadMR(0, 0);
	tag = L4_Call(worker);
	L4_StoreMR(1, &got);
	report(LABEL_REPORT, L4_IpcFailed(tag) ? 0 : got);
	sleep_forever();
}

TEST(lane, call_behind_an_exception)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, &own_space, traps_and_calls, 0), from;
	L4_MsgTag_t tag;

	wait(&m);
	REQUIRE(is_exception(&m));
	m.mr[EXC_RIP] += 2;
	answer(&m, 1);
	expect_label(&m, L4_LocalIdOf(t), 0);
	m.mr[1] = 0x7fffffff0000;
	load(0, &m.mr[1], 1, 0);
	tag = L4_ReplyWait_Timeout(t, PATIENCE, &from);
	take(tag, from, &m);
	expect_label(&m, L4_LocalIdOf(t), LABEL_REPORT);
	EXPECT_EQ(m.mr[1], 0x7fffffff0000);
}

/* The handler's IPC ends with the flags 0x202, and RCX and R11 as any, whatever frame it left the kernel by before. */
static void handles_after_a_fault(L4_Word_t address)
{
	/* Assigned as a whole they would take vector registers, and so make an exception and another frame. */
	static struct registers calls = {.rdx = CALL_WORD(CALL_IPC, IPC_CALL), .rflags = 0x202},
				waits = {.rdx = CALL_WORD(CALL_IPC, IPC_OPEN), .rflags = 0x202};

	calls.rdi = waits.rdi = worker.raw;
	__asm__ volatile("pushfq\n\torq $0x200001, (%%rsp)\n\tpopfq\n\tmovb (%0), %%al" : : "r"(address) : "rax", "cc", "memory");
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
	wait(&m);
	expect_fault(&m, local, FAR);
	answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	expect_label(&m, local, 0);
	m.from = handler; /* a local id would be C's */
	answer(&m, 0);
	handler_id = handler.raw;
	thread_start(&own_space, traps_to, 0);
	wait(&m);
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
	answer(&m, 2);
	expect_label(&m, L4_LocalIdOf(t), LABEL_DONE);
	EXPECT_EQ(begun, 4711);
}

/* Page faults. */

static void (*prober)(L4_Word_t);

/* A page near the one that matters: then there are page tables, and only a page is missing. */
static void probes(L4_Word_t address)
{
	*(volatile L4_Word_t *)NEARBY;
	prober(address);
}

static L4_ThreadId_t faulted_in(struct space *s, void (*probe)(L4_Word_t), L4_Word_t address, struct message *m)
{
	L4_ThreadId_t t;

	prober = probe;
	t = thread_start_under(worker, s, probes, address);
	wait(m);
	expect_fault(m, t, NEARBY);
	answer_page(m, page_of(page_new(), L4_Readable), NEARBY);
	expect_fault(m, t, address);
	return t;
}

static L4_ThreadId_t faulted(void (*probe)(L4_Word_t), L4_Word_t address, struct message *m)
{
	return faulted_in(space_new(), probe, address, m);
}

TEST(lane, page_fault)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR + 8, &m);

	((L4_Word_t *)page)[1] = 0x1234;
	EXPECT_EQ(L4_Label(m.tag) & 0xf, L4_Readable);
	EXPECT_EQ(m.mr[2], (L4_Word_t)probe_read_at);
	answer_page(&m, page_of(page, L4_Readable), FAR);
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x1234);
}

static L4_Word_t touched;

/* Reads a word of each page. */
static void reads_pages(L4_Word_t pages)
{
	touched = 0;
	for (L4_Word_t n = 0; n < pages; n++)
		touched += *(volatile L4_Word_t *)(FAR + n * PAGE);
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(lane, page_faults_one_after_the_other)
{
	enum { PAGES = 600 }; /* more than a page table has */
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = thread_start_under(worker, space_new(), reads_pages, PAGES);
	L4_Word_t faults = 0;

	*(L4_Word_t *)page = 3;
	wait(&m);
	while (is_page_fault(&m)) {
		expect_fault(&m, t, FAR + faults++ * PAGE);
		answer_page(&m, page_of(page, L4_Readable), m.mr[1]);
	}
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(faults, PAGES);
	EXPECT_EQ(touched, 3 * PAGES);
}

/* Rights that are too few, then enough; a page that the pager has not; an item that maps nothing. */
TEST(lane, page_fault_until_the_answer_helps)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_write, FAR, &m);

	answer_page(&m, L4_Nilpage, FAR);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(FAR, L4_FullyAccessible), FAR);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(page, 0), FAR);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(page, L4_Readable), FAR);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(page, L4_FullyAccessible), 0xffffff80000000UL);
	expect_fault(&m, t, FAR);
	answer(&m, 0);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(page, L4_Readable | L4_Writable), FAR);
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(*(L4_Word_t *)page, PROBE_VALUE);
}

/* Items of every other kind: a large page, a grant, two of them, one behind words, a string, half of one. */
TEST(lane, page_fault_answered_with_a_large_page)
{
	struct message m;
	L4_Word_t page = page_new() & -(1UL << 14);
	L4_ThreadId_t t = faulted(probe_read, FAR + (page & ((1 << MIB2_LOG2) - 1)), &m);

	answer_page(&m, L4_FpageAddRights(L4_FpageLog2(page, 14), L4_Readable), m.mr[1]);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_with_a_grant)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m), reader;
	L4_GrantItem_t item = L4_GrantItem(page_of(FAR + PAGE, L4_Readable), FAR);

	*(L4_Word_t *)page = 0x77;
	/* A page to give away: a neighbour makes this space have it. */
	reader = thread_start_under(worker, &own_space, probe_read, FAR + PAGE);
	wait(&m);
	expect_fault(&m, L4_LocalIdOf(reader), FAR + PAGE);
	EXPECT_OK(map_reply(reader, page_of(page, L4_Readable), FAR + PAGE));
	REQUIRE(message_receive(reader, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	load(0, item.raw, 0, 2);
	reply_wait(t, &m);
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x77);
	/* It is gone. */
	reader = thread_start_under(worker, &own_space, probe_read, FAR + PAGE);
	wait(&m);
	expect_fault(&m, L4_LocalIdOf(reader), FAR + PAGE);
}

TEST(lane, page_fault_answered_with_two_items)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);
	L4_MapItem_t first = L4_MapItem(page_of(page, L4_Readable), FAR + PAGE),
		     second = L4_MapItem(page_of(page, L4_Readable), FAR);

	m.mr[1] = first.raw[0] | 1;
	m.mr[2] = first.raw[1];
	m.mr[3] = second.raw[0];
	m.mr[4] = second.raw[1];
	load(0, &m.mr[1], 0, 4);
	reply_wait(t, &m);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_with_words_and_a_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);
	L4_MapItem_t word = L4_MapItem(page_of(page, L4_Readable), FAR + PAGE),
		     item = L4_MapItem(page_of(page, L4_Readable), FAR);

	m.mr[1] = word.raw[0]; /* which is no item there */
	m.mr[2] = word.raw[1];
	m.mr[3] = item.raw[0];
	m.mr[4] = item.raw[1];
	load(7, &m.mr[1], 2, 2);
	reply_wait(t, &m);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_with_what_is_no_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);
	L4_Word_t string[2] = {64 << 10, page}, half[1] = {FAR | 8};

	load(0, string, 0, 2);
	reply_wait(t, &m);
	expect_send_failed(&m, IPC_OVERFLOW);
	load(0, half, 0, 1);
	reply_wait(t, &m);
	expect_send_failed(&m, IPC_OVERFLOW);
	m.from = t;
	answer_page(&m, page_of(page, L4_Readable), FAR);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_in_anothers_name)
{
	struct message m;
	L4_ThreadId_t t = faulted(probe_read, FAR, &m), other = thread_start(&own_space, sleeps, 0);

	L4_Set_VirtualSender(other);
	load_page(page_of(page_new(), L4_Readable), FAR);
	L4_LoadMR(0, PROPAGATED | 2 << 6);
	reply_wait(t, &m);
	expect_send_failed(&m, IPC_TIMEOUT);
}

/* The kernel's own pages stay what they are. */
TEST(lane, page_fault_answered_into_the_utcb_area)
{
	struct message m;
	struct space *s = space_new();
	L4_ThreadId_t t = faulted_in(s, probe_read, FAR, &m);

	answer_page(&m, page_of(page_new(), L4_FullyAccessible), s->utcb_area);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(page_new(), L4_FullyAccessible), s->kip);
	expect_fault(&m, t, FAR);
	answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	expect_label(&m, t, LABEL_DONE);
}

/* The wait for the answer is given up: the access is tried again, and the pager hears of it again. */
TEST(lane, page_fault_aborted)
{
	struct message m;
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);

	control(t, RECEIVING);
	wait(&m);
	expect_fault(&m, t, FAR);
}

/* A port is no page, though it waits for the same answer. */
SNIPPET(snippet_port, "ud2\n snippet_port_nearby: movb (%rbx), %cl\n snippet_port_again: inb $0x80, %al\n ud2")
extern char snippet_port_nearby[], snippet_port_again[];

TEST(lane, port_fault)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_port_at, &m);

	m.mr[EXC_RIP] = (L4_Word_t)snippet_port_nearby;
	m.mr[EXC_RBX] = NEARBY;
	answer(&m, EXC_WORDS);
	answer_page(&m, page_of(page_new(), L4_Readable), NEARBY);
	for (unsigned n = 0; n < 3; n++) {
		REQUIRE_OK(m.tag);
		EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -8);
		answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	}
	m.from = t;
	answer_page(&m, L4_IoFpageLog2(0x80, 0), 0);
	if (is_exception(&m)) /* the worker has the port to give */
		expect_trap(&m, t, snippet_port_again + 2);
}

/* Page faults as exceptions, answered with registers, and with a page. The next exception has no address. */
static void reads_and_traps(L4_Word_t address)
{
	*(volatile L4_Word_t *)address;
	__asm__ volatile("ud2");
}

TEST(lane, page_fault_as_an_exception)
{
	struct message m;
	L4_ThreadId_t t = faulted(reads_and_traps, FAR, &m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	answer(&m, 0);
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], PF);
	EXPECT_EQ(m.mr[EXC_CR2], FAR);
	answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
	EXPECT_EQ(m.mr[EXC_CR2], 0);
}

/* What the pager finds in its registers is the message and its own, and nothing of the thread's or the kernel's. */
SNIPPET(snippet_marked, "ud2\n snippet_marked_again: movb (%rax), %cl")
extern char snippet_marked_again[];

TEST(lane, registers_of_the_thread_stay_its_own)
{
	static struct registers r;
	struct message m;
	L4_ThreadId_t t = trapper(snippet_marked_at, &m);
	const unsigned long *all = &r.rax;

	for (unsigned n = EXC_RDI; n <= EXC_R15; n++)
		if (n != EXC_RSP)
			m.mr[n] = 0x5ec2e7000000UL + n;
	m.mr[EXC_RAX] = FAR;
	m.mr[EXC_RIP] = (L4_Word_t)snippet_marked_again;
	frame_reply(&m, EXC_WORDS);
	r = (struct registers){.rdx = CALL_WORD(CALL_IPC, IPC_OPEN), .rflags = 0x202};
	raw_syscall(&r);
	EXPECT_EQ((L4_SignedWord_t)r.rax >> 20, -2);
	EXPECT_EQ(r.rsi, t.raw);
	EXPECT_EQ(r.rbx, FAR);
	EXPECT_EQ(r.rbp, (L4_Word_t)snippet_marked_again);
	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		EXPECT(all[n] >> 24 != 0x5ec2e7);
		EXPECT(n == 0 || (L4_SignedWord_t)all[n] >= 0);
	}
}
