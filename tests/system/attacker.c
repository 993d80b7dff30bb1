/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/attacker.c - see attacker.h. */
#include "attacker.h"
#include <l4/exception.h>

enum { CONTROL_WORDS = EXC_RAX, FLAGS = 0x202 };

CODE32(attacker_begin, "movl %gs:0x110, %eax\n movl %eax, %gs:0x114", "ud2");

static L4_Word_t page_at(const struct attacker *s, L4_Word_t address)
{
	switch (address & ~(AT_PAGE_SIZE - 1UL)) {
	case AT_FIRST:
		return (L4_Word_t)s->first;
	case AT_CODE:
		return (L4_Word_t)s->code;
	case AT_DATA:
		return (L4_Word_t)s->data;
	case AT_STACK:
		return (L4_Word_t)s->stack;
	case AT_LAST:
		return (L4_Word_t)s->last;
	default:
		return 0;
	}
}

/* Answers a fault on one of the pages. False: it is none. */
static bool fault_answer(struct attacker *s)
{
	L4_Word_t address = s->m.mr[1] & ~(AT_PAGE_SIZE - 1UL), page = page_at(s, s->m.mr[1]);

	if (!page)
		return false;
	map_reply(s->thread, L4_FpageAddRights(L4_FpageLog2(page, 12), L4_FullyAccessible), address);
	return true;
}

bool attacker_event(struct attacker *s, L4_Time_t patience)
{
	enum { FAULTS = 16 };

	for (unsigned i = 0; i < FAULTS; i++) {
		L4_MsgTag_t tag = L4_Receive_Timeout(s->thread, patience);

		message_take(tag, s->thread, &s->m);
		if (L4_IpcFailed(tag))
			return false;
		if (!is_page_fault(&s->m) || !fault_answer(s))
			return true;
	}
	return true;
}

static bool event(struct attacker *s)
{
	return attacker_event(s, PATIENCE) ||
	       FAIL("expected the attacker to send a message, got none (error 0x%lx)", s->m.error);
}

void attacker_code(struct attacker *s, unsigned at, const void *code, size_t size)
{
	for (size_t i = 0; i < size; i++)
		s->code[at + i] = ((const unsigned char *)code)[i];
}

void attacker_reset(struct attacker *s)
{
	for (unsigned i = 0; i < AT_PAGE_SIZE; i += 2) {
		s->code[i] = 0x0f;
		s->code[i + 1] = 0x0b;
	}
	for (unsigned i = EXC_RDI; i <= EXC_RAX; i++)
		s->m.mr[i] = 0x1000 + i;
	s->m.mr[EXC_RIP] = AT_CODE;
	s->m.mr[EXC_RFLAGS] = FLAGS;
	s->m.mr[EXC_RSP] = AT_STACK_TOP - 64;
}

bool attacker_go(struct attacker *s)
{
	return EXPECT_OK(frame_reply(&s->m, CONTROL_WORDS)) && event(s);
}

bool attacker_reached(struct attacker *s, L4_Time_t patience)
{
	enum { ABORT = 6, HALT_VALID = 1 << 8 };
	L4_Word_t old;

	if (!L4_ExchangeExceptionState(s->thread, L4_EXREGS_FORCE, NULL, &old))
		return false;
	if (old & L4_EXREGS_IN_EXCEPTION)
		return true;
	return L4_ExchangeExceptionState(s->thread, ABORT | HALT_VALID, NULL, &old) && attacker_event(s, patience) &&
	       is_exception(&s->m);
}

bool attacker_run(struct attacker *s, const void *code, const void *end)
{
	attacker_reset(s);
	attacker_code(s, 0, code, (size_t)((const char *)end - (const char *)code));
	return attacker_go(s);
}

bool attacker_raised(const struct attacker *s, L4_Word_t vector, L4_Word_t ip)
{
	return EXPECT(is_exception(&s->m)) && EXPECT_EQ(s->m.mr[EXC_TRAP], vector) &&
	       EXPECT_EQ(s->m.mr[EXC_RIP], ip) && EXPECT_EQ(s->m.mr[EXC_CS] & 3, 1);
}

bool attacker_traps(struct attacker *s, const char *at, const char *trap, const char *end, L4_Word_t vector)
{
	return EXPECT(attacker_run(s, at, end)) && attacker_raised(s, vector, AT_CODE + (L4_Word_t)(trap - at));
}

CODE32(attacker_nothing, "movl $4711, %eax", "ud2");

void attacker_is_alive(struct attacker *s)
{
	REQUIRE(attacker_traps(s, CODE_OF(attacker_nothing), UD));
	EXPECT_EQ(s->m.mr[EXC_RAX], 4711);
}

L4_ThreadId_t attacker_thread(struct attacker *s)
{
	return thread_create(s->space, worker);
}

void attacker_restart(struct attacker *s)
{
	s->space->name = L4_nilthread;
	s->space->slots = 0;
	s->thread = attacker_thread(s);
	attacker_reset(s);
	attacker_code(s, 0, attacker_begin_at, (size_t)(attacker_begin_end - attacker_begin_at));
	L4_LoadMR(0, tag_make(0, 2, 0).raw);
	L4_LoadMR(1, AT_CODE);
	L4_LoadMR(2, AT_STACK_TOP);
	REQUIRE_OK(L4_Send_Timeout(s->thread, PATIENCE));
	REQUIRE(event(s));
	REQUIRE(attacker_raised(s, UD, AT_CODE + (attacker_begin_trap - attacker_begin_at)));
}

void attacker_new(struct attacker *s, unsigned place)
{
	*s = (struct attacker){
	    .space = space_new_at(AT_KIP, AT_UTCBS, UTCB_AREA_MIN_LOG2),
	    .place = place,
	    .first = (unsigned char *)page_new(),
	    .code = (unsigned char *)page_new(),
	    .data = (unsigned char *)page_new(),
	    .stack = (unsigned char *)page_new(),
	    .last = (unsigned char *)page_new(),
	};
	s->space->control = L4_SmallSpace(AT_SLOT_LOG2, place);
	attacker_restart(s);
}
