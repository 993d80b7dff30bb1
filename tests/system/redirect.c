/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/redirect.c - redirectors: what leaves a confined space goes to its redirector first.
 *
 * The worker is the redirector of a space, `outside` is a thread of a third one. Confined threads tell what came out in
 * memory that all spaces share.
 */
#include "agent.h"
#include "probe.h"
#include "speaker.h"

#define SHORT L4_TimePeriod(3000 * time_scale)

static struct space *confined, *beyond;
static L4_ThreadId_t inside, outside; /* threads of these */
static struct speech speech[4];
static struct listening listening[2];

static L4_Word_t set_redirector(L4_ThreadId_t space, L4_ThreadId_t redirector)
{
	L4_Word_t old;

	return L4_SpaceControl(space, 0, L4_Nilpage, L4_Nilpage, redirector, &old);
}

static L4_ThreadId_t listens(unsigned n, struct space *space, L4_ThreadId_t from)
{
	L4_ThreadId_t t;

	listening[n] = (struct listening){.from = from};
	t = thread_start(space, listener, (L4_Word_t)&listening[n]);
	settle();
	return t;
}

/* A confined space with a thread that does nothing, and one that listens in another. */
enum { TEXT_ENOUGH = 512 << 10 }; /* bytes from the start of the image on that hold its text */

/* Brings the text into the space while its faults still find the pager: a redirector would get them. */
static void touches_text(L4_Word_t text)
{
	for (L4_Word_t at = text; at < text + TEXT_ENOUGH; at += 4096)
		(void)*(volatile char *)at;
	report(LABEL_DONE, 0);
	sleep_forever();
}

static void set_up_with(L4_ThreadId_t redirector)
{
	struct message m;

	confined = space_new();
	beyond = space_new();
	inside = thread_start(confined, touches_text, ((L4_Word_t)&touches_text & ~0x3fffffUL));
	REQUIRE(event_receive(inside, &m));
	outside = listens(0, beyond, L4_anythread);
	REQUIRE_EQ(set_redirector(inside, redirector), 1);
}

static void set_up(void)
{
	set_up_with(worker);
}

static L4_ThreadId_t says_within(unsigned n, struct space *space, L4_ThreadId_t to, L4_Word_t flags, L4_ThreadId_t as,
				 L4_Time_t timeout)
{
	L4_ThreadId_t t;

	speech[n] = (struct speech){.to = to, .as = as, .flags = flags, .word = 0x60 + n, .timeout = timeout};
	t = thread_start(space, speaker, (L4_Word_t)&speech[n]);
	settle();
	return t;
}

static L4_ThreadId_t says(unsigned n, L4_ThreadId_t to)
{
	return says_within(n, confined, to, NORMAL, L4_nilthread, PATIENCE);
}

static volatile L4_Word_t go;

/*
 * Waits in memory, not in a message, until the case goes on: the text that it runs must be there while its faults still
 * find the warden.
 */
static void says_later(L4_Word_t n)
{
	while (!go)
		L4_Sleep(L4_TimePeriod(500 * time_scale));
	speaker((L4_Word_t)&speech[n]);
}

static L4_ThreadId_t say_later(unsigned n, L4_ThreadId_t to)
{
	says_within(3, confined, inside, NORMAL, L4_nilthread, L4_ZeroTime);
	speech[n] = (struct speech){.to = to, .as = L4_nilthread, .word = 0x60 + n, .timeout = SHORT};
	return thread_start(confined, says_later, n);
}

static L4_ThreadId_t asks(unsigned n, L4_ThreadId_t to)
{
	L4_ThreadId_t t;

	speech[n] = (struct speech){.to = to, .as = L4_nilthread, .word = 0x60 + n, .call = true, .timeout = PATIENCE};
	t = thread_start(confined, speaker, (L4_Word_t)&speech[n]);
	settle();
	return t;
}

static void heard_redirected(L4_ThreadId_t from, L4_ThreadId_t intended)
{
	struct heard h;

	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT(L4_IpcRedirected(h.tag));
	EXPECT_EQ(h.from.raw, from.raw);
	EXPECT_EQ(h.intended.raw, intended.raw);
}

static void heard_straight(L4_ThreadId_t from)
{
	struct heard h;

	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT(!L4_IpcRedirected(h.tag));
	EXPECT_EQ(h.from.raw, from.raw);
	EXPECT_EQ(h.intended.raw, 0);
}

static void speech_failed(unsigned n, L4_Word_t error)
{
	EXPECT(wait_until(&speech[n].done, 1, 50));
	EXPECT_EQ(speech[n].error, error);
}

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
	while (!go)
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

	go = 0;
	set_up_with(L4_anythread);
	to = thread_start(beyond, counts_arrivals, 0);
	thread_start(confined, sends_later, to.raw);
	for (unsigned i = 0; i < MANY; i++)
		REQUIRE_EQ(L4_ThreadControl(thread_id_new(), inside, worker, L4_nilthread, (void *)-1UL), 1);
	thread_start(confined, sends_later, to.raw);
	settle();
	EXPECT_EQ(set_redirector(inside, worker), 1);
	go = 1;
	for (unsigned i = 0; i < 2; i++)
		EXPECT(hear(L4_anythread, PATIENCE, &h) && L4_IpcRedirected(h.tag));
	EXPECT_EQ(arrivals, 0);
	go = 0;
	EXPECT_EQ(set_redirector(inside, L4_anythread), 1);
	thread_start(confined, sends_later, to.raw);
	go = 1;
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

/* Faults. */

/* A thread of the confined space whose pager and exception handler is `outside`. */
static void faults(L4_Word_t address)
{
	report(LABEL_REPORT, 0); /* while its text comes from the warden */
	L4_Set_Pager(outside);
	*(volatile L4_Word_t *)address;
	report(LABEL_DONE, *(volatile L4_Word_t *)address);
	sleep_forever();
}

TEST(redirect, page_fault)
{
	L4_ThreadId_t t;
	struct message m;

	set_up();
	t = thread_start(confined, faults, WINDOW);
	REQUIRE(message_receive(t, &m));
	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT(L4_IpcRedirected(m.tag));
	EXPECT_EQ(L4_IntendedReceiver().raw, outside.raw);
	EXPECT_EQ(m.mr[1], WINDOW);
	EXPECT_EQ(listening[0].done, 0);
}

static struct listening pager_heard;

static void pages(L4_Word_t page)
{
	hear(L4_anythread, PATIENCE, &pager_heard.heard);
	map_reply(pager_heard.heard.from, fpage(page, 12, L4_Readable), WINDOW);
	pager_heard.done = 1;
	sleep_forever();
}

TEST(redirect, page_fault_passed_on)
{
	L4_Word_t page = page_new();
	L4_ThreadId_t t;
	struct message m;

	*(L4_Word_t *)page = 0x1234;
	pager_heard.done = 0;
	set_up();
	outside = thread_start(beyond, pages, page);
	EXPECT_EQ(reads_in(beyond, page), 0x1234);
	settle();
	t = thread_start(confined, faults, WINDOW);
	REQUIRE(message_receive(t, &m));
	REQUIRE(message_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	L4_Set_VirtualSender(t);
	L4_LoadMR(0, (m.tag.raw & ~0xf000UL) | PROPAGATED);
	L4_LoadMR(1, m.mr[1]);
	L4_LoadMR(2, m.mr[2]);
	EXPECT_OK(L4_Send_Timeout(outside, PATIENCE));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x1234);
	EXPECT_EQ(pager_heard.heard.from.raw, t.raw);
}

static void divides(L4_Word_t unused)
{
	(void)unused;
	L4_Set_ExceptionHandler(outside);
	__asm__ volatile("ud2");
	sleep_forever();
}

TEST(redirect, exception)
{
	L4_ThreadId_t t;
	struct message m;

	set_up();
	t = thread_start(confined, divides, 0);
	REQUIRE(message_receive(t, &m));
	EXPECT(is_exception(&m));
	EXPECT(L4_IpcRedirected(m.tag));
	EXPECT_EQ(L4_IntendedReceiver().raw, outside.raw);
	EXPECT_EQ(m.mr[EXC_TRAP], 6);
}

/* The handler outside waits without a timeout, and so does the one inside that answers. */
static void waits_for_ever(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	listening[0].done = 1;
	sleep_forever();
}

TEST(redirect, exception_to_a_handler_that_waits)
{
	L4_ThreadId_t t;
	struct message m;

	set_up();
	outside = thread_start(beyond, waits_for_ever, 0);
	settle();
	t = thread_start(confined, divides, 0);
	REQUIRE(message_receive(t, &m));
	EXPECT(is_exception(&m));
	EXPECT(L4_IpcRedirected(m.tag));
	EXPECT_EQ(listening[0].done, 0);
}

static void handles_and_waits(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	L4_LoadMR(0, 0);
	L4_ReplyWait(from, &from);
}

TEST(redirect, answer_to_an_exception)
{
	L4_ThreadId_t handler, t;
	struct message m;

	set_up();
	handler = thread_start(confined, handles_and_waits, 0);
	settle();
	outside = handler; /* whom `divides` takes for its handler */
	t = thread_start(beyond, divides, 0);
	REQUIRE(message_receive(handler, &m));
	EXPECT(L4_IpcRedirected(m.tag));
	EXPECT_EQ(L4_IntendedReceiver().raw, t.raw);
	EXPECT_EQ(L4_UntypedWords(m.tag), 0);
}

TEST(redirect, fault_to_pager_in_redirectors_space)
{
	L4_ThreadId_t t;
	struct message m;

	set_up();
	t = thread_start_under(worker, confined, probe_read, WINDOW);
	REQUIRE(event_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT(!L4_IpcRedirected(m.tag));
}

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
	go = 0;
	t = say_later(0, outside);
	settle();
	EXPECT_EQ(set_redirector(inside, first), 1);
	EXPECT_EQ(set_redirector(first, worker), 1);
	go = 1;
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

	go = 0;
	set_up_with(r);
	l = listens(1, confined, L4_anythread);
	say_later(0, outside);
	say_later(1, worker);
	say_later(2, l);
	settle();
	EXPECT_EQ(thread_delete(r), 1);
	go = 1;
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

	go = 0;
	set_up_with(r);
	say_later(0, outside);
	settle();
	EXPECT_EQ(thread_delete(r), 1);
	REQUIRE_EQ(L4_ThreadControl(again, worker, runner, L4_nilthread, (void *)-1UL), 1);
	go = 1;
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
	EXPECT_EQ(L4_SpaceControl(keeper, 0, L4_FpageLog2(0x5000, 12), L4_FpageLog2(0x5000, 12), L4_anythread, &old), 0);
	heard_redirected(says(0, outside), outside);
}
