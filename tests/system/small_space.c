/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/small_space.c - see small.h. */
#include "small.h"

enum { CONTROL_WORDS = EXC_RAX, FLAGS = 0x202 };

CODE32(small_begin, "movl %gs:0x110, %eax\n movl %eax, %gs:0x114", "ud2");

static L4_Word_t page_at(const struct small *s, L4_Word_t address)
{
	switch (address & ~(SMALL_PAGE - 1UL)) {
	case SMALL_FIRST:
		return (L4_Word_t)s->first;
	case SMALL_CODE:
		return (L4_Word_t)s->code;
	case SMALL_DATA:
		return (L4_Word_t)s->data;
	case SMALL_STACK:
		return (L4_Word_t)s->stack;
	case SMALL_LAST:
		return (L4_Word_t)s->last;
	default:
		return 0;
	}
}

/* Answers a fault on one of the pages. False: it is none. */
static bool fault_answer(struct small *s)
{
	L4_Word_t address = s->m.mr[1] & ~(SMALL_PAGE - 1UL), page = page_at(s, s->m.mr[1]);

	if (!page)
		return false;
	map_reply(s->thread, L4_FpageAddRights(L4_FpageLog2(page, 12), L4_FullyAccessible), address);
	return true;
}

static bool event(struct small *s)
{
	enum { FAULTS = 16 };

	for (unsigned i = 0; i < FAULTS; i++) {
		if (!message_receive(s->thread, &s->m))
			return FAIL("expected the small thread to send a message, got none (error 0x%lx)", s->m.error);
		if (!is_page_fault(&s->m) || !fault_answer(s))
			return true;
	}
	return FAIL("expected a page to be there after %u answers, got a fault at 0x%lx", FAULTS, s->m.mr[1]);
}

void small_code(struct small *s, unsigned at, const void *code, size_t size)
{
	for (size_t i = 0; i < size; i++)
		s->code[at + i] = ((const unsigned char *)code)[i];
}

void small_reset(struct small *s)
{
	for (unsigned i = 0; i < SMALL_PAGE; i += 2) {
		s->code[i] = 0x0f;
		s->code[i + 1] = 0x0b;
	}
	for (unsigned i = EXC_RDI; i <= EXC_RAX; i++)
		s->m.mr[i] = 0x1000 + i;
	s->m.mr[EXC_RIP] = SMALL_CODE;
	s->m.mr[EXC_RFLAGS] = FLAGS;
	s->m.mr[EXC_RSP] = SMALL_STACK_TOP - 64;
}

bool small_go(struct small *s)
{
	return EXPECT_OK(frame_reply(&s->m, CONTROL_WORDS)) && event(s);
}

bool small_run(struct small *s, const void *code, const void *end)
{
	small_reset(s);
	small_code(s, 0, code, (size_t)((const char *)end - (const char *)code));
	return small_go(s);
}

bool small_raised(const struct small *s, L4_Word_t vector, L4_Word_t ip)
{
	return EXPECT(is_exception(&s->m)) && EXPECT_EQ(s->m.mr[EXC_TRAP], vector) &&
	       EXPECT_EQ(s->m.mr[EXC_RIP], ip) && EXPECT_EQ(s->m.mr[EXC_CS] & 3, 1);
}

CODE32(small_nothing, "movl $4711, %eax", "ud2");

void small_is_alive(struct small *s)
{
	REQUIRE(small_run(s, small_nothing_at, small_nothing_end));
	small_raised(s, UD, SMALL_CODE + (small_nothing_trap - small_nothing_at));
	EXPECT_EQ(s->m.mr[EXC_RAX], 4711);
}

L4_ThreadId_t small_thread(struct small *s)
{
	return thread_create(s->space, worker);
}

void small_new(struct small *s, unsigned place)
{
	*s = (struct small){
	    .space = space_new_at(SMALL_KIP, SMALL_UTCBS, UTCB_AREA_MIN_LOG2),
	    .place = place,
	    .first = (unsigned char *)page_new(),
	    .code = (unsigned char *)page_new(),
	    .data = (unsigned char *)page_new(),
	    .stack = (unsigned char *)page_new(),
	    .last = (unsigned char *)page_new(),
	};
	s->space->control = L4_SmallSpace(SMALL_LOG2, place);
	s->thread = small_thread(s);
	small_reset(s);
	small_code(s, 0, small_begin_at, (size_t)(small_begin_end - small_begin_at));
	L4_LoadMR(0, tag_make(0, 2, 0).raw);
	L4_LoadMR(1, SMALL_CODE);
	L4_LoadMR(2, SMALL_STACK_TOP);
	REQUIRE_OK(L4_Send_Timeout(s->thread, PATIENCE));
	REQUIRE(event(s));
	REQUIRE(small_raised(s, UD, SMALL_CODE + (small_begin_trap - small_begin_at)));
}
