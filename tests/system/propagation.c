/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/propagation.c - messages that one thread sends in the name of another. */
#include "agent.h"
#include "raw.h"
#include "speaker.h"

#define SHORT L4_TimePeriod(3000 * time_scale)

static struct speech speech[4];

/* A thread that sends to the worker in the name of `as`. */
static L4_ThreadId_t speaks(unsigned n, struct space *space, L4_Word_t flags, L4_ThreadId_t as)
{
	speech[n] = (struct speech){.to = worker, .as = as, .flags = flags, .word = 0x50 + n, .timeout = PATIENCE};
	return speaker_start(&speech[n], space);
}

/* A client, which sends a word to `to` and waits for its answer. */
static struct speech call;

static L4_ThreadId_t calls_for(struct space *space, L4_ThreadId_t to, L4_Time_t timeout)
{
	call = (struct speech){.to = to, .as = L4_nilthread, .word = 0x51, .call = true, .timeout = timeout};
	return speaker_start(&call, space);
}

static L4_ThreadId_t calls(struct space *space)
{
	return calls_for(space, worker, PATIENCE);
}

/* The worker hears the client, and passes what it says on to the server. */
static void pass_on(L4_ThreadId_t client, L4_ThreadId_t server)
{
	struct heard h;

	REQUIRE(hear(client, PATIENCE, &h));
	EXPECT_OK(speak(server, PROPAGATED, client, 100, PATIENCE));
}

static void answered(L4_Word_t answer, L4_ThreadId_t by)
{
	EXPECT(wait_until(&call.done, 1, 50));
	EXPECT_EQ(call.error, 0);
	EXPECT_EQ(call.answer, answer);
	EXPECT_EQ(call.answered_by, by.raw);
}

static void heard_in_the_name_of(L4_ThreadId_t named, L4_ThreadId_t actual)
{
	struct heard h;

	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(h.from.raw, named.raw);
	EXPECT(L4_IpcPropagated(h.tag));
	EXPECT_EQ(h.actual.raw, actual.raw);
}

static void heard_unpropagated(L4_ThreadId_t actual)
{
	struct heard h;

	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(h.from.raw, actual.raw);
	EXPECT(!L4_IpcPropagated(h.tag));
	EXPECT_EQ(h.actual.raw, 0);
}

/* Allowed? */

TEST(propagation, for_thread_of_own_space)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;

	t = speaks(0, &own_space, PROPAGATED, v);
	heard_in_the_name_of(v, t);
}

TEST(propagation, for_thread_of_own_space_to_another_space)
{
	struct space *s = space_new();
	L4_ThreadId_t v = thread_start(s, sleeps, 0), t;

	t = speaks(0, s, PROPAGATED, v);
	heard_in_the_name_of(v, t);
}

TEST(propagation, message_as_sent)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0);
	struct heard h;

	speaks(0, &own_space, PROPAGATED, v);
	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(L4_Label(h.tag), 5);
	EXPECT_EQ(L4_UntypedWords(h.tag), 1);
	EXPECT_EQ(h.word, 0x50);
	EXPECT(wait_until(&speech[0].done, 1, 50));
	EXPECT_EQ(speech[0].error, 0);
}

TEST(propagation, not_without_p_bit)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0);

	heard_unpropagated(speaks(0, &own_space, NORMAL, v));
}

TEST(propagation, not_for_the_receivers_space)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0);

	heard_unpropagated(speaks(0, space_new(), PROPAGATED, v));
}

TEST(propagation, not_for_a_third_space)
{
	L4_ThreadId_t v = thread_start(space_new(), sleeps, 0);

	heard_unpropagated(speaks(0, space_new(), PROPAGATED, v));
}

/* Within its own space a thread may speak for everybody: it could write what it likes into the receiver's memory. */
TEST(propagation, for_thread_of_another_space_within_own_space)
{
	L4_ThreadId_t v = thread_start(space_new(), sleeps, 0), t;

	t = speaks(0, &own_space, PROPAGATED, v);
	heard_in_the_name_of(v, t);
}

TEST(propagation, for_sigma0_within_own_space)
{
	L4_ThreadId_t t = speaks(0, &own_space, PROPAGATED, sigma0);

	heard_in_the_name_of(sigma0, t);
}

TEST(propagation, not_for_the_receiver)
{
	heard_unpropagated(speaks(0, space_new(), PROPAGATED, worker));
}

TEST(propagation, not_for_the_pager)
{
	heard_unpropagated(speaks(0, space_new(), PROPAGATED, warden));
}

TEST(propagation, not_for_sigma0)
{
	heard_unpropagated(speaks(0, space_new(), PROPAGATED, sigma0));
}

TEST(propagation, local_id)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;

	t = speaks(0, &own_space, PROPAGATED, L4_LocalIdOf(v));
	heard_in_the_name_of(v, t);
}

/* A local id of the receiver's space means nothing in the sender's. */
TEST(propagation, local_id_of_another_space)
{
	heard_unpropagated(speaks(0, space_new(), PROPAGATED, L4_LocalIdOf(thread_start(&own_space, sleeps, 0))));
}

TEST(propagation, nonsense_ids)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0);
	L4_Word_t ids[] = {
		0, ~0UL, ~0UL << 6, v.raw ^ 1UL << 31, v.raw | 1UL << 63, v.raw | 1UL << 52, v.raw ^ 2, 0x1000,
		L4_GlobalId(1, 1).raw, L4_GlobalId(0xfffff, 1).raw, L4_GlobalId(0xffffffff, 0xffffffff).raw,
		0xffff800000000000UL, 0xffffffff80000000UL, thread_id_new().raw,
	};

	for (unsigned i = 0; i < sizeof ids / sizeof ids[0]; i++)
		heard_unpropagated(speaks(0, &own_space, PROPAGATED, (L4_ThreadId_t){.raw = ids[i]}));
}

TEST(propagation, for_oneself)
{
	L4_ThreadId_t t = thread_create(&own_space, worker);

	speech[0] = (struct speech){.to = worker, .as = t, .flags = PROPAGATED, .timeout = PATIENCE};
	thread_run(t, speaker, (L4_Word_t)&speech[0]);
	heard_unpropagated(t);
}

TEST(propagation, inactive_virtual_sender)
{
	L4_ThreadId_t v = thread_id_new();
	struct heard h;

	REQUIRE_EQ(L4_ThreadControl(v, runner, runner, L4_nilthread, (void *)-1UL), 1);
	speaks(0, &own_space, PROPAGATED, v);
	EXPECT(hear(L4_anythread, PATIENCE, &h));
}

/* The other flags of a tag are not the sender's to set. */
TEST(propagation, other_flags_are_not_delivered)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0);
	struct heard h;

	speaks(0, &own_space, PROPAGATED | REDIRECTED | OTHER_FLAGS, v);
	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(h.tag.raw & 0xf000, PROPAGATED);
	EXPECT_EQ(h.intended.raw, 0);
}

TEST(propagation, flag_of_one_message_does_not_stay)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;

	t = speaks(0, &own_space, PROPAGATED, v);
	heard_in_the_name_of(v, t);
	heard_unpropagated(speaks(0, &own_space, NORMAL, v));
}

static volatile L4_Word_t source;

static void gives_as(L4_Word_t as)
{
	L4_MapItem_t item = L4_MapItem(fpage(source, 12, L4_Readable), 0);

	L4_Set_VirtualSender((L4_ThreadId_t){.raw = as});
	L4_LoadMR(0, tag_make(0, 0, 2).raw | PROPAGATED);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	L4_Send_Timeout(worker, PATIENCE);
	sleep_forever();
}

/* In the redirector's space there is a page where in the named sender's is none. */
TEST(propagation, pages_are_the_actual_senders)
{
	struct space *s = space_new();
	L4_ThreadId_t v = thread_start(s, sleeps, 0), t;

	source = fresh_pages();
	settle();
	REQUIRE_EQ(set_redirector(v, worker), 1);
	t = thread_start(&own_space, gives_as, v.raw);
	settle();
	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	EXPECT_OK(L4_Receive_Timeout(v, PATIENCE));
	L4_Accept(L4_UntypedWordsAcceptor);
	EXPECT_EQ(L4_ActualSender().raw, t.raw);
	EXPECT_EQ(reads_in(&own_space, WINDOW), MARK(0));
}

/* Who receives it? */

TEST(propagation, waiting_for_virtual_sender)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t = thread_create(&own_space, worker);
	struct heard h;

	speech[0] = (struct speech){.to = worker, .as = v, .flags = PROPAGATED, .word = 7, .timeout = PATIENCE};
	thread_run(t, speaker, (L4_Word_t)&speech[0]);
	REQUIRE(hear(v, PATIENCE, &h));
	EXPECT_EQ(h.word, 7);
	EXPECT_EQ(h.actual.raw, t.raw);
}

TEST(propagation, waiting_for_virtual_sender_with_the_message_queued)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;
	struct heard h;

	speaks(0, &own_space, NORMAL, v);
	t = speaks(1, &own_space, PROPAGATED, v);
	REQUIRE(hear(v, PATIENCE, &h));
	EXPECT_EQ(h.word, 0x51);
	EXPECT_EQ(h.actual.raw, t.raw);
	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT_EQ(h.word, 0x50);
}

TEST(propagation, waiting_for_actual_sender)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;
	struct heard h;

	t = speaks(0, &own_space, PROPAGATED, v);
	EXPECT(!hear(t, SHORT, &h));
	EXPECT_EQ(h.error, IPC_TIMEOUT << 1 | RECEIVE);
	EXPECT(hear(v, SHORT, &h));
}

TEST(propagation, waiting_for_actual_sender_first)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t = thread_create(&own_space, worker);
	struct heard h;

	speech[0] = (struct speech){.to = worker, .as = v, .flags = PROPAGATED, .word = 7, .timeout = PATIENCE};
	thread_run(t, speaker, (L4_Word_t)&speech[0]);
	EXPECT(!hear(t, SHORT, &h));
	EXPECT(hear(v, SHORT, &h));
}

/* Waiting for local threads is waiting for the named sender's space, however the message comes. */
TEST(propagation, waiting_for_local_threads)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0);
	struct heard h;

	speaks(0, &own_space, PROPAGATED, v);
	REQUIRE(hear(L4_anylocalthread, PATIENCE, &h));
	EXPECT_EQ(h.from.raw, v.raw);
}

TEST(propagation, waiting_for_local_threads_and_a_stranger_is_named)
{
	struct space *s = space_new();
	L4_ThreadId_t v = thread_start(s, sleeps, 0);
	struct heard h;

	settle();
	REQUIRE_EQ(set_redirector(v, worker), 1);
	speaks(0, &own_space, PROPAGATED, v);
	EXPECT(!hear(L4_anylocalthread, SHORT, &h));
	REQUIRE(hear(L4_anythread, SHORT, &h));
	EXPECT_EQ(h.from.raw, v.raw);
}

TEST(propagation, to_the_virtual_sender)
{
	L4_ThreadId_t t;
	struct heard h;

	t = speaks(0, &own_space, PROPAGATED, worker);
	if (!hear(L4_anythread, SHORT, &h))
		EXPECT(hear(t, SHORT, &h));
	EXPECT_EQ(h.word, 0x50);
}

TEST(propagation, receiver_that_is_gone)
{
	L4_ThreadId_t v = calls(&own_space);
	struct heard h;

	REQUIRE(hear(v, PATIENCE, &h));
	EXPECT_FAILED(speak(thread_id_new(), PROPAGATED, v, 0, PATIENCE), SEND, IPC_NO_PARTNER);
	/* and v still waits for us */
	EXPECT_OK(word_send(v, 0, 77));
	EXPECT(wait_until(&call.done, 1, 50));
	EXPECT_EQ(call.answer, 77);
}

/* The virtual sender's wait. */

static struct listening listening;

static L4_ThreadId_t listens(struct space *space)
{
	return listener_start(&listening, space, L4_anythread);
}

/* After `delay` hears somebody and answers him. */
static void answers(L4_Word_t delay)
{
	struct heard h;

	L4_Sleep(L4_TimePeriod(delay * time_scale));
	if (hear(L4_anythread, PATIENCE, &h))
		speak(h.from, NORMAL, L4_nilthread, h.word + 1, PATIENCE);
	sleep_forever();
}

TEST(propagation, answer_comes_from_the_receiver)
{
	L4_ThreadId_t server = thread_start(space_new(), answers, 1), client = calls(&own_space);

	pass_on(client, server);
	answered(101, server);
}

/* A server's first thread hands a client of another space on to a thread of its own, which answers. */
TEST(propagation, answer_comes_from_another_thread_of_the_server)
{
	L4_ThreadId_t helper = thread_start(&own_space, answers, 1);
	L4_ThreadId_t client = calls(space_new());

	pass_on(client, helper);
	answered(101, helper);
}

TEST(propagation, answer_comes_from_a_receiver_that_was_busy)
{
	L4_ThreadId_t server = thread_start(space_new(), answers, 5000), client = calls(&own_space);

	pass_on(client, server);
	answered(101, server);
}

/* Before the message is delivered the client waits for whom it called. */
TEST(propagation, wait_does_not_follow_before_delivery)
{
	L4_ThreadId_t server = thread_start(space_new(), sleeps, 0), client = calls(&own_space);
	struct heard h;

	REQUIRE(hear(client, PATIENCE, &h));
	EXPECT_FAILED(speak(server, PROPAGATED, client, 100, SHORT), SEND, IPC_TIMEOUT);
	EXPECT_OK(speak(client, NORMAL, L4_nilthread, 200, PATIENCE));
	EXPECT(wait_until(&call.done, 1, 50));
	EXPECT_EQ(call.answer, 200);
}

TEST(propagation, actual_sender_cannot_answer_any_more)
{
	L4_ThreadId_t server = listens(space_new()), client = calls(&own_space);

	pass_on(client, server);
	EXPECT_FAILED(speak(client, NORMAL, L4_nilthread, 200, SHORT), SEND, IPC_TIMEOUT);
	EXPECT_EQ(call.done, 0);
}

/* Hears the client, and passes on to whom the argument names. */
static void passes_on(L4_Word_t to)
{
	struct heard h;

	if (hear(L4_anythread, PATIENCE, &h))
		speak((L4_ThreadId_t){.raw = to}, PROPAGATED, h.from, h.word + 1000, PATIENCE);
	sleep_forever();
}

TEST(propagation, passed_on_twice)
{
	L4_ThreadId_t server = thread_start(space_new(), answers, 1), middle, client;

	middle = thread_start(&own_space, passes_on, server.raw);
	client = calls(&own_space);
	pass_on(client, middle);
	answered(1101, server);
}

/* Who has passed it on once is not asked any more, and does not move the client's wait again. */
TEST(propagation, wait_follows_its_holder_only)
{
	L4_ThreadId_t first = listens(space_new()), second = thread_start(space_new(), answers, 1), client;

	client = calls(&own_space);
	pass_on(client, first);
	EXPECT_OK(speak(second, PROPAGATED, client, 100, PATIENCE));
	settle();
	EXPECT_EQ(call.done, 0);
}

TEST(propagation, open_wait_stays_open)
{
	L4_ThreadId_t v = listens(&own_space), server = thread_start(space_new(), answers, 1);

	EXPECT_OK(speak(server, PROPAGATED, v, 100, PATIENCE));
	EXPECT(wait_until(&listening.done, 1, 50));
	EXPECT_EQ(listening.heard.word, 101);
	EXPECT_EQ(listening.heard.from.raw, server.raw);
}

TEST(propagation, wait_for_a_third_stays)
{
	L4_ThreadId_t v, server = thread_start(space_new(), answers, 1), third = thread_start(&own_space, sleeps, 0);

	v = listener_start(&listening, &own_space, third);
	EXPECT_OK(speak(server, PROPAGATED, v, 100, PATIENCE));
	settle();
	EXPECT_EQ(listening.done, 0);
	EXPECT_OK(speak(v, PROPAGATED, third, 300, PATIENCE));
	EXPECT(wait_until(&listening.done, 1, 50));
	EXPECT_EQ(listening.heard.word, 300);
}

TEST(propagation, timeout_of_the_wait_goes_on)
{
	L4_ThreadId_t server = listens(space_new());
	L4_ThreadId_t client = calls_for(&own_space, worker, L4_TimePeriod(8000 * time_scale));
	L4_Word_t begin = now_us();

	pass_on(client, server);
	EXPECT(wait_until(&call.done, 1, 50));
	EXPECT_EQ(call.error, IPC_TIMEOUT << 1 | RECEIVE);
	EXPECT_BETWEEN(now_us() - begin, 4000 * time_scale, 12000 * time_scale);
}

/* Somebody who is queued in the new partner's name is heard: nobody waits for ever beside his message. */
TEST(propagation, wait_follows_to_one_who_is_queued)
{
	L4_ThreadId_t server = listens(&own_space), client = calls(&own_space);
	struct heard h;

	REQUIRE(hear(client, PATIENCE, &h));
	/* A third thread sends to the client in the server's name; the client waits for us yet. */
	speech[2] = (struct speech){.to = client, .as = server, .flags = PROPAGATED, .word = 400, .timeout = PATIENCE};
	thread_start(&own_space, speaker, (L4_Word_t)&speech[2]);
	settle();
	EXPECT_EQ(speech[2].done, 0);
	EXPECT_OK(speak(server, PROPAGATED, client, 100, PATIENCE));
	answered(400, server);
	EXPECT_EQ(speech[2].error, 0);
}

/* ... and if that one has gone, it waits on, for as long as it had asked for and not as its last wait. */
static struct registers question;

static void sleeps_and_asks(L4_Word_t unused)
{
	(void)unused;
	L4_Sleep(SHORT);
	raw_syscall(&question);
	sleep_forever();
}

TEST(propagation, wait_follows_without_a_timeout)
{
	L4_ThreadId_t server = listens(&own_space), client, third;
	struct heard h;

	question = (struct registers){
	    .rax = tag_make(5, 1, 0).raw,
	    .rdi = worker.raw,
	    .rdx = CALL_WORD(CALL_IPC, IPC_CALL),
	    .rflags = 0x202,
	};
	client = thread_start(&own_space, sleeps_and_asks, 0);
	set_priority(client, PRIORITY_LOW);
	REQUIRE(hear(client, L4_Never, &h));
	speech[2] = (struct speech){.to = client, .as = server, .flags = PROPAGATED, .word = 400, .timeout = PATIENCE};
	third = thread_start(&own_space, speaker, (L4_Word_t)&speech[2]);
	settle();
	EXPECT_OK(speak(server, PROPAGATED, client, 100, PATIENCE));
	thread_delete(third); /* before the client, which is of lower priority, looks for its message */
	L4_Sleep(L4_TimePeriod(10000 * time_scale));
	EXPECT_EQ(question.rax, tag_make(5, 1, 0).raw); /* still out */
}

/* Threads that go. */

TEST(propagation, virtual_sender_deleted_while_queued)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;

	t = speaks(0, &own_space, PROPAGATED, v);
	EXPECT_EQ(thread_delete(v), 1);
	heard_in_the_name_of(v, t);
	EXPECT_FAILED(word_send(v, 0, 0), SEND, IPC_NO_PARTNER);
	EXPECT(wait_until(&speech[0].done, 1, 50));
	EXPECT_EQ(speech[0].error, 0);
}

TEST(propagation, calling_virtual_sender_deleted_while_queued)
{
	L4_ThreadId_t client = calls(&own_space), t;
	struct heard h;

	REQUIRE(hear(client, PATIENCE, &h));
	t = speaks(0, &own_space, PROPAGATED, client);
	EXPECT_EQ(thread_delete(client), 1);
	heard_in_the_name_of(client, t);
	EXPECT_EQ(call.done, 0);
}

TEST(propagation, receiver_deleted_after_delivery)
{
	L4_ThreadId_t server = listens(space_new()), client = calls(&own_space);

	pass_on(client, server);
	EXPECT_EQ(thread_delete(server), 1);
	EXPECT(wait_until(&call.done, 1, 50));
	EXPECT_EQ(call.error, IPC_NO_PARTNER << 1 | RECEIVE);
}

TEST(propagation, actual_sender_deleted_after_delivery)
{
	L4_ThreadId_t server = listens(space_new()), middle;

	middle = thread_start(&own_space, passes_on, server.raw);
	settle();
	calls_for(&own_space, middle, PATIENCE);
	EXPECT(wait_until(&listening.done, 1, 50));
	EXPECT_EQ(thread_delete(middle), 1);
	settle();
	EXPECT_EQ(call.done, 0);
	EXPECT_EQ(thread_delete(server), 1);
	EXPECT(wait_until(&call.done, 1, 50));
	EXPECT_EQ(call.error, IPC_NO_PARTNER << 1 | RECEIVE);
}

TEST(propagation, actual_sender_deleted_while_queued)
{
	L4_ThreadId_t v = thread_start(&own_space, sleeps, 0), t;
	struct heard h;

	t = speaks(0, &own_space, PROPAGATED, v);
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT(!hear(v, SHORT, &h));
	EXPECT_EQ(h.error, IPC_TIMEOUT << 1 | RECEIVE);
}
