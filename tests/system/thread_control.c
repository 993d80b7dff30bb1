/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/thread_control.c - ThreadControl: create, activate, change, delete, and each way to
 * be refused. */
#include "test.h"

TEST(thread_control, create_and_delete)
{
	L4_ThreadId_t t = thread_id_new();

	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, -1UL), 1);
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_REFUSED(thread_delete(t), ERROR_INVALID_THREAD);
}

TEST(thread_control, create_active)
{
	L4_ThreadId_t t = thread_id_new();
	L4_Word_t utcb = utcb_new(&own_space);

	EXPECT_EQ(thread_control(t, runner, runner, worker, utcb), 1);
	EXPECT_EQ(L4_LocalIdOf(t).raw, utcb);
	EXPECT_EQ(L4_PagerOf(t).raw, worker.raw);
}

TEST(thread_control, activate_later)
{
	L4_ThreadId_t t = thread_id_new();
	L4_Word_t utcb = utcb_new(&own_space);

	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, -1UL), 1);
	EXPECT_EQ(thread_control(t, runner, runner, worker, utcb), 1);
	thread_run(t, sleeps, 0);
}

TEST(thread_control, utcb_holds_ids)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);
	struct utcb *u = (struct utcb *)L4_LocalIdOf(t).raw;

	EXPECT_EQ(u->my_global_id, t.raw);
	EXPECT_EQ(u->my_local_id, (L4_Word_t)u);
	EXPECT_EQ(u->processor_no, 0);
}

/* A slot that is used again shows nothing of its former owner. */
TEST(thread_control, utcb_is_clean)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);
	struct utcb *u = (struct utcb *)L4_LocalIdOf(t).raw;

	for (unsigned i = 0; i < 64; i++)
		u->mr[i] = 0x5ec2e7;
	for (unsigned i = 0; i < BUFFER_REGISTERS; i++)
		u->br[i] = 0x5ec2e7;
	EXPECT_EQ(thread_delete(t), 1);
	t = thread_id_new();
	EXPECT_EQ(thread_control(t, runner, runner, worker, (L4_Word_t)u), 1);
	EXPECT_EQ(u->br[0], 0);
	EXPECT_EQ(u->mr[9], 0);
}

/* The start message. */

static void says_hello(L4_Word_t word)
{
	report(LABEL_DONE, word);
}

TEST(thread_control, start_message)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);
	struct message m;

	thread_run(t, says_hello, 17);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 17);
}

TEST(thread_control, start_message_only_from_pager)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);

	L4_LoadMR(0, tag_make(0, 2, 0).raw);
	EXPECT_FAILED(L4_Send_Timeout(t, L4_TimePeriod(2000)), SEND, IPC_TIMEOUT);
}

TEST(thread_control, start_message_has_two_words)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);
	struct message m;

	for (unsigned words = 0; words < 5; words++) {
		if (words == 2)
			continue;
		L4_LoadMR(0, tag_make(0, words, 0).raw);
		L4_LoadMR(1, 0x666000);
		L4_LoadMR(2, 0x666000);
		EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_TimePeriod(2000))));
	}
	/* It still waits for the right one. */
	thread_run(t, says_hello, 18);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 18);
}

TEST(thread_control, start_at_kernel_address)
{
	static const L4_Word_t places[] = {0xffffffff80000000UL, 0x800000000000UL, 0x7fffffffffffUL,
					   1UL << 63};

	for (unsigned i = 0; i < 4; i++) {
		L4_ThreadId_t t = thread_create(&own_space, worker);

		L4_LoadMR(0, tag_make(0, 2, 0).raw);
		L4_LoadMR(1, places[i]);
		L4_LoadMR(2, places[i]);
		L4_Send_Timeout(t, L4_TimePeriod(2000));
		L4_Receive_Timeout(t, L4_TimePeriod(2000));
		EXPECT_EQ(thread_delete(t), 1);
	}
}

/* Changes. */

TEST(thread_control, new_version)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t renamed = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2);
	struct utcb *u = (struct utcb *)L4_LocalIdOf(t).raw;

	settle();
	EXPECT_EQ(thread_control(renamed, runner, L4_nilthread, L4_nilthread, -1UL), 1);
	EXPECT_EQ(L4_LocalIdOf(renamed).raw, (L4_Word_t)u);
	EXPECT_EQ(u->my_global_id, renamed.raw);
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_NO_PARTNER);
	EXPECT_EQ(thread_delete(renamed), 1);
}

static void receives_from(L4_Word_t source)
{
	L4_ThreadId_t from = {.raw = source};
	L4_MsgTag_t tag = L4_Receive(from);

	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

TEST(thread_control, new_version_fails_who_waits_for_the_old)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t waiter = thread_start(&own_space, receives_from, t.raw);
	L4_ThreadId_t renamed = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2);
	struct message m;

	settle();
	EXPECT_EQ(thread_control(renamed, runner, L4_nilthread, L4_nilthread, -1UL), 1);
	REQUIRE(message_receive(waiter, &m));
	EXPECT_EQ(m.mr[1] & 0xf, IPC_NO_PARTNER << 1 | RECEIVE);
	EXPECT_EQ(thread_delete(renamed), 1);
}

TEST(thread_control, new_pager)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	EXPECT_EQ(thread_control(t, runner, L4_nilthread, worker, -1UL), 1);
	EXPECT_EQ(L4_PagerOf(t).raw, worker.raw);
}

TEST(thread_control, new_scheduler)
{
	L4_ThreadId_t t = thread_start(space_new(), sleeps, 0);

	EXPECT_EQ(thread_control(t, t, worker, L4_nilthread, -1UL), 1);
}

/* Refusals. Error numbers are X.2's. */

static volatile L4_Word_t unprivileged_result, unprivileged_error;

static void deletes(L4_Word_t victim)
{
	L4_ThreadId_t t = {.raw = victim};

	unprivileged_result = thread_delete(t);
	unprivileged_error = L4_ErrorCode();
	report(LABEL_DONE, 0);
}

static void creates(L4_Word_t id)
{
	L4_ThreadId_t t = {.raw = id};

	unprivileged_result = thread_control(t, L4_MyGlobalId(), L4_MyGlobalId(), L4_nilthread, -1UL);
	unprivileged_error = L4_ErrorCode();
	report(LABEL_DONE, 0);
}

TEST(thread_control, error_1_unprivileged_delete)
{
	struct space *s = space_new();
	L4_ThreadId_t victim = thread_start(s, sleeps, 0), t = thread_start(s, deletes, victim.raw);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(unprivileged_result, 0);
	EXPECT_EQ(unprivileged_error, ERROR_NO_PRIVILEGE);
	EXPECT_EQ(thread_delete(victim), 1);
}

TEST(thread_control, error_1_unprivileged_create)
{
	L4_ThreadId_t t = thread_start(space_new(), creates, thread_id_new().raw);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(unprivileged_result, 0);
	EXPECT_EQ(unprivileged_error, ERROR_NO_PRIVILEGE);
}

TEST(thread_control, error_2_delete_nobody)
{
	EXPECT_REFUSED(thread_delete(thread_id_new()), ERROR_INVALID_THREAD);
}

TEST(thread_control, error_2_delete_wrong_version)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t wrong = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2);

	/* X.2 names the thread by its number; a kernel may look at the version, too. Never is
	 * another thread hit. */
	if (thread_delete(wrong) == 0)
		EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	EXPECT(L4_LocalIdOf(runner).raw != 0);
}

TEST(thread_control, error_2_reserved_numbers)
{
	EXPECT_REFUSED(thread_control(L4_GlobalId(0xfffff, 1), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_GlobalId(0x100000, 1), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_GlobalId(0xffffffff, 1), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_GlobalId(SYSTEM_BASE, 1), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_GlobalId(USER_BASE - 1, 1), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
}

TEST(thread_control, error_2_no_version)
{
	L4_ThreadId_t t = thread_id_new();

	/* The low six bits of a version are not all 0: that would be a local id. */
	EXPECT_REFUSED(thread_control(L4_GlobalId(L4_ThreadNo(t), 0), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_GlobalId(L4_ThreadNo(t), 64), runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
}

TEST(thread_control, error_2_special_ids)
{
	EXPECT_REFUSED(thread_control(L4_nilthread, runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_anythread, runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_control(L4_anylocalthread, runner, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_delete(L4_nilthread), ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_delete(L4_anythread), ERROR_INVALID_THREAD);
}

TEST(thread_control, highest_number)
{
	L4_ThreadId_t t = L4_GlobalId(0xffffe, 1);

	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, -1UL), 1);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(thread_control, error_3_space_of_nobody)
{
	EXPECT_REFUSED(thread_control(thread_id_new(), thread_id_new(), runner, L4_nilthread, -1UL),
		       ERROR_INVALID_SPACE);
	EXPECT_REFUSED(thread_control(thread_id_new(), L4_anythread, runner, L4_nilthread, -1UL),
		       ERROR_INVALID_SPACE);
}

TEST(thread_control, error_4_scheduler_of_nobody)
{
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, thread_id_new(), L4_nilthread, -1UL),
		       ERROR_INVALID_SCHEDULER);
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, L4_nilthread, L4_nilthread, -1UL),
		       ERROR_INVALID_SCHEDULER);
}

TEST(thread_control, error_6_utcb_outside_of_area)
{
	L4_Word_t area = own_space.utcb_area, size = 1UL << own_space.utcb_log2;
	const L4_Word_t places[] = {0,
				    0x400000,
				    area - UTCB_SIZE,
				    area + size,
				    0x800000000000UL,
				    0xffffffff80000000UL,
				    0x7ffffffffc00UL,
				    ~0UL - 0x3ff};

	for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
		EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, places[i]),
			       ERROR_UTCB_AREA);
}

TEST(thread_control, error_6_utcb_misaligned)
{
	L4_Word_t utcb = utcb_new(&own_space);

	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, utcb + 1), ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, utcb + 64),
		       ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, utcb + 512),
		       ERROR_UTCB_AREA);
}

TEST(thread_control, error_6_utcb_taken)
{
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, L4_LocalIdOf(runner).raw),
		       ERROR_UTCB_AREA);
}

TEST(thread_control, refused_means_unchanged)
{
	L4_ThreadId_t t = thread_id_new();

	EXPECT_REFUSED(thread_control(t, runner, runner, worker, 0x1234), ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_delete(t), ERROR_INVALID_THREAD);
}

/* A space without areas cannot hold an active thread. */
TEST(thread_control, active_thread_needs_a_laid_out_space)
{
	L4_ThreadId_t t = thread_id_new();

	EXPECT_EQ(thread_control(t, t, runner, L4_nilthread, -1UL), 1);
	EXPECT_REFUSED(thread_control(t, t, runner, worker, 0x600000000000UL), ERROR_INVALID_SPACE);
}

TEST(thread_control, deleting_oneself)
{
	EXPECT_EQ(thread_delete(worker), 0);
	EXPECT_EQ(L4_ErrorCode(), L4_ErrInvalidThread);
	EXPECT_EQ(thread_delete(L4_MyLocalId()), 0);
}

TEST(thread_control, delete_running)
{
	L4_ThreadId_t t = thread_start(space_new(), loops, 0);

	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(thread_delete(t), 1);
}

static void faults(L4_Word_t unused)
{
	(void)unused;
	*(volatile L4_Word_t *)0x700000000000UL;
}

/* In every state a thread can be in: never started, waiting for its pager, in an exception, halted.
 */
TEST(thread_control, delete_in_every_state)
{
	L4_ThreadId_t t = thread_create(space_new(), worker);

	EXPECT_EQ(thread_delete(t), 1);
	t = thread_start_under(worker, &own_space, faults, 0);
	settle();
	EXPECT_EQ(thread_delete(t), 1);
	t = thread_start_under(worker, &own_space, faults, 0);
	REQUIRE_OK(L4_Receive_Timeout(t, PATIENCE));
	EXPECT_EQ(thread_delete(t), 1);
	t = thread_start(&own_space, loops, 0);
	settle();
	L4_Stop(t);
	EXPECT_EQ(thread_delete(t), 1);
}

/* Spaces come and go: what they used comes back. */
TEST_LIMIT(thread_control, thousand_spaces, 4000)
{
	L4_ThreadId_t t = thread_id_new();

	for (unsigned i = 0; i < 1000; i++) {
		t = L4_GlobalId(L4_ThreadNo(t), 2 * i + 1);
		REQUIRE_EQ(thread_control(t, t, runner, L4_nilthread, -1UL), 1);
		REQUIRE_EQ(set_areas(t, L4_FpageLog2(own_space.kip, 12), L4_FpageLog2(0x600000000000UL, 16)), 1);
		REQUIRE_EQ(thread_control(t, t, runner, worker, 0x600000000000UL), 1);
		REQUIRE_EQ(thread_delete(t), 1);
	}
}

TEST_LIMIT(thread_control, thousand_threads_at_once, 4000)
{
	enum { FIRST = 5000, COUNT = 1000 };
	struct space *s = space_new_at(own_space.kip, 0x600000000000UL, 20);
	L4_ThreadId_t first = thread_start(s, sleeps, 0);
	unsigned made = 0;

	for (; made < COUNT; made++) {
		if (!thread_control(L4_GlobalId(FIRST + made, 1), first, runner, worker, utcb_new(s))) {
			EXPECT_EQ(L4_ErrorCode(), ERROR_NONE);
			break;
		}
	}
	for (unsigned i = 0; i < made; i++)
		EXPECT_EQ(thread_delete(L4_GlobalId(FIRST + i, 1)), 1);
	EXPECT_EQ(made, COUNT);
}

/* Memory runs out: an error for who asked, and everything works as before when it is given back. */
TEST_LIMIT(thread_control, out_of_memory, 10000)
{
	enum { FIRST = 10000, MOST = 200000 };
	L4_Word_t made = 0, error = 0;

	while (made < MOST) {
		L4_ThreadId_t t = L4_GlobalId(FIRST + made, 1);

		if (!thread_control(t, t, runner, L4_nilthread, -1UL)) {
			error = L4_ErrorCode();
			break;
		}
		made++;
	}
	if (made < MOST)
		EXPECT_EQ(error, ERROR_NO_MEMORY);
	for (L4_Word_t i = 0; i < made; i++)
		REQUIRE_EQ(thread_delete(L4_GlobalId(FIRST + i, 1)), 1);
	/* As many again: nothing was lost. */
	for (L4_Word_t i = 0; i < made; i++) {
		L4_ThreadId_t t = L4_GlobalId(FIRST + i, 3);

		if (!thread_control(t, t, runner, L4_nilthread, -1UL)) {
			FAIL("expected %lu spaces again, got %lu", made, i);
			made = i;
			break;
		}
	}
	for (L4_Word_t i = 0; i < made; i++)
		EXPECT_EQ(thread_delete(L4_GlobalId(FIRST + i, 3)), 1);
}
