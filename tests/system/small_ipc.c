/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/small_ipc.c - messages between small and large spaces. */
#include "small.h"
#include "agent.h"
#include <string.h>

TEST(small, kernel_interface_by_int)
{
	struct small s = small_new(small_space(22, 3));

	s.data->in.edx = SMALL_CALL(CALL_KERNEL_INTERFACE, 0);
	small_go(&s, "\xcd\x81", 2);
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, SMALL_KIP);
	EXPECT_EQ(s.data->out.edi, 0x84000000);
	EXPECT_EQ(s.data->out.esi, 0);
	EXPECT_EQ(s.data->out.ebx, 0x50010000);
}

TEST(small, sends_to_large)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;

	for (unsigned words = 0; words < 64; words++) {
		s.data->in.eax = 0xfff0U << 16 | words;
		s.data->in.edi = small_id(worker);
		s.data->in.esi = 0;
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_FROM);
		s.data->in.ebx = 0x80000001;
		s.data->in.ebp = 0x80000002;
		for (unsigned n = 3; n < 64; n++)
			s.data->utcb_in.mr[n] = 0x80000000 + n;
		small_call_begin(&s);
		REQUIRE(message_receive(s.thread, &m));
		EXPECT_EQ(m.tag.raw, -16L * 65536 + words);
		for (unsigned n = 1; n <= words; n++)
			EXPECT_EQ(m.mr[n], 0x80000000UL + n);
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, 0);
		EXPECT_EQ(s.data->out.eflags, 0x202);
		EXPECT_EQ(s.data->out.esp, SMALL_STACK);
	}
}

TEST(small, receives_from_large)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t words[64];

	for (unsigned count = 0; count < 64; count++) {
		s.data->in.edi = 0;
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
		for (unsigned n = 0; n < 64; n++) {
			words[n] = 0x1234567880000000 + n;
			s.data->utcb_in.mr[n] = 0;
		}
		small_call_begin(&s);
		REQUIRE_OK(words_send(s.thread, 0x1fff7, count, words));
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, 0xfff7U << 16 | count);
		EXPECT_EQ(s.data->out.esi, small_id(worker));
		for (unsigned n = 1; n <= count; n++)
			EXPECT_EQ(n == 1 ? s.data->out.ebx : n == 2 ? s.data->out.ebp : s.data->utcb_out.mr[n],
				  0x80000000 + n - 1);
		if (count < 63 && count >= 2)
			EXPECT_EQ(s.data->utcb_out.mr[count + 1 > 3 && count + 1 <= 7 ? 8 : count + 1], 0);
	}
}

/* A loop of ReplyWait: the thing is the call, and then again. */
static void start_server(struct small *s)
{
	/* 1: inc ebx; mov edi, esi; mov edx, IPC_OPEN; call ipc; jmp 1b */
	unsigned char code[] = { 0x43, 0x89, 0xf7, 0xba, IPC_OPEN, 0, 0, 0, 0xe8, 0, 0, 0, 0, 0xeb, 0xf1 };
	int offset = SMALL_IPC - (SMALL_THING + 13);

	for (unsigned i = 0; i < 4; i++)
		code[9 + i] = (unsigned char)(offset >> (8 * i));
	s->data->in.eax = 0;
	s->data->in.esi = 0;
	small_go(s, code, sizeof(code));
}

TEST(small, serves_large)
{
	struct small s = small_new(small_space(22, 0));

	start_server(&s);
	for (unsigned i = 0; i < 100; i++) {
		L4_Word_t got;

		L4_LoadMR(0, tag_make(i, 1, 0).raw);
		L4_LoadMR(1, 7000 + i);
		EXPECT_OK(L4_Call_Timeouts(s.thread, PATIENCE, PATIENCE));
		L4_StoreMR(1, &got);
		EXPECT_EQ(got, 7001 + i);
	}
}

static L4_ThreadId_t served_by;
static L4_Word_t got_from_small[2];

static void calls_small(L4_Word_t rounds)
{
	for (L4_Word_t i = 0; i < rounds; i++) {
		L4_LoadMR(0, tag_make(3, 1, 0).raw);
		L4_LoadMR(1, i);
		if (L4_IpcFailed(L4_Call(served_by)))
			break;
		L4_StoreMR(1, &got_from_small[0]);
		got_from_small[1]++;
	}
	report(LABEL_DONE, 0);
}

TEST(small, serves_a_large_space_of_its_own)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;

	start_server(&s);
	served_by = s.thread;
	got_from_small[1] = 0;
	thread_start(space_new(), calls_small, 100);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(got_from_small[0], 100);
	EXPECT_EQ(got_from_small[1], 100);
}

TEST(small, calls_small)
{
	struct small server = small_new(small_space(22, 5)), client = small_new(small_space(24, 2));

	start_server(&server);
	settle();
	for (unsigned i = 0; i < 20; i++) {
		client.data->in.eax = 5 << 16 | 1;
		client.data->in.edi = small_id(server.thread);
		client.data->in.edx = SMALL_CALL(CALL_IPC, IPC_CALL);
		client.data->in.ebx = 100 + i;
		small_call(&client);
		EXPECT_EQ(client.data->out.eax, 5 << 16 | 1);
		EXPECT_EQ(client.data->out.ebx, 101 + i);
		EXPECT_EQ(client.data->out.esi, small_id(server.thread));
	}
}

TEST(small, calls_its_neighbour_by_local_id)
{
	struct small server = small_new(small_space(22, 0)), client;

	server.data->in.esp = SMALL_STACK - 512;
	start_server(&server);
	settle();
	client = small_neighbour(&server);
	client.data->in.esp = SMALL_STACK - 1024;
	client.data->in.eax = 1;
	client.data->in.edi = SMALL_UTCBS;
	client.data->in.edx = SMALL_CALL(CALL_IPC, IPC_CALL);
	client.data->in.ebx = 41;
	small_call(&client);
	EXPECT_EQ(client.data->out.eax, 1);
	EXPECT_EQ(client.data->out.ebx, 42);
	EXPECT_EQ(client.data->out.esi, SMALL_UTCBS);
}

TEST(small, errors_of_its_messages)
{
	struct small s = small_new(small_space(22, 0));
	static const struct {
		L4_Word_t to, from, call, send_timeout, error;
	} tries[] = {
		{ 0, ~0U, SMALL_CALL(CALL_IPC, IPC_OPEN) | 0x400 << 16, 0, IPC_TIMEOUT << 1 | RECEIVE },
		{ 0x3fff0001, 0, SMALL_CALL(CALL_IPC, IPC_FROM), 0, IPC_NO_PARTNER << 1 | SEND },
		{ 0, 0x3fff0001, SMALL_CALL(CALL_IPC, IPC_FROM), 0, IPC_NO_PARTNER << 1 | RECEIVE },
		{ 0, 0, SMALL_CALL(CALL_IPC, IPC_FROM), 0, 0 },
		{ 1, 0, SMALL_CALL(CALL_IPC, IPC_FROM) | SMALL_SEND_TIMEOUT, 0x400, IPC_TIMEOUT << 1 | SEND },
	};

	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		s.data->in.edi = tries[i].to == 1 ? small_id(worker) : (unsigned)tries[i].to;
		s.data->in.esi = (unsigned)tries[i].from;
		s.data->in.edx = (unsigned)tries[i].call;
		s.data->in.eax = 0;
		s.data->utcb_in.send_timeout = (unsigned)tries[i].send_timeout;
		small_call_begin(&s);
		settle();
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, tries[i].error ? 0x8000 : 0);
		if (tries[i].error)
			EXPECT_EQ(s.data->utcb_out.error_code, tries[i].error);
	}
}

static void sends_one(L4_Word_t to)
{
	word_send((L4_ThreadId_t){.raw = to}, 9, 9);
	report(LABEL_DONE, 0);
}

/* A thread whose id is too long cannot be named, and so not answered. */
TEST(small, sender_without_a_short_name)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t id = L4_GlobalId(L4_ThreadNo(thread_id_new()), 1 << SMALL_ID_VERSION_BITS | 1);

	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	s.data->in.edi = 0;
	small_call_begin(&s);
	REQUIRE_EQ(L4_ThreadControl(id, runner, runner, worker, (void *)utcb_new(&own_space)), 1);
	thread_run(id, sends_one, s.thread.raw);
	settle();
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 9 << 16 | 1);
	EXPECT_EQ(s.data->out.ebx, 9);
	EXPECT_EQ(s.data->out.esi, 0);
}

/* Such a thread as its pager stays its pager. */
TEST(small, pager_without_a_short_name)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t id = L4_GlobalId(L4_ThreadNo(worker), 0x7fff0001);

	small_exchange(s.thread, EXCHANGE_PAGER, 0, 0, id, NULL);
	s.data->utcb_in.pager = 0;
	small_go(&s, "\x90", 1);
	small_done(&s);
	EXPECT_EQ(s.data->utcb_out.pager, 0);
	EXPECT_EQ(small_exchange(s.thread, 0, 0, 0, L4_nilthread, NULL).raw, id.raw);
}

TEST(small, clock_and_other_calls)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t before = now_us(), after, now;

	s.data->in.edx = SMALL_CALL(CALL_SYSTEM_CLOCK, 0);
	small_call(&s);
	after = now_us();
	now = (L4_Word_t)s.data->out.edx << 32 | s.data->out.eax;
	EXPECT(before <= now && now <= after);
	s.data->in.edx = SMALL_CALL(CALL_THREAD_SWITCH, 0);
	s.data->in.edi = 0;
	small_call(&s);
	s.data->in.edx = SMALL_CALL(CALL_EXCHANGE_REGISTERS, 0);
	s.data->in.edi = SMALL_UTCBS;
	s.data->in.esi = 1 << 6;
	s.data->utcb_in.argument[1] = 0x12345678;
	small_call(&s);
	EXPECT_EQ(s.data->out.eax, small_id(s.thread));
	EXPECT_EQ(s.data->utcb_out.user_defined_handle, 0x12345678);
	EXPECT_EQ(s.data->utcb_out.argument[2], small_id(worker)); /* its pager */
	EXPECT(small_is_behind_call(s.data->out.ebp));
	s.data->in.edx = SMALL_CALL(CALL_SPACE_CONTROL, 0);
	small_call(&s);
	EXPECT_EQ(s.data->out.eax, 0);
	EXPECT_EQ(s.data->utcb_out.error_code, ERROR_NO_PRIVILEGE);
}

/* What is no call is an exception behind the call. */
TEST(small, call_that_is_none)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;

	s.data->in.edx = SMALL_CALL(CALL_COUNT, 0);
	s.data->in.eax = 0x11111111;
	s.data->in.ebx = 0x22222222;
	small_call_begin(&s);
	EXPECT(!small_event(&s, &m));
	EXPECT(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_SYSCALL);
	EXPECT(small_is_behind_call(m.mr[EXC_RIP]));
	EXPECT_EQ(m.mr[EXC_RAX], 0x11111111);
	EXPECT_EQ(m.mr[EXC_RBX], 0x22222222);
	EXPECT_EQ(m.mr[EXC_RSP], SMALL_STACK - 4);
	m.mr[EXC_RAX] = 0x33333333;
	EXPECT_OK(frame_reply(&m, EXC_RAX));
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x33333333);
}

/* Map a page of this program at SMALL_FREE, where it is missing. */
static L4_Word_t give_page(struct small *s)
{
	L4_Word_t page = page_new();
	struct message m;

	small_go(s, "\xa1\x00\x00\x04\x00", 5); /* mov eax, [SMALL_FREE] */
	EXPECT(!small_event(s, &m));
	EXPECT_EQ(m.mr[1], SMALL_FREE);
	EXPECT_EQ(m.mr[2], SMALL_THING);
	REQUIRE_OK(map_reply(s->thread, fpage(page, 12, L4_FullyAccessible), SMALL_FREE));
	small_done(s);
	return page;
}

static char string_buffer[4096];
static L4_Word_t string_tag, string_length;

static void takes_a_string(L4_Word_t from)
{
	L4_MsgBuffer_t buffer;
	L4_StringItem_t item = L4_StringItem(sizeof(string_buffer), string_buffer);

	for (unsigned i = 0; i < sizeof(string_buffer); i++)
		((volatile char *)string_buffer)[i] = 0;
	L4_MsgBufferClear(&buffer);
	L4_MsgBufferAppendSimpleRcvString(&buffer, item);
	L4_AcceptStrings(L4_StringItemsAcceptor, &buffer);
	string_tag = L4_Receive_Timeout((L4_ThreadId_t){.raw = from}, PATIENCE).raw;
	L4_StoreMR(1, &string_length);
	report(LABEL_DONE, 0);
}

TEST(small, sends_a_string)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t page = give_page(&s);
	L4_ThreadId_t t = thread_start(&own_space, takes_a_string, s.thread.raw);
	struct message m;

	for (unsigned i = 0; i < 4096; i++)
		((char *)page)[i] = (char)(i * 7);
	settle();
	s.data->in.eax = 2 << 6;
	s.data->in.edi = small_id(t);
	s.data->in.esi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_FROM);
	s.data->in.ebx = 3000 << 10;
	s.data->in.ebp = SMALL_FREE + 96;
	small_call(&s);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(s.data->out.eax, 0);
	EXPECT_EQ(string_tag, 2 << 6);
	EXPECT_EQ(string_length, 3000 << 10);
	for (unsigned i = 0; i < 3000; i++)
		if (string_buffer[i] != (char)((i + 96) * 7)) {
			EXPECT_EQ(string_buffer[i], (char)((i + 96) * 7));
			break;
		}
	EXPECT_EQ(string_buffer[3000], 0);
}

/* Where its slot ends, its memory does: no pager is asked for what is behind. */
TEST(small, sends_a_string_across_its_end)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t = thread_start(&own_space, takes_a_string, s.thread.raw);
	struct message m;

	settle();
	s.data->in.eax = 2 << 6;
	s.data->in.edi = small_id(t);
	s.data->in.esi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_FROM);
	s.data->in.ebx = 64 << 10;
	s.data->in.ebp = 4 << 20;
	small_call(&s);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(s.data->out.eax, 0x8000);
	EXPECT_EQ(s.data->utcb_out.error_code, IPC_ABORTED << 1 | SEND);
	EXPECT_EQ(string_tag, 0x8000);
}

TEST(small, receives_a_string)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t page = give_page(&s);
	static const char text[] = "a string for a small space";
	L4_StringItem_t item = L4_StringItem(sizeof(text), (void *)text);

	s.data->in.edi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	s.data->utcb_in.br[0] = 1;
	s.data->utcb_in.br[1] = 100 << 10;
	s.data->utcb_in.br[2] = SMALL_FREE + 17;
	small_call_begin(&s);
	settle();
	L4_LoadMR(0, tag_make(4, 1, 2).raw);
	L4_LoadMR(1, 77);
	L4_LoadMR(2, item.raw[0]);
	L4_LoadMR(3, item.raw[1]);
	EXPECT_OK(L4_Send_Timeout(s.thread, PATIENCE));
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 4 << 16 | 2 << 6 | 1);
	EXPECT_EQ(s.data->out.ebx, 77);
	EXPECT_EQ(strcmp((char *)page + 17, text), 0);
}

/* A page goes on from a small space to a large one, and is taken back. */
TEST(small, maps_to_large_and_unmaps)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t page = give_page(&s), got;
	struct space *space = space_new();
	L4_ThreadId_t t = agent_new(space);

	*(volatile L4_Word_t *)page = 0x1234;
	(void)t;
	s.data->in.eax = 2 << 6;
	s.data->in.edi = small_id(worker);
	s.data->in.esi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_FROM);
	s.data->in.ebx = 8;
	s.data->in.ebp = SMALL_FREE | 12 << 4 | 7;
	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	small_call_begin(&s);
	EXPECT_OK(L4_Receive_Timeout(s.thread, PATIENCE));
	L4_Accept(L4_UntypedWordsAcceptor);
	small_done(&s);
	got = *(volatile L4_Word_t *)WINDOW;
	EXPECT_EQ(got, 0x1234);
	s.data->in.edx = SMALL_CALL(CALL_UNMAP, 0);
	s.data->in.edi = 0;
	s.data->utcb_in.mr[0] = SMALL_FREE | 12 << 4 | 7;
	small_call(&s);
	EXPECT_EQ(s.data->utcb_out.mr[0] & ~7U, SMALL_FREE | 12 << 4);
	EXPECT(s.data->utcb_out.mr[0] & 4);
	EXPECT(!can_read(&own_space, WINDOW));
	/* It has the page still, until its pager takes it. */
	small_go(&s, "\xa1\x00\x00\x04\x00", 5);
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x1234);
	L4_UnmapFpage(fpage(page, 12, L4_FullyAccessible));
	small_go(&s, "\xa1\x00\x00\x04\x00", 5);
	struct message m;
	EXPECT(!small_event(&s, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], SMALL_FREE);
}

/* The path of a message. A large server that answers each word with one more, and notes what it got. */
static struct message at_server;
static unsigned answer_words;
static L4_Fpage_t answer_page;

static void answers_small(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag = L4_Wait(&from);

	(void)unused;
	for (;;) {
		at_server.tag = tag;
		at_server.from = from;
		L4_StoreMRs(1, 63, &at_server.mr[1]);
		L4_LoadMR(0, tag_make(0x8123, answer_words, 0).raw);
		for (unsigned n = 1; n <= answer_words; n++)
			L4_LoadMR(n, 0xabcd000000000001 + at_server.mr[n]);
		if (!L4_IsNilFpage(answer_page)) {
			L4_MapItem_t item = L4_MapItem(answer_page, 0);

			L4_LoadMR(0, tag_make(0x8123, 0, 2).raw);
			L4_LoadMR(1, item.raw[0]);
			L4_LoadMR(2, item.raw[1]);
		}
		tag = L4_ReplyWait(from, &from);
	}
}

TEST(small, words_on_the_path)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t = thread_start(space_new(), answers_small, 0);

	settle();
	answer_page = L4_Nilpage;
	for (unsigned words = 0; words < 12; words++) {
		answer_words = words;
		s.data->in.eax = 0xffe0U << 16 | words;
		s.data->in.edi = small_id(t);
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_CALL);
		s.data->in.ebx = 0x80000001;
		s.data->in.ebp = 0x80000002;
		for (unsigned n = 3; n < 64; n++)
			s.data->utcb_in.mr[n] = 0x80000000 + n;
		small_call(&s);
		EXPECT_EQ(at_server.tag.raw, -32L * 65536 + words);
		EXPECT_EQ(at_server.from.raw, s.thread.raw);
		EXPECT_EQ(s.data->out.eax, 0x81230000 + words);
		EXPECT_EQ(s.data->out.esi, small_id(t));
		EXPECT_EQ(s.data->out.eflags, 0x202);
		for (unsigned n = 1; n <= words; n++) {
			EXPECT_EQ(at_server.mr[n], 0x80000000UL + n);
			EXPECT_EQ(n == 1 ? s.data->out.ebx : n == 2 ? s.data->out.ebp : s.data->utcb_out.mr[n],
				  0x80000001 + n);
		}
	}
}

/* A wait begun by the door of `int`, ended by the path: it is still itself when it sends by the path. */
TEST(small, name_behind_the_other_door)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t = thread_start(space_new(), answers_small, 0);

	settle();
	answer_page = L4_Nilpage;
	answer_words = 0;
	for (unsigned i = 0; i < 2; i++) {
		s.data->in.eax = 0;
		s.data->in.ebp = SMALL_IPC;
		s.data->in.edi = small_id(t);
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_CALL);
		at_server.from = L4_nilthread;
		/* int 0x81; mov edi, esi; mov edx, CALL; xor eax, eax; mov ebp, SMALL_IPC; call ebp */
		small_go(&s, "\xcd\x81\x89\xf7\xba\x00\x00\x00\x00\x31\xc0\xbd\x10\x08\x3f\x00\xff\xd5", 18);
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, 0x8123U << 16);
		EXPECT_EQ(at_server.from.raw, s.thread.raw);
	}
}

/* What it accepts is what its buffer register says when it begins to wait, also if the path let it wait. */
TEST(small, window_on_the_path)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t = thread_start(&own_space, answers_small, 0);
	L4_Word_t page = page_new();

	settle();
	*(volatile L4_Word_t *)page = 0x4321;
	answer_page = fpage(page, 12, L4_FullyAccessible);
	s.data->in.eax = 0;
	s.data->in.edi = small_id(t);
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_CALL);
	s.data->utcb_in.br[0] = 0;
	small_call(&s);
	EXPECT_EQ(s.data->out.eax, 0x8000);
	EXPECT_EQ(s.data->utcb_out.error_code, IPC_OVERFLOW << 1 | RECEIVE);
	s.data->utcb_in.br[0] = SMALL_FREE | 12 << 4;
	small_call(&s);
	EXPECT_EQ(s.data->out.eax, 0x81230080);
	small_go(&s, "\xa1\x00\x00\x04\x00", 5);
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x4321);
}

static L4_Word_t called;

static void calls_one(L4_Word_t to)
{
	L4_LoadMR(0, tag_make(9, 0, 0).raw);
	called++;
	L4_Call((L4_ThreadId_t){.raw = to});
	called++;
	sleep_forever();
}

/* Nor does the path name a thread that has no short name. */
TEST(small, caller_without_a_short_name)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t id = L4_GlobalId(L4_ThreadNo(thread_id_new()), 1 << SMALL_ID_VERSION_BITS | 1);

	called = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	s.data->in.edi = 0;
	small_call_begin(&s);
	REQUIRE_EQ(L4_ThreadControl(id, runner, runner, worker, (void *)utcb_new(&own_space)), 1);
	settle();
	thread_run(id, calls_one, s.thread.raw);
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 9 << 16);
	EXPECT_EQ(s.data->out.esi, 0);
	EXPECT_EQ(called, 1);
}

/*
 * What it writes into its control registers counts, though it has not been in C since; and what is written there for
 * it.
 */
TEST(small, new_pager_while_it_waits_by_the_path)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t = thread_start(space_new(), takes_a_message, 0), got;

	settle();
	s.data->in.eax = 0;
	s.data->in.edi = small_id(t);
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_CALL);
	s.data->utcb_in.pager = small_id(t);
	small_call_begin(&s);
	settle();
	got = small_exchange(s.thread, 0, 0, 0, L4_nilthread, NULL);
	EXPECT_EQ(got.raw, t.raw);
	small_exchange(s.thread, EXCHANGE_PAGER, 0, 0, worker, NULL);
	got = small_exchange(s.thread, EXCHANGE_ABORT_RECEIVE, 0, 0, L4_nilthread, NULL);
	EXPECT_EQ(got.raw, worker.raw);
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x8000);
	EXPECT_EQ(s.data->utcb_out.error_code, IPC_CANCELLED << 1 | RECEIVE);
	EXPECT_EQ(s.data->utcb_out.pager, small_id(worker));
}
