/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/redirect.c - redirectors: what leaves a confined space goes to its redirector first, which passes it on,
 * or does not.
 */
#include "agent.h"
#include "confined.h"

/* What is redirected. */

TEST(redirect, message_to_outside)
{
	set_up();
	heard_redirected(says(0, outside), outside);
	EXPECT_EQ(listening[0].done, 0);
	speech_failed(0, 0);
}

TEST(redirect, message_as_sent)
{
	struct heard h;

	set_up();
	says(0, outside);
	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(L4_Label(h.tag), 5);
	EXPECT_EQ(h.word, 0x60);
	EXPECT(!L4_IpcPropagated(h.tag));
	EXPECT_EQ(h.actual.raw, 0);
}

TEST(redirect, every_thread_of_the_space)
{
	set_up();
	for (unsigned i = 0; i < 4; i++)
		heard_redirected(says(i, outside), outside);
	EXPECT_EQ(listening[0].done, 0);
}

/* Without timeouts, so that the path of a message would take what they send; and only when the case goes on. */
static void sends_later(L4_Word_t to)
{
	while (!may_go)
		L4_Sleep(L4_TimePeriod(500 * time_scale));
	L4_LoadMR(0, 0);
	L4_Send((L4_ThreadId_t){.raw = to});
	sleep_forever();
}

static volatile L4_Word_t arrivals;

static void counts_arrivals(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	for (arrivals = 0;; arrivals = arrivals + 1)
		L4_Wait(&from);
}

/*
 * More than can be told at once: of the first and the last nothing gets out, and everything when there is no
 * redirector.
 */
TEST_LIMIT(redirect, every_one_of_many_threads, 4000)
{
	enum { MANY = 700 };
	L4_ThreadId_t to;
	struct heard h;

	may_go = 0;
	set_up_with(L4_anythread);
	to = thread_start(beyond, counts_arrivals, 0);
	thread_start(confined, sends_later, to.raw);
	for (unsigned i = 0; i < MANY; i++)
		REQUIRE_EQ(L4_ThreadControl(thread_id_new(), inside, worker, L4_nilthread, (void *)-1UL), 1);
	thread_start(confined, sends_later, to.raw);
	settle();
	EXPECT_EQ(set_redirector(inside, worker), 1);
	may_go = 1;
	for (unsigned i = 0; i < 2; i++)
		EXPECT(hear(L4_anythread, PATIENCE, &h) && L4_IpcRedirected(h.tag));
	EXPECT_EQ(arrivals, 0);
	may_go = 0;
	EXPECT_EQ(set_redirector(inside, L4_anythread), 1);
	thread_start(confined, sends_later, to.raw);
	may_go = 1;
	settle();
	EXPECT_EQ(arrivals, 1);
}

TEST(redirect, message_to_thread_that_does_not_wait)
{
	L4_ThreadId_t t;

	set_up();
	t = thread_start(beyond, sleeps, 0);
	heard_redirected(says(0, t), t);
}

TEST(redirect, message_to_inside_is_not)
{
	L4_ThreadId_t t, l;

	set_up();
	l = listens(1, confined, L4_anythread);
	t = says(0, l);
	EXPECT(wait_until(&listening[1].done, 1, 50));
	EXPECT_EQ(listening[1].heard.from.raw, t.raw);
	EXPECT(!L4_IpcRedirected(listening[1].heard.tag));
}

TEST(redirect, message_to_redirector_is_not)
{
	set_up();
	heard_straight(says(0, worker));
}

TEST(redirect, message_to_redirectors_space_is_not)
{
	L4_ThreadId_t l;

	set_up();
	l = listens(1, &own_space, L4_anythread);
	says(0, l);
	EXPECT(wait_until(&listening[1].done, 1, 50));
	EXPECT(!L4_IpcRedirected(listening[1].heard.tag));
}

TEST(redirect, message_from_outside_is_not)
{
	L4_ThreadId_t t, l;

	set_up();
	l = listens(1, confined, L4_anythread);
	t = says_within(0, beyond, l, NORMAL, L4_nilthread, PATIENCE);
	EXPECT(wait_until(&listening[1].done, 1, 50));
	EXPECT_EQ(listening[1].heard.from.raw, t.raw);
	EXPECT(!L4_IpcRedirected(listening[1].heard.tag));
}

TEST(redirect, other_spaces_are_not)
{
	L4_ThreadId_t t;

	set_up();
	t = says_within(0, space_new(), outside, NORMAL, L4_nilthread, PATIENCE);
	EXPECT(wait_until(&listening[0].done, 1, 50));
	EXPECT_EQ(listening[0].heard.from.raw, t.raw);
}

TEST(redirect, message_to_sigma0)
{
	set_up();
	heard_redirected(says(0, sigma0), sigma0);
}

TEST(redirect, message_to_nobody)
{
	set_up();
	says(0, thread_id_new());
	speech_failed(0, IPC_NO_PARTNER << 1 | SEND);
}

static L4_Word_t gift;

static void gives(L4_Word_t unused)
{
	(void)unused;
	map_reply(outside, fpage(gift, 12, L4_Readable), WINDOW);
	report(LABEL_DONE, L4_ErrorCode());
	sleep_forever();
}

/* The redirector's acceptor counts: it has none, so nothing is mapped anywhere, and both are told. */
TEST(redirect, page_is_not_mapped_past_it)
{
	L4_ThreadId_t t;
	struct message m;

	gift = page_new();
	set_up();
	t = thread_start(confined, gives, 0);
	EXPECT(!message_receive(L4_anythread, &m));
	EXPECT_EQ(m.error & 0xf, IPC_OVERFLOW << 1 | RECEIVE);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1] & 0xf, IPC_OVERFLOW << 1 | SEND);
	EXPECT(!can_read(beyond, WINDOW));
	EXPECT_EQ(listening[0].done, 0);
}

/* Waiting. */

TEST(redirect, redirector_waits_for_the_sender_alone)
{
	L4_ThreadId_t t;
	struct heard h;

	set_up();
	t = says(0, outside);
	REQUIRE(hear(t, PATIENCE, &h));
	EXPECT(L4_IpcRedirected(h.tag));
	EXPECT_EQ(h.intended.raw, outside.raw);
}

TEST(redirect, redirector_waits_for_another)
{
	struct heard h;

	set_up();
	says(0, outside);
	EXPECT(!hear(outside, SHORT, &h));
	EXPECT_EQ(speech[0].done, 0);
	EXPECT(hear(L4_anythread, SHORT, &h));
}

TEST(redirect, redirector_does_not_wait)
{
	set_up();
	says_within(0, confined, outside, NORMAL, L4_nilthread, SHORT);
	L4_Sleep(L4_TimePeriod(5000 * time_scale));
	speech_failed(0, IPC_TIMEOUT << 1 | SEND);
	EXPECT_EQ(listening[0].done, 0);
}

/* It is not local for the redirector, and not an answer of whom the redirector waits for. */
TEST(redirect, redirector_waits_for_local_threads)
{
	struct heard h;

	set_up();
	says(0, outside);
	EXPECT(!hear(L4_anylocalthread, SHORT, &h));
}

/* Passing on. */

TEST(redirect, passed_on)
{
	L4_ThreadId_t t;
	struct heard h;

	set_up();
	t = says(0, outside);
	REQUIRE(hear(t, PATIENCE, &h));
	EXPECT_OK(speak(h.intended, PROPAGATED, t, h.word, PATIENCE));
	EXPECT(wait_until(&listening[0].done, 1, 50));
	EXPECT_EQ(listening[0].heard.from.raw, t.raw);
	EXPECT_EQ(listening[0].heard.word, 0x60);
	EXPECT(L4_IpcPropagated(listening[0].heard.tag));
	EXPECT(!L4_IpcRedirected(listening[0].heard.tag));
	EXPECT_EQ(listening[0].heard.actual.raw, worker.raw);
}

static L4_ThreadId_t asked;

static void passes_on(L4_Word_t unused)
{
	(void)unused;
	speak(outside, PROPAGATED, asked, 0x70, PATIENCE);
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(redirect, passed_on_by_another_thread_of_the_redirectors_space)
{
	L4_ThreadId_t t;
	struct heard h;
	struct message m;

	set_up();
	asked = says(0, outside);
	REQUIRE(hear(asked, PATIENCE, &h));
	t = thread_start(&own_space, passes_on, 0);
	REQUIRE(message_receive(t, &m));
	EXPECT(wait_until(&listening[0].done, 1, 50));
	EXPECT_EQ(listening[0].heard.from.raw, asked.raw);
	EXPECT_EQ(listening[0].heard.actual.raw, t.raw);
}

/* The redirector speaks for the space, not for others. */
TEST(redirect, not_passed_on_for_others)
{
	L4_ThreadId_t t;

	set_up();
	t = thread_start(space_new(), sleeps, 0);
	EXPECT_OK(speak(outside, PROPAGATED, t, 0, PATIENCE));
	EXPECT(wait_until(&listening[0].done, 1, 50));
	EXPECT_EQ(listening[0].heard.from.raw, worker.raw);
	EXPECT(!L4_IpcPropagated(listening[0].heard.tag));
}

TEST(redirect, a_stranger_does_not_speak_for_the_space)
{
	L4_ThreadId_t t, l;

	set_up();
	l = listens(1, &own_space, L4_anythread);
	t = says_within(0, beyond, l, PROPAGATED, inside, PATIENCE);
	EXPECT(wait_until(&listening[1].done, 1, 50));
	EXPECT_EQ(listening[1].heard.from.raw, t.raw);
	EXPECT(!L4_IpcPropagated(listening[1].heard.tag));
}

TEST(redirect, no_longer_redirector)
{
	set_up();
	EXPECT_EQ(set_redirector(inside, L4_anythread), 1);
	EXPECT_OK(speak(outside, PROPAGATED, inside, 0, PATIENCE));
	EXPECT(wait_until(&listening[0].done, 1, 50));
	EXPECT_EQ(listening[0].heard.from.raw, worker.raw);
}

/* Hears somebody and answers. */
static void answers(L4_Word_t unused)
{
	struct heard h;

	(void)unused;
	if (hear(L4_anythread, PATIENCE, &h))
		speak(h.from, NORMAL, L4_nilthread, h.word + 1, PATIENCE);
	sleep_forever();
}

TEST(redirect, answer_goes_straight)
{
	L4_ThreadId_t server, client;
	struct heard h;

	set_up();
	server = thread_start(beyond, answers, 0);
	client = asks(0, server);
	REQUIRE(hear(client, PATIENCE, &h));
	EXPECT_OK(speak(h.intended, PROPAGATED, client, h.word, PATIENCE));
	speech_failed(0, 0);
	EXPECT_EQ(speech[0].answer, 0x61);
	EXPECT_EQ(speech[0].answered_by, server.raw);
}

/* The caller waits for whom it called: the redirector is somebody else. */
TEST(redirect, redirector_does_not_answer_in_its_own_name)
{
	L4_ThreadId_t client;
	struct heard h;

	set_up();
	client = asks(0, outside);
	REQUIRE(hear(client, PATIENCE, &h));
	EXPECT_FAILED(speak(client, NORMAL, L4_nilthread, 0, SHORT), SEND, IPC_TIMEOUT);
	EXPECT_FAILED(speak(client, PROPAGATED, outside, 0, SHORT), SEND, IPC_TIMEOUT);
	EXPECT_EQ(speech[0].done, 0);
}

/* Cheating. */

TEST(redirect, confined_thread_cannot_speak_for_others)
{
	L4_ThreadId_t t;

	set_up();
	t = says_within(0, confined, outside, PROPAGATED, worker, PATIENCE);
	heard_redirected(t, outside);
	t = says_within(1, confined, outside, PROPAGATED, outside, PATIENCE);
	heard_redirected(t, outside);
}

TEST(redirect, confined_thread_speaks_for_its_own_kind_only_through_it)
{
	L4_ThreadId_t t;
	struct heard h;

	set_up();
	t = says_within(0, confined, outside, PROPAGATED, inside, PATIENCE);
	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(h.tag.raw & 0xf000, PROPAGATED | REDIRECTED);
	EXPECT_EQ(h.from.raw, inside.raw);
	EXPECT_EQ(h.actual.raw, t.raw);
	EXPECT_EQ(h.intended.raw, outside.raw);
	EXPECT_EQ(listening[0].done, 0);
}

TEST(redirect, forged_r_bit)
{
	L4_ThreadId_t t;

	set_up();
	t = says_within(0, confined, worker, REDIRECTED, L4_nilthread, PATIENCE);
	heard_straight(t);
}

/*
 * A caller whose message came here still waits for `outside`; that of a confined thread that speaks for it changes
 * nothing.
 */
TEST(redirect, wait_of_a_caller_follows_nobody_unless_passed_on)
{
	L4_ThreadId_t client;
	struct heard h;

	set_up();
	client = asks(0, outside);
	REQUIRE(hear(client, PATIENCE, &h));
	says_within(1, confined, worker, PROPAGATED, client, PATIENCE);
	REQUIRE(hear(client, PATIENCE, &h));
	EXPECT_FAILED(speak(client, NORMAL, L4_nilthread, 0, SHORT), SEND, IPC_TIMEOUT);
}
