/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/strings_end.c - transfers that others end, halt, preempt or change while they are
 * under way.
 */
#include "parties.h"

/* Ended from outside: by ExchangeRegisters, by deletion. */

/* A pager that answers once: whoever asks it stops at his second page. */
static void stop_one(unsigned who, struct space *space_s, struct space *space_r)
{
	L4_ThreadId_t pager = pager_new(1);

	cast_simply(space_s, space_r);
	party[who].pager = pager;
	string(who == S ? FAR_SOURCE : (L4_Word_t)source, SIZE);
	buffer(who == R ? FAR_TARGET : (L4_Word_t)target, SIZE);
	go(R);
	go(S);
	REQUIRE(wait_until(&service.faults, 2, 100));
}

/* Both are of our space, so ExchangeRegisters works. */
static void stop_one_here(unsigned who)
{
	L4_Flush(fpage(FAR_SOURCE, 30, L4_FullyAccessible));
	L4_Flush(fpage(FAR_TARGET, 30, L4_FullyAccessible));
	stop_one(who, &own_space, &own_space);
}

static L4_Word_t registers(unsigned who, L4_Word_t control)
{
	L4_Word_t ignored, old;
	L4_ThreadId_t none;

	L4_ExchangeRegisters(party[who].thread, control, 0, 0, 0, 0, L4_nilthread, &old, &ignored,
			     &ignored, &ignored, &ignored, &none);
	return old;
}

/* Whoever waits for a page, and whatever for: the states are those of the string's IPC. */
TEST(strings, states_during_a_transfer)
{
	for (unsigned faulter = S; faulter <= R; faulter++) {
		L4_Word_t ignored;

		stop_one_here(faulter);
		EXPECT_EQ(registers(S, 0), SENDING);
		EXPECT_EQ(registers(R, 0), RECEIVING);
		EXPECT_EQ(L4_Schedule(party[S].thread, ~0UL, ~0UL, ~0UL, ~0UL, &ignored), 5);
		EXPECT_EQ(L4_Schedule(party[R].thread, ~0UL, ~0UL, ~0UL, ~0UL, &ignored), 7);
		EXPECT_EQ(party[S].done + party[R].done, 0);
	}
}

static void aborted(unsigned faulter, unsigned who, L4_Word_t bit)
{
	stop_one_here(faulter);
	registers(who, (SENDING | RECEIVING) & ~bit);
	settle();
	EXPECT_EQ(party[S].done + party[R].done, 0); /* that was not its phase */
	registers(who, bit);
	ended(S);
	ended(R);
	expect_failure(IPC_ABORTED, IPC_ABORTED, PAGE);
	expect_copied(0, 0, PAGE);
	EXPECT_EQ(service.faults, 2);
	fill();
	one_string(1, 2, 5000);
}

TEST(strings, sender_aborted_while_it_faults)
{
	aborted(S, S, SENDING);
}

TEST(strings, receiver_aborted_while_the_sender_faults)
{
	aborted(S, R, RECEIVING);
}

TEST(strings, sender_aborted_while_the_receiver_faults)
{
	aborted(R, S, SENDING);
}

TEST(strings, receiver_aborted_while_it_faults)
{
	aborted(R, R, RECEIVING);
}

TEST(strings, partner_deleted_while_one_faults)
{
	for (unsigned faulter = S; faulter <= R; faulter++)
		for (unsigned gone = S; gone <= R; gone++) {
			unsigned left = 1 - gone;

			stop_one(faulter, space_new(), space_new());
			EXPECT_EQ(thread_delete(party[gone].thread), 1);
			ended(left);
			EXPECT_EQ(party[left].error, PAGE << 4 | IPC_ABORTED << 1 | (left == R));
			expect_copied(0, 0, PAGE);
		}
}

/* Long copies. The parties are worse than the worker, which sleeps until they are in the middle. */

static void begin_big(void)
{
	L4_Word_t from = big_source(), to = big_target();

	cast_simply(&own_space, &own_space);
	set_priority(party[S].thread, PRIORITY_LOW);
	set_priority(party[R].thread, PRIORITY_LOW);
	string(from, MIB4);
	buffer(to, MIB4);
	go(R);
	go(S);
}

static void middle_of_copy(void)
{
	for (unsigned i = 0; i < 1000; i++) {
		L4_Word_t ignored;

		L4_Sleep(L4_TimePeriod(20 * time_scale));
		if (L4_Schedule(party[S].thread, ~0UL, ~0UL, ~0UL, ~0UL, &ignored) == 5)
			break;
	}
	L4_Sleep(L4_TimePeriod(50 * time_scale));
	EXPECT_EQ(party[S].done + party[R].done, 0);
}

/* Who is better runs on time, whatever the others copy. */
TEST(strings, better_threads_run_while_others_copy)
{
	begin_big();
	middle_of_copy();
	for (unsigned i = 0; i < 5; i++) {
		L4_Sleep(L4_TimePeriod(20 * time_scale));
		EXPECT_EQ(party[S].done + party[R].done, 0);
	}
	ended(S);
	ended(R);
	expect_success();
	expect_big_copied(party[S].mr[2], party[R].br[2]);
}

static void spinner(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		spins++;
}

/* Equals get their turn when the slice of who copies is over. */
TEST(strings, equal_threads_run_while_others_copy)
{
	L4_ThreadId_t t;

	begin_big();
	L4_Set_Timeslice(party[S].thread, L4_TimePeriod(50 * time_scale), L4_Never);
	t = thread_start(&own_space, spinner, 0);
	set_priority(t, PRIORITY_LOW);
	L4_Set_Timeslice(t, L4_TimePeriod(50 * time_scale), L4_Never);
	ended(S);
	ended(R);
	thread_delete(t);
	expect_success();
	expect_big_copied(party[S].mr[2], party[R].br[2]);
	EXPECT(party[S].spun > 0);
}

static void aborted_in_the_middle(unsigned who, L4_Word_t bit)
{
	L4_Word_t bytes, *words;

	begin_big();
	middle_of_copy();
	EXPECT_EQ(registers(who, bit), bit);
	ended(S);
	ended(R);
	bytes = party[S].error >> 4;
	words = (L4_Word_t *)party[R].br[2];
	expect_failure(IPC_ABORTED, IPC_ABORTED, bytes);
	EXPECT_BETWEEN(bytes, PAGE, MIB4 - PAGE);
	EXPECT_EQ(words[bytes / 8 - 1], ((L4_Word_t *)party[S].mr[2])[bytes / 8 - 1]);
	for (L4_Word_t i = bytes / 8; i < MIB4 / 8; i++)
		if (!EXPECT_EQ(words[i], ~0UL))
			break;
}

TEST(strings, sender_aborted_while_it_copies)
{
	aborted_in_the_middle(S, SENDING);
}

TEST(strings, receiver_aborted_while_the_sender_copies)
{
	aborted_in_the_middle(R, RECEIVING);
}

TEST(strings, partner_deleted_while_the_sender_copies)
{
	for (unsigned gone = S; gone <= R; gone++) {
		unsigned left = 1 - gone;

		begin_big();
		middle_of_copy();
		EXPECT_EQ(thread_delete(party[gone].thread), 1);
		ended(left);
		EXPECT_EQ(party[left].error & 0xf, IPC_ABORTED << 1 | (left == R));
		EXPECT_BETWEEN(party[left].error >> 4, PAGE, MIB4 - PAGE);
	}
}

/*
 * A halted sender copies nothing; when it runs on, so does the copy. A halted receiver gets its
 * message.
 */
TEST(strings, sender_halted_while_it_copies)
{
	L4_Word_t *last;

	begin_big();
	middle_of_copy();
	last = (L4_Word_t *)(party[R].br[2] + MIB4 - 8);
	EXPECT_EQ(registers(S, TAKE_HALT | HALTED), SENDING);
	L4_Sleep(L4_TimePeriod(20000 * time_scale));
	EXPECT_EQ(*(volatile L4_Word_t *)last, ~0UL);
	EXPECT_EQ(party[S].done + party[R].done, 0);
	EXPECT_EQ(registers(S, TAKE_HALT), SENDING | HALTED);
	ended(S);
	ended(R);
	expect_success();
	expect_big_copied(party[S].mr[2], party[R].br[2]);
}

TEST(strings, receiver_halted_while_the_sender_copies)
{
	begin_big();
	middle_of_copy();
	EXPECT_EQ(registers(R, TAKE_HALT | HALTED), RECEIVING);
	ended(S);
	EXPECT_EQ(party[S].error, UNTOUCHED);
	expect_big_copied(party[S].mr[2], party[R].br[2]);
	EXPECT_EQ(party[R].done, 0);
	EXPECT_EQ(registers(R, TAKE_HALT), HALTED);
	ended(R);
	expect_success();
}

/* A page may come to a side that is halted; the copy goes on when it is not any more. */
static void halted_while_it_faults(unsigned who)
{
	struct message m;
	L4_Word_t far = who == S ? FAR_SOURCE : FAR_TARGET;

	service = (struct service){.source = (L4_Word_t)source, .target = (L4_Word_t)target};
	L4_Flush(fpage(far, 30, L4_FullyAccessible));
	cast_simply(&own_space, &own_space);
	party[who].pager = worker;
	string(who == S ? far : (L4_Word_t)source, 2 * PAGE);
	buffer(who == R ? far : (L4_Word_t)target, 2 * PAGE);
	go(R);
	go(S);
	fault_of(who, &m, far, who == S ? L4_Readable : L4_Writable);
	EXPECT_EQ(registers(who, TAKE_HALT | HALTED), who == S ? SENDING : RECEIVING);
	EXPECT_OK(answer(&m));
	L4_Sleep(L4_TimePeriod(5000 * time_scale));
	EXPECT_EQ(party[S].done + party[R].done, 0);
	expect_copied(0, 0, 0);
	registers(who, TAKE_HALT);
	fault_of(who, &m, far + PAGE, who == S ? L4_Readable : L4_Writable);
	EXPECT_OK(answer(&m));
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 2 * PAGE);
}

TEST(strings, sender_halted_while_it_faults)
{
	halted_while_it_faults(S);
}

TEST(strings, receiver_halted_while_it_faults)
{
	halted_while_it_faults(R);
}

/* Several transfers at a time. */

TEST(strings, two_transfers_at_once)
{
	struct message a, b;
	struct party two[2];

	service = (struct service){.source = (L4_Word_t)source, .target = (L4_Word_t)target};
	cast_simply(space_new(), space_new());
	cast_helper(HELPER, space_new());
	cast_helper(HELPER + 1, space_new());
	plan();
	string(FAR_SOURCE, 5000);
	buffer((L4_Word_t)target, 5000);
	two[0] = party[S];
	two[1] = party[R];
	party[HELPER].mr[0] = two[0].mr[0];
	party[HELPER].mr[1] = two[0].mr[1];
	party[HELPER].mr[2] = FAR_SOURCE + 5000;
	party[HELPER].to = party[HELPER + 1].thread;
	party[HELPER + 1].from = party[HELPER].thread;
	party[HELPER + 1].br[1] = two[1].br[1];
	party[HELPER + 1].br[2] = (L4_Word_t)target + 5000;
	party[S].pager = party[HELPER].pager = worker;
	for (unsigned i = 0; i < 4; i++)
		go(i);
	fault_of(S, &a, FAR_SOURCE, L4_Readable);
	fault_of(HELPER, &b, FAR_SOURCE + 5000, L4_Readable);
	EXPECT_OK(answer(&b));
	EXPECT_OK(answer(&a));
	fault_of(S, &a, FAR_SOURCE + PAGE, L4_Readable);
	fault_of(HELPER, &b, FAR_SOURCE + 2 * PAGE, L4_Readable);
	EXPECT_OK(answer(&a));
	EXPECT_OK(answer(&b));
	for (unsigned i = 0; i < 4; i++)
		ended(i);
	expect_success();
	EXPECT_EQ(party[HELPER].error, UNTOUCHED);
	EXPECT_EQ(party[HELPER + 1].error, UNTOUCHED);
	expect_copied(0, 0, 10000);
}

/* Messages that are changed while they are under way, by another thread of their space. */

static void poke(L4_Word_t *word, L4_Word_t value)
{
	party[HELPER].poke = (L4_Word_t)word;
	party[HELPER].value = value;
	go(HELPER);
	ended(HELPER);
}

/* Eight untyped words put the item where memory can be written: MR9 and MR10. */
static void begin_changed(unsigned who)
{
	struct space *s = space_new(), *r = space_new();

	cast_simply(s, r);
	cast_helper(HELPER, who == S ? s : r);
	for (unsigned i = 0; i < 8; i++)
		untyped(S, i);
}

/* Answer the sender's faults until it reports its end. */
static void serve_until_end(struct message *m)
{
	while (event_receive(party[S].thread, m) && is_page_fault(m) && m->mr[1] >= FAR_SOURCE &&
	       m->mr[1] < FAR_SOURCE + SIZE)
		answer(m);
}

static void changed_message(unsigned word, L4_Word_t value, L4_Word_t error, L4_Word_t bytes)
{
	struct message m;

	begin_changed(S);
	stop_at_second_page(&m);
	poke(&party[S].utcb->mr[word], value);
	EXPECT_OK(answer(&m));
	serve_until_end(&m);
	ended(R);
	if (error)
		expect_failure(error, error, bytes);
	else
		EXPECT_EQ(party[S].tag.raw, 0);
}

/* What the receiver reads as the length is what it got, or it gets an error. */
TEST(strings, length_changed_meanwhile)
{
	changed_message(9, 100 << 10, IPC_ABORTED, PAGE); /* shorter than what was copied */
	changed_message(9, ~0UL << 10 & ~0xfUL, IPC_OVERFLOW,
			4 * PAGE); /* longer than the buffer */
	changed_message(9, (2 * PAGE) << 10, 0, 0);
	EXPECT_EQ(party[R].got[9], (2 * PAGE) << 10);
	expect_copied(0, 0, 2 * PAGE);
	changed_message(9, (4 * PAGE) << 10 | 31 << 4 | 1 << 9, IPC_ABORTED,
			4 * PAGE); /* cut short */
}

TEST(strings, address_changed_meanwhile)
{
	changed_message(10, 0xffffffff80000000UL, IPC_ABORTED, PAGE);
	changed_message(10, (L4_Word_t)source, 0, 0);
	expect_copied(0, 0, 4 * PAGE);
}

TEST(strings, item_becomes_another_meanwhile)
{
	changed_message(9, 4 << 1, 0, 0); /* a map item of an address that is no flexpage */
	expect_copied(0, 0, PAGE);
	changed_message(9, 7 << 1, IPC_ABORTED, PAGE);
}

static void changed_buffer(unsigned word, L4_Word_t value, L4_Word_t error, L4_Word_t bytes)
{
	struct message m;

	begin_changed(R);
	stop_at_second_page(&m);
	poke(&party[R].utcb->br[word], value);
	EXPECT_OK(answer(&m));
	serve_until_end(&m);
	ended(R);
	if (error)
		expect_failure(error, error, bytes);
	else
		expect_success();
}

TEST(strings, buffer_changed_meanwhile)
{
	changed_buffer(0, 0, IPC_OVERFLOW, PAGE);
	expect_copied(0, 0, PAGE);
	changed_buffer(1, 100 << 10, IPC_OVERFLOW, PAGE);
	expect_copied(0, 0, PAGE);
	changed_buffer(1, 4 << 1, IPC_OVERFLOW, PAGE);
	expect_copied(0, 0, PAGE);
	changed_buffer(1, ~0UL & ~0xfUL, 0, 0);
	expect_copied(0, 0, 4 * PAGE);
	changed_buffer(2, 0xffffffff80000000UL, IPC_ABORTED, PAGE);
	expect_copied(0, 0, PAGE);
	changed_buffer(2, 0x8000000000000000UL, IPC_ABORTED, PAGE);
	expect_copied(0, 0, PAGE);
}

/* The version of a thread's id changes while it sends: that ends the message. */
TEST(strings, sender_renamed_meanwhile)
{
	struct message m;
	L4_ThreadId_t old, fresh;

	cast_far();
	stop_at_second_page(&m);
	old = party[S].thread;
	fresh = L4_GlobalId(L4_ThreadNo(old), L4_Version(old) ^ 2);
	EXPECT_EQ(L4_ThreadControl(fresh, fresh, L4_nilthread, L4_nilthread, (void *)-1UL), 1);
	party[S].thread = fresh;
	ended(S);
	ended(R);
	expect_failure(IPC_ABORTED, IPC_ABORTED, PAGE);
	expect_copied(0, 0, PAGE);
	EXPECT_EQ(thread_delete(fresh), 1);
}

/* The same when it is moved to another space, to the same UTCB address there. */
TEST(strings, sender_moved_meanwhile)
{
	struct space *there = space_new();
	L4_ThreadId_t first = thread_start(there, sleeps, 0), other = thread_start(there, sleeps, 0);
	struct message m;

	EXPECT_EQ(thread_delete(first), 1);
	cast_far();
	stop_at_second_page(&m);
	EXPECT_EQ(L4_ThreadControl(party[S].thread, other, L4_nilthread, L4_nilthread, (void *)-1UL), 1);
	ended(S);
	ended(R);
	expect_failure(IPC_ABORTED, IPC_ABORTED, PAGE);
	expect_copied(0, 0, PAGE);
}

/*
 * The answer to a fault of a transfer takes long, too: a flexpage of many pages. Meanwhile one of
 * the two is deleted.
 */

static void answers_slowly(L4_Word_t unused)
{
	struct message m;
	L4_MsgTag_t tag;

	(void)unused;
	for (;;) {
		if (!message_receive(L4_anythread, &m))
			continue;
		if (m.mr[1] < FAR_SOURCE) {
			answer(&m);
			continue;
		}
		tag = map_reply(m.from, fpage(0, 30, L4_FullyAccessible), FAR_END);
		service.limit = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
		service.faults++;
	}
}

TEST_LIMIT(strings, partner_deleted_while_a_page_is_mapped, 5000)
{
	for (unsigned faulter = S; faulter <= R; faulter++)
		for (unsigned gone = S; gone <= R; gone++) {
			L4_ThreadId_t pager = thread_start(&own_space, answers_slowly, 0);
			L4_Word_t ignored, state = 0;

			cast_far();
			service = (struct service){.source = (L4_Word_t)source,
						   .target = (L4_Word_t)target};
			set_priority(pager, PRIORITY_LOW);
			party[faulter].pager = pager;
			string(faulter == S ? FAR_SOURCE : (L4_Word_t)source, SIZE);
			buffer(faulter == R ? FAR_TARGET : (L4_Word_t)target, SIZE);
			go(R);
			go(S);
			for (unsigned i = 0; i < 2000 && state != 5; i++) {
				L4_Sleep(L4_TimePeriod(time_scale == 1 ? 3 : 750)); /* 3,000 instructions, both */
				state = L4_Schedule(pager, ~0UL, ~0UL, ~0UL, ~0UL, &ignored);
			}
			EXPECT_EQ(state, 5);
			EXPECT_EQ(thread_delete(party[gone].thread), 1);
			ended(1 - gone);
			EXPECT_EQ(party[1 - gone].error, IPC_ABORTED << 1 | (gone == S));
			/* The pager's message went with it: nobody wants the page. */
			EXPECT(wait_until(&service.faults, 1, 100));
			EXPECT_EQ(service.limit, IPC_ABORTED << 1 | SEND);
		}
}
