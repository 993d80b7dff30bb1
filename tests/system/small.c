/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/small.c - see small.h; and the cases about small spaces as such. */
#include "small.h"
#include "agent.h"
#include <string.h>

extern const char small_code[], small_do[], small_back[], small_end[];

enum { PAGE_LOG2 = 12, EXCEPTION_UD = 6, JMP = 0xe9 };

static L4_Word_t in_space(const char *code)
{
	return SMALL_CODE + (L4_Word_t)(code - small_code);
}

unsigned small_id(L4_ThreadId_t thread)
{
	return (unsigned)(L4_ThreadNo(thread) << SMALL_ID_VERSION_BITS | L4_Version(thread));
}

struct space *small_space(unsigned log2, unsigned place)
{
	struct space *space = space_new_at(SMALL_KIP, SMALL_UTCBS, 16);

	space->control = SMALL_SLOT(log2, place);
	return space;
}

/* Give it one of its pages, if it is that what it asks for. */
static bool give_own_page(struct small *s, const struct message *m)
{
	L4_Word_t page = m->mr[1] & ~(L4_Word_t)(PAGE - 1), mine;

	if (!is_page_fault(m))
		return false;
	switch (page) {
	case SMALL_CODE:
		mine = (L4_Word_t)small_code;
		break;
	case SMALL_DATA:
		mine = (L4_Word_t)s->data;
		break;
	case SMALL_THING:
		mine = (L4_Word_t)s->thing;
		break;
	case SMALL_STACK - PAGE:
		mine = s->stack;
		break;
	default:
		return false;
	}
	REQUIRE_OK(map_reply(s->thread, fpage(mine, PAGE_LOG2, L4_FullyAccessible), page));
	return true;
}

bool small_event(struct small *s, struct message *m)
{
	do
		REQUIRE(message_receive(s->thread, m));
	while (give_own_page(s, m));
	return is_exception(m) && m->mr[EXC_RIP] == in_space(small_end) && m->mr[EXC_TRAP] == EXCEPTION_UD;
}

void small_done(struct small *s)
{
	struct message m;

	if (!small_event(s, &m)) {
		FAIL("expected the end of the thing, got label %ld, words 0x%lx 0x%lx 0x%lx 0x%lx",
		     (long)m.tag.raw >> 16,
		     m.mr[1], m.mr[2], m.mr[3], m.mr[4]);
		test_abort();
	}
	s->data->utcb_in = s->data->utcb_out;
}

struct small small_neighbour(const struct small *s)
{
	struct small other = *s;
	L4_Word_t words[2] = { SMALL_CODE, SMALL_STACK };

	other.thread = thread_create(s->space, worker);
	other.offset = PAGE / 2;
	REQUIRE_OK(words_send(other.thread, 0, 2, words));
	small_done(&other);
	return other;
}

void small_again(struct small *s)
{
	L4_Word_t ip = in_space(small_do);

	REQUIRE_OK(words_send(s->thread, 0, 1, &ip));
}

void small_go(struct small *s, const void *bytes, unsigned count)
{
	int offset = (int)in_space(small_back) - (int)(SMALL_THING + s->offset + count + 5);
	unsigned char *thing = s->thing + s->offset;

	memcpy(thing, bytes, count);
	thing[count] = JMP;
	memcpy(thing + count + 1, &offset, 4);
	s->data->thing = SMALL_THING + s->offset;
	small_again(s);
}

struct small small_new(struct space *space)
{
	struct small s = { .space = space };
	L4_Word_t words[2] = { SMALL_CODE, SMALL_STACK };

	s.thread = thread_create(space, worker);
	s.data = (struct small_data *)page_new();
	s.thing = (unsigned char *)page_new();
	s.stack = page_new();
	s.data->in.eflags = 0x202;
	s.data->in.esp = SMALL_STACK;
	REQUIRE_OK(words_send(s.thread, 0, 2, words));
	small_done(&s);
	small_go(&s, "\x90", 1); /* so that it has all its pages */
	small_done(&s);
	return s;
}

void small_call_begin(struct small *s)
{
	unsigned char call[5] = { 0xe8 };
	int offset = SMALL_IPC - (SMALL_THING + (int)s->offset + 5);

	memcpy(call + 1, &offset, 4);
	small_go(s, call, sizeof(call));
}

void small_call(struct small *s)
{
	small_call_begin(s);
	small_done(s);
}

L4_ThreadId_t small_exchange(L4_ThreadId_t thread, L4_Word_t control, L4_Word_t ip, L4_Word_t flags,
			     L4_ThreadId_t pager, L4_Word_t *old_ip)
{
	L4_Word_t state, sp, old, handle;

	EXPECT(!L4_IsNilThread(L4_ExchangeRegisters(thread, control | EXCHANGE_AS_PAGER, 0, ip, flags, 0, pager, &state,
						    &sp, old_ip ? old_ip : &old, &flags, &handle, &pager)));
	return pager;
}

/* The cases. */

TEST(small, runs_and_traps)
{
	struct small s = small_new(small_space(22, 0));

	s.data->in.eax = 0x12345678;
	s.data->in.ebp = 0xfedcba98;
	small_go(&s, "\x40\x4d", 2); /* inc eax; dec ebp */
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, 0x12345679);
	EXPECT_EQ(s.data->out.ebp, 0xfedcba97);
	EXPECT_EQ(s.data->out.esp, SMALL_STACK);
}

TEST(small, every_size_and_the_last_place)
{
	for (unsigned log2 = SMALL_SLOT_MIN_LOG2; log2 <= SMALL_SLOTS_LOG2; log2++) {
		struct small s = small_new(small_space(log2, (1U << (SMALL_SLOTS_LOG2 - log2)) - 1));

		s.data->in.eax = log2;
		small_go(&s, "\x40", 1);
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, log2 + 1);
		thread_delete(s.thread);
	}
}
