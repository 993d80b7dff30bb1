/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/redirectors.c - which thread is the redirector of a space, what when it is gone, and who may set it. */
#include "confined.h"

/* Which redirector. */

TEST(redirect, anythread_means_none)
{
	L4_ThreadId_t t;

	set_up();
	EXPECT_EQ(set_redirector(inside, L4_anythread), 1);
	t = says(0, outside);
	EXPECT(wait_until(&listening[0].done, 1, 50));
	EXPECT_EQ(listening[0].heard.from.raw, t.raw);
	EXPECT(!L4_IpcRedirected(listening[0].heard.tag));
}

TEST(redirect, nilthread_leaves_it)
{
	set_up();
	EXPECT_EQ(set_redirector(inside, L4_nilthread), 1);
	heard_redirected(says(0, outside), outside);
}

TEST(redirect, nilthread_leaves_none)
{
	set_up();
	EXPECT_EQ(set_redirector(inside, L4_anythread), 1);
	EXPECT_EQ(set_redirector(inside, L4_nilthread), 1);
	says(0, outside);
	EXPECT(wait_until(&listening[0].done, 1, 50));
}

TEST(redirect, local_id)
{
	set_up_with(L4_anythread);
	EXPECT_EQ(set_redirector(inside, L4_MyLocalId()), 1);
	heard_redirected(says(0, outside), outside);
}

TEST(redirect, another_redirector)
{
	L4_ThreadId_t t, l;

	set_up();
	l = listens(1, &own_space, L4_anythread);
	EXPECT_EQ(set_redirector(inside, l), 1);
	t = says(0, outside);
	EXPECT(wait_until(&listening[1].done, 1, 50));
	EXPECT_EQ(listening[1].heard.from.raw, t.raw);
	EXPECT_EQ(listening[1].heard.intended.raw, outside.raw);
}

/* What had left the space before it was confined was let out. */
TEST(redirect, message_under_way_when_set)
{
	L4_ThreadId_t t, l;
	struct heard h;

	set_up_with(L4_anythread);
	l = thread_start(beyond, sleeps, 0);
	t = says(0, l);
	EXPECT_EQ(set_redirector(inside, worker), 1);
	EXPECT(!hear(t, SHORT, &h));
	EXPECT_EQ(speech[0].done, 0);
}

TEST(redirect, redirector_of_another_space_is_redirected_itself)
{
	/* confined -> a thread of `between` -> the worker */
	struct space *between;
	L4_ThreadId_t first, t;
	struct heard h;

	set_up_with(L4_anythread);
	between = space_new();
	first = listens(1, between, L4_anythread);
	may_go = 0;
	t = say_later(0, outside);
	settle();
	EXPECT_EQ(set_redirector(inside, first), 1);
	EXPECT_EQ(set_redirector(first, worker), 1);
	may_go = 1;
	EXPECT(wait_until(&listening[1].done, 1, 50));
	EXPECT_EQ(listening[1].heard.from.raw, t.raw);
	EXPECT_EQ(listening[1].heard.intended.raw, outside.raw);
	/* a thread of `between` passes it on, and that is redirected in turn */
	says_within(1, between, outside, PROPAGATED, t, PATIENCE);
	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(h.tag.raw & 0xf000, PROPAGATED | REDIRECTED);
	EXPECT_EQ(h.from.raw, t.raw);
	EXPECT_EQ(h.intended.raw, outside.raw);
	EXPECT_EQ(listening[0].done, 0);
}

/* A redirector that goes. */

TEST(redirect, deleted_redirector_lets_nothing_pass)
{
	L4_ThreadId_t r = thread_start(&own_space, sleeps, 0);

	set_up_with(r);
	says(0, outside);
	EXPECT_EQ(speech[0].done, 0);
	EXPECT_EQ(thread_delete(r), 1);
	speech_failed(0, IPC_NO_PARTNER << 1 | SEND);
	EXPECT_EQ(listening[0].done, 0);
}

TEST(redirect, deleted_redirector_lets_later_messages_pass_inside_only)
{
	L4_ThreadId_t r = thread_start(&own_space, sleeps, 0), l;

	may_go = 0;
	set_up_with(r);
	l = listens(1, confined, L4_anythread);
	say_later(0, outside);
	say_later(1, worker);
	say_later(2, l);
	settle();
	EXPECT_EQ(thread_delete(r), 1);
	may_go = 1;
	speech_failed(0, IPC_NO_PARTNER << 1 | SEND);
	speech_failed(1, IPC_NO_PARTNER << 1 | SEND);
	speech_failed(2, 0);
	EXPECT_EQ(listening[0].done, 0);
	EXPECT_EQ(listening[1].done, 1);
}

TEST(redirect, successor_of_deleted_redirector_is_none)
{
	L4_ThreadId_t r = thread_start(&own_space, sleeps, 0), again = L4_GlobalId(L4_ThreadNo(r), L4_Version(r) + 2);
	struct heard h;

	may_go = 0;
	set_up_with(r);
	say_later(0, outside);
	settle();
	EXPECT_EQ(thread_delete(r), 1);
	REQUIRE_EQ(L4_ThreadControl(again, worker, runner, L4_nilthread, (void *)-1UL), 1);
	may_go = 1;
	speech_failed(0, IPC_NO_PARTNER << 1 | SEND);
	EXPECT(!hear(L4_anythread, L4_ZeroTime, &h));
	EXPECT_EQ(thread_delete(again), 1);
}

TEST(redirect, fault_without_redirector_halts)
{
	L4_ThreadId_t r = thread_start(&own_space, sleeps, 0), t;
	struct heard h;

	set_up_with(r);
	t = thread_create(confined, worker);
	EXPECT_EQ(thread_delete(r), 1);
	thread_run(t, sleeps, 0);
	EXPECT(!hear(L4_anythread, SHORT, &h));
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(redirect, intended_receiver_deleted_while_queued)
{
	L4_ThreadId_t t;

	set_up();
	t = says(0, outside);
	EXPECT_EQ(thread_delete(outside), 1);
	heard_redirected(t, outside);
	EXPECT_FAILED(speak(outside, PROPAGATED, t, 0, SHORT), SEND, IPC_NO_PARTNER);
}

TEST(redirect, sender_deleted_while_queued)
{
	struct heard h;

	set_up();
	EXPECT_EQ(thread_delete(says(0, outside)), 1);
	EXPECT(!hear(L4_anythread, SHORT, &h));
}

TEST(redirect, inactive_redirector)
{
	L4_ThreadId_t r = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(r, runner, runner, L4_nilthread, (void *)-1UL), 1);
	set_up_with(r);
	says(0, outside);
	speech_failed(0, IPC_NO_PARTNER << 1 | SEND);
	EXPECT_EQ(listening[0].done, 0);
}

/* What SpaceControl refuses. */

TEST(redirect, error_5_redirector_of_nobody)
{
	L4_Word_t ids[] = {thread_id_new().raw, worker.raw ^ 1UL << 31, worker.raw | 1UL << 63, 0x123000,
			   ~0UL << 6, L4_GlobalId(0xfffff, 1).raw, 0xffff800000000000UL};

	set_up();
	for (unsigned i = 0; i < sizeof ids / sizeof ids[0]; i++)
		EXPECT_REFUSED(set_redirector(inside, (L4_ThreadId_t){.raw = ids[i]}), ERROR_INVALID_PARAMETER);
	/* all as it was */
	heard_redirected(says(0, outside), outside);
}

TEST(redirect, error_3_space_of_nobody)
{
	EXPECT_REFUSED(set_redirector(thread_id_new(), worker), ERROR_INVALID_SPACE);
	EXPECT_REFUSED(set_redirector(L4_nilthread, worker), ERROR_INVALID_SPACE);
	EXPECT_REFUSED(set_redirector(L4_anythread, worker), ERROR_INVALID_SPACE);
}

static volatile L4_Word_t result, error;

static void frees_itself(L4_Word_t unused)
{
	(void)unused;
	result = set_redirector(L4_MyGlobalId(), L4_anythread);
	error = L4_ErrorCode();
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(redirect, error_1_unprivileged)
{
	L4_ThreadId_t t;
	struct message m;

	set_up();
	t = thread_start(confined, frees_itself, 0);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(result, 0);
	EXPECT_EQ(error, ERROR_NO_PRIVILEGE);
	heard_redirected(says(0, outside), outside);
}

/* Areas that are refused leave the redirector as it was. */
TEST(redirect, refused_areas_change_nothing)
{
	L4_ThreadId_t keeper = thread_id_new();
	L4_Word_t old;

	set_up();
	EXPECT_EQ(L4_ThreadControl(keeper, inside, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(thread_delete(inside), 1);
	confined->name = keeper;
	EXPECT_EQ(L4_SpaceControl(keeper, 0, L4_FpageLog2(0x5000, 12), L4_FpageLog2(0x5000, 12), L4_anythread, &old),
		  0);
	heard_redirected(says(0, outside), outside);
}
