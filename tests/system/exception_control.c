/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/exception_control.c - exceptions that somebody asks for: forced ones, page faults and all system calls
 * as exceptions; FS base; what an answer may look like.
 *
 * Most threads here begin with `ud2`, so that the worker, their pager and exception handler, has them in hand.
 */
#include "raw.h"
#include "trapper.h"
#include <l4/exception.h>

enum { HALTED = 1, RECEIVING = 2, SENDING = 4, TAKE_HALT = 1 << 8, PF_ERROR_WRITE = 2, PF_ERROR_FETCH = 16 };
#define NOWHERE 0x123456780000UL

static L4_Word_t control(L4_ThreadId_t t, L4_Word_t bits)
{
	L4_Word_t old;

	EXPECT(L4_ExchangeExceptionState(t, bits, NULL, &old));
	return old;
}

/* Force an exception of a thread that is in none. */
static void force(L4_ThreadId_t t)
{
	L4_Bool_t was_in_exception;

	EXPECT(L4_ForceException(t, &was_in_exception));
	EXPECT(!was_in_exception);
}

static void expect_silence(L4_ThreadId_t t)
{
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
}

static void expect_forced(L4_ThreadId_t t, struct message *m, L4_Word_t ip)
{
	REQUIRE(event_receive(t, m));
	EXPECT_EQ((L4_SignedWord_t)m->tag.raw >> 20, -5);
	EXPECT_EQ(L4_UntypedWords(m->tag), EXC_WORDS);
	EXPECT_EQ(m->mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m->mr[EXC_ERROR], 0);
	EXPECT_EQ(m->mr[EXC_CR2], 0);
	EXPECT_EQ(m->mr[EXC_RIP], ip);
}

static void expect_done(L4_ThreadId_t t)
{
	struct message m;

	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Forced exceptions. */

SNIPPET(snippet_loop, "ud2\n snippet_loop_trap: jmp snippet_loop_trap")
extern char snippet_loop_trap[];

/* A thread that loops, with a value of its own in each register. */
static L4_ThreadId_t looper(struct message *m)
{
	L4_ThreadId_t t = trapper(snippet_loop_at, m);

	m->mr[EXC_RIP] = (L4_Word_t)snippet_loop_trap;
	m->mr[EXC_RFLAGS] = CF | IF | 2;
	for (unsigned i = EXC_RDI; i <= EXC_R15; i++)
		m->mr[i] = 0x0101010101010101UL * i;
	EXPECT_OK(frame_reply(m, EXC_WORDS));
	settle();
	return t;
}

TEST(exception, forced_while_it_runs)
{
	struct message m, forced;
	L4_ThreadId_t t = looper(&m);

	for (unsigned round = 0; round < 3; round++) {
		force(t);
		expect_forced(t, &forced, (L4_Word_t)snippet_loop_trap);
		for (unsigned i = EXC_RDI; i <= EXC_R15; i++)
			EXPECT_EQ(forced.mr[i], m.mr[i]);
		EXPECT_EQ(forced.mr[EXC_RFLAGS] & ~(L4_Word_t)RF, m.mr[EXC_RFLAGS]);
		EXPECT_OK(frame_reply(&forced, 0));
		settle();
	}
	expect_silence(t);
}

TEST(exception, forced_and_sent_elsewhere)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t stack = m.mr[EXC_RSP];

	m.mr[EXC_RIP] = (L4_Word_t)snippet_loop_trap;
	EXPECT_OK(frame_reply(&m, 1));
	settle();
	force(t);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_trap);
	EXPECT_EQ(m.mr[EXC_RSP], stack);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

TEST(exception, forced_twice_comes_once)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	force(t);
	force(t);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_trap);
	EXPECT_OK(frame_reply(&m, 0));
	expect_silence(t);
}

/* Who waits for the answer to an exception is reported, and not forced. */
TEST(exception, forced_while_in_exception)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Bool_t was_in_exception;

	EXPECT(L4_ForceException(t, &was_in_exception));
	EXPECT(was_in_exception);
	EXPECT_EQ(control(t, 0), RECEIVING | L4_EXREGS_IN_EXCEPTION);
	m.mr[EXC_RIP] = (L4_Word_t)snippet_loop_behind;
	EXPECT_OK(frame_reply(&m, 1));
	expect_done(t);
	EXPECT_EQ(control(t, 0) & L4_EXREGS_IN_EXCEPTION, 0);
}

/* The same while its message has not been taken yet. */
TEST(exception, forced_before_handler_listens)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	EXPECT_OK(frame_reply(&m, 0));
	settle();
	EXPECT_EQ(control(t, L4_EXREGS_FORCE), SENDING | L4_EXREGS_IN_EXCEPTION);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
}

/* Taken out of the exception it waited in, it can be forced into another one. */
TEST(exception, forced_and_aborted)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	EXPECT_EQ(control(t, L4_EXREGS_FORCE | RECEIVING), RECEIVING | L4_EXREGS_IN_EXCEPTION);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_at);
}

TEST(exception, forced_while_halted)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	control(t, TAKE_HALT | HALTED);
	force(t);
	expect_silence(t);
	EXPECT_EQ(control(t, TAKE_HALT), HALTED);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_trap);
}

TEST(exception, forced_while_it_runs_and_halted)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	control(t, L4_EXREGS_FORCE | TAKE_HALT | HALTED);
	expect_silence(t);
	control(t, TAKE_HALT);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_trap);
}

/* In an IPC: when that is done, with its result in the registers. */
static struct registers call;

static void calls(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&call);
	report(LABEL_DONE, call.rax);
}

static L4_ThreadId_t receiver(void)
{
	L4_ThreadId_t t;

	call = (struct registers){.rsi = worker.raw, .rdx = CALL_WORD(CALL_IPC, IPC_FROM), .rflags = 0x202};
	t = thread_start_under(worker, &own_space, calls, 0);
	settle();
	return t;
}

TEST(exception, forced_while_receiving)
{
	struct message m;
	L4_ThreadId_t t = receiver();

	EXPECT_EQ(control(t, L4_EXREGS_FORCE), RECEIVING);
	expect_silence(t);
	EXPECT_OK(word_send(t, 0x55, 0x4711));
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RAX], tag_make(0x55, 1, 0).raw);
	EXPECT_EQ(m.mr[EXC_RBX], 0x4711);
	EXPECT_EQ(m.mr[EXC_RCX], (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_R11], 0x202);
	EXPECT_EQ(m.mr[EXC_RFLAGS], 0x202);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(m.mr[1], tag_make(0x55, 1, 0).raw);
}

/* A timeout ends an IPC, too. */
TEST(exception, forced_while_timeout_runs)
{
	struct message m;
	L4_ThreadId_t t;

	call = (struct registers){.rsi = worker.raw, .rflags = 0x202,
				  .rdx = CALL_WORD(CALL_IPC, IPC_FROM) |
					 (L4_Word_t)L4_TimePeriod(30000).raw << CALL_TIMEOUT_SHIFT};
	t = thread_start_under(worker, &own_space, calls, 0);
	settle();
	force(t);
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT(m.mr[EXC_RAX] >> 15 & 1);
}

/* Forced and taken out of its IPC: at once, and the IPC was cancelled. */
TEST(exception, forced_out_of_receive)
{
	struct message m;
	L4_ThreadId_t t = receiver();

	EXPECT_EQ(control(t, L4_EXREGS_FORCE | RECEIVING), RECEIVING);
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT(m.mr[EXC_RAX] >> 15 & 1);
}

static L4_ThreadId_t sender(void)
{
	L4_ThreadId_t t;

	call = (struct registers){.rax = tag_make(0x56, 1, 0).raw, .rbx = 0x815, .rdi = worker.raw,
				  .rdx = CALL_WORD(CALL_IPC, IPC_FROM), .rflags = 0x202};
	t = thread_start_under(worker, &own_space, calls, 0);
	settle();
	return t;
}

TEST(exception, forced_while_sending)
{
	struct message m;
	L4_ThreadId_t t = sender();

	EXPECT_EQ(control(t, L4_EXREGS_FORCE), SENDING);
	settle();
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), 0x56);
	EXPECT_EQ(m.mr[1], 0x815);
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RAX], 0);
}

TEST(exception, forced_out_of_send)
{
	struct message m;
	L4_ThreadId_t t = sender();

	EXPECT_EQ(control(t, L4_EXREGS_FORCE | SENDING), SENDING);
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT(m.mr[EXC_RAX] >> 15 & 1);
}

/* Between the send and the receive phase of a Call the forced one does not step in. */
TEST(exception, forced_while_calling)
{
	struct message m;
	L4_ThreadId_t t;

	call = (struct registers){.rax = tag_make(0x57, 0, 0).raw, .rdi = worker.raw,
				  .rdx = CALL_WORD(CALL_IPC, IPC_CALL), .rflags = 0x202};
	t = thread_start_under(worker, &own_space, calls, 0);
	settle();
	force(t);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), 0x57);
	EXPECT_EQ(control(t, 0), RECEIVING);
	EXPECT_OK(word_send(t, 0x58, 1));
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RAX], tag_make(0x58, 1, 0).raw);
}

/* While a page fault is answered: behind the answer, before the access is tried again. */
SNIPPET(snippet_touch, "ud2\n snippet_touch_trap: movq %r15, (%rbx)")
extern char snippet_touch_trap[];

/* A thread that waits in `ud2`; with this answer it goes on to write R15 to NOWHERE. */
static L4_ThreadId_t toucher(struct message *m)
{
	L4_ThreadId_t t = trapper(snippet_touch_at, m);

	m->mr[EXC_RIP] = (L4_Word_t)snippet_touch_trap;
	m->mr[EXC_RBX] = NOWHERE;
	m->mr[EXC_R15] = 0x1515;
	return t;
}

static L4_Fpage_t new_page(L4_Word_t *address)
{
	*address = page_new();
	return L4_FpageAddRights(L4_FpageLog2(*address, 12), L4_ReadWriteOnly);
}

TEST(exception, forced_while_in_page_fault)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	EXPECT_EQ(control(t, L4_EXREGS_FORCE), RECEIVING);
	expect_silence(t);
	EXPECT_OK(map_reply(t, new_page(&page), NOWHERE));
	expect_forced(t, &m, (L4_Word_t)snippet_touch_trap);
	EXPECT_EQ(*(volatile L4_Word_t *)page, 0);
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(t);
	EXPECT_EQ(*(volatile L4_Word_t *)page, 0x1515);
}

/* A thread that has not run yet. */
TEST(exception, forced_before_start)
{
	struct message m;
	L4_ThreadId_t t = thread_create(&own_space, worker);

	((struct utcb *)L4_LocalIdOf(t).raw)->exception_handler = worker.raw;
	force(t);
	thread_run(t, calls, 0);
	expect_forced(t, &m, (L4_Word_t)thread_entry);
}

/* Oneself: the call ends as every other, but for what comes then. */
static void forces_itself(L4_Word_t unused)
{
	L4_Bool_t was_in_exception = 1;

	(void)unused;
	EXPECT(L4_ForceException(L4_Myself(), &was_in_exception));
	EXPECT(!was_in_exception);
	report(LABEL_DONE, 0);
}

TEST(exception, forced_by_itself)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, &own_space, forces_itself, 0);

	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m.mr[EXC_RAX], L4_LocalIdOf(t).raw);
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(t);
}

/* In the middle of a message: when that is done, whichever side the missing page is on. */
static volatile L4_Word_t string_label;

static void send_string(L4_ThreadId_t to, L4_Word_t address)
{
	L4_StringItem_t item = L4_StringItem(16, (void *)address);

	L4_LoadMR(0, tag_make(0x59, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	L4_Send(to);
}

static void sends_string(L4_Word_t partner)
{
	send_string((L4_ThreadId_t){.raw = partner}, NOWHERE);
	report(LABEL_DONE, 0);
}

static void sends_what_it_has(L4_Word_t partner)
{
	send_string((L4_ThreadId_t){.raw = partner}, (L4_Word_t)"fifteen letters");
}

static void receives_string(L4_Word_t buffer)
{
	L4_StringItem_t item = L4_StringItem(16, (void *)buffer);
	L4_ThreadId_t from;

	L4_LoadBR(0, 1);
	L4_LoadBR(1, item.raw[0]);
	L4_LoadBR(2, item.raw[1]);
	string_label = L4_Label(L4_Wait(&from));
}

TEST(exception, forced_while_sending_a_string)
{
	static char buffer[16];
	struct message m;
	L4_Word_t page;
	L4_ThreadId_t to, t;

	string_label = 0;
	to = thread_start(&own_space, receives_string, (L4_Word_t)buffer);
	settle();
	t = thread_start_under(worker, space_new(), sends_string, to.raw);
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	EXPECT_EQ(control(t, L4_EXREGS_FORCE), SENDING);
	EXPECT_EQ(string_label, 0);
	EXPECT_OK(map_reply(t, new_page(&page), NOWHERE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m.mr[EXC_RAX], 0);
	settle();
	EXPECT_EQ(string_label, 0x59);
	EXPECT_OK(frame_reply(&m, 0));
	expect_done(t);
}

TEST(exception, forced_while_receiving_a_string)
{
	struct message m;
	L4_Word_t page;
	L4_ThreadId_t t = thread_start_under(worker, space_new(), receives_string, NOWHERE);

	thread_start(&own_space, sends_what_it_has, t.raw);
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	EXPECT_EQ(control(t, L4_EXREGS_FORCE), RECEIVING);
	EXPECT_OK(map_reply(t, new_page(&page), NOWHERE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m.mr[EXC_RAX], tag_make(0x59, 0, 2).raw);
	EXPECT_EQ(*(const char *)page, 'f');
}

/*
 * In the middle of a call that the kernel does in pieces, where these threads are most of the time: when that is done.
 */
static void unmaps(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		L4_LoadMR(0, L4_CompleteAddressSpace.raw & ~7UL);
		L4_Unmap(0);
	}
}

static void sets_attributes(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		L4_Set_PageAttribute(L4_CompleteAddressSpace, L4_DefaultMemory);
}

static void makes_and_deletes(L4_Word_t number)
{
	L4_ThreadId_t t = {.raw = number};

	for (;;) {
		L4_ThreadControl(t, t, runner, L4_nilthread, (void *)-1UL);
		thread_delete(t);
	}
}

static void forced_again_and_again(void (*function)(L4_Word_t), L4_Word_t argument)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, &own_space, function, argument);

	for (unsigned round = 0; round < 5; round++) {
		settle();
		force(t);
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
		EXPECT_OK(frame_reply(&m, 0));
	}
}

TEST(exception, forced_while_unmapping)
{
	forced_again_and_again(unmaps, 0);
}

TEST(exception, forced_while_setting_attributes)
{
	forced_again_and_again(sets_attributes, 0);
}

TEST(exception, forced_while_deleting_a_space)
{
	L4_ThreadId_t victim = thread_id_new();

	forced_again_and_again(makes_and_deletes, victim.raw);
	thread_delete(victim);
}

/* Who may: threads of the same space, the pager, the exception handler. */
static volatile L4_Word_t outcome;

static void tries_to_force(L4_Word_t t)
{
	L4_Bool_t was;

	outcome = L4_ForceException((L4_ThreadId_t){.raw = t}, &was) ? 1 : 0x100 | L4_ErrorCode();
}

TEST(exception, forced_by_a_stranger)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	outcome = 0;
	thread_start(space_new(), tries_to_force, t.raw);
	REQUIRE(wait_until(&outcome, 1, 200));
	EXPECT_EQ(outcome, 0x100 | ERROR_INVALID_THREAD);
	expect_silence(t);
}

TEST(exception, forced_by_a_neighbour)
{
	struct message m;
	L4_ThreadId_t t = receiver();

	outcome = 0;
	thread_start(&own_space, tries_to_force, t.raw);
	REQUIRE(wait_until(&outcome, 1, 200));
	EXPECT_EQ(outcome, 1);
	EXPECT_OK(word_send(t, 0x55, 0));
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
}

/* Without a handler it is halted, as after every exception. */
TEST(exception, forced_without_handler)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);

	thread_run(t, calls, 0);
	((struct utcb *)L4_LocalIdOf(t).raw)->exception_handler = 0;
	control(t, L4_EXREGS_FORCE);
	settle();
	EXPECT_EQ(control(t, 0), HALTED);
}

TEST(exception, forced_and_deleted)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	force(t);
	EXPECT_EQ(thread_delete(t), 1);
	expect_silence(L4_anythread);
}

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
	EXPECT(control(t, 0) & L4_EXREGS_SYSCALL_EXCEPTIONS);
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
	EXPECT_EQ(control(t, 0) & L4_EXREGS_SYSCALL_EXCEPTIONS, 0);
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

/* Page faults as exceptions. */

static void expect_fault(const struct message *m, L4_Word_t ip, L4_Word_t address, L4_Word_t error)
{
	EXPECT_EQ((L4_SignedWord_t)m->tag.raw >> 20, -5);
	EXPECT_EQ(L4_UntypedWords(m->tag), EXC_WORDS);
	EXPECT_EQ(m->mr[EXC_TRAP], PF);
	EXPECT_EQ(m->mr[EXC_ERROR] & (PF_ERROR_WRITE | PF_ERROR_FETCH), error);
	EXPECT_EQ(m->mr[EXC_CR2], address);
	EXPECT_EQ(m->mr[EXC_RIP], ip);
}

static L4_MsgTag_t frame_and_page_reply(const struct message *m, unsigned count, L4_Fpage_t page, L4_Word_t address)
{
	L4_MapItem_t item = L4_MapItem(page, address);

	L4_LoadMR(0, tag_make(0, count, 2).raw);
	for (unsigned i = 1; i <= count; i++)
		L4_LoadMR(i, m->mr[i]);
	L4_LoadMR(count + 1, item.raw[0]);
	L4_LoadMR(count + 2, item.raw[1]);
	return L4_Send_Timeout(m->from, PATIENCE);
}

/* Both at once: the page, and another value in the register that is written to it. */
TEST(exception, page_fault_answered_with_frame_and_page)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT(control(t, 0) & L4_EXREGS_FAULT_EXCEPTIONS);
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	expect_fault(&m, (L4_Word_t)snippet_touch_trap, NOWHERE, PF_ERROR_WRITE);
	EXPECT_EQ(m.mr[EXC_R15], 0x1515);
	m.mr[EXC_R15] = 0x2626;
	EXPECT(L4_Set_FaultExceptions(t, 0));
	EXPECT_EQ(control(t, 0) & L4_EXREGS_FAULT_EXCEPTIONS, 0);
	EXPECT_OK(frame_and_page_reply(&m, EXC_WORDS, new_page(&page), NOWHERE));
	expect_done(t);
	EXPECT_EQ(*(volatile L4_Word_t *)page, 0x2626);
}

TEST(exception, page_fault_answered_with_page_alone)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT(L4_Set_FaultExceptions(t, 0));
	EXPECT_OK(map_reply(t, new_page(&page), NOWHERE));
	expect_done(t);
	EXPECT_EQ(*(volatile L4_Word_t *)page, 0x1515);
}

TEST(exception, page_fault_answered_with_another_ip)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT(L4_Set_FaultExceptions(t, 0));
	trapper_resume_at(t, (L4_Word_t)snippet_touch_behind);
}

/* An answer without what is needed: the fault comes again, the same. */
TEST(exception, page_fault_answered_with_nothing)
{
	struct message m, again;
	L4_ThreadId_t t = toucher(&m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(message_receive(t, &again));
	for (unsigned i = EXC_RIP; i <= EXC_R15; i++)
		EXPECT_EQ(again.mr[i], m.mr[i]);
}

SNIPPET(snippet_load, "ud2\n snippet_load_trap: movq (%rbx), %rax")
SNIPPET(snippet_jump, "ud2\n jmp *%rbx")
extern char snippet_load_trap[];

static void faults(char *code, unsigned skip, L4_Word_t address, L4_Word_t ip, L4_Word_t error)
{
	struct message m;
	L4_ThreadId_t t = trapper(code, &m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	m.mr[EXC_RIP] += skip;
	m.mr[EXC_RBX] = address;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	expect_fault(&m, ip, address, error);
}

TEST(exception, page_fault_of_a_read)
{
	faults(snippet_load_at, 2, NOWHERE + 5, (L4_Word_t)snippet_load_trap, 0);
}

TEST(exception, page_fault_of_a_fetch)
{
	faults(snippet_jump_at, 2, NOWHERE + 7, NOWHERE + 7, PF_ERROR_FETCH);
}

TEST(exception, page_fault_at_the_kernel)
{
	faults(snippet_load_at, 2, 0xffffffffc0000000UL, (L4_Word_t)snippet_load_trap, 0);
}

/* It is the exception handler's, not the pager's. */
static void touches_as_asked(L4_Word_t handler)
{
	L4_Set_ExceptionHandler((L4_ThreadId_t){.raw = handler});
	EXPECT(L4_Set_FaultExceptions(L4_Myself(), 1));
	*(volatile L4_Word_t *)NOWHERE = 1;
}

TEST(exception, page_fault_goes_to_the_handler)
{
	struct message m;
	L4_ThreadId_t t = thread_start(&own_space, touches_as_asked, worker.raw);

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], PF);
	EXPECT_EQ(m.mr[EXC_CR2], NOWHERE);
}

/* In the middle of a string there is no frame: that fault is the pager's as ever. */
TEST(exception, page_fault_of_a_string)
{
	static char buffer[16];
	struct message m;
	L4_ThreadId_t to = thread_start(&own_space, receives_string, (L4_Word_t)buffer), t;

	settle();
	t = thread_start_under(worker, &own_space, sends_string, to.raw);
	EXPECT(L4_Set_FaultExceptions(t, 1));
	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], NOWHERE);
}

/* FS base. */

TEST(exception, fs_base_set)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t base = 0x223344556000UL, old;

	EXPECT(L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old));
	EXPECT_EQ(base, 0);
	base = 0xffffffff80000000UL;
	EXPECT(L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old));
	EXPECT_EQ(base, 0x223344556000UL);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0xffffffff80000000UL);
}

TEST(exception, fs_base_set_and_used)
{
	static L4_Word_t words[2] = {0, 0x99887766};
	L4_Word_t seen;

	EXPECT(L4_Set_FsBase(L4_Myself(), (L4_Word_t)words));
	__asm__ volatile("movq %%fs:8, %0" : "=r"(seen));
	EXPECT_EQ(seen, 0x99887766);
	EXPECT(L4_Set_FsBase(L4_Myself(), 0));
}

/* Two threads, each with its own, over messages between them: the value that was set, not one that somebody had. */
static L4_Word_t tls[2][2] = {{0, 0x1010}, {0, 0x2020}};

static L4_Word_t tls_word(void)
{
	L4_Word_t word;

	__asm__ volatile("movq %%fs:8, %0" : "=r"(word));
	return word;
}

static void answers_with_tls(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Set_FsBase(L4_Myself(), (L4_Word_t)tls[1]);
	L4_Wait(&from);
	for (;;) {
		L4_LoadMR(0, tag_make(0, 1, 0).raw);
		L4_LoadMR(1, tls_word());
		L4_ReplyWait(from, &from);
	}
}

TEST(exception, fs_base_set_and_kept_over_messages)
{
	L4_ThreadId_t t = thread_start(space_new(), answers_with_tls, 0);
	L4_Word_t word;

	EXPECT(L4_Set_FsBase(L4_Myself(), (L4_Word_t)tls[0]));
	for (unsigned i = 0; i < 10; i++) {
		L4_LoadMR(0, 0);
		EXPECT_OK(L4_Call(t));
		L4_StoreMR(1, &word);
		EXPECT_EQ(word, 0x2020);
		EXPECT_EQ(tls_word(), 0x1010);
	}
	EXPECT(L4_Set_FsBase(L4_Myself(), 0));
}

TEST(exception, fs_base_not_canonical)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t base = 0x800000000000UL, old;

	EXPECT(!L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE | L4_EXREGS_TAKE_FAULTS | L4_EXREGS_FAULT_EXCEPTIONS,
					  &base, &old));
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(old, 0);
	EXPECT_EQ(control(t, 0) & L4_EXREGS_FAULT_EXCEPTIONS, 0);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0);
}

SNIPPET(snippet_wrfsbase, "wrfsbase %rbx\n ud2")
SNIPPET(snippet_wrfsbase_loop, "wrfsbase %rbx\n snippet_wrfsbase_trap: jmp snippet_wrfsbase_trap")
extern char snippet_wrfsbase_trap[];

/* Written by the thread itself, it is in the frame of the exception, and of one that is forced after preemptions. */
static L4_ThreadId_t writes_fs_base(char *code, struct message *m)
{
	L4_ThreadId_t t = trapper(snippet_loop_at, m);

	m->mr[EXC_RIP] = (L4_Word_t)code;
	m->mr[EXC_RBX] = 0x334455667000UL;
	EXPECT_OK(frame_reply(m, EXC_WORDS));
	return t;
}

TEST(exception, fs_base_written_by_user)
{
	struct message m;
	L4_ThreadId_t t;

	if (!users_set_segment_bases())
		return;
	t = writes_fs_base(snippet_wrfsbase_at, &m);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0x334455667000UL);
}

TEST(exception, fs_base_written_by_user_and_preempted)
{
	struct message m;
	L4_ThreadId_t t;
	L4_Word_t base = 0, old;

	if (!users_set_segment_bases())
		return;
	t = writes_fs_base(snippet_wrfsbase_loop_at, &m);
	EXPECT(!event_receive(t, &m)); /* nothing but faults on this program's image */
	force(t);
	expect_forced(t, &m, (L4_Word_t)snippet_wrfsbase_trap);
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0x334455667000UL);
	EXPECT(L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old));
	EXPECT_EQ(base, 0x334455667000UL);
}

/* Answers of every length and kind. */

TEST(exception, answer_of_every_length)
{
	struct message m, sent, after;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	for (unsigned count = 0; count < 64; count++) {
		sent = m;
		for (unsigned i = 1; i < 64; i++)
			sent.mr[i] = i >= EXC_RDI ? 0x10000 * (count + 1) + i : i <= EXC_WORDS ? m.mr[i] : 0x800000000000UL;
		EXPECT_OK(frame_reply(&sent, count));
		REQUIRE(event_receive(t, &after));
		for (unsigned i = EXC_RIP; i <= EXC_R15; i++)
			EXPECT_EQ(after.mr[i], i <= count ? sent.mr[i] : m.mr[i]);
		m = after;
	}
}

/* Refused whole: the page of the answer is not mapped either. */
TEST(exception, answer_with_page_and_bad_ip)
{
	struct message m, bad;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	bad = m;
	bad.mr[EXC_RIP] = 0x800000000000UL;
	EXPECT_FAILED(frame_and_page_reply(&bad, EXC_WORDS, new_page(&page), NOWHERE), SEND, IPC_OVERFLOW);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(message_receive(t, &m));
	expect_fault(&m, (L4_Word_t)snippet_touch_trap, NOWHERE, PF_ERROR_WRITE);
}

TEST(exception, answer_with_string)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_StringItem_t item = L4_StringItem(4, "four");

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_OVERFLOW);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

TEST(exception, answer_with_half_an_item)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	L4_LoadMR(0, tag_make(0, 0, 1).raw);
	L4_LoadMR(1, 8);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_OVERFLOW);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

TEST(exception, answer_with_noncanonical_stack)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	m.mr[EXC_RSP] = 0xfffe800000000000UL;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
	EXPECT_EQ(m.mr[EXC_RSP], 0xfffe800000000000UL);
}

/* Each flag alone: what a user may set arrives, the rest does not. */
TEST(exception, answer_with_every_flag)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t may_set = 0x240cd5; /* CF PF AF ZF SF DF OF AC ID */

	for (unsigned bit = 0; bit < 64; bit++) {
		if (1UL << bit == TF)
			continue;
		m.mr[EXC_RFLAGS] = 1UL << bit;
		EXPECT_OK(frame_reply(&m, EXC_WORDS));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(m.mr[EXC_TRAP], UD);
		EXPECT_EQ(m.mr[EXC_RFLAGS] & ~(L4_Word_t)RF, 0x202 | (1UL << bit & may_set));
	}
}

/* Only the handler's answer counts. */
static void answers_for(L4_Word_t t)
{
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	outcome = L4_IpcFailed(L4_Send_Timeout((L4_ThreadId_t){.raw = t}, L4_TimePeriod(10000))) ? L4_ErrorCode() : 1;
}

TEST(exception, answer_by_another)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	outcome = 0;
	thread_start(&own_space, answers_for, t.raw);
	REQUIRE(wait_until(&outcome, 1, 200));
	EXPECT_EQ(outcome, IPC_TIMEOUT << 1 | SEND);
	trapper_resume_at(t, (L4_Word_t)snippet_loop_behind);
}

/* A thread that nobody handles is halted, and can be started again elsewhere. */
static void stops(L4_Word_t unused)
{
	(void)unused;
	L4_Set_ExceptionHandler(L4_nilthread);
	__asm__ volatile("ud2");
}

static void goes_on(void)
{
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(exception, unhandled_and_started_again)
{
	L4_ThreadId_t t = thread_start(&own_space, stops, 0);

	settle();
	EXPECT_EQ(control(t, 0), HALTED);
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)goes_on);
	expect_done(t);
}
