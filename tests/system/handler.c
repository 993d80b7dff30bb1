/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/handler.c - see handler.h. */
#include "handler.h"

void message_load(L4_Word_t label, const L4_Word_t *words, unsigned untyped, unsigned typed)
{
	for (unsigned n = 1; n <= untyped + typed; n++)
		L4_LoadMR(n, words[n - 1]);
	L4_LoadMR(0, tag_make(label, untyped, typed).raw);
}

static bool is_image_fault(const struct message *m)
{
	return is_page_fault(m) && m->mr[1] < FAR && m->mr[1] >= ((L4_Word_t)&is_image_fault & ~0x3fffffUL);
}

void page_load(L4_Fpage_t page, L4_Word_t address)
{
	L4_MapItem_t item = L4_MapItem(page, address);

	message_load(0, item.raw, 0, 2);
}

L4_Fpage_t page_of(L4_Word_t address, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2(address & -(L4_Word_t)PAGE, 12), rights);
}

void handler_reply(L4_ThreadId_t to, struct message *m)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag;

	for (;;) {
		tag = L4_ReplyWait(to, &from);
		message_take(tag, from, m);
		if (L4_IpcFailed(tag) || !is_image_fault(m))
			return;
		page_load(page_of(m->mr[1], L4_FullyAccessible), m->mr[1]);
		to = from;
	}
}

void handler_wait(struct message *m)
{
	handler_reply(L4_nilthread, m);
}

void handler_answer(struct message *m, unsigned count)
{
	message_load(0, &m->mr[1], count, 0);
	handler_reply(m->from, m);
}

void handler_answer_page(struct message *m, L4_Fpage_t page, L4_Word_t address)
{
	page_load(page, address);
	handler_reply(m->from, m);
}

void expect_trap(const struct message *m, L4_ThreadId_t t, const char *ip)
{
	REQUIRE_OK(m->tag);
	EXPECT_EQ(m->from.raw, t.raw);
	REQUIRE(is_exception(m));
	EXPECT_EQ(L4_UntypedWords(m->tag), EXC_WORDS);
	EXPECT_EQ(m->mr[EXC_TRAP], UD);
	EXPECT_EQ(m->mr[EXC_RIP], (L4_Word_t)ip);
}

void expect_fault(const struct message *m, L4_ThreadId_t t, L4_Word_t address)
{
	REQUIRE_OK(m->tag);
	EXPECT_EQ(m->from.raw, t.raw);
	REQUIRE(is_page_fault(m));
	EXPECT_EQ(L4_UntypedWords(m->tag), 2);
	EXPECT_EQ(m->mr[1], address);
}

void expect_label(const struct message *m, L4_ThreadId_t t, L4_Word_t label)
{
	REQUIRE_OK(m->tag);
	EXPECT_EQ(m->from.raw, t.raw);
	EXPECT_EQ(L4_Label(m->tag), label);
}

void expect_send_failed(const struct message *m, L4_Word_t code)
{
	EXPECT(L4_IpcFailed(m->tag));
	EXPECT_EQ(m->error & 0xf, code << 1 | SEND);
}
