/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exception_forced.c - exceptions that somebody forces on a thread, in every state; and who may. */
#include "held.h"

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
	EXPECT_EQ(exception_state(t, 0), RECEIVING | L4_EXREGS_IN_EXCEPTION);
	m.mr[EXC_RIP] = (L4_Word_t)snippet_loop_behind;
	EXPECT_OK(frame_reply(&m, 1));
	expect_done(t);
	EXPECT_EQ(exception_state(t, 0) & L4_EXREGS_IN_EXCEPTION, 0);
}

/* The same while its message has not been taken yet. */
TEST(exception, forced_before_handler_listens)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	EXPECT_OK(frame_reply(&m, 0));
	settle();
	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE), SENDING | L4_EXREGS_IN_EXCEPTION);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
}

/* Taken out of the exception it waited in, it can be forced into another one. */
TEST(exception, forced_and_aborted)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);

	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE | RECEIVING), RECEIVING | L4_EXREGS_IN_EXCEPTION);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_at);
}

TEST(exception, forced_while_halted)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	exception_state(t, TAKE_HALT | HALTED);
	force(t);
	expect_silence(t);
	EXPECT_EQ(exception_state(t, TAKE_HALT), HALTED);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_trap);
}

TEST(exception, forced_while_it_runs_and_halted)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	exception_state(t, L4_EXREGS_FORCE | TAKE_HALT | HALTED);
	expect_silence(t);
	exception_state(t, TAKE_HALT);
	expect_forced(t, &m, (L4_Word_t)snippet_loop_trap);
}

/* In an IPC: when that is done, with its result in the registers. */
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

	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE), RECEIVING);
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

	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE | RECEIVING), RECEIVING);
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

	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE), SENDING);
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

	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE | SENDING), SENDING);
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
	EXPECT_EQ(exception_state(t, 0), RECEIVING);
	EXPECT_OK(word_send(t, 0x58, 1));
	expect_forced(t, &m, (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RAX], tag_make(0x58, 1, 0).raw);
}

/* While a page fault is answered: behind the answer, before the access is tried again. */
TEST(exception, forced_while_in_page_fault)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE), RECEIVING);
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
static void sends_what_it_has(L4_Word_t partner)
{
	send_string((L4_ThreadId_t){.raw = partner}, (L4_Word_t)"fifteen letters");
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
	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE), SENDING);
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
	EXPECT_EQ(exception_state(t, L4_EXREGS_FORCE), RECEIVING);
	EXPECT_OK(map_reply(t, new_page(&page), NOWHERE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m.mr[EXC_RAX], tag_make(0x59, 0, 2).raw);
	EXPECT_EQ(*(const char *)page, 'f');
}

/*
 * In the middle of a call that the kernel does in pieces, where these threads are most of the time: when that is done.
 */
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
	forced_again_and_again(unmaps_forever, 0);
}

TEST(exception, forced_while_setting_attributes)
{
	forced_again_and_again(sets_attributes_forever, 0);
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
	exception_state(t, L4_EXREGS_FORCE);
	settle();
	EXPECT_EQ(exception_state(t, 0), HALTED);
}

TEST(exception, forced_and_deleted)
{
	struct message m;
	L4_ThreadId_t t = looper(&m);

	force(t);
	EXPECT_EQ(thread_delete(t), 1);
	expect_silence(L4_anythread);
}
