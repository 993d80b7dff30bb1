/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/trapper.c - see trapper.h. */
#include <l4/exception.h>

#include "trapper.h"

void trapper_survived(void) __attribute__((noreturn, used));
void trapper_survived(void)
{
	report(LABEL_DONE, 0);
	sleep_forever();
}

void trapper_runs(L4_Word_t code)
{
	/* Aligned as behind a call, whatever the snippet does to the stack. */
	__asm__ volatile("andq $-16, %%rsp\n\tjmp *%0" : : "r"(code));
	__builtin_unreachable();
}

L4_ThreadId_t trapper(char *code, struct message *m)
{
	L4_ThreadId_t t = thread_start_under(worker, space_new(), trapper_runs, (L4_Word_t)code);

	REQUIRE(event_receive(t, m));
	return t;
}

L4_Word_t exception_state(L4_ThreadId_t t, L4_Word_t bits)
{
	L4_Word_t old;

	EXPECT(L4_ExchangeExceptionState(t, bits, NULL, &old));
	return old;
}

void trapper_resume_at(L4_ThreadId_t t, L4_Word_t ip)
{
	struct message m;

	L4_LoadMR(0, tag_make(0, 1, 0).raw);
	L4_LoadMR(1, ip);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

void trapper_expect(char *code, char *at, L4_Word_t vector, char *next)
{
	struct message m;
	L4_ThreadId_t t = trapper(code, &m);

	EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -5);
	EXPECT_EQ(L4_UntypedWords(m.tag), EXC_WORDS);
	EXPECT_EQ(L4_TypedWords(m.tag), 0);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)at);
	EXPECT_EQ(m.mr[EXC_TRAP], vector);
	EXPECT_EQ(m.mr[EXC_CR2], 0);
	EXPECT(m.mr[EXC_RFLAGS] & IF);
	EXPECT_EQ(m.mr[EXC_CS] & 3, 3);
	EXPECT_EQ(m.mr[EXC_SS] & 3, 3);
	trapper_resume_at(t, (L4_Word_t)next);
}
