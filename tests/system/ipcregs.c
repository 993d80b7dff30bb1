/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/ipcregs.c - <l4/ipcregs.h>: words go from C variables to C variables, and the UTCB's message registers
 * stay as they are.
 */
#include "test.h"

#include <l4/ipcregs.h>

enum { LABEL = 0x77, WORDS = 7, LAST_LABEL = 0x78 };

static L4_Word_t pattern(unsigned i)
{
	return 0x0123456789abcdefUL * (i + 3);
}

static void fill(L4_Word_t seed)
{
	for (unsigned i = 0; i < 64; i++)
		L4_LoadMR((int)i, ~pattern(i) ^ seed);
}

static void expect_filled(L4_Word_t seed, unsigned end)
{
	for (unsigned i = 0; i < end; i++) {
		L4_Word_t word;

		L4_StoreMR((int)i, &word);
		EXPECT_EQ(word, ~pattern(i) ^ seed);
	}
}

/* Answers with the words turned over, under the same label; up to LAST_LABEL. */
static void server(L4_Word_t seed)
{
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgRegs_t m = { { 0 } };
	L4_MsgTag_t tag = L4_Niltag;

	fill(seed);
	do {
		tag = L4_ReplyWait_Regs(from, tag, &m, &from);
		for (unsigned i = 0; i < WORDS; i++)
			m.word[i] = ~m.word[i];
	} while (L4_Label(tag) == LABEL);
	expect_filled(seed, 64);
	L4_ReplyWait_Regs(from, tag, &m, &from);
}

static void exchange(struct space *space)
{
	enum { OURS = 0x1111, THEIRS = 0x2222 };
	L4_ThreadId_t t = thread_start(space, server, THEIRS);
	L4_MsgRegs_t m;
	L4_MsgTag_t tag;

	settle();
	fill(OURS);
	for (unsigned n = 0; n <= WORDS; n++) {
		for (unsigned i = 0; i < WORDS; i++)
			m.word[i] = pattern(i + n);
		tag = L4_Call_Regs(t, tag_make(LABEL, n, 0), &m);
		REQUIRE_OK(tag);
		EXPECT_EQ(tag.raw, tag_make(LABEL, n, 0).raw);
		for (unsigned i = 0; i < n; i++)
			EXPECT_EQ(m.word[i], ~pattern(i + n));
	}
	tag = L4_Call_Regs(t, tag_make(LAST_LABEL, 0, 0), &m);
	REQUIRE_OK(tag);
	expect_filled(OURS, 64);
}

TEST(ipcregs, one_space)
{
	exchange(&own_space);
}

TEST(ipcregs, two_spaces)
{
	exchange(space_new());
}

/* Words from the eighth on are in the UTCB; the functions that move the first seven there fit. */
static void counts_words(L4_Word_t unused)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag = L4_Wait(&from);

	(void)unused;
	for (unsigned i = 1; i < 64; i++) {
		L4_Word_t word;

		L4_StoreMR((int)i, &word);
		EXPECT_EQ(word, pattern(i));
	}
	L4_LoadMR(0, tag.raw);
	L4_Reply(from);
	sleep_forever();
}

TEST(ipcregs, long_message)
{
	L4_ThreadId_t t = thread_start(space_new(), counts_words, 0);
	L4_MsgRegs_t m, copy;
	L4_MsgTag_t tag;

	settle();
	for (unsigned i = 1; i < 64; i++)
		L4_LoadMR((int)i, pattern(i));
	L4_MsgRegsStore(&m);
	for (unsigned i = 1; i <= WORDS; i++)
		L4_LoadMR((int)i, 0);
	tag = L4_Call_Regs(t, tag_make(LABEL, 63, 0), &m);
	REQUIRE_OK(tag);
	EXPECT_EQ(L4_UntypedWords(tag), 63);
	L4_MsgRegsLoad(&m);
	L4_MsgRegsStore(&copy);
	for (unsigned i = 0; i < WORDS; i++) {
		EXPECT_EQ(m.word[i], pattern(i + 1));
		EXPECT_EQ(copy.word[i], pattern(i + 1));
	}
}

/* A partner that does not exist; a client that does not wait is not waited for. */
TEST(ipcregs, errors)
{
	L4_MsgRegs_t m = L4_AnyMsgRegs();
	L4_ThreadId_t from;
	L4_MsgTag_t tag = L4_Call_Regs(thread_id_new(), tag_make(LABEL, 0, 0), &m);

	EXPECT_FAILED(tag, SEND, IPC_NO_PARTNER);
	tag = L4_ReplyWait_Regs(thread_start(space_new(), (void (*)(L4_Word_t))sleep_forever, 0),
				tag_make(LABEL, 0, 0), &m, &from);
	EXPECT_FAILED(tag, SEND, IPC_TIMEOUT);
}
