/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/ipc_partner.c - who a partner can be: ids of every kind, partners that are not there
 * or go away. */
#include "test.h"

static void waits_for_anybody(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag = L4_Wait_Timeout(PATIENCE, &from);
	L4_Word_t word;

	(void)unused;
	L4_StoreMR(1, &word);
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : word);
}

static L4_MsgTag_t send_empty(L4_ThreadId_t to, L4_Time_t timeout)
{
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	return L4_Send_Timeout(to, timeout);
}

TEST(partner, send_to_nobody)
{
	EXPECT_FAILED(send_empty(thread_id_new(), L4_Never), SEND, IPC_NO_PARTNER);
}

TEST(partner, receive_from_nobody)
{
	EXPECT_FAILED(L4_Receive_Timeout(thread_id_new(), PATIENCE), RECEIVE, IPC_NO_PARTNER);
}

TEST(partner, wrong_version)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_for_anybody, 0);
	L4_ThreadId_t wrong = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2);

	settle();
	EXPECT_FAILED(send_empty(wrong, L4_Never), SEND, IPC_NO_PARTNER);
	EXPECT_FAILED(L4_Receive_Timeout(wrong, PATIENCE), RECEIVE, IPC_NO_PARTNER);
}

TEST(partner, version_differs_above_bit_16)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_for_anybody, 0);

	settle();
	EXPECT_FAILED(send_empty((L4_ThreadId_t){.raw = t.raw ^ 1UL << 31}, L4_Never), SEND,
		      IPC_NO_PARTNER);
	EXPECT_FAILED(send_empty((L4_ThreadId_t){.raw = t.raw ^ 1UL << 17}, L4_Never), SEND,
		      IPC_NO_PARTNER);
}

TEST(partner, thread_number_out_of_range)
{
	static const L4_Word_t numbers[] = {0xfffff,	0xffffe,    0x100000,
					    0x7fffffff, 0x80000000, 0xffffffff};

	for (unsigned i = 0; i < 6; i++) {
		EXPECT_FAILED(send_empty(L4_GlobalId(numbers[i], 1), PATIENCE), SEND,
			      IPC_NO_PARTNER);
		EXPECT_FAILED(L4_Receive_Timeout(L4_GlobalId(numbers[i], 1), PATIENCE), RECEIVE,
			      IPC_NO_PARTNER);
	}
}

/* The number of an existing thread with bits set above the 20 that a number has. */
TEST(partner, thread_number_wraps)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_for_anybody, 0);

	settle();
	EXPECT_FAILED(send_empty((L4_ThreadId_t){.raw = t.raw | 1UL << 52}, PATIENCE), SEND,
		      IPC_NO_PARTNER);
	EXPECT_FAILED(send_empty((L4_ThreadId_t){.raw = t.raw | 1UL << 63}, PATIENCE), SEND,
		      IPC_NO_PARTNER);
}

TEST(partner, send_to_anythread)
{
	EXPECT_FAILED(send_empty(L4_anythread, PATIENCE), SEND, IPC_NO_PARTNER);
	EXPECT_FAILED(send_empty(L4_anylocalthread, PATIENCE), SEND, IPC_NO_PARTNER);
}

/* To nilthread there is no send phase: nothing fails. */
TEST(partner, send_to_nilthread)
{
	EXPECT_OK(send_empty(L4_nilthread, PATIENCE));
}

/* The thread before it got pager and UTCB. */
TEST(partner, inactive_thread)
{
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(t, runner, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT(L4_IpcFailed(send_empty(t, L4_ZeroTime)));
	EXPECT(L4_IpcFailed(L4_Receive_Timeout(t, L4_ZeroTime)));
}

TEST(partner, send_to_self)
{
	L4_Word_t before = now_us();

	EXPECT(L4_IpcFailed(send_empty(L4_MyGlobalId(), L4_TimePeriod(2000))));
	EXPECT_BETWEEN(now_us() - before, 0, 5000);
	EXPECT(L4_IpcFailed(send_empty(L4_MyLocalId(), L4_TimePeriod(2000))));
}

TEST(partner, receive_from_self)
{
	EXPECT_FAILED(L4_Receive_Timeout(L4_MyGlobalId(), L4_TimePeriod(2000)), RECEIVE,
		      IPC_TIMEOUT);
	EXPECT_FAILED(L4_Receive_Timeout(L4_MyLocalId(), L4_TimePeriod(2000)), RECEIVE,
		      IPC_TIMEOUT);
}

TEST(partner, call_to_self)
{
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT(L4_IpcFailed(
	    L4_Call_Timeouts(L4_MyGlobalId(), L4_TimePeriod(1000), L4_TimePeriod(1000))));
}

/* While one sleeps (receives from itself), nobody can send to it. */
TEST(partner, sleeper_takes_no_message)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	EXPECT_FAILED(send_empty(t, L4_TimePeriod(2000)), SEND, IPC_TIMEOUT);
}

TEST(partner, interrupt_number_without_interrupt)
{
	EXPECT(L4_IpcFailed(send_empty(L4_GlobalId(3, 1), L4_ZeroTime)));
	EXPECT(L4_IpcFailed(L4_Receive_Timeout(L4_GlobalId(3, 1), L4_ZeroTime)));
}

TEST(partner, system_thread_number)
{
	EXPECT(L4_IpcFailed(send_empty(L4_GlobalId(SYSTEM_BASE, 1), L4_ZeroTime)));
	EXPECT(L4_IpcFailed(send_empty(L4_GlobalId(SYSTEM_BASE + 1, 1), L4_ZeroTime)));
}

/* Local ids. */

TEST(partner, local_id_as_destination)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_for_anybody, 0), from;
	L4_ThreadId_t local = L4_LocalIdOf(t);
	L4_Word_t word;

	settle();
	REQUIRE(L4_IsLocalId(local) && !L4_IsNilThread(local));
	EXPECT_OK(word_send(local, 1, 99));
	REQUIRE_OK(L4_Wait_Timeout(PATIENCE, &from));
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 99);
}

static void sends(L4_Word_t word)
{
	report(LABEL_DONE, word);
}

TEST(partner, local_id_as_source)
{
	L4_ThreadId_t t = thread_start(&own_space, sends, 12), from = L4_nilthread;
	L4_MsgTag_t tag =
	    L4_Ipc(L4_nilthread, L4_LocalIdOf(t), L4_Timeouts(PATIENCE, PATIENCE), &from);
	L4_Word_t word;

	REQUIRE_OK(tag);
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 12);
	EXPECT(L4_SameThreads(from, t));
}

TEST(partner, local_id_of_another_space)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start(s, waits_for_anybody, 0);

	settle();
	/* The address of its UTCB means nothing here. */
	EXPECT_FAILED(send_empty((L4_ThreadId_t){.raw = s->utcb_area}, PATIENCE), SEND,
		      IPC_NO_PARTNER);
	(void)t;
}

TEST(partner, local_ids_that_are_none)
{
	static const L4_Word_t ids[] = {0x40,
					0x1000,
					0x7fffffffffc0UL,
					0x800000000000UL,
					0xffff800000000000UL,
					0xffffffff80000000UL,
					0xffffffffffffff80UL};

	for (unsigned i = 0; i < 7; i++) {
		L4_ThreadId_t id = {.raw = ids[i]};

		EXPECT_FAILED(send_empty(id, PATIENCE), SEND, IPC_NO_PARTNER);
		EXPECT_FAILED(L4_Receive_Timeout(id, L4_TimePeriod(1000)), RECEIVE, IPC_NO_PARTNER);
	}
	/* Inside the UTCB area, but the slot of no thread; and in the middle of a slot. */
	EXPECT_FAILED(
	    send_empty((L4_ThreadId_t){.raw = own_space.utcb_area + 200 * UTCB_SIZE}, PATIENCE),
	    SEND, IPC_NO_PARTNER);
	EXPECT_FAILED(send_empty((L4_ThreadId_t){.raw = L4_LocalIdOf(runner).raw + 64}, PATIENCE),
		      SEND, IPC_NO_PARTNER);
}

TEST(partner, my_ids)
{
	EXPECT_EQ(L4_MyGlobalId().raw, worker.raw);
	EXPECT_EQ(L4_GlobalIdOf(L4_MyLocalId()).raw, worker.raw);
	EXPECT_EQ(L4_LocalIdOf(worker).raw, L4_MyLocalId().raw);
	EXPECT(L4_SameThreads(L4_MyLocalId(), worker));
	EXPECT_EQ(L4_MyLocalId().raw & 0x3f, 0);
	EXPECT(!L4_SameThreads(runner, worker));
}

TEST(partner, any_local_thread)
{
	L4_ThreadId_t foreign = thread_start(space_new(), sends, 1);
	L4_ThreadId_t local = thread_start(&own_space, sends, 2), from;
	L4_MsgTag_t tag;
	L4_Word_t word;

	settle();
	/* The foreign one came first, but is not meant. */
	tag = L4_Ipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(PATIENCE, PATIENCE), &from);
	REQUIRE_OK(tag);
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 2);
	EXPECT_EQ(from.raw, L4_LocalIdOf(local).raw);
	tag = L4_Ipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(PATIENCE, L4_ZeroTime), &from);
	EXPECT_FAILED(tag, RECEIVE, IPC_TIMEOUT);
	REQUIRE_OK(L4_Receive_Timeout(foreign, PATIENCE));
}

static void waits_locally(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag =
	    L4_Ipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(PATIENCE, PATIENCE), &from);

	(void)unused;
	report(LABEL_DONE, L4_IpcFailed(tag) ? 0 : from.raw);
}

TEST(partner, any_local_thread_waits_first)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start(&own_space, waits_locally, 0);
	L4_Word_t word;

	settle();
	EXPECT_OK(send_empty(t, PATIENCE));
	REQUIRE_OK(L4_Receive_Timeout(t, PATIENCE));
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, L4_MyLocalId().raw);

	t = thread_start(s, waits_locally, 0);
	settle();
	EXPECT_FAILED(send_empty(t, L4_TimePeriod(2000)), SEND, IPC_TIMEOUT);
}

static void lipc_server(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_Word_t word;

	(void)unused;
	L4_Wait(&from);
	L4_StoreMR(1, &word);
	L4_LoadMR(0, tag_make(0, 2, 0).raw);
	L4_LoadMR(1, word + 1);
	L4_LoadMR(2, from.raw);
	L4_LreplyWait(from, &from);
}

TEST(partner, lcall)
{
	L4_ThreadId_t t = thread_start(&own_space, lipc_server, 0);
	L4_MsgTag_t tag;
	L4_Word_t words[2];

	settle();
	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_LoadMR(1, 41);
	tag = L4_Lcall(L4_LocalIdOf(t));
	REQUIRE_OK(tag);
	L4_StoreMRs(1, 2, words);
	EXPECT_EQ(words[0], 42);
	EXPECT(L4_SameThreads((L4_ThreadId_t){.raw = words[1]}, worker));
}

TEST(partner, lipc_names_local_ids)
{
	L4_ThreadId_t t = thread_start(&own_space, sends, 2), from;
	L4_MsgTag_t tag =
	    L4_Lipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(PATIENCE, PATIENCE), &from);

	REQUIRE_OK(tag);
	EXPECT_EQ(from.raw, L4_LocalIdOf(t).raw);
}

/* Partners that go away. */

static void sends_to(L4_Word_t to)
{
	L4_ThreadId_t destination = {.raw = to};
	L4_MsgTag_t tag = send_empty(destination, L4_Never);

	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

static void receives_from(L4_Word_t source)
{
	L4_ThreadId_t from = {.raw = source};
	L4_MsgTag_t tag = L4_Receive(from);

	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

static void deleted_while(void (*activity)(L4_Word_t), L4_Word_t error)
{
	struct space *victims = space_new(), *waiters = space_new();
	L4_ThreadId_t victim = thread_start(victims, sleeps, 0);
	L4_ThreadId_t waiter;
	struct message m;

	thread_start(victims, sleeps, 0);
	waiter = thread_start(waiters, activity, victim.raw);
	settle();
	EXPECT_EQ(thread_delete(victim), 1);
	REQUIRE(message_receive(waiter, &m));
	EXPECT_EQ(m.mr[1] & 0xf, error);
}

TEST(partner, deleted_while_we_send)
{
	deleted_while(sends_to, IPC_NO_PARTNER << 1 | SEND);
}

TEST(partner, deleted_while_we_receive)
{
	deleted_while(receives_from, IPC_NO_PARTNER << 1 | RECEIVE);
}

/* The sender whose turn would be next is deleted: the others keep their order. */
TEST(partner, queued_sender_deleted)
{
	L4_ThreadId_t a = thread_start(space_new(), sends, 1), from;
	L4_ThreadId_t b = thread_start(space_new(), sends, 2);
	L4_Word_t word;

	settle();
	EXPECT_EQ(thread_delete(a), 1);
	REQUIRE_OK(L4_Wait_Timeout(PATIENCE, &from));
	EXPECT_EQ(from.raw, b.raw);
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 2);
	EXPECT_FAILED(L4_Wait_Timeout(L4_ZeroTime, &from), RECEIVE, IPC_TIMEOUT);
}

/* A thread number that is used again under a new version is not the old thread. */
TEST(partner, recycled_number)
{
	L4_ThreadId_t t = thread_start(&own_space, waits_for_anybody, 0);
	L4_ThreadId_t again = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) ^ 0x10000);
	L4_Word_t utcb = L4_LocalIdOf(t).raw;

	settle();
	REQUIRE_EQ(thread_delete(t), 1);
	REQUIRE_EQ(L4_ThreadControl(again, runner, runner, warden, (void *)utcb), 1);
	EXPECT_FAILED(send_empty(t, PATIENCE), SEND, IPC_NO_PARTNER);
	EXPECT_EQ(L4_GlobalIdOf((L4_ThreadId_t){.raw = utcb}).raw, again.raw);
	EXPECT_EQ(thread_delete(again), 1);
}

static void calls_worker(L4_Word_t unused)
{
	(void)unused;
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	L4_Call(worker);
}

/* Delete a thread in the middle of a call; whoever wanted to answer finds nobody. */
TEST(partner, caller_deleted)
{
	L4_ThreadId_t t = thread_start(space_new(), calls_worker, 0);

	REQUIRE_OK(L4_Receive_Timeout(t, PATIENCE));
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_FAILED(send_empty(t, PATIENCE), SEND, IPC_NO_PARTNER);
}

static void sends_for_a_while(L4_Word_t timeout)
{
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	L4_Send_Timeout(worker, L4_TimePeriod(timeout));
	sleep_forever();
}

/* A sender whose timeout is over has left the queue. */
TEST(partner, queued_sender_timed_out)
{
	L4_ThreadId_t a = thread_start(space_new(), sends_for_a_while, 1000), from;
	L4_ThreadId_t b;

	settle();
	b = thread_start(space_new(), sends, 2);
	settle();
	L4_Sleep(L4_TimePeriod(5000));
	REQUIRE_OK(L4_Wait_Timeout(PATIENCE, &from));
	EXPECT_EQ(from.raw, b.raw);
	EXPECT_FAILED(L4_Receive_Timeout(a, L4_ZeroTime), RECEIVE, IPC_TIMEOUT);
}
