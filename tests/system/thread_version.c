/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/thread_version.c - ThreadControl gives a thread another version, whatever it is doing, and many partners
 * learn of it; what it does with threads that wait for their start, or are forced into an exception.
 */
#include "moved.h"

static void cancels(void (*ipc_with)(L4_Word_t), L4_Word_t phase)
{
	L4_ThreadId_t other = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, ipc_with, other.raw), fresh = next_version(t);

	settle();
	EXPECT_EQ(move(fresh, fresh, KEEP), 1);
	expect_error(fresh, CANCELLED | phase);
	EXPECT_EQ(thread_delete(fresh), 1);
}

TEST(thread_control, new_version_cancels_its_receive)
{
	cancels(receives_from, RECEIVE);
}

TEST(thread_control, new_version_cancels_its_send)
{
	cancels(sends_to, SEND);
}

TEST(thread_control, new_version_fails_messages_to_the_old)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0), fresh = next_version(t);
	L4_ThreadId_t sender = thread_start(&own_space, sends_to, t.raw);

	settle();
	EXPECT_EQ(move(fresh, fresh, KEEP), 1);
	expect_error(sender, NO_PARTNER | SEND);
	EXPECT_EQ(thread_delete(fresh), 1);
}

TEST(thread_control, new_version_of_a_thread_that_waits_for_its_start)
{
	L4_ThreadId_t t = thread_create(&own_space, worker), fresh = next_version(t);
	struct message m;

	order = 1;
	EXPECT_EQ(move(fresh, fresh, KEEP), 1);
	thread_run(fresh, tells_its_ids, 0);
	REQUIRE(message_receive(fresh, &m));
	EXPECT_EQ(id_global, fresh.raw);
	EXPECT_EQ(thread_delete(fresh), 1);
}

static void renames_itself(L4_Word_t unused)
{
	L4_ThreadId_t fresh = next_version(L4_Myself());

	(void)unused;
	id_error = move(fresh, fresh, KEEP);
	id_global = L4_Myself().raw;
	report(LABEL_DONE, 0);
}

TEST(thread_control, new_version_of_oneself)
{
	L4_ThreadId_t t = thread_start(&own_space, renames_itself, 0), fresh = next_version(t);
	struct message m;

	settle();
	REQUIRE(message_receive(fresh, &m));
	EXPECT_EQ(id_error, 1);
	EXPECT_EQ(id_global, fresh.raw);
	EXPECT_EQ(thread_delete(fresh), 1);
}

TEST(thread_control, new_version_and_new_space_at_once)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t fresh = next_version(t);

	settle();
	EXPECT_EQ(move(fresh, other, utcb_new(there)), 1);
	L4_LoadMR(0, 0);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_NO_PARTNER);
	EXPECT_EQ(thread_delete(fresh), 1);
}

/* A thread that waits for its start message has another pager: it is his message that it waits for. */
TEST(thread_control, new_pager_sends_the_start_message)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);
	struct message m;

	order = 1;
	EXPECT_EQ(thread_control(t, t, L4_nilthread, worker, KEEP), 1);
	thread_run(t, tells_its_ids, 0);
	REQUIRE(message_receive(t, &m));
}

/* The pager of a thread that waits for its start message may come later. */
TEST(thread_control, pager_made_later)
{
	L4_ThreadId_t pager = thread_id_new(), t = thread_id_new(), victim = thread_start(&own_space, sleeps, 0);

	EXPECT_EQ(thread_control(t, runner, runner, pager, utcb_new(&own_space)), 1);
	EXPECT_EQ(thread_delete(victim), 1);
	EXPECT(L4_ThreadWasReceiving(L4_Stop(t)));
}

TEST(thread_control, error_5_pager)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	EXPECT_REFUSED(thread_control(t, t, L4_nilthread, L4_anythread, KEEP), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(thread_control(t, t, L4_nilthread, (L4_ThreadId_t){.raw = 0x400}, KEEP),
		       ERROR_INVALID_PARAMETER);
}

TEST(thread_control, error_6_utcb_of_an_active_thread)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	EXPECT_REFUSED(thread_control(t, t, L4_nilthread, L4_nilthread, utcb_new(&own_space)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_control(t, t, L4_nilthread, L4_nilthread, L4_LocalIdOf(t).raw), ERROR_UTCB_AREA);
}

/* Who overwrites his MyGlobalId is not found by his local id any more; nobody else is found instead. */
TEST(thread_control, forged_global_id_in_a_utcb)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0), local;
	struct utcb *u;

	settle();
	local = L4_LocalIdOf(t);
	u = (struct utcb *)local.raw;
	u->my_global_id = runner.raw;
	EXPECT_EQ(L4_GlobalIdOf(local).raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	u->my_global_id = ~0UL;
	EXPECT_EQ(L4_GlobalIdOf(local).raw, 0);
	u->my_global_id = 0;
	EXPECT_EQ(L4_GlobalIdOf(local).raw, 0);
	u->my_global_id = t.raw;
	EXPECT_EQ(L4_GlobalIdOf(local).raw, t.raw);
}

/* Many partners. */

enum { PARTNERS = 48 };

static volatile L4_Word_t told, wrong;

static void waits_in_vain(L4_Word_t to)
{
	L4_ThreadId_t t = {.raw = to};
	L4_MsgTag_t tag;
	L4_Word_t want;

	L4_LoadMR(0, 0);
	if (L4_ThreadNo(L4_Myself()) % 2) {
		tag = L4_Send(t);
		want = NO_PARTNER | SEND;
	} else {
		tag = L4_Receive(t);
		want = NO_PARTNER | RECEIVE;
	}
	wrong += !L4_IpcFailed(tag) || L4_ErrorCode() != want;
	told++;
	sleep_forever();
}

static L4_ThreadId_t with_partners(void)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	told = wrong = 0;
	for (unsigned i = 0; i < PARTNERS; i++)
		thread_start(&own_space, waits_in_vain, t.raw);
	settle();
	EXPECT_EQ(told, 0);
	return t;
}

TEST(thread_control, all_partners_of_a_deleted_thread_are_told)
{
	L4_ThreadId_t t = with_partners();

	EXPECT_EQ(thread_delete(t), 1);
	settle();
	EXPECT_EQ(told, PARTNERS);
	EXPECT_EQ(wrong, 0);
	/* The number can be used again. */
	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, KEEP), 1);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(thread_control, all_partners_of_a_renamed_thread_are_told)
{
	L4_ThreadId_t t = with_partners(), fresh = next_version(t);

	EXPECT_EQ(move(fresh, fresh, KEEP), 1);
	settle();
	EXPECT_EQ(told, PARTNERS);
	EXPECT_EQ(wrong, 0);
	EXPECT_EQ(thread_delete(fresh), 1);
}

/* Who deletes is deleted in the middle of telling them: his own end makes up for it. */

static void deletes(L4_Word_t t)
{
	thread_delete((L4_ThreadId_t){.raw = t});
	order = 99;
	sleep_forever();
}

TEST(thread_control, the_deleter_is_deleted)
{
	L4_ThreadId_t t = with_partners(), deleter;
	L4_Word_t old;

	order = 0;
	deleter = thread_start(&own_space, deletes, t.raw);
	L4_Sleep(L4_TimePeriod(6 * time_scale));
	EXPECT_EQ(thread_delete(deleter), 1);
	EXPECT_EQ(L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &old), 0);
	settle();
	EXPECT_EQ(told, PARTNERS);
	EXPECT_EQ(wrong, 0);
}

/* Among a thousand threads it takes long to tell all who wait; others are not kept waiting for that. */

enum { CROWD_FIRST = 5000, CROWD = 1000, RENAMES = 100 };
static volatile L4_Word_t renaming, ticks, latest;

static void renames(L4_Word_t t)
{
	L4_ThreadId_t victim = {.raw = t};

	for (unsigned i = 0; i < RENAMES; i++) {
		victim = next_version(victim);
		if (L4_Version(victim) % 64 == 0)
			victim = next_version(victim);
		wrong += move(victim, victim, KEEP) != 1;
	}
	renaming = 0;
}

static void ticks_meanwhile(L4_Word_t period)
{
	while (renaming) {
		L4_Word_t due = now_us() + period, late;

		L4_Sleep(L4_TimePeriod(period));
		late = now_us() - due;
		ticks++;
		if (late > latest)
			latest = late;
	}
	sleep_forever();
}

TEST_LIMIT(thread_control, new_version_among_a_thousand_threads, 4000)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0), renamer;

	for (unsigned i = 0; i < CROWD; i++)
		REQUIRE_EQ(thread_control(L4_GlobalId(CROWD_FIRST + i, 1), runner, runner, L4_nilthread, KEEP), 1);
	wrong = ticks = latest = 0;
	renaming = 1;
	renamer = thread_start(&own_space, renames, t.raw);
	set_priority(renamer, PRIORITY_LOW);
	thread_start(&own_space, ticks_meanwhile, 20 * time_scale);
	while (renaming)
		settle();
	EXPECT_EQ(wrong, 0);
	EXPECT(ticks >= 20);
	/* 10,000 instructions, both, of which the tick itself takes a part; in one piece it would be twice that. */
	EXPECT_BETWEEN(latest, 0, time_scale == 1 ? 10 : 2500);
	for (unsigned i = 0; i < CROWD; i++)
		EXPECT_EQ(thread_delete(L4_GlobalId(CROWD_FIRST + i, 1)), 1);
}

/* Forced exceptions (ExchangeRegisters, bit 16), which come when all else is done. */

static void force(L4_ThreadId_t t)
{
	L4_Word_t old;

	EXPECT(L4_ExchangeRegisters(t, 1 << 16, 0, 0, 0, 0, L4_nilthread, &old, &old, &old, &old, &old, &t).raw != 0);
}

static void spins_with(L4_Word_t number)
{
	__asm__ volatile("1: jmp 1b" : : "a"(number));
}

TEST(thread_move, a_forced_exception_comes_from_there)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0);
	L4_ThreadId_t t = thread_start_under(worker, &own_space, spins_with, 0x1234567);
	struct message m;

	settle();
	force(t);
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	REQUIRE(message_receive(t, &m));
	EXPECT(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_RAX], 0x1234567);
	EXPECT_EQ(m.mr[EXC_GS_BASE], there->utcb_area + (there->slots - 1) * UTCB_SIZE);
}

static void renames_for_ever(L4_Word_t t)
{
	for (;;)
		renames(t);
}

TEST(thread_control, forced_exception_while_partners_are_told)
{
	enum { FEW = 300 };
	L4_ThreadId_t victim = thread_start(&own_space, sleeps, 0), t;
	struct message m;

	for (unsigned i = 0; i < FEW; i++)
		REQUIRE_EQ(thread_control(L4_GlobalId(CROWD_FIRST + i, 1), runner, runner, L4_nilthread, KEEP), 1);
	t = thread_start_under(worker, &own_space, renames_for_ever, victim.raw);
	for (unsigned i = 0; i < 8; i++) {
		settle();
		force(t);
		REQUIRE(message_receive(t, &m));
		EXPECT(is_exception(&m));
		EXPECT_OK(frame_reply(&m, 0));
	}
	EXPECT_EQ(thread_delete(t), 1);
	for (unsigned i = 0; i < FEW; i++)
		EXPECT_EQ(thread_delete(L4_GlobalId(CROWD_FIRST + i, 1)), 1);
}

/* A fault that nobody answers halts, also who is to have an exception afterwards. */
TEST(exregs, forced_in_a_fault_whose_pager_goes)
{
	L4_ThreadId_t pager = thread_start(&own_space, sleeps, 0), t = thread_create(&own_space, worker);

	settle();
	thread_run(t, touches, ONLY_THERE);
	L4_Set_PagerOf(t, pager);
	settle();
	((struct utcb *)L4_LocalIdOf(t).raw)->exception_handler = worker.raw;
	force(t);
	EXPECT_EQ(thread_delete(pager), 1);
	settle();
	EXPECT(L4_ThreadWasHalted(L4_Stop(t)));
}
