/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/exregs_states.c - ExchangeRegisters on a thread in every state it can be in, each control bit alone
 * and all together.
 *
 * A state is a function that brings a new thread there, and what is known of it: how ExchangeRegisters tells it, and
 * what its IPC ends with when it is aborted. One table of control bits is tried on each. The thread is of lower
 * priority than the worker, so nothing happens to it but what the worker does.
 */
#include "test.h"

enum {
	CONTROL_H = 1 << 0,
	CONTROL_R = 1 << 1,
	CONTROL_S = 1 << 2,
	CONTROL_SP = 1 << 3,
	CONTROL_IP = 1 << 4,
	CONTROL_FLAGS = 1 << 5,
	CONTROL_USER = 1 << 6,
	CONTROL_PAGER = 1 << 7,
	CONTROL_IN_EXCEPTION = 1 << 16, /* in the old state */
	CONTROL_HALT_VALID = 1 << 8,
	CONTROL_DELIVER = 1 << 9,
	CONTROL_ALL = (1 << 10) - 1,
	START = CONTROL_HALT_VALID | CONTROL_R | CONTROL_S,
};

enum { FLAGS_FIXED = 0x202, FLAGS_NEW = 0x401 /* direction, carry */ };
#define NEW_HANDLE 0x1234567890abcdefUL
#define NOT_MAPPED_YET 0x710000000000UL

struct values {
	L4_ThreadId_t result;
	L4_Word_t state, sp, ip, flags, user;
	L4_ThreadId_t pager;
};

static struct values exchange(L4_ThreadId_t t, L4_Word_t control, const struct values *in)
{
	struct values out;

	out.result = L4_ExchangeRegisters(t, control, in->sp, in->ip, in->flags, in->user, in->pager, &out.state,
					  &out.sp, &out.ip, &out.flags, &out.user, &out.pager);
	return out;
}

static struct values look(L4_ThreadId_t t)
{
	static const struct values nothing;

	return exchange(t, CONTROL_DELIVER, &nothing);
}

static void expect_values(const char *what, L4_Word_t control, const struct values *got, const struct values *want)
{
	if (got->state != want->state || got->sp != want->sp || got->ip != want->ip || got->flags != want->flags ||
	    got->user != want->user || got->pager.raw != want->pager.raw)
		FAIL("expected %s control 0x%lx state %lx sp %lx ip %lx flags %lx handle %lx pager %lx, got state %lx "
		     "sp %lx ip %lx flags %lx handle %lx pager %lx",
		     what, control, want->state, want->sp, want->ip, want->flags, want->user, want->pager.raw,
		     got->state, got->sp, got->ip, got->flags, got->user, got->pager.raw);
}

/* What the IPC of the thread in question came to. */
static volatile L4_Word_t outcome, arrived;
enum { UNDER_WAY = 0xffff };

static void finish(L4_MsgTag_t tag)
{
	outcome = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
	sleep_forever();
}

/* Where it is sent by a new IP. */
static void arrives(void)
{
	arrived = 1;
	sleep_forever();
}

struct state {
	L4_ThreadId_t (*make)(void);
	L4_Word_t bits;	   /* H, R, S, CONTROL_IN_EXCEPTION */
	L4_Word_t aborted; /* ErrorCode; 0: it is in no IPC that it knows of */
};

static bool aborts(const struct state *s, L4_Word_t control)
{
	return (control & s->bits & (CONTROL_R | CONTROL_S)) != 0;
}

static void try_control(const struct state *s, L4_Word_t control)
{
	struct values new = {.sp = stack_new() - 8,
			     .ip = (L4_Word_t)arrives,
			     .flags = FLAGS_NEW,
			     .user = NEW_HANDLE,
			     .pager = warden};
	L4_ThreadId_t t;
	struct values before, old, after;

	outcome = UNDER_WAY;
	arrived = 0;
	t = s->make();
	before = look(t);
	EXPECT_EQ(before.state, s->bits);
	EXPECT_EQ(before.result.raw & 0x3f, 0);
	old = exchange(t, control, &new);
	expect_values("old values at", control, &old, &before);

	if (aborts(s, control))
		before.state &= ~(L4_Word_t)(CONTROL_R | CONTROL_S | CONTROL_IN_EXCEPTION);
	if (control & CONTROL_HALT_VALID)
		before.state = (before.state & ~(L4_Word_t)CONTROL_H) | (control & CONTROL_H);
	before.sp = control & CONTROL_SP ? new.sp : before.sp;
	before.ip = control & CONTROL_IP ? new.ip : before.ip;
	before.flags = control & CONTROL_FLAGS ? FLAGS_FIXED | FLAGS_NEW : before.flags;
	before.user = control & CONTROL_USER ? new.user : before.user;
	before.pager = control & CONTROL_PAGER ? new.pager : before.pager;
	after = look(before.result);
	EXPECT_EQ(after.result.raw, t.raw);
	expect_values("new values at", control, &after, &before);

	/* Only an IPC that was aborted has ended, and with that error. */
	if (control & (CONTROL_SP | CONTROL_IP | CONTROL_FLAGS)) {
		thread_delete(t);
		return;
	}
	if (before.state & CONTROL_H)
		exchange(t, CONTROL_HALT_VALID, &new);
	settle();
	EXPECT_EQ(outcome, aborts(s, control) && s->aborted ? s->aborted : UNDER_WAY);
	EXPECT_EQ(thread_delete(t), 1);
}

/* L4_Start_SpIp, in whatever state it is. */
static void try_start(const struct state *s)
{
	L4_ThreadId_t t;

	arrived = 0;
	t = s->make();
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)arrives);
	EXPECT_EQ(look(t).state, 0);
	EXPECT(wait_until(&arrived, 1, 100));
	settle();
	EXPECT_EQ(look(t).state, CONTROL_R);
	EXPECT_EQ(thread_delete(t), 1);
}

static void try_all(L4_ThreadId_t (*make)(void), L4_Word_t bits, L4_Word_t aborted)
{
	const struct state s = {make, bits, aborted};

	for (unsigned bit = 0; bit < 16; bit++)
		try_control(&s, 1UL << bit);
	try_control(&s, CONTROL_H | CONTROL_HALT_VALID);
	try_control(&s, CONTROL_ALL);
	try_start(&s);
}

enum { SEND_CANCELLED = IPC_CANCELLED << 1 | SEND, RECEIVE_CANCELLED = IPC_CANCELLED << 1 | RECEIVE };
enum { SEND_ABORTED = IPC_ABORTED << 1 | SEND, RECEIVE_ABORTED = IPC_ABORTED << 1 | RECEIVE };

/* The state has a name, how it is told, what an aborted IPC ends with, and how a thread gets there. */
#define STATE(name, bits, aborted)                                                                                    \
	static L4_ThreadId_t make_##name(void);                                                                       \
	TEST_LIMIT(exregs, state_##name, 4000)                                                                        \
	{                                                                                                             \
		cast();                                                                                               \
		try_all(make_##name, bits, aborted);                                                                  \
	}                                                                                                             \
	static L4_ThreadId_t make_##name(void)

/* Partners for the threads: one that never receives, one that receives and never answers. */
static L4_ThreadId_t deaf, mute;

static void takes(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	for (;;)
		L4_Wait(&from);
}

static void cast(void)
{
	deaf = thread_start(&own_space, sleeps, 0);
	mute = thread_start(&own_space, takes, 0);
	settle();
}

/* Bring it there, and then nothing happens to it unless the worker sleeps. */
static L4_ThreadId_t brought(L4_ThreadId_t t)
{
	settle();
	set_priority(t, PRIORITY_LOW);
	return t;
}

static L4_ThreadId_t run(void (*function)(L4_Word_t))
{
	return brought(thread_start(&own_space, function, 0));
}

static L4_ThreadId_t halted(L4_ThreadId_t t)
{
	L4_Stop(t);
	return t;
}

/* Not active: there are registers, but no local id. */
TEST(exregs, state_inactive)
{
	static const struct values new;
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(t, runner, runner, L4_nilthread, (void *)-1UL), 1);
	for (unsigned bit = 0; bit < 16; bit++) {
		struct values old = exchange(t, 1UL << bit, &new);

		EXPECT_EQ(old.result.raw, t.raw);
		EXPECT_EQ(old.state, 0);
		EXPECT_EQ(old.pager.raw, 0);
	}
}

STATE(waiting_for_start, CONTROL_R, 0)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);

	set_priority(t, PRIORITY_LOW);
	return t;
}

static void counts(L4_Word_t unused)
{
	static volatile L4_Word_t counter;

	(void)unused;
	for (;;)
		counter++;
}

STATE(ready, 0, 0)
{
	return run(counts);
}

STATE(halted, CONTROL_H, 0)
{
	return halted(run(counts));
}

STATE(yielding, 0, 0)
{
	return run(yields_forever);
}

static void sends(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	finish(L4_Send(deaf));
}

STATE(sending, CONTROL_S, SEND_CANCELLED)
{
	return run(sends);
}

STATE(halted_while_sending, CONTROL_S | CONTROL_H, SEND_CANCELLED)
{
	return halted(run(sends));
}

static void sends_to_local(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	finish(L4_Send(L4_LocalIdOf(deaf)));
}

STATE(sending_to_a_local_id, CONTROL_S, SEND_CANCELLED)
{
	return run(sends_to_local);
}

static void sends_for_a_time(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	finish(L4_Send_Timeout(deaf, L4_TimePeriod(900000000)));
}

STATE(sending_with_a_timeout, CONTROL_S, SEND_CANCELLED)
{
	return run(sends_for_a_time);
}

static void calls(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	finish(L4_Call(deaf));
}

/* The send phase of a call: the receive phase does not follow. */
STATE(calling, CONTROL_S, SEND_CANCELLED)
{
	return run(calls);
}

static void receives(L4_Word_t unused)
{
	(void)unused;
	finish(L4_Receive(deaf));
}

STATE(receiving, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(receives);
}

STATE(halted_while_receiving, CONTROL_R | CONTROL_H, RECEIVE_CANCELLED)
{
	return halted(run(receives));
}

static void receives_from_local(L4_Word_t unused)
{
	(void)unused;
	finish(L4_Receive(L4_LocalIdOf(deaf)));
}

STATE(receiving_from_a_local_id, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(receives_from_local);
}

static void receives_for_a_time(L4_Word_t unused)
{
	(void)unused;
	finish(L4_Receive_Timeout(deaf, L4_TimePeriod(900000000)));
}

STATE(receiving_with_a_timeout, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(receives_for_a_time);
}

static void waits(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	finish(L4_Wait(&from));
}

STATE(receiving_from_anybody, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(waits);
}

static void waits_for_locals(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	finish(L4_Ipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(L4_Never, L4_Never), &from));
}

STATE(receiving_from_any_local_thread, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(waits_for_locals);
}

static void receives_from_itself(L4_Word_t unused)
{
	(void)unused;
	finish(L4_Receive(L4_Myself()));
}

STATE(receiving_from_itself, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(receives_from_itself);
}

static void calls_mute(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	finish(L4_Call(mute));
}

STATE(waiting_for_a_reply, CONTROL_R, RECEIVE_CANCELLED)
{
	return run(calls_mute);
}

/* Its message was taken, and while it has not run, another is already queued at it for its receive phase. */

static L4_ThreadId_t wanted;

static void asks_the_worker(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_LoadMR(0, 0);
	finish(L4_Ipc(worker, L4_anythread, L4_Timeouts(L4_Never, L4_Never), &from));
}

static void sends_to_wanted(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 0);
	L4_Send(wanted);
	sleep_forever();
}

static L4_ThreadId_t make_message_waiting(void)
{
	wanted = run(asks_the_worker);
	run(sends_to_wanted);
	L4_Receive(wanted);
	return wanted;
}

TEST(exregs, state_receiving_what_is_queued)
{
	static const struct values nothing;
	L4_ThreadId_t t;

	cast();
	outcome = UNDER_WAY;
	t = make_message_waiting();
	EXPECT_EQ(look(t).state, CONTROL_R);
	exchange(t, CONTROL_S, &nothing);
	EXPECT_EQ(look(t).state, CONTROL_R);
	exchange(t, CONTROL_R, &nothing);
	EXPECT_EQ(look(t).state, 0);
	settle();
	EXPECT_EQ(outcome, RECEIVE_CANCELLED);

	outcome = UNDER_WAY;
	t = make_message_waiting();
	exchange(t, CONTROL_H | CONTROL_HALT_VALID, &nothing);
	EXPECT_EQ(look(t).state, CONTROL_R | CONTROL_H);
	settle();
	EXPECT_EQ(look(t).state, CONTROL_R | CONTROL_H);
	exchange(t, CONTROL_HALT_VALID, &nothing);
	settle();
	EXPECT_EQ(outcome, 0);

	outcome = UNDER_WAY;
	arrived = 0;
	L4_Start_SpIp(make_message_waiting(), stack_new() - 8, (L4_Word_t)arrives);
	settle();
	EXPECT_EQ(arrived, 1);
}

/* Faults. The worker is their pager and exception handler. */

static void touches(L4_Word_t unused)
{
	(void)unused;
	*(volatile L4_Word_t *)NOT_MAPPED_YET;
}

static void traps(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("ud2");
}

static L4_ThreadId_t run_under_worker(void (*function)(L4_Word_t))
{
	return brought(thread_start_under(worker, &own_space, function, 0));
}

static L4_ThreadId_t fault_taken(L4_ThreadId_t t)
{
	struct message m;

	REQUIRE(message_receive(t, &m));
	return t;
}

STATE(page_fault_not_taken_yet, CONTROL_S, 0)
{
	return run_under_worker(touches);
}

STATE(page_fault_not_answered_yet, CONTROL_R, 0)
{
	return fault_taken(run_under_worker(touches));
}

STATE(exception_not_taken_yet, CONTROL_S | CONTROL_IN_EXCEPTION, 0)
{
	return run_under_worker(traps);
}

STATE(exception_not_answered_yet, CONTROL_R | CONTROL_IN_EXCEPTION, 0)
{
	return fault_taken(run_under_worker(traps));
}

STATE(halted_in_a_page_fault, CONTROL_R | CONTROL_H, 0)
{
	return halted(fault_taken(run_under_worker(touches)));
}

/* In the middle of a string: one of the two waits for a page of his, which the worker does not give. */

static char text[4096];
static L4_ThreadId_t string_receiver;
static L4_Word_t string_from, string_to;
static unsigned who_is_asked;

static void string_ended(unsigned who, L4_MsgTag_t tag)
{
	if (who == who_is_asked)
		finish(tag);
	sleep_forever();
}

static void sends_string(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, 2 << 6);
	L4_LoadMR(1, sizeof text << 10);
	L4_LoadMR(2, string_from);
	string_ended(SEND, L4_Send(string_receiver));
}

static void receives_string(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_LoadBR(0, 1);
	L4_LoadBR(1, sizeof text << 10);
	L4_LoadBR(2, string_to);
	string_ended(RECEIVE, L4_Wait(&from));
}

static L4_ThreadId_t make_string(unsigned faulter, unsigned who)
{
	L4_ThreadId_t sender;

	who_is_asked = who;
	string_from = faulter == SEND ? NOT_MAPPED_YET : (L4_Word_t)text;
	string_to = faulter == RECEIVE ? NOT_MAPPED_YET : (L4_Word_t)text;
	string_receiver =
	    faulter == RECEIVE ? run_under_worker(receives_string) : run(receives_string);
	sender = faulter == SEND ? run_under_worker(sends_string) : run(sends_string);
	fault_taken(faulter == SEND ? sender : string_receiver);
	return who == SEND ? sender : string_receiver;
}

STATE(sending_a_string_and_asking_for_its_page, CONTROL_S, SEND_ABORTED)
{
	return make_string(SEND, SEND);
}

STATE(sending_a_string_while_the_receiver_asks, CONTROL_S, SEND_ABORTED)
{
	return make_string(RECEIVE, SEND);
}

STATE(receiving_a_string_and_asking_for_its_page, CONTROL_R, RECEIVE_ABORTED)
{
	return make_string(RECEIVE, RECEIVE);
}

STATE(receiving_a_string_while_the_sender_asks, CONTROL_R, RECEIVE_ABORTED)
{
	return make_string(SEND, RECEIVE);
}

/* System calls that the kernel does in pieces: the thread was interrupted in one of them, and is as good as running. */

STATE(unmapping, 0, 0)
{
	return run(unmaps_forever);
}

STATE(halted_while_unmapping, CONTROL_H, 0)
{
	return halted(run(unmaps_forever));
}

STATE(setting_memory_attributes, 0, 0)
{
	return run(sets_attributes_forever);
}

static L4_ThreadId_t victim;

static void makes_and_deletes(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		L4_ThreadControl(victim, victim, runner, L4_nilthread, (void *)-1UL);
		thread_delete(victim);
	}
}

STATE(deleting_a_space, 0, 0)
{
	victim = thread_id_new();
	return run(makes_and_deletes);
}

/* The caller itself. It goes on behind the call, or where it said. */

static volatile L4_Word_t own_control;
static L4_Word_t own_sp;
volatile L4_Word_t exregs_states_sp, exregs_states_flags, exregs_states_result, exregs_states_old;

static void exchanges_itself(L4_Word_t unused)
{
	register L4_Word_t r8 __asm__("r8") = own_sp;
	register L4_Word_t r9 __asm__("r9") = (L4_Word_t)arrives;
	register L4_Word_t r10 __asm__("r10") = FLAGS_NEW;
	register L4_Word_t r12 __asm__("r12") = NEW_HANDLE;
	register L4_Word_t r13 __asm__("r13") = warden.raw;
	L4_Word_t control = own_control;

	(void)unused;
	__asm__ volatile("syscall\n\t"
			 "movq %%rsp, exregs_states_sp(%%rip)\n\t"
			 "movq %%rax, exregs_states_result(%%rip)\n\t"
			 "movq %%rsi, exregs_states_old(%%rip)\n\t"
			 "pushfq\n\t"
			 "popq exregs_states_flags(%%rip)\n"
			 "1:	jmp 1b"
			 : "+S"(control)
			 : "d"(CALL_WORD(CALL_EXCHANGE_REGISTERS, 0)), "D"(L4_MyGlobalId().raw), "r"(r8), "r"(r9),
			   "r"(r10), "r"(r12), "r"(r13)
			 : "rax", "rcx", "r11", "memory");
}

TEST_LIMIT(exregs, state_itself, 4000)
{
	for (unsigned bit = 0; bit < 16; bit++) {
		L4_ThreadId_t t;
		struct values after;

		own_control = 1UL << bit;
		own_sp = stack_new() - 8;
		exregs_states_sp = exregs_states_flags = exregs_states_result = 0;
		exregs_states_old = ~0UL;
		arrived = 0;
		t = run(exchanges_itself);
		after = look(t);
		EXPECT_EQ(after.user, own_control == CONTROL_USER ? NEW_HANDLE : 0);
		EXPECT_EQ(after.pager.raw, warden.raw);
		EXPECT_EQ(arrived, own_control == CONTROL_IP);
		if (own_control != CONTROL_IP) {
			EXPECT_EQ(exregs_states_result, after.result.raw);
			EXPECT_EQ(exregs_states_old, 0);
			EXPECT_EQ(exregs_states_flags & ~0x10UL,
				  own_control == CONTROL_FLAGS ? FLAGS_FIXED | FLAGS_NEW : FLAGS_FIXED);
			if (own_control == CONTROL_SP)
				EXPECT_EQ(exregs_states_sp, own_sp);
			else
				EXPECT(exregs_states_sp != own_sp);
		}
		EXPECT_EQ(thread_delete(t), 1);
	}
}

/* The pager, for threads of other spaces: an extension that must be asked for. */

enum { CONTROL_AS_PAGER = 1 << 22 };

TEST(exregs, other_space_as_pager)
{
	static const struct values new = {.user = NEW_HANDLE};
	L4_ThreadId_t t = thread_create(space_new(), worker), other = thread_create(space_new(), warden);
	L4_ThreadId_t inside = thread_create(space_new(), deaf);

	/* X.2's own bits reach no other space, whoever is the pager. */
	EXPECT_EQ(exchange(t, CONTROL_USER, &new).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	EXPECT(exchange(t, CONTROL_USER | CONTROL_AS_PAGER, &new).result.raw != 0);
	EXPECT_EQ(exchange(t, CONTROL_AS_PAGER, &new).user, NEW_HANDLE);
	/* Any thread of the pager's space may. */
	EXPECT(exchange(other, CONTROL_AS_PAGER, &new).result.raw != 0);
	/* A pager that does not exist, or is of a third space: nobody may. */
	EXPECT_EQ(exchange(inside, CONTROL_AS_PAGER, &new).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	EXPECT_EQ(L4_ThreadControl(inside, inside, L4_nilthread, t, (void *)-1UL), 1);
	EXPECT_EQ(exchange(inside, CONTROL_AS_PAGER, &new).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

TEST(exregs, error_5_ip_that_no_user_can_run_at)
{
	struct values new = {.ip = 0x800000000000UL};
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	struct values old;

	settle();
	old = exchange(t, CONTROL_IP | CONTROL_R | CONTROL_USER, &new);
	EXPECT_EQ(old.result.raw, 0);
	EXPECT_EQ(old.state, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	/* Nothing was changed. */
	EXPECT_EQ(look(t).state, CONTROL_R);
}
