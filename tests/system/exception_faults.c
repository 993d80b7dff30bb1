/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exception_faults.c - page faults as exceptions, and answers with registers and a page. */
#include "held.h"

enum { PF_ERROR_WRITE = 2, PF_ERROR_FETCH = 16 };

static void expect_fault(const struct message *m, L4_Word_t ip, L4_Word_t address, L4_Word_t error)
{
	EXPECT_EQ((L4_SignedWord_t)m->tag.raw >> 20, -5);
	EXPECT_EQ(L4_UntypedWords(m->tag), EXC_WORDS);
	EXPECT_EQ(m->mr[EXC_TRAP], PF);
	EXPECT_EQ(m->mr[EXC_ERROR] & (PF_ERROR_WRITE | PF_ERROR_FETCH), error);
	EXPECT_EQ(m->mr[EXC_CR2], address);
	EXPECT_EQ(m->mr[EXC_RIP], ip);
}

static L4_MsgTag_t frame_and_page_reply(const struct message *m, unsigned count, L4_Fpage_t page, L4_Word_t address)
{
	L4_MapItem_t item = L4_MapItem(page, address);

	L4_LoadMR(0, tag_make(0, count, 2).raw);
	for (unsigned i = 1; i <= count; i++)
		L4_LoadMR(i, m->mr[i]);
	L4_LoadMR(count + 1, item.raw[0]);
	L4_LoadMR(count + 2, item.raw[1]);
	return L4_Send_Timeout(m->from, PATIENCE);
}

/* Both at once: the page, and another value in the register that is written to it. */
TEST(exception, page_fault_answered_with_frame_and_page)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT(exception_state(t, 0) & L4_EXREGS_FAULT_EXCEPTIONS);
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	expect_fault(&m, (L4_Word_t)snippet_touch_trap, NOWHERE, PF_ERROR_WRITE);
	EXPECT_EQ(m.mr[EXC_R15], 0x1515);
	m.mr[EXC_R15] = 0x2626;
	EXPECT(L4_Set_FaultExceptions(t, 0));
	EXPECT_EQ(exception_state(t, 0) & L4_EXREGS_FAULT_EXCEPTIONS, 0);
	EXPECT_OK(frame_and_page_reply(&m, EXC_WORDS, new_page(&page), NOWHERE));
	expect_done(t);
	EXPECT_EQ(*(volatile L4_Word_t *)page, 0x2626);
}

TEST(exception, page_fault_answered_with_page_alone)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT(L4_Set_FaultExceptions(t, 0));
	EXPECT_OK(map_reply(t, new_page(&page), NOWHERE));
	expect_done(t);
	EXPECT_EQ(*(volatile L4_Word_t *)page, 0x1515);
}

TEST(exception, page_fault_answered_with_another_ip)
{
	struct message m;
	L4_ThreadId_t t = toucher(&m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT(L4_Set_FaultExceptions(t, 0));
	trapper_resume_at(t, (L4_Word_t)snippet_touch_behind);
}

/* An answer without what is needed: the fault comes again, the same. */
TEST(exception, page_fault_answered_with_nothing)
{
	struct message m, again;
	L4_ThreadId_t t = toucher(&m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(message_receive(t, &again));
	for (unsigned i = EXC_RIP; i <= EXC_R15; i++)
		EXPECT_EQ(again.mr[i], m.mr[i]);
}

SNIPPET(snippet_load, "ud2\n snippet_load_trap: movq (%rbx), %rax")
SNIPPET(snippet_jump, "ud2\n jmp *%rbx")
extern char snippet_load_trap[];

static void faults(char *code, unsigned skip, L4_Word_t address, L4_Word_t ip, L4_Word_t error)
{
	struct message m;
	L4_ThreadId_t t = trapper(code, &m);

	EXPECT(L4_Set_FaultExceptions(t, 1));
	m.mr[EXC_RIP] += skip;
	m.mr[EXC_RBX] = address;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	expect_fault(&m, ip, address, error);
}

TEST(exception, page_fault_of_a_read)
{
	faults(snippet_load_at, 2, NOWHERE + 5, (L4_Word_t)snippet_load_trap, 0);
}

TEST(exception, page_fault_of_a_fetch)
{
	faults(snippet_jump_at, 2, NOWHERE + 7, NOWHERE + 7, PF_ERROR_FETCH);
}

TEST(exception, page_fault_at_the_kernel)
{
	faults(snippet_load_at, 2, 0xffffffffc0000000UL, (L4_Word_t)snippet_load_trap, 0);
}

/* It is the exception handler's, not the pager's. */
static void touches_as_asked(L4_Word_t handler)
{
	L4_Set_ExceptionHandler((L4_ThreadId_t){.raw = handler});
	EXPECT(L4_Set_FaultExceptions(L4_Myself(), 1));
	*(volatile L4_Word_t *)NOWHERE = 1;
}

TEST(exception, page_fault_goes_to_the_handler)
{
	struct message m;
	L4_ThreadId_t t = thread_start(&own_space, touches_as_asked, worker.raw);

	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_TRAP], PF);
	EXPECT_EQ(m.mr[EXC_CR2], NOWHERE);
}

/* In the middle of a string there is no frame: that fault is the pager's as ever. */
TEST(exception, page_fault_of_a_string)
{
	static char buffer[16];
	struct message m;
	L4_ThreadId_t to = thread_start(&own_space, receives_string, (L4_Word_t)buffer), t;

	settle();
	t = thread_start_under(worker, &own_space, sends_string, to.raw);
	EXPECT(L4_Set_FaultExceptions(t, 1));
	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], NOWHERE);
}

/* Refused whole: the page of the answer is not mapped either. */
TEST(exception, answer_with_page_and_bad_ip)
{
	struct message m, bad;
	L4_ThreadId_t t = toucher(&m);
	L4_Word_t page;

	EXPECT(L4_Set_FaultExceptions(t, 1));
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	bad = m;
	bad.mr[EXC_RIP] = 0x800000000000UL;
	EXPECT_FAILED(frame_and_page_reply(&bad, EXC_WORDS, new_page(&page), NOWHERE), SEND, IPC_OVERFLOW);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(message_receive(t, &m));
	expect_fault(&m, (L4_Word_t)snippet_touch_trap, NOWHERE, PF_ERROR_WRITE);
}
