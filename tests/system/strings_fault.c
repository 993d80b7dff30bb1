/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/strings_fault.c - page faults of both sides while a string is copied, and the
 * transfer timeouts.
 */
#include "parties.h"

static void expect_faults(unsigned count, L4_Word_t access, L4_Word_t address)
{
	EXPECT_EQ(service.faults, count);
	for (unsigned i = 0; i < count; i++) {
		EXPECT_EQ(service.log[i].label & 0xf, access);
		EXPECT_EQ(service.log[i].address,
			  i ? (address & ~(L4_Word_t)(PAGE - 1)) + i * PAGE : address);
	}
}

TEST(strings, sender_faults_at_every_page)
{
	cast_far();
	party[S].pager = pager_new(~0UL);
	string(FAR_SOURCE + 100, SIZE - 200);
	buffer((L4_Word_t)target, SIZE);
	exchange();
	expect_success();
	expect_copied(100, 0, SIZE - 200);
	expect_faults(PAGES, L4_Readable, FAR_SOURCE + 100);
}

TEST(strings, receiver_faults_at_every_page)
{
	cast_far();
	party[R].pager = pager_new(~0UL);
	string((L4_Word_t)source, SIZE - 200);
	buffer(FAR_TARGET + 100, SIZE - 100);
	exchange();
	expect_success();
	expect_copied(0, 100, SIZE - 200);
	expect_faults(PAGES, L4_Writable, FAR_TARGET + 100);
}

static void both_fault(L4_Word_t from, L4_Word_t to, unsigned first, unsigned second)
{
	cast_far();
	party[S].pager = party[R].pager = pager_new(~0UL);
	string(FAR_SOURCE + from, 5 * PAGE - 200);
	buffer(FAR_TARGET + to, 5 * PAGE - 200);
	go(first);
	settle();
	go(second);
	ended(S);
	ended(R);
	expect_success();
	expect_copied(from, to, 5 * PAGE - 200);
	EXPECT_BETWEEN(service.faults, 10, 12);
}

TEST(strings, both_fault_at_every_page)
{
	both_fault(100, 100, R, S);
	both_fault(100, 155, S, R);
	both_fault(2000, 7, R, S);
}

TEST_LIMIT(strings, four_mib, 5000)
{
	L4_Word_t from = big_source(), to = big_target();

	cast_simply(&own_space, &own_space);
	string(from, MIB4);
	buffer(to, MIB4);
	exchange();
	expect_success();
	expect_big_copied(from, to);
}

/* 4 MiB is what X.2's 32-bit descriptors can say, not the end. */
TEST_LIMIT(strings, eight_mib, 10000)
{
	L4_Word_t from = big_source(), to = big_target();

	cast_simply(&own_space, &own_space);
	typed(S, (L4_Word_t)MIB4 << 10 | 1 << 4);
	typed(S, from);
	typed(S, from);
	buffer_begin((L4_Word_t)MIB4 << 10 | 1 << 4);
	buffer_word(to);
	buffer_word(to);
	exchange();
	expect_success();
	expect_big_copied(from, to);
}

TEST_LIMIT(strings, four_mib_with_a_fault_at_every_page_of_both, 20000)
{
	L4_Word_t from = big_source(), to = big_target();

	cast_far();
	party[S].pager = party[R].pager = pager_new(~0UL);
	service.source = from;
	service.target = to;
	string(FAR_SOURCE, MIB4);
	buffer(FAR_TARGET, MIB4);
	exchange();
	expect_success();
	expect_big_copied(from, to);
	EXPECT_EQ(service.faults, 2 * MIB4 / PAGE);
}

TEST(strings, fault_message)
{
	struct message m;
	L4_Word_t ip;

	cast_far();
	stop_at_second_page(&m);
	EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -2);
	EXPECT_EQ(L4_UntypedWords(m.tag), 2);
	EXPECT_EQ(L4_TypedWords(m.tag), 0);
	EXPECT_EQ(m.tag.raw & 0xf000, 0);
	ip = m.mr[2];
	EXPECT_EQ(*(unsigned short *)(ip - 2), 0x050f); /* behind its system call */
	answer_the_rest(&m);
	expect_success();
	expect_copied(0, 0, 4 * PAGE);
}

/* The pager answers, and waits for the next message, in one call. */
TEST(strings, pager_answers_and_waits)
{
	struct message m;
	L4_ThreadId_t from;
	L4_MsgTag_t tag;
	L4_Word_t address;

	cast_far();
	stop_at_second_page(&m);
	for (unsigned i = 1; i < 4; i++) {
		L4_MapItem_t item = L4_MapItem(fpage((L4_Word_t)source + i * PAGE, 12, L4_FullyAccessible),
					       FAR_SOURCE + i * PAGE);

		L4_LoadMRs(1, 2, item.raw);
		L4_LoadMR(0, 2 << 6);
		tag = L4_ReplyWait(party[S].thread, &from);
		L4_StoreMR(1, &address);
		REQUIRE_OK(tag);
		if (i < 3)
			EXPECT_EQ(address, FAR_SOURCE + (i + 1) * PAGE);
	}
	EXPECT_EQ(L4_Label(tag), LABEL_DONE);
	ended(from.raw == party[S].thread.raw ? R : S);
	expect_success();
	expect_copied(0, 0, 4 * PAGE);
}

TEST(strings, answer_without_a_page_faults_again)
{
	struct message m;

	cast_far();
	stop_at_second_page(&m);
	for (unsigned i = 0; i < 3; i++) {
		L4_LoadMR(0, 0);
		EXPECT_OK(L4_Send_Timeout(m.from, PATIENCE));
		fault_of(S, &m, FAR_SOURCE + PAGE, L4_Readable);
	}
	answer_the_rest(&m);
	expect_success();
	expect_copied(0, 0, 4 * PAGE);
}

/* Message registers, buffer registers and error code of both are not the faults' business. */
TEST(strings, faults_leave_the_registers_alone)
{
	cast_far();
	party[S].pager = party[R].pager = pager_new(~0UL);
	for (unsigned i = 0; i < 10; i++)
		untyped(S, 0x1000 + i);
	string(FAR_SOURCE, 2 * PAGE);
	buffer(FAR_TARGET + 8, 2 * PAGE);
	exchange();
	expect_success();
	for (unsigned n = 8; n < 64; n++)
		EXPECT_EQ(party[S].got[n], party[S].mr[n]);
	for (unsigned n = 1; n <= 12; n++)
		EXPECT_EQ(party[R].got[n], party[S].mr[n]);
	for (unsigned n = 13; n < 64; n++)
		EXPECT_EQ(party[R].got[n], party[R].mr[n]);
	for (unsigned n = 0; n < 33; n++) {
		EXPECT_EQ(party[S].got_br[n], party[S].br[n]);
		EXPECT_EQ(party[R].got_br[n], party[R].br[n]);
	}
}

/* A page that may only be read is no place for a string: the pager is asked for more. */
TEST(strings, into_a_read_only_page)
{
	struct message m;

	cast_far();
	service = (struct service){.source = (L4_Word_t)source, .target = (L4_Word_t)target};
	party[R].pager = worker;
	string((L4_Word_t)source, 100);
	buffer(FAR_TARGET, 100);
	go(R);
	go(S);
	for (unsigned i = 0; i < 2; i++) {
		fault_of(R, &m, FAR_TARGET, L4_Writable);
		EXPECT_OK(map_reply(m.from, fpage((L4_Word_t)target, 12, L4_Readable), FAR_TARGET));
	}
	fault_of(R, &m, FAR_TARGET, L4_Writable);
	EXPECT_OK(answer(&m));
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 100);
}

TEST(strings, from_a_read_only_page)
{
	struct message m;

	cast_far();
	party[S].pager = worker;
	string(FAR_SOURCE, 100);
	buffer((L4_Word_t)target, 100);
	go(R);
	go(S);
	fault_of(S, &m, FAR_SOURCE, L4_Readable);
	EXPECT_OK(map_reply(m.from, fpage((L4_Word_t)source, 12, L4_Readable), FAR_SOURCE));
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 100);
}

/* The source is taken away while the receiver's page is missing: it is asked for again. */
TEST(strings, source_unmapped_meanwhile)
{
	struct message m;

	cast_far();
	service = (struct service){.source = (L4_Word_t)source, .target = (L4_Word_t)target};
	party[S].pager = party[R].pager = worker;
	string(FAR_SOURCE, 100);
	buffer(FAR_TARGET, 100);
	go(R);
	go(S);
	fault_of(S, &m, FAR_SOURCE, L4_Readable);
	EXPECT_OK(answer(&m));
	fault_of(R, &m, FAR_TARGET, L4_Writable);
	L4_UnmapFpage(fpage((L4_Word_t)source, 12, L4_FullyAccessible));
	EXPECT_OK(answer(&m));
	fault_of(S, &m, FAR_SOURCE, L4_Readable);
	EXPECT_OK(answer(&m));
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 100);
}

/* No mapping makes the kernel interface page writable. */
TEST(strings, into_the_kernel_interface_page)
{
	cast_far();
	party[R].pager = pager_new(~0UL);
	party[R].xfer = L4_TimePeriod(20000).raw;
	string((L4_Word_t)source, 100);
	buffer(own_space.kip, 100);
	exchange();
	expect_failure(IPC_XFER_TIMEOUT_PARTNER, IPC_XFER_TIMEOUT_OWN, 0);
	EXPECT_EQ(*(volatile unsigned char *)own_space.kip, 'L');
}

/* Transfer timeouts: the shorter one counts, and whose page is missing, owns the error. */

static void timeout(unsigned faulter, L4_Word_t xfer_s, L4_Word_t xfer_r, L4_Word_t limit)
{
	cast_far();
	party[faulter].pager = pager_new(limit);
	party[S].xfer = xfer_s;
	party[R].xfer = xfer_r;
	string(faulter == S ? FAR_SOURCE : (L4_Word_t)source, SIZE);
	buffer(faulter == R ? FAR_TARGET : (L4_Word_t)target, SIZE);
	exchange();
	if (faulter == S)
		expect_failure(IPC_XFER_TIMEOUT_OWN, IPC_XFER_TIMEOUT_PARTNER, limit * PAGE);
	else
		expect_failure(IPC_XFER_TIMEOUT_PARTNER, IPC_XFER_TIMEOUT_OWN, limit * PAGE);
	expect_copied(0, 0, limit * PAGE);
}

#define SEND_TIMEOUT(us)    (L4_TimePeriod(us).raw << 16)
#define RECEIVE_TIMEOUT(us) (L4_TimePeriod(us).raw)

TEST(strings, transfer_timeout_zero)
{
	for (unsigned who = S; who <= R; who++) {
		timeout(who, SEND_TIMEOUT(0), 0, 0);
		EXPECT_EQ(service.faults, 0); /* the pager is not even asked */
		timeout(who, 0, RECEIVE_TIMEOUT(0), 0);
		EXPECT_EQ(service.faults, 0);
	}
}

TEST(strings, transfer_timeout_zero_without_faults)
{
	cast_simply(&own_space, &own_space);
	party[S].xfer = party[R].xfer = SEND_TIMEOUT(0) | RECEIVE_TIMEOUT(0);
	string((L4_Word_t)source, SIZE);
	buffer((L4_Word_t)target, SIZE);
	exchange();
	expect_success();
	expect_copied(0, 0, SIZE);
}

TEST(strings, transfer_timeout_of_the_sender)
{
	timeout(S, SEND_TIMEOUT(20000), 0, 0);
	timeout(S, SEND_TIMEOUT(20000), RECEIVE_TIMEOUT(150000), 2);
	timeout(R, SEND_TIMEOUT(20000), 0, 3);
}

TEST(strings, transfer_timeout_of_the_receiver)
{
	timeout(S, 0, RECEIVE_TIMEOUT(20000), 1);
	timeout(R, SEND_TIMEOUT(150000), RECEIVE_TIMEOUT(20000), 0);
	timeout(R, 0, RECEIVE_TIMEOUT(20000), 5);
}

/* The other half of each word does not count. */
TEST(strings, transfer_timeouts_of_the_other_phase)
{
	cast_far();
	party[S].pager = party[R].pager = pager_new(~0UL);
	party[S].xfer = RECEIVE_TIMEOUT(0);
	party[R].xfer = SEND_TIMEOUT(0);
	string(FAR_SOURCE, SIZE);
	buffer(FAR_TARGET, SIZE);
	exchange();
	expect_success();
	expect_copied(0, 0, SIZE);
}

/* A timeout is for all faults of a message together: from the first one on. */
TEST(strings, transfer_timeout_of_all_faults_together)
{
	cast_far();
	party[S].pager = pager_new(~0UL);
	service.delay = 8000 * time_scale;
	party[S].xfer = SEND_TIMEOUT(20000 * time_scale);
	string(FAR_SOURCE, SIZE);
	buffer((L4_Word_t)target, SIZE);
	exchange();
	EXPECT(L4_IpcFailed(party[S].tag));
	EXPECT_EQ(party[S].error & 0xf, IPC_XFER_TIMEOUT_OWN << 1 | SEND);
	EXPECT_EQ(party[R].error,
		  (party[S].error & ~0xfUL) | IPC_XFER_TIMEOUT_PARTNER << 1 | RECEIVE);
	EXPECT_BETWEEN(party[S].error >> 4, 1 * PAGE, 4 * PAGE);
}

/* Without timeouts it waits for as long as the pager likes. */
TEST(strings, transfer_timeout_never)
{
	struct message m;

	cast_far();
	stop_at_second_page(&m);
	L4_Sleep(L4_TimePeriod(300000 * time_scale));
	EXPECT_EQ(party[S].done + party[R].done, 0);
	answer_the_rest(&m);
	expect_success();
}

TEST(strings, no_pager)
{
	for (unsigned who = S; who <= R; who++) {
		cast_far();
		party[who].pager = L4_nilthread;
		string(who == S ? FAR_SOURCE : (L4_Word_t)source, 100);
		buffer(who == R ? FAR_TARGET : (L4_Word_t)target, 100);
		exchange();
		expect_failure(who == S ? IPC_XFER_TIMEOUT_OWN : IPC_XFER_TIMEOUT_PARTNER,
			       who == R ? IPC_XFER_TIMEOUT_OWN : IPC_XFER_TIMEOUT_PARTNER, 0);
	}
}

/* A pager that is gone, and one that goes before it has answered, are like one that is too late. */
TEST(strings, pager_deleted)
{
	for (unsigned who = S; who <= R; who++)
		for (unsigned limit = 0; limit < 3; limit += 2) {
			L4_ThreadId_t pager = pager_new(limit);

			cast_far();
			party[who].pager = pager;
			string(who == S ? FAR_SOURCE : (L4_Word_t)source, SIZE);
			buffer(who == R ? FAR_TARGET : (L4_Word_t)target, SIZE);
			go(R);
			go(S);
			EXPECT(wait_until(&service.faults, limit + 1, 100));
			EXPECT_EQ(thread_delete(pager), 1);
			ended(S);
			ended(R);
			expect_failure(who == S ? IPC_XFER_TIMEOUT_OWN : IPC_XFER_TIMEOUT_PARTNER,
				       who == R ? IPC_XFER_TIMEOUT_OWN : IPC_XFER_TIMEOUT_PARTNER,
				       limit * PAGE);
			expect_copied(0, 0, limit * PAGE);
		}
}

/* The pager of one partner is the other, who cannot answer: the timeout ends it. */
TEST(strings, partner_as_pager)
{
	for (unsigned who = S; who <= R; who++) {
		cast_far();
		party[who].pager = party[1 - who].thread;
		party[who].xfer = SEND_TIMEOUT(10000) | RECEIVE_TIMEOUT(10000);
		string(FAR_SOURCE, 100);
		buffer(FAR_TARGET, 100);
		party[1 - who].pager = pager_new(~0UL);
		exchange();
		expect_failure(who == S ? IPC_XFER_TIMEOUT_OWN : IPC_XFER_TIMEOUT_PARTNER,
			       who == R ? IPC_XFER_TIMEOUT_OWN : IPC_XFER_TIMEOUT_PARTNER, 0);
	}
}

/* A chain: the pager has to ask the worker itself before it answers. */
static void asks_and_serves(L4_Word_t unused)
{
	struct message m;

	(void)unused;
	for (;;) {
		if (!message_receive(L4_anythread, &m))
			continue;
		if (m.mr[1] >= FAR_SOURCE) {
			L4_LoadMR(0, tag_make(LABEL_REPORT, 0, 0).raw);
			L4_Call_Timeouts(worker, PATIENCE, PATIENCE);
		}
		answer(&m);
	}
}

TEST(strings, pager_that_waits_itself)
{
	struct message m;
	L4_ThreadId_t pager = thread_start(&own_space, asks_and_serves, 0);

	cast_far();
	service = (struct service){.source = (L4_Word_t)source, .target = (L4_Word_t)target};
	party[S].pager = party[R].pager = pager;
	string(FAR_SOURCE, 2 * PAGE);
	buffer(FAR_TARGET, 2 * PAGE);
	go(R);
	go(S);
	for (unsigned i = 0; i < 4; i++) {
		REQUIRE(message_receive(pager, &m));
		EXPECT_EQ(L4_Label(m.tag), LABEL_REPORT);
		settle();
		EXPECT_OK(words_send(pager, 0, 0, NULL));
	}
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 2 * PAGE);
}
