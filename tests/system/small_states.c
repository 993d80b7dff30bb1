/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/small_states.c - threads of small spaces: faults, exceptions, control, their end; and the window. */
#include "probe.h"
#include "quotas.h"
#include "small.h"
#include "trapper.h"
#include <string.h>

enum { HLT = 0xf4 };
#define WINDOW_OF_SLOTS 0xe0000000UL

TEST(small, frame_of_an_exception)
{
	struct small s = small_new(small_space(22, 9));
	struct message m;

	s.data->in = (struct small_registers){ 1, 2, 3, 4, 5, 6, 7, SMALL_STACK - 64, 0x202 | CF };
	small_go(&s, "\x0f\x0b", 2); /* ud2 */
	EXPECT(!small_event(&s, &m));
	EXPECT_EQ(m.tag.raw & 0xfff, EXC_WORDS);
	EXPECT_EQ(m.mr[EXC_RIP], SMALL_THING);
	EXPECT_EQ(m.mr[EXC_RFLAGS] & ~(L4_Word_t)RF, 0x203);
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
	EXPECT_EQ(m.mr[EXC_RAX], 1);
	EXPECT_EQ(m.mr[EXC_RBX], 2);
	EXPECT_EQ(m.mr[EXC_RCX], 3);
	EXPECT_EQ(m.mr[EXC_RDX], 4);
	EXPECT_EQ(m.mr[EXC_RSI], 5);
	EXPECT_EQ(m.mr[EXC_RDI], 6);
	EXPECT_EQ(m.mr[EXC_RBP], 7);
	EXPECT_EQ(m.mr[EXC_RSP], SMALL_STACK - 64);
	EXPECT_EQ(m.mr[EXC_CS] & 3, 1);
	EXPECT_EQ(m.mr[EXC_SS] & 3, 1);
	for (unsigned n = EXC_R8; n <= EXC_R15; n++)
		EXPECT_EQ(m.mr[n], 0);
	m.mr[EXC_RIP] += 2;
	m.mr[EXC_RAX] = 0xaaaaaaaa11111111;
	m.mr[EXC_RBX] = 22;
	m.mr[EXC_RCX] = 33;
	m.mr[EXC_RDX] = 44;
	m.mr[EXC_RSI] = 55;
	m.mr[EXC_RDI] = 66;
	m.mr[EXC_RBP] = 77;
	m.mr[EXC_RSP] = SMALL_STACK - 128;
	m.mr[EXC_RFLAGS] = 0x10a02 | NT | IOPL; /* overflow, direction no longer */
	m.mr[EXC_CS] = m.mr[EXC_SS] = 8;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x11111111);
	EXPECT_EQ(s.data->out.ebx, 22);
	EXPECT_EQ(s.data->out.ecx, 33);
	EXPECT_EQ(s.data->out.edx, 44);
	EXPECT_EQ(s.data->out.esi, 55);
	EXPECT_EQ(s.data->out.edi, 66);
	EXPECT_EQ(s.data->out.ebp, 77);
	EXPECT_EQ(s.data->out.esp, SMALL_STACK - 128);
	EXPECT_EQ(s.data->out.eflags, 0xa02);
}

/* Where no code of it can be, it cannot be sent: not by the start message, ExchangeRegisters or an answer. */
TEST(small, ip_beyond_the_slot)
{
	struct space *space = small_space(22, 0);
	struct small s = small_new(space);
	L4_ThreadId_t t = thread_create(space, worker), result;
	L4_Word_t words[2] = { 4 << 20, SMALL_STACK }, dummy, ip = 4 << 20;
	struct message m;

	EXPECT_FAILED(words_send(t, 0, 2, words), SEND, IPC_OVERFLOW);
	result = L4_ExchangeRegisters(t, 1 << 4 | 1 << 22, 0, ip, 0, 0, L4_nilthread, &dummy, &dummy, &dummy, &dummy,
				      &dummy, &result);
	EXPECT(L4_IsNilThread(result));
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT_FAILED(words_send(s.thread, 0, 1, &ip), SEND, IPC_OVERFLOW);
	small_go(&s, "\x90", 1);
	EXPECT(small_event(&s, &m));
}

/* Code that runs over the end of its slot gets #GP there, whoever has to find it out. */
TEST(small, runs_over_its_end)
{
	static const unsigned char codes[][3] = { { 0x90, 0x90, 0x90 }, { 0x90, 0xcd, 0x81 }, { 0x90, 0xeb, 0xfe } };
	struct message m;

	for (unsigned i = 0; i < 3; i++) {
		struct small s = small_new(small_space(22, i));
		L4_Word_t page = page_new(), ip = (4 << 20) - 3;

		memcpy((char *)page + PAGE - 3, codes[i], 3);
		s.space->used = true;
		REQUIRE_OK(words_send(s.thread, 0, 1, &ip));
		EXPECT(!small_event(&s, &m));
		EXPECT_EQ(m.mr[1], ip);
		REQUIRE_OK(map_reply(s.thread, fpage(page, 12, L4_FullyAccessible), ip & ~(PAGE - 1UL)));
		if (i == 2) { /* it loops there; move it on */
			settle();
			small_exchange(s.thread, EXCHANGE_IP, (4 << 20) - 1, 0, L4_nilthread, NULL);
		}
		EXPECT(!small_event(&s, &m));
		EXPECT(is_exception(&m) || is_page_fault(&m));
		thread_delete(s.thread);
	}
}

/*
 * Behind a call at the very end there is no code to come back to: it is not made, so no message can wake the thread
 * there.
 */
TEST(small, calls_at_its_end)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t page = page_new(), end = 4 << 20;
	struct message m;

	memcpy((char *)page + PAGE - 2, "\xcd\x81", 2);
	s.space->used = true;
	s.data->in.edi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	s.data->in.eax = (unsigned)(end - 2);
	small_go(&s, "\xff\xe0", 2); /* jmp eax */
	EXPECT(!small_event(&s, &m));
	EXPECT_EQ(m.mr[1], end - 2);
	REQUIRE_OK(map_reply(s.thread, fpage(page, 12, L4_FullyAccessible), end - PAGE));
	EXPECT(!small_event(&s, &m));
	EXPECT(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_RIP], end);
	EXPECT_EQ(m.mr[EXC_TRAP], GP);
	thread_delete(s.thread);
}

TEST(small, is_preempted_and_goes_on)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t ip;

	s.data->in = (struct small_registers){ 0, 2, 3, 4, 5, 6, 7, SMALL_STACK, 0x202 };
	small_go(&s, "\x40\xeb\xfd", 3); /* 1: inc eax; jmp 1b */
	settle();
	settle();
	small_exchange(s.thread, EXCHANGE_IP, SMALL_THING + 3, 0, L4_nilthread, &ip);
	small_done(&s);
	EXPECT(s.data->out.eax > 1000);
	EXPECT(ip == SMALL_THING || ip == SMALL_THING + 1);
	EXPECT_EQ(s.data->out.ebx, 2);
	EXPECT_EQ(s.data->out.ecx, 3);
	EXPECT_EQ(s.data->out.edx, 4);
	EXPECT_EQ(s.data->out.esi, 5);
	EXPECT_EQ(s.data->out.edi, 6);
	EXPECT_EQ(s.data->out.ebp, 7);
	EXPECT_EQ(s.data->out.esp, SMALL_STACK);
}

/* An exception forced upon it while it waits comes when its IPC is done, with what the IPC left in its registers. */
TEST(small, forced_exception_behind_its_message)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;

	s.data->in.edi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	small_call_begin(&s);
	settle();
	small_exchange(s.thread, EXCHANGE_FORCE, 0, 0, L4_nilthread, NULL);
	REQUIRE_OK(word_send(s.thread, 3, 0xffffffff00000007));
	EXPECT(!small_event(&s, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m.mr[EXC_RAX], 3 << 16 | 1);
	EXPECT_EQ(m.mr[EXC_RBX], 7);
	EXPECT_EQ(m.mr[EXC_RSI], small_id(worker));
	EXPECT(small_is_behind_call(m.mr[EXC_RIP]));
	EXPECT_OK(frame_reply(&m, EXC_RIP));
	small_done(&s);
	EXPECT_EQ(s.data->out.ebx, 7);
}

/* Flags given to it while it waits are its flags behind the message. */
TEST(small, flags_while_it_waits)
{
	struct small s = small_new(small_space(22, 0));

	s.data->in.edi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	small_call_begin(&s);
	settle();
	small_exchange(s.thread, EXCHANGE_FLAGS, 0, 0x3003 | DF, L4_nilthread, NULL);
	REQUIRE_OK(word_send(s.thread, 3, 9));
	small_done(&s);
	EXPECT_EQ(s.data->out.ebx, 9);
	EXPECT_EQ(s.data->out.eflags, 0x603);
}

/*
 * `syscall` is no instruction of 32-bit code, whatever the processor thinks; its own interrupts are none of its
 * business.
 */
TEST(small, syscall_and_int)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;

	small_go(&s, "\x0f\x05", 2);
	EXPECT(!small_event(&s, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
	EXPECT_EQ(m.mr[EXC_RIP], SMALL_THING);
	m.mr[1] += 2;
	EXPECT_OK(frame_reply(&m, 1));
	small_done(&s);
	for (unsigned n = 0; n < 256; n++) {
		unsigned char code[2] = { 0xcd, (unsigned char)n };
		unsigned wanted = n == 3 || n == 4 || n == 0x80 ? n : GP;

		if (n == SMALL_VECTOR)
			continue;
		small_go(&s, code, 2);
		EXPECT(!small_event(&s, &m));
		EXPECT_EQ(m.mr[EXC_TRAP], wanted);
		EXPECT_EQ(m.mr[EXC_RIP], SMALL_THING + (wanted == GP ? 0 : 2));
		m.mr[1] = SMALL_THING + 2;
		EXPECT_OK(frame_reply(&m, 1));
		small_done(&s);
	}
}

/* The door by `sysenter` with flags that would hurt the kernel, and those a large thread brings. */
TEST(small, flags_at_the_door)
{
	static const unsigned flags[] = { AC, NT, TF, DF, AC | NT | TF | DF };
	struct small s = small_new(small_space(22, 0));

	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		s.data->in.edi = s.data->in.esi = 0;
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_FROM);
		s.data->in.eflags = 0x202 | (flags[i] & ~(unsigned)TF);
		small_call(&s);
		EXPECT_EQ(s.data->out.eax, 0);
		EXPECT_EQ(s.data->out.eflags, 0x202);
	}
}

SNIPPET(large_sysenter, "sysenter")

TEST(small, sysenter_in_a_large_space)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;
	L4_ThreadId_t t = trapper(large_sysenter_at, &m);

	EXPECT(is_exception(&m));
	EXPECT(m.mr[EXC_TRAP] == GP || m.mr[EXC_TRAP] == UD);
	thread_delete(t);
	small_go(&s, "\x90", 1);
	small_done(&s);
}

/* Ports, halting, the rest of what is privileged. */
TEST(small, privileged_instructions)
{
	static const unsigned char codes[][3] = {
		{ 0xe6, 0x80, 0x90 }, { 0xec, 0x90, 0x90 }, { HLT, 0x90, 0x90 },  { 0xfa, 0x90, 0x90 },
		{ 0xfb, 0x90, 0x90 }, { 0x0f, 0x30, 0x90 }, { 0x0f, 0x32, 0x90 }, { 0x0f, 0x20, 0xd8 },
		{ 0x0f, 0x22, 0xd8 }, { 0x0f, 0x06, 0x90 }, { 0x0f, 0x09, 0x90 }, { 0x0f, 0x01, 0x10 },
		{ 0x0f, 0x01, 0x38 },
	};
	struct small s = small_new(small_space(22, 0));
	struct message m;

	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		s.data->in.eax = SMALL_DATA + 0xf00;
		small_go(&s, codes[i], 3);
		EXPECT(!small_event(&s, &m));
		EXPECT_EQ(m.mr[EXC_TRAP], GP);
		EXPECT_EQ(m.mr[EXC_RIP], SMALL_THING);
		m.mr[1] = SMALL_THING + 3;
		EXPECT_OK(frame_reply(&m, 1));
		small_done(&s);
	}
}

/* Its FPU registers are its own. */
TEST(small, fpu)
{
	struct small a = small_new(small_space(22, 0)), b = small_new(small_space(22, 1));

	a.data->in.eax = 1111;
	b.data->in.eax = 2222;
	small_go(&a, "\x50\xdb\x04\x24\x58", 5); /* push eax; fild dword [esp]; pop eax */
	small_done(&a);
	small_go(&b, "\x50\xdb\x04\x24\x58", 5);
	small_done(&b);
	for (unsigned i = 0; i < 2; i++) {
		struct small *s = i ? &b : &a;

		small_go(s, "\x50\xdb\x1c\x24\x58", 5); /* push eax; fistp dword [esp]; pop eax */
		s->data->in.eax = 0;
		small_done(s);
		EXPECT_EQ(s->data->out.eax, i ? 2222 : 1111);
	}
}

/* A slot can be had again, and nothing of who had it before is there. */
TEST(small, slot_is_used_again)
{
	for (unsigned i = 0; i < 4; i++) {
		struct small s = small_new(small_space(22, 7));
		struct message m;

		small_go(&s, "\xa1\x00\x00\x04\x00", 5);
		EXPECT(!small_event(&s, &m));
		EXPECT_EQ(m.mr[1], SMALL_FREE);
		L4_Word_t page = page_new();

		*(volatile L4_Word_t *)page = 0x7777 + i;
		REQUIRE_OK(map_reply(s.thread, fpage(page, 12, L4_FullyAccessible), SMALL_FREE));
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, 0x7777 + i);
		thread_delete(s.thread);
	}
}

static L4_Word_t slot_error(L4_ThreadId_t t, L4_Word_t control, L4_Word_t kip, L4_Word_t utcbs)
{
	L4_Word_t old;
	L4_Fpage_t nil = L4_Nilpage;

	return L4_SpaceControl(t, control, kip ? L4_FpageLog2(kip, 12) : nil, utcbs ? L4_FpageLog2(utcbs, 12) : nil,
			       L4_nilthread, &old)
		       ? 0 : L4_ErrorCode();
}

TEST(small, slots_do_not_overlap)
{
	L4_ThreadId_t t[3];

	for (unsigned i = 0; i < 3; i++) {
		t[i] = thread_id_new();
		REQUIRE_EQ(L4_ThreadControl(t[i], t[i], runner, L4_nilthread, (void *)-1UL), 1);
	}
	EXPECT_EQ(slot_error(t[0], SMALL_SLOT(24, 1), 0, 0), 0);
	EXPECT_EQ(slot_error(t[1], SMALL_SLOT(22, 4), 0, 0), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(slot_error(t[1], SMALL_SLOT(22, 7), 0, 0), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(slot_error(t[1], SMALL_SLOT(29, 0), 0, 0), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(slot_error(t[1], SMALL_SLOT(22, 3), 0, 0), 0);
	EXPECT_EQ(slot_error(t[2], SMALL_SLOT(22, 8), 0, 0), 0);
	EXPECT_EQ(slot_error(t[0], SMALL_SLOT(24, 3), 0, 0), 0); /* elsewhere */
	EXPECT_EQ(slot_error(t[1], SMALL_SLOT(22, 4), 0, 0), 0);
	EXPECT_EQ(slot_error(t[0], SMALL_CONTROL, 0, 0), 0); /* large again */
	EXPECT_EQ(slot_error(t[1], SMALL_SLOT(24, 3), 0, 0), 0);
	/* Its areas must be in it, and then it stays. */
	EXPECT_EQ(slot_error(t[2], 0, 0x400000, 0x1000), ERROR_KIP_AREA);
	EXPECT_EQ(slot_error(t[2], 0, 0x1000, 0x400000), ERROR_UTCB_AREA);
	EXPECT_EQ(slot_error(t[2], 0, 0x1000, 0x3ff000), 0);
	EXPECT_EQ(slot_error(t[2], SMALL_SLOT(22, 9), 0, 0), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(slot_error(worker, SMALL_SLOT(22, 9), 0, 0), ERROR_INVALID_PARAMETER);
}

/* All 128, each with a thread that runs. */
TEST_LIMIT(small, as_many_as_there_are_slots, 20000)
{
	enum { SLOTS = 1 << (SMALL_SLOTS_LOG2 - SMALL_SLOT_MIN_LOG2) };
	L4_ThreadId_t t;
	unsigned made = 0;

	for (unsigned i = 0; i < SLOTS; i++) {
		t = thread_id_new();
		REQUIRE_EQ(L4_ThreadControl(t, t, runner, L4_nilthread, (void *)-1UL), 1);
		if (slot_error(t, SMALL_SLOT(22, i), SMALL_KIP, SMALL_UTCBS) == 0)
			made++;
	}
	EXPECT_EQ(made, SLOTS);
}

/* A large space neither reaches the window nor gets pages there. */
TEST(small, window_from_a_large_space)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t page = page_new();
	struct space *space = space_new();
	L4_ThreadId_t t;
	struct message m;

	*(volatile L4_Word_t *)page = 4711;
	agent_new(space); /* so that there is somebody in it all the time */
	EXPECT(!can_read(space, WINDOW_OF_SLOTS + SMALL_DATA));
	EXPECT(!can_write(space, WINDOW_OF_SLOTS + SMALL_DATA));
	EXPECT(!can_execute(space, WINDOW_OF_SLOTS + SMALL_CODE));
	EXPECT(!can_read(&own_space, WINDOW_OF_SLOTS + SMALL_DATA));
	t = thread_start_under(worker, space, probe_read, WINDOW_OF_SLOTS + SMALL_FREE);
	for (unsigned i = 0; i < 2; i++) {
		REQUIRE(event_receive(t, &m));
		EXPECT(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], WINDOW_OF_SLOTS + SMALL_FREE);
		REQUIRE_OK(map_reply(t, fpage(page, 12, L4_FullyAccessible), WINDOW_OF_SLOTS + SMALL_FREE));
	}
	REQUIRE(event_receive(t, &m));
	EXPECT(is_page_fault(&m));
	small_go(&s, "\x90", 1);
	small_done(&s);
}

/* A large space that has nothing where the window would be in its tables pays nothing for it, whoever runs after it. */
TEST(small, window_is_at_nobodys_expense)
{
	const L4_Word_t start[] = { 0x100000000000UL, 0 };
	struct small s = small_new(small_space(22, 0));
	L4_Word_t page = page_new(), before;
	L4_ThreadId_t t = thread_create(space_new_at(0x500000000000UL, 0x600000000000UL, 12), worker);
	struct message m;

	memcpy((void *)page, "\xeb\xfe", 2); /* jmp $ */
	set_priority(t, PRIORITY_LOW);
	set_priority(s.thread, PRIORITY_LOW);
	REQUIRE_OK(words_send(t, 0, 2, start));
	REQUIRE(event_receive(t, &m));
	REQUIRE_OK(map_reply(t, fpage(page, 12, L4_FullyAccessible), start[0]));
	before = used_by(t);
	small_go(&s, "\x40\xeb\xfd", 3); /* 1: inc eax; jmp 1b */
	L4_Sleep(L4_TimePeriod(50000 * time_scale));
	EXPECT_EQ(used_by(t), before);
	small_exchange(s.thread, EXCHANGE_IP, SMALL_THING + 3, 0, L4_nilthread, NULL);
	small_done(&s);
	EXPECT(s.data->out.eax > 1000);
}

/* Nor by a string, whose bytes the kernel would fetch. */
TEST(small, string_from_the_window)
{
	struct small s = small_new(small_space(22, 0));
	L4_StringItem_t item = L4_StringItem(64, (void *)(WINDOW_OF_SLOTS + SMALL_DATA));

	L4_Set_XferTimeouts(L4_Timeouts(L4_ZeroTime, L4_ZeroTime));
	s.data->in.edi = 0;
	s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
	s.data->utcb_in.br[0] = 1;
	s.data->utcb_in.br[1] = 100 << 10;
	s.data->utcb_in.br[2] = SMALL_DATA + 0xe00;
	small_call_begin(&s);
	settle();
	L4_LoadMR(0, tag_make(4, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	EXPECT_FAILED(L4_Send_Timeout(s.thread, PATIENCE), SEND, IPC_XFER_TIMEOUT_OWN);
	L4_Set_XferTimeouts(L4_Timeouts(L4_Never, L4_Never));
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x8000);
}

/* An active thread keeps the kind of space it has. */
TEST(small, thread_does_not_move)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t = thread_create(&own_space, worker);

	EXPECT_EQ(L4_ThreadControl(s.thread, runner, L4_nilthread, L4_nilthread, (void *)utcb_new(&own_space)), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_SPACE);
	EXPECT_EQ(L4_ThreadControl(t, s.thread, L4_nilthread, L4_nilthread, (void *)utcb_new(s.space)), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_SPACE);
}

/*
 * QEMU gets to virtual-8086 mode by an IRET of ring 1, which no processor does. Either way the thread comes to an end
 * of it.
 */
TEST(small, iret_with_vm)
{
	/* pushes flags with VM, a code segment and an address, and returns there */
	static const unsigned char code[] = { 0x68, 0x02, 0x02, 0x02, 0x00, 0x6a, 0x40, 0x6a, 0x00, 0xcf };
	struct small s = small_new(small_space(22, 0));
	unsigned char here[sizeof(code)];
	struct message m;

	for (unsigned segment = 0x40; segment < 0x44; segment++) {
		memcpy(here, code, sizeof(code));
		here[6] = (unsigned char)segment;
		s.data->in.esp = SMALL_STACK;
		small_go(&s, here, sizeof(code));
		EXPECT(!small_event(&s, &m));
		thread_delete(s.thread);
		s = small_new(small_space(22, segment - 0x3f));
	}
}

/* The bases of a large thread's segments are its own, however often small threads and interrupts come between. */
static volatile L4_Word_t rounds;

static void keeps_its_bases(L4_Word_t unused)
{
	L4_Word_t me = L4_MyLocalId().raw;

	(void)unused;
	while (L4_MyLocalId().raw == me)
		rounds++;
	FAIL("expected its own UTCB, got another");
}

TEST(small, segments_of_large_threads)
{
	struct small s = small_new(small_space(22, 0));
	L4_ThreadId_t t;

	rounds = 0;
	t = thread_start(space_new(), keeps_its_bases, 0);
	set_priority(t, PRIORITY_LOW);
	set_priority(s.thread, PRIORITY_LOW);
	small_go(&s, "\x40\xeb\xfd", 3); /* 1: inc eax; jmp 1b */
	EXPECT(wait_until(&rounds, 1, 500));
	for (unsigned i = 0; i < 50; i++) {
		L4_Word_t before = rounds;

		settle();
		EXPECT(rounds >= before);
	}
}
