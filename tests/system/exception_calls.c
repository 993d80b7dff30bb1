/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exception_calls.c - system calls as exceptions: those of other systems, and all of a thread. */
#include "held.h"

/* System calls of others: the flags are the user's, and RCX and R11 what `syscall` leaves there. */

TEST(exception, foreign_syscall_shows_flags)
{
	struct message m;
	L4_ThreadId_t t;
	L4_Word_t flags = CF | DF | IF | 0x8d4 | 2; /* all of the arithmetic ones, too */

	call = (struct registers){.rdx = 1, .rflags = flags};
	t = thread_start_under(worker, &own_space, calls, 0);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_RFLAGS], flags);
	EXPECT_EQ(m.mr[EXC_R11], flags);
	EXPECT_EQ(m.mr[EXC_RCX], (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_ERROR], 0);
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(t);
	EXPECT_EQ(call.rflags, flags);
	EXPECT_EQ(call.r11, flags);
	EXPECT_EQ(call.rcx, (L4_Word_t)raw_syscall_behind);
}

/* Whatever RDX says, and of a thread whose calls are all exceptions: nothing of the kernel's is in R11. */
enum { FIRST_WORDS = 7 }; /* the last three to nobody, from nobody */
static volatile L4_Word_t first_words[FIRST_WORDS];

static void calls_with_words(L4_Word_t unused)
{
	(void)unused;
	__asm__ volatile("ud2");
	for (unsigned i = 0; i < FIRST_WORDS; i++) {
		call = (struct registers){.rdx = first_words[i], .rdi = i < 4 ? worker.raw : 0, .rflags = 0x202 | CF};
		raw_syscall(&call);
	}
	report(LABEL_DONE, 0);
}

TEST(exception, foreign_syscall_shows_nothing_of_the_kernel)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, &own_space, calls_with_words, 0);

	for (unsigned i = 0; i < 3; i++)
		first_words[i] = first_words[4 + i] = ~0UL << 32 | i;
	first_words[3] = CALL_WORD(CALL_IPC, IPC_CALL);
	REQUIRE(event_receive(t, &m));
	m.mr[EXC_RIP] += 2;
	EXPECT(L4_Set_SyscallExceptions(t, 1));
	for (unsigned i = 0; i < FIRST_WORDS; i++) {
		EXPECT_OK(frame_reply(&m, 1));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(m.mr[EXC_RDX], first_words[i]);
		EXPECT_EQ(m.mr[EXC_RFLAGS] & ~(L4_Word_t)CF, 0x202);
		EXPECT_EQ(m.mr[EXC_R11], m.mr[EXC_RFLAGS]);
	}
}

TEST(exception, foreign_syscall_answer_sets_rcx_and_r11)
{
	struct message m;
	L4_ThreadId_t t;

	call = (struct registers){.rdx = 1, .rflags = 0x202};
	t = thread_start_under(worker, &own_space, calls, 0);
	REQUIRE(event_receive(t, &m));
	m.mr[EXC_RCX] = 0xccccccccccccUL;
	m.mr[EXC_R11] = 0x1111111111111111UL;
	m.mr[EXC_RFLAGS] = 0x202 | CF;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	expect_done(t);
	EXPECT_EQ(call.rcx, 0xccccccccccccUL);
	EXPECT_EQ(call.r11, 0x1111111111111111UL);
	EXPECT_EQ(call.rflags, 0x202 | CF);
}

SNIPPET(snippet_step_call, "pushfq\n orq $0x100, (%rsp)\n movl $1, %edx\n popfq\n syscall\n"
			   "snippet_step_call_trap: nop\n nop")
extern char snippet_step_call_trap[];

TEST(exception, foreign_syscall_stepped)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_step_call_at, &m);

	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_SYSCALL);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_step_call_trap);
	EXPECT(m.mr[EXC_RFLAGS] & TF);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], DB);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_step_call_trap + 1);
	m.mr[EXC_RFLAGS] &= ~(L4_Word_t)TF;
	EXPECT_OK(frame_reply(&m, EXC_RFLAGS));
	expect_done(t);
}

/* Every system call an exception, for one thread. */

static void makes_every_call(L4_Word_t unused)
{
	(void)unused;
	__asm__ volatile("ud2");
	for (unsigned n = 0; n < 64; n++) {
		call = (struct registers){.rdx = CALL_WORD(n, 0), .rdi = worker.raw, .rflags = 0x202};
		raw_syscall(&call);
	}
	report(LABEL_DONE, 0);
}

TEST(exception, every_syscall)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, space_new(), makes_every_call, 0);

	REQUIRE(event_receive(t, &m));
	EXPECT(L4_Set_SyscallExceptions(t, 1));
	EXPECT(exception_state(t, 0) & L4_EXREGS_SYSCALL_EXCEPTIONS);
	m.mr[EXC_RIP] += 2;
	for (unsigned n = 0; n < 64; n++) {
		EXPECT_OK(frame_reply(&m, 1));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -4);
		EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_SYSCALL);
		EXPECT_EQ(m.mr[EXC_RDX], CALL_WORD(n, 0));
		EXPECT_EQ(m.mr[EXC_RDI], worker.raw);
		EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)raw_syscall_behind);
	}
	EXPECT(L4_Set_SyscallExceptions(t, 0));
	EXPECT_EQ(exception_state(t, 0) & L4_EXREGS_SYSCALL_EXCEPTIONS, 0);
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(t);
}

/* Nor is any word exempt, be it the one that the kernel itself would take for no word. */
static void makes_calls_of_every_mark(L4_Word_t unused)
{
	(void)unused;
	__asm__ volatile("ud2");
	for (unsigned kind = 0; kind < 4; kind++)
		for (L4_Word_t mark = 0; mark < 3; mark++) {
			call = (struct registers){.rdx = (mark - 1) << 32 | kind, .rflags = 0x202};
			raw_syscall(&call);
		}
	report(LABEL_DONE, 0);
}
TEST(exception, every_syscall_whatever_its_mark)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, space_new(), makes_calls_of_every_mark, 0);

	REQUIRE(event_receive(t, &m));
	EXPECT(L4_Set_SyscallExceptions(t, 1));
	m.mr[EXC_RIP] += 2;
	for (unsigned n = 0; n < 12; n++) {
		EXPECT_OK(frame_reply(&m, 1));
		REQUIRE(event_receive(t, &m));
		REQUIRE(is_exception(&m));
		EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_SYSCALL);
		EXPECT_EQ(m.mr[EXC_RDX], ((L4_Word_t)n % 3 - 1) << 32 | n / 3);
	}
	EXPECT(L4_Set_SyscallExceptions(t, 0));
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(t);
}
/* It is this thread's alone, and faults are as ever. */
TEST(exception, every_syscall_of_one_thread)
{
	struct message m;
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start_under(worker, s, makes_every_call, 0), other;

	REQUIRE(event_receive(t, &m));
	EXPECT(L4_Set_SyscallExceptions(t, 1));
	other = thread_start_under(worker, s, forces_itself, 0);
	REQUIRE(event_receive(other, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(other);
}

/* A thread may give the calls up itself; it cannot take them back. */
static void gives_up_calls(L4_Word_t unused)
{
	L4_Word_t old;

	(void)unused;
	EXPECT(L4_Set_SyscallExceptions(L4_Myself(), 1));
	EXPECT(!L4_ExchangeExceptionState(L4_Myself(), L4_EXREGS_TAKE_SYSCALLS, NULL, &old));
	report(LABEL_DONE, 0);
}

TEST(exception, every_syscall_by_itself)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, &own_space, gives_up_calls, 0);

	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_SYSCALL);
	EXPECT_EQ(m.mr[EXC_RDX], CALL_WORD(CALL_EXCHANGE_REGISTERS, 0));
	m.mr[EXC_RAX] = 0;
	EXPECT(L4_Set_SyscallExceptions(t, 0));
	EXPECT_OK(frame_reply(&m, EXC_RAX));
	expect_done(t);
}
