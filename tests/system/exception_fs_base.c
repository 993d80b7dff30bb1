/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exception_fs_base.c - FS base: set for a thread, written by it, kept. */
#include "held.h"

TEST(exception, fs_base_set)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t base = 0x223344556000UL, old;

	EXPECT(L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old));
	EXPECT_EQ(base, 0);
	base = 0xffffffff80000000UL;
	EXPECT(L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old));
	EXPECT_EQ(base, 0x223344556000UL);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0xffffffff80000000UL);
}

TEST(exception, fs_base_set_and_used)
{
	static L4_Word_t words[2] = {0, 0x99887766};
	L4_Word_t seen;

	EXPECT(L4_Set_FsBase(L4_Myself(), (L4_Word_t)words));
	__asm__ volatile("movq %%fs:8, %0" : "=r"(seen));
	EXPECT_EQ(seen, 0x99887766);
	EXPECT(L4_Set_FsBase(L4_Myself(), 0));
}

/* Two threads, each with its own, over messages between them: the value that was set, not one that somebody had. */
static L4_Word_t tls[2][2] = {{0, 0x1010}, {0, 0x2020}};

static L4_Word_t tls_word(void)
{
	L4_Word_t word;

	__asm__ volatile("movq %%fs:8, %0" : "=r"(word));
	return word;
}

static void answers_with_tls(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Set_FsBase(L4_Myself(), (L4_Word_t)tls[1]);
	L4_Wait(&from);
	for (;;) {
		L4_LoadMR(0, tag_make(0, 1, 0).raw);
		L4_LoadMR(1, tls_word());
		L4_ReplyWait(from, &from);
	}
}

TEST(exception, fs_base_set_and_kept_over_messages)
{
	L4_ThreadId_t t = thread_start(space_new(), answers_with_tls, 0);
	L4_Word_t word;

	EXPECT(L4_Set_FsBase(L4_Myself(), (L4_Word_t)tls[0]));
	for (unsigned i = 0; i < 10; i++) {
		L4_LoadMR(0, 0);
		EXPECT_OK(L4_Call(t));
		L4_StoreMR(1, &word);
		EXPECT_EQ(word, 0x2020);
		EXPECT_EQ(tls_word(), 0x1010);
	}
	EXPECT(L4_Set_FsBase(L4_Myself(), 0));
}

TEST(exception, fs_base_not_canonical)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_loop_at, &m);
	L4_Word_t base = 0x800000000000UL, old;

	EXPECT(!L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE | L4_EXREGS_TAKE_FAULTS | L4_EXREGS_FAULT_EXCEPTIONS,
					  &base, &old));
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(old, 0);
	EXPECT_EQ(exception_state(t, 0) & L4_EXREGS_FAULT_EXCEPTIONS, 0);
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0);
}

SNIPPET(snippet_wrfsbase, "wrfsbase %rbx\n ud2")
SNIPPET(snippet_wrfsbase_loop, "wrfsbase %rbx\n snippet_wrfsbase_trap: jmp snippet_wrfsbase_trap")
extern char snippet_wrfsbase_trap[];

/* Written by the thread itself, it is in the frame of the exception, and of one that is forced after preemptions. */
static L4_ThreadId_t writes_fs_base(char *code, struct message *m)
{
	L4_ThreadId_t t = trapper(snippet_loop_at, m);

	m->mr[EXC_RIP] = (L4_Word_t)code;
	m->mr[EXC_RBX] = 0x334455667000UL;
	EXPECT_OK(frame_reply(m, EXC_WORDS));
	return t;
}

TEST(exception, fs_base_written_by_user)
{
	struct message m;
	L4_ThreadId_t t;

	if (!users_set_segment_bases())
		return;
	t = writes_fs_base(snippet_wrfsbase_at, &m);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0x334455667000UL);
}

TEST(exception, fs_base_written_by_user_and_preempted)
{
	struct message m;
	L4_ThreadId_t t;
	L4_Word_t base = 0, old;

	if (!users_set_segment_bases())
		return;
	t = writes_fs_base(snippet_wrfsbase_loop_at, &m);
	EXPECT(!event_receive(t, &m)); /* nothing but faults on this program's image */
	force(t);
	expect_forced(t, &m, (L4_Word_t)snippet_wrfsbase_trap);
	EXPECT_EQ(m.mr[EXC_FS_BASE], 0x334455667000UL);
	EXPECT(L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old));
	EXPECT_EQ(base, 0x334455667000UL);
}
