/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/held.c - see held.h. */
#include "held.h"

SNIPPET(snippet_loop, "ud2\n .globl snippet_loop_trap\n snippet_loop_trap: jmp snippet_loop_trap")
SNIPPET(snippet_touch, "ud2\n .globl snippet_touch_trap\n snippet_touch_trap: movq %r15, (%rbx)")

L4_ThreadId_t toucher(struct message *m)
{
	L4_ThreadId_t t = trapper(snippet_touch_at, m);

	m->mr[EXC_RIP] = (L4_Word_t)snippet_touch_trap;
	m->mr[EXC_RBX] = NOWHERE;
	m->mr[EXC_R15] = 0x1515;
	return t;
}

L4_Fpage_t new_page(L4_Word_t *address)
{
	*address = page_new();
	return L4_FpageAddRights(L4_FpageLog2(*address, 12), L4_ReadWriteOnly);
}

struct registers call;

void calls(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&call);
	report(LABEL_DONE, call.rax);
}

void forces_itself(L4_Word_t unused)
{
	L4_Bool_t was_in_exception = 1;

	(void)unused;
	EXPECT(L4_ForceException(L4_Myself(), &was_in_exception));
	EXPECT(!was_in_exception);
	report(LABEL_DONE, 0);
}

volatile L4_Word_t string_label;

void send_string(L4_ThreadId_t to, L4_Word_t address)
{
	L4_StringItem_t item = L4_StringItem(16, (void *)address);

	L4_LoadMR(0, tag_make(0x59, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	L4_Send(to);
}

void sends_string(L4_Word_t partner)
{
	send_string((L4_ThreadId_t){.raw = partner}, NOWHERE);
	report(LABEL_DONE, 0);
}

void receives_string(L4_Word_t buffer)
{
	L4_StringItem_t item = L4_StringItem(16, (void *)buffer);
	L4_ThreadId_t from;

	L4_LoadBR(0, 1);
	L4_LoadBR(1, item.raw[0]);
	L4_LoadBR(2, item.raw[1]);
	string_label = L4_Label(L4_Wait(&from));
}

void force(L4_ThreadId_t t)
{
	L4_Bool_t was_in_exception;

	EXPECT(L4_ForceException(t, &was_in_exception));
	EXPECT(!was_in_exception);
}

void expect_silence(L4_ThreadId_t t)
{
	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
}

void expect_forced(L4_ThreadId_t t, struct message *m, L4_Word_t ip)
{
	REQUIRE(event_receive(t, m));
	EXPECT_EQ((L4_SignedWord_t)m->tag.raw >> 20, -5);
	EXPECT_EQ(L4_UntypedWords(m->tag), EXC_WORDS);
	EXPECT_EQ(m->mr[EXC_TRAP], EXC_TRAP_FORCED);
	EXPECT_EQ(m->mr[EXC_ERROR], 0);
	EXPECT_EQ(m->mr[EXC_CR2], 0);
	EXPECT_EQ(m->mr[EXC_RIP], ip);
}

void expect_done(L4_ThreadId_t t)
{
	struct message m;

	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}
