/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/redirect_faults.c - page faults and exceptions of a confined space, and the answers to them. */
#include "agent.h"
#include "confined.h"
#include "probe.h"

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
