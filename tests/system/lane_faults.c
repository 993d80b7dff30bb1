/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/lane_faults.c - the lanes: page faults whose pager waits, and their answers by ReplyWait. */
#include <l4/arch.h>
#include <l4/exception.h>

#include "handler.h"
#include "probe.h"
#include "raw.h"
#include "speaker.h"

static void (*prober)(L4_Word_t);

/* A page near the one that matters: then there are page tables, and only a page is missing. */
static void probes(L4_Word_t address)
{
	*(volatile L4_Word_t *)NEARBY;
	prober(address);
}

static L4_ThreadId_t faulted_in(struct space *s, void (*probe)(L4_Word_t), L4_Word_t address, struct message *m)
{
	L4_ThreadId_t t;

	prober = probe;
	t = thread_start_under(worker, s, probes, address);
	handler_wait(m);
	expect_fault(m, t, NEARBY);
	handler_answer_page(m, page_of(page_new(), L4_Readable), NEARBY);
	expect_fault(m, t, address);
	return t;
}

static L4_ThreadId_t faulted(void (*probe)(L4_Word_t), L4_Word_t address, struct message *m)
{
	return faulted_in(space_new(), probe, address, m);
}

TEST(lane, page_fault)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR + 8, &m);

	((L4_Word_t *)page)[1] = 0x1234;
	EXPECT_EQ(L4_Label(m.tag) & 0xf, L4_Readable);
	EXPECT_EQ(m.mr[2], (L4_Word_t)probe_read_at);
	handler_answer_page(&m, page_of(page, L4_Readable), FAR);
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x1234);
}

static L4_Word_t touched;

/* Reads a word of each page. */
static void reads_pages(L4_Word_t pages)
{
	touched = 0;
	for (L4_Word_t n = 0; n < pages; n++)
		touched += *(volatile L4_Word_t *)(FAR + n * PAGE);
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST(lane, page_faults_one_after_the_other)
{
	enum { PAGES = 600 }; /* more than a page table has */
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = thread_start_under(worker, space_new(), reads_pages, PAGES);
	L4_Word_t faults = 0;

	*(L4_Word_t *)page = 3;
	handler_wait(&m);
	while (is_page_fault(&m)) {
		expect_fault(&m, t, FAR + faults++ * PAGE);
		handler_answer_page(&m, page_of(page, L4_Readable), m.mr[1]);
	}
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(faults, PAGES);
	EXPECT_EQ(touched, 3 * PAGES);
}

/* Rights that are too few, then enough; a page that the pager has not; an item that maps nothing. */
TEST(lane, page_fault_until_the_answer_helps)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_write, FAR, &m);

	handler_answer_page(&m, L4_Nilpage, FAR);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(FAR, L4_FullyAccessible), FAR);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(page, 0), FAR);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(page, L4_Readable), FAR);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(page, L4_FullyAccessible), 0xffffff80000000UL);
	expect_fault(&m, t, FAR);
	handler_answer(&m, 0);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(page, L4_Readable | L4_Writable), FAR);
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(*(L4_Word_t *)page, PROBE_VALUE);
}

/* Items of every other kind: a large page, a grant, two of them, one behind words, a string, half of one. */
TEST(lane, page_fault_answered_with_a_large_page)
{
	struct message m;
	L4_Word_t page = page_new() & -(1UL << 14);
	L4_ThreadId_t t = faulted(probe_read, FAR + (page & ((1 << MIB2_LOG2) - 1)), &m);

	handler_answer_page(&m, L4_FpageAddRights(L4_FpageLog2(page, 14), L4_Readable), m.mr[1]);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_with_a_grant)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m), reader;
	L4_GrantItem_t item = L4_GrantItem(page_of(FAR + PAGE, L4_Readable), FAR);

	*(L4_Word_t *)page = 0x77;
	/* A page to give away: a neighbour makes this space have it. */
	reader = thread_start_under(worker, &own_space, probe_read, FAR + PAGE);
	handler_wait(&m);
	expect_fault(&m, L4_LocalIdOf(reader), FAR + PAGE);
	EXPECT_OK(map_reply(reader, page_of(page, L4_Readable), FAR + PAGE));
	REQUIRE(message_receive(reader, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	message_load(0, item.raw, 0, 2);
	handler_reply(t, &m);
	expect_label(&m, t, LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x77);
	/* It is gone. */
	reader = thread_start_under(worker, &own_space, probe_read, FAR + PAGE);
	handler_wait(&m);
	expect_fault(&m, L4_LocalIdOf(reader), FAR + PAGE);
}

TEST(lane, page_fault_answered_with_two_items)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);
	L4_MapItem_t first = L4_MapItem(page_of(page, L4_Readable), FAR + PAGE),
		     second = L4_MapItem(page_of(page, L4_Readable), FAR);

	m.mr[1] = first.raw[0] | 1;
	m.mr[2] = first.raw[1];
	m.mr[3] = second.raw[0];
	m.mr[4] = second.raw[1];
	message_load(0, &m.mr[1], 0, 4);
	handler_reply(t, &m);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_with_words_and_a_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);
	L4_MapItem_t word = L4_MapItem(page_of(page, L4_Readable), FAR + PAGE),
		     item = L4_MapItem(page_of(page, L4_Readable), FAR);

	m.mr[1] = word.raw[0]; /* which is no item there */
	m.mr[2] = word.raw[1];
	m.mr[3] = item.raw[0];
	m.mr[4] = item.raw[1];
	message_load(7, &m.mr[1], 2, 2);
	handler_reply(t, &m);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_with_what_is_no_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);
	L4_Word_t string[2] = {64 << 10, page}, half[1] = {FAR | 8};

	message_load(0, string, 0, 2);
	handler_reply(t, &m);
	expect_send_failed(&m, IPC_OVERFLOW);
	message_load(0, half, 0, 1);
	handler_reply(t, &m);
	expect_send_failed(&m, IPC_OVERFLOW);
	m.from = t;
	handler_answer_page(&m, page_of(page, L4_Readable), FAR);
	expect_label(&m, t, LABEL_DONE);
}

TEST(lane, page_fault_answered_in_anothers_name)
{
	struct message m;
	L4_ThreadId_t t = faulted(probe_read, FAR, &m), other = thread_start(&own_space, sleeps, 0);

	L4_Set_VirtualSender(other);
	page_load(page_of(page_new(), L4_Readable), FAR);
	L4_LoadMR(0, PROPAGATED | 2 << 6);
	handler_reply(t, &m);
	expect_send_failed(&m, IPC_TIMEOUT);
}

/* The kernel's own pages stay what they are. */
TEST(lane, page_fault_answered_into_the_utcb_area)
{
	struct message m;
	struct space *s = space_new();
	L4_ThreadId_t t = faulted_in(s, probe_read, FAR, &m);

	handler_answer_page(&m, page_of(page_new(), L4_FullyAccessible), s->utcb_area);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(page_new(), L4_FullyAccessible), s->kip);
	expect_fault(&m, t, FAR);
	handler_answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	expect_label(&m, t, LABEL_DONE);
}

/* The wait for the answer is given up: the access is tried again, and the pager hears of it again. */
TEST(lane, page_fault_aborted)
{
	struct message m;
	L4_ThreadId_t t = faulted(probe_read, FAR, &m);

	exception_state(t, RECEIVING);
	handler_wait(&m);
	expect_fault(&m, t, FAR);
}

/* A port is no page, though it waits for the same answer. */
SNIPPET(snippet_port, "ud2\n snippet_port_nearby: movb (%rbx), %cl\n snippet_port_again: inb $0x80, %al\n ud2")
extern char snippet_port_nearby[], snippet_port_again[];

TEST(lane, port_fault)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_port_at, &m);

	m.mr[EXC_RIP] = (L4_Word_t)snippet_port_nearby;
	m.mr[EXC_RBX] = NEARBY;
	handler_answer(&m, EXC_WORDS);
	handler_answer_page(&m, page_of(page_new(), L4_Readable), NEARBY);
	for (unsigned n = 0; n < 3; n++) {
		REQUIRE_OK(m.tag);
		EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -8);
		handler_answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	}
	m.from = t;
	handler_answer_page(&m, L4_IoFpageLog2(0x80, 0), 0);
	if (is_exception(&m)) /* the worker has the port to give */
		expect_trap(&m, t, snippet_port_again + 2);
}

/* Page faults as exceptions, answered with registers, and with a page. The next exception has no address. */
static void reads_and_traps(L4_Word_t address)
{
	*(volatile L4_Word_t *)address;
	__asm__ volatile("ud2");
}

TEST(lane, page_fault_as_an_exception)
{
	struct message m;
	L4_ThreadId_t t = faulted(reads_and_traps, FAR, &m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	handler_answer(&m, 0);
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], PF);
	EXPECT_EQ(m.mr[EXC_CR2], FAR);
	handler_answer_page(&m, page_of(page_new(), L4_Readable), FAR);
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], UD);
	EXPECT_EQ(m.mr[EXC_CR2], 0);
}

/* What the pager finds in its registers is the message and its own, and nothing of the thread's or the kernel's. */
SNIPPET(snippet_marked, "ud2\n snippet_marked_again: movb (%rax), %cl")
extern char snippet_marked_again[];

TEST(lane, registers_of_the_thread_stay_its_own)
{
	static struct registers r;
	struct message m;
	L4_ThreadId_t t = trapper(snippet_marked_at, &m);
	const unsigned long *all = &r.rax;

	for (unsigned n = EXC_RDI; n <= EXC_R15; n++)
		if (n != EXC_RSP)
			m.mr[n] = 0x5ec2e7000000UL + n;
	m.mr[EXC_RAX] = FAR;
	m.mr[EXC_RIP] = (L4_Word_t)snippet_marked_again;
	frame_reply(&m, EXC_WORDS);
	r = (struct registers){.rdx = CALL_WORD(CALL_IPC, IPC_OPEN), .rflags = 0x202};
	raw_syscall(&r);
	EXPECT_EQ((L4_SignedWord_t)r.rax >> 20, -2);
	EXPECT_EQ(r.rsi, t.raw);
	EXPECT_EQ(r.rbx, FAR);
	EXPECT_EQ(r.rbp, (L4_Word_t)snippet_marked_again);
	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		EXPECT(all[n] >> 24 != 0x5ec2e7);
		EXPECT(n == 0 || (L4_SignedWord_t)all[n] >= 0);
	}
}
