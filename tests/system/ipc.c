/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/ipc.c - messages of untyped words: what is transferred, and every combination of
 * phases. */
#include "raw.h"
#include "test.h"

enum { MASK = 0x5a5a, POISON_SEED = 0x6b };

static L4_Word_t pattern(unsigned i)
{
	return 0x1000000000000001UL * (i + 1) ^ 0xabcdef0000UL;
}

static L4_Word_t poison(unsigned i)
{
	return 0xdead000000000000UL | (L4_Word_t)POISON_SEED << 32 | i;
}

static void poison_registers(void)
{
	for (unsigned i = 1; i < 64; i++)
		L4_LoadMR(i, poison(i));
}

/* Answers each message with the same words, each changed by MASK, until it is deleted. */
static void echo(L4_Word_t unused)
{
	struct message m;
	L4_ThreadId_t from;
	L4_MsgTag_t tag = L4_Wait(&from);

	(void)unused;
	for (;;) {
		if (L4_IpcFailed(tag)) {
			tag = L4_Wait(&from);
			continue;
		}
		L4_StoreMRs(1, 63, &m.mr[1]);
		for (unsigned i = 1; i <= L4_UntypedWords(tag); i++)
			L4_LoadMR(i, m.mr[i] ^ MASK);
		L4_LoadMR(0, tag_make(L4_Label(tag), L4_UntypedWords(tag), 0).raw);
		tag = L4_ReplyWait(from, &from);
	}
}

static L4_MsgTag_t call(L4_ThreadId_t to, L4_Word_t label, unsigned count)
{
	L4_LoadMR(0, tag_make(label, count, 0).raw);
	return L4_Call_Timeouts(to, PATIENCE, PATIENCE);
}

/*
 * A message of each length there and back. Words behind the message keep their values, except that
 * registers that travel in the processor's may bring the sender's.
 */
static void transfer(struct space *space)
{
	L4_ThreadId_t server = thread_start(space, echo, 0);

	for (unsigned n = 0; n < 64; n++) {
		L4_MsgTag_t tag;
		L4_Word_t got[64];

		poison_registers();
		for (unsigned i = 1; i <= n; i++)
			L4_LoadMR(i, pattern(i));
		tag = call(server, 0x100 + n, n);
		REQUIRE_OK(tag);
		L4_StoreMRs(1, 63, &got[1]);
		EXPECT_EQ(L4_UntypedWords(tag), n);
		EXPECT_EQ(L4_TypedWords(tag), 0);
		EXPECT_EQ(L4_Label(tag), 0x100 + n);
		for (unsigned i = 1; i <= n; i++) {
			if (!EXPECT_EQ(got[i], pattern(i) ^ MASK))
				return;
		}
		for (unsigned i = n > 7 ? n + 1 : 8; i < 64; i++) {
			if (!EXPECT_EQ(got[i], poison(i)))
				return;
		}
	}
}

TEST(ipc, words_same_space)
{
	transfer(&own_space);
}

TEST(ipc, words_other_space)
{
	transfer(space_new());
}

static void expect_words(L4_Word_t count)
{
	struct message m;
	L4_Word_t wrong = 0;

	poison_registers();
	m.tag = L4_Receive_Timeout(worker, PATIENCE);
	m.error = L4_ErrorCode();
	L4_StoreMRs(1, 63, &m.mr[1]);
	if (L4_IpcFailed(m.tag))
		report(LABEL_DONE, 1000 + m.error);
	for (unsigned i = 1; i < 64; i++) {
		L4_Word_t want = i <= count ? pattern(i) : poison(i);

		/* Registers behind a short message hold whatever was in them. */
		if (m.mr[i] != want && (i > 7 || i <= count))
			wrong = wrong ? wrong : i;
	}
	report(LABEL_DONE, wrong);
}

/* The receiver sees exactly the words of the message in its UTCB. */
TEST(ipc, nothing_behind_the_message)
{
	static const unsigned counts[] = {0, 1, 6, 7, 8, 9, 31, 62, 63};
	struct space *other = space_new();

	for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
		L4_ThreadId_t t = thread_start(other, expect_words, counts[i]);
		struct message m;

		settle();
		for (unsigned k = 1; k < 64; k++)
			L4_LoadMR(k, pattern(k));
		L4_LoadMR(0, tag_make(1, counts[i], 0).raw);
		REQUIRE_OK(L4_Send_Timeout(t, PATIENCE));
		REQUIRE(message_receive(t, &m));
		EXPECT_EQ(m.mr[1], 0);
	}
}

TEST(ipc, label_is_48_bits)
{
	L4_ThreadId_t server = thread_start(&own_space, echo, 0);
	static const L4_Word_t labels[] = {
	    0, 1, 0xffff, 0x10000, 0x7fffffffffffUL, 0xffffffffffffUL};

	for (unsigned i = 0; i < 6; i++) {
		L4_MsgTag_t tag = call(server, labels[i], 1);

		REQUIRE_OK(tag);
		EXPECT_EQ(tag.raw >> 16, labels[i]);
	}
}

TEST(ipc, sender_cannot_forge_flags)
{
	L4_ThreadId_t server = thread_start(&own_space, echo, 0);
	L4_MsgTag_t tag;

	/* Bits 12-15: propagated needs a virtual sender, the others are outputs. */
	L4_LoadMR(0, tag_make(3, 1, 0).raw | 0xe000);
	tag = L4_Call_Timeouts(server, PATIENCE, PATIENCE);
	REQUIRE_OK(tag);
	EXPECT_EQ(tag.raw & 0xf000, 0);
}

/* The phases. */

/* Receives closed from the worker, stores what came, reports. */
static void receiver_closed(L4_Word_t unused)
{
	L4_MsgTag_t tag = L4_Receive_Timeout(worker, PATIENCE);
	L4_Word_t word;

	(void)unused;
	L4_StoreMR(1, &word);
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : word);
}

TEST(ipc, send_receiver_waits)
{
	L4_ThreadId_t t = thread_start(&own_space, receiver_closed, 0);
	struct message m;

	settle();
	EXPECT_OK(word_send(t, 1, 4711));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 4711);
}

static void receiver_late(L4_Word_t unused)
{
	L4_Sleep(L4_TimePeriod(5000 * time_scale));
	receiver_closed(unused);
}

TEST(ipc, send_waits_for_receiver)
{
	L4_ThreadId_t t = thread_start(&own_space, receiver_late, 0);
	L4_Word_t before = now_us();
	struct message m;

	settle();
	EXPECT_OK(word_send(t, 1, 4712));
	EXPECT(now_us() - before >= 3000);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 4712);
}

static void sender_of(L4_Word_t word)
{
	word_send(worker, LABEL_DONE, word);
}

TEST(ipc, receive_closed)
{
	L4_ThreadId_t t = thread_start(space_new(), sender_of, 31);
	L4_Word_t word;

	REQUIRE_OK(L4_Receive_Timeout(t, PATIENCE));
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 31);
}

TEST(ipc, receive_closed_ignores_others)
{
	L4_ThreadId_t first = thread_start(&own_space, sender_of, 1);
	L4_ThreadId_t second;
	struct message m;

	settle();
	second = thread_start(&own_space, sender_of, 2);
	settle();
	REQUIRE(message_receive(second, &m));
	EXPECT_EQ(m.mr[1], 2);
	REQUIRE(message_receive(first, &m));
	EXPECT_EQ(m.mr[1], 1);
}

TEST(ipc, receive_open)
{
	L4_ThreadId_t t = thread_start(space_new(), sender_of, 32), from;
	L4_MsgTag_t tag = L4_Wait_Timeout(PATIENCE, &from);
	L4_Word_t word;

	REQUIRE_OK(tag);
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 32);
	EXPECT_EQ(from.raw, t.raw);
}

TEST(ipc, receive_open_from_own_space)
{
	L4_ThreadId_t t = thread_start(&own_space, sender_of, 33), from;

	REQUIRE_OK(L4_Wait_Timeout(PATIENCE, &from));
	/* A sender of the own space has its local id, whatever the receiver asked for. */
	EXPECT_EQ(from.raw, L4_LocalIdOf(t).raw);
}

TEST(ipc, queue_is_first_come_first_served)
{
	enum { COUNT = 8 };
	L4_ThreadId_t t[COUNT], from;
	struct space *spaces[2] = {&own_space, space_new()};

	for (unsigned i = 0; i < COUNT; i++) {
		t[i] = thread_start(spaces[i & 1], sender_of, i);
		settle();
	}
	for (unsigned i = 0; i < COUNT; i++) {
		L4_Word_t word;

		REQUIRE_OK(L4_Wait_Timeout(PATIENCE, &from));
		L4_StoreMR(1, &word);
		EXPECT_EQ(word, i);
		EXPECT_EQ(from.raw, i & 1 ? t[i].raw : L4_LocalIdOf(t[i]).raw);
	}
	EXPECT_FAILED(L4_Wait_Timeout(L4_ZeroTime, &from), RECEIVE, IPC_TIMEOUT);
}

TEST(ipc, call)
{
	L4_ThreadId_t server = thread_start(space_new(), echo, 0);
	L4_Word_t word;

	for (unsigned i = 0; i < 100; i++) {
		L4_LoadMR(1, i);
		REQUIRE_OK(call(server, 7, 1));
		L4_StoreMR(1, &word);
		REQUIRE_EQ(word, i ^ MASK);
	}
}

/* A partner that is called, and calls back before it replies. */
static void relay(L4_Word_t to)
{
	L4_ThreadId_t from, next = {.raw = to};
	L4_Word_t word;

	L4_Wait(&from);
	L4_StoreMR(1, &word);
	L4_LoadMR(1, word + 1);
	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_Call(next);
	L4_StoreMR(1, &word);
	L4_LoadMR(1, word);
	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_Send(from);
}

TEST(ipc, call_chain)
{
	L4_ThreadId_t server = thread_start(space_new(), echo, 0);
	L4_ThreadId_t third = thread_start(space_new(), relay, server.raw);
	L4_ThreadId_t second = thread_start(&own_space, relay, third.raw);
	L4_Word_t word;

	L4_LoadMR(1, 40);
	REQUIRE_OK(call(second, 0, 1));
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 42 ^ MASK);
}

static void caller(L4_Word_t word)
{
	L4_LoadMR(1, word);
	call(worker, 5, 1);
	L4_StoreMR(1, &word);
	report(LABEL_DONE, word);
}

TEST(ipc, reply_wait)
{
	L4_ThreadId_t a = thread_start(space_new(), caller, 100), from;
	L4_ThreadId_t b = thread_start(&own_space, caller, 200);
	unsigned calls = 0, reports = 0;
	L4_MsgTag_t tag = L4_Wait_Timeout(PATIENCE, &from);

	while (reports < 2) {
		L4_Word_t word;

		REQUIRE_OK(tag);
		L4_StoreMR(1, &word);
		EXPECT(L4_IsThreadEqual(from, a) || L4_IsThreadEqual(from, L4_LocalIdOf(b)));
		if (L4_Label(tag) == LABEL_DONE) {
			EXPECT_EQ(word, L4_IsThreadEqual(from, a) ? 101 : 201);
			if (++reports < 2)
				tag = L4_Wait_Timeout(PATIENCE, &from);
			continue;
		}
		calls++;
		L4_LoadMR(0, tag_make(0, 1, 0).raw);
		L4_LoadMR(1, word + 1);
		tag = L4_ReplyWait_Timeout(from, PATIENCE, &from);
	}
	EXPECT_EQ(calls, 2);
}

TEST(ipc, reply_wait_next_from_same_partner)
{
	L4_ThreadId_t a = thread_start(&own_space, caller, 1), from;
	L4_Word_t word;

	REQUIRE_OK(L4_Receive_Timeout(a, PATIENCE));
	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_LoadMR(1, 77);
	REQUIRE_OK(L4_ReplyWait_Timeout(a, PATIENCE, &from));
	EXPECT_EQ(from.raw, L4_LocalIdOf(a).raw);
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 77);
}

TEST(ipc, send_and_receive_from_another)
{
	L4_ThreadId_t to = thread_start(&own_space, receiver_closed, 0), from = L4_nilthread;
	L4_ThreadId_t source = thread_start(space_new(), sender_of, 55);
	L4_MsgTag_t tag;
	L4_Word_t word;

	settle();
	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_LoadMR(1, 9);
	tag = L4_Ipc(to, source, L4_Timeouts(PATIENCE, PATIENCE), &from);
	REQUIRE_OK(tag);
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 55);
	EXPECT_EQ(from.raw, source.raw);
	REQUIRE_OK(L4_Receive_Timeout(to, PATIENCE));
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 9);
}

TEST(ipc, neither_phase)
{
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgTag_t tag =
	    L4_Ipc(L4_nilthread, L4_nilthread, L4_Timeouts(PATIENCE, PATIENCE), &from);

	EXPECT_OK(tag);
}

TEST(ipc, failed_send_has_no_receive_phase)
{
	L4_ThreadId_t source = thread_start(&own_space, sender_of, 1), from;
	L4_MsgTag_t tag;

	settle();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	tag = L4_Ipc(thread_id_new(), source, L4_Timeouts(PATIENCE, PATIENCE), &from);
	EXPECT_FAILED(tag, SEND, IPC_NO_PARTNER);
	REQUIRE_OK(L4_Receive_Timeout(source, PATIENCE));
}

static void calls_both(L4_Word_t to)
{
	L4_ThreadId_t other = {.raw = to};
	L4_MsgTag_t tag;

	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_LoadMR(1, 0xaa);
	tag = L4_Call_Timeouts(other, L4_Never, L4_TimePeriod(3000));
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

/* A calls B while B calls A: neither waits for a message, both wait to send; both sends time out or
 * one is taken. */
TEST(ipc, crossed_calls_do_not_deadlock_the_kernel)
{
	L4_ThreadId_t from, t = thread_start(&own_space, calls_both, worker.raw);

	settle();
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_FAILED(L4_Ipc(t, t, L4_Timeouts(L4_TimePeriod(3000), L4_TimePeriod(3000)), &from),
		      SEND, IPC_TIMEOUT);
	REQUIRE_OK(L4_Receive_Timeout(t, PATIENCE));
}

static void ipc_client(L4_Word_t server)
{
	L4_ThreadId_t to = {.raw = server};
	L4_Word_t good = 0, word;

	for (L4_Word_t i = 0; i < 500; i++) {
		L4_LoadMR(1, i);
		L4_LoadMR(20, i * 3);
		if (L4_IpcFailed(call(to, 1, 20)))
			break;
		L4_StoreMR(20, &word);
		good += word == (i * 3 ^ MASK);
	}
	report(LABEL_DONE, good);
}

TEST(ipc, four_clients_one_server)
{
	struct space *s = space_new();
	L4_ThreadId_t server = thread_start(s, echo, 0), from;
	unsigned ends = 0;

	for (unsigned i = 0; i < 4; i++)
		thread_start(i & 1 ? s : space_new(), ipc_client, server.raw);
	while (ends < 4) {
		L4_Word_t word;

		REQUIRE_OK(L4_Wait_Timeout(PATIENCE, &from));
		L4_StoreMR(1, &word);
		EXPECT_EQ(word, 500);
		ends++;
	}
}

/* The long way of libl4: L4_Msg_t. */
TEST(ipc, msg_put_and_get)
{
	L4_ThreadId_t server = thread_start(&own_space, echo, 0);
	L4_Msg_t msg;
	L4_MsgTag_t tag;

	L4_MsgClear(&msg);
	L4_Set_MsgLabel(&msg, 77);
	L4_MsgAppendWord(&msg, 1);
	L4_MsgAppendWord(&msg, 2);
	L4_MsgAppendWord(&msg, 3);
	L4_MsgLoad(&msg);
	tag = L4_Call_Timeouts(server, PATIENCE, PATIENCE);
	REQUIRE_OK(tag);
	L4_MsgStore(tag, &msg);
	EXPECT_EQ(L4_MsgLabel(&msg), 77);
	EXPECT_EQ(L4_MsgWord(&msg, 0), 1 ^ MASK);
	EXPECT_EQ(L4_MsgWord(&msg, 2), 3 ^ MASK);
}

/* From anybody by the other kind of call word: the wait is as open as any. */
static struct registers open_by_name;

static void makes_raw_call(L4_Word_t registers)
{
	raw_syscall((struct registers *)registers);
	sleep_forever();
}

static void expect_open_wait_by_name(struct space *space)
{
	L4_ThreadId_t server = thread_start(space, takes_a_message, 0), t;

	settle();
	open_by_name = (struct registers){
	    .rax = tag_make(0x31, 0, 0).raw,
	    .rdi = server.raw,
	    .rsi = L4_anythread.raw,
	    .rdx = CALL_WORD(CALL_IPC, IPC_FROM),
	    .rflags = 0x202,
	};
	t = thread_start(&own_space, makes_raw_call, (L4_Word_t)&open_by_name);
	settle();
	EXPECT_OK(word_send(t, 0x32, 1));
	settle();
	EXPECT_EQ(open_by_name.rax, tag_make(0x32, 1, 0).raw);
}

TEST(ipc, from_anythread_by_name)
{
	expect_open_wait_by_name(&own_space);
	expect_open_wait_by_name(space_new());
}
