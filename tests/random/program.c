/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/random/program.c - makes random programs.
 *
 * Pure chance lets nearly every thread block at once. So there are two other kinds of programs: those with a
 * server, which answers whom it got a message from, and to which most of the others turn; and those in which every
 * message that is sent has somebody who receives it, in an order that could come to its end if nothing were odd.
 * Most messages are such as the path takes.
 */
#include "program.h"

#include <abi/syscall.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <stddef.h>

enum plan { PLAN_CHANCE, PLAN_SERVER, PLAN_MATCHED };

enum {
	PRIORITIES = 4,
	PRIORITY_LOWEST = 50,
	PRIORITY_STEP = 10,
	FLAG_PROPAGATE = 1 << 12,
	WORDS_MAX = 63,
	EXREGS_ABORT = 6,
	EXREGS_TAKE_HALT = 1 << 8,
};

static L4_Word_t state;

static L4_Word_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dUL) >> 16;
}

static L4_Word_t below(L4_Word_t limit)
{
	return next() % limit;
}

static bool one_in(L4_Word_t n)
{
	return below(n) == 0;
}

static L4_Word_t strange_id(const struct actor *self)
{
	switch (below(8)) {
	case 0:
		return self->id;
	case 1:
		return self->local_id;
	case 2:
		return L4_anythread.raw;
	case 3:
		return L4_anylocalthread.raw;
	case 4:
	case 5:
		return L4_GlobalId(0xfffff - below(2), 1).raw;
	case 6:
		return next();
	default:
		return 0;
	}
}

/* An actor as this one may call it. */
static L4_Word_t name_of(const struct actor *other, const struct actor *self)
{
	return other->space == self->space && one_in(2) ? other->local_id : other->id;
}

static L4_Word_t partner(const struct program *p, L4_Word_t self, bool server)
{
	L4_Word_t other = below(p->actors - 1);

	if (one_in(32))
		return strange_id(&p->actor[self]);
	other += other >= self;
	other = server && self != 0 && !one_in(3) ? 0 : other;
	if (one_in(32))
		return p->actor[other].id ^ 1UL << (1 + below(31)); /* another version */
	return name_of(&p->actor[other], &p->actor[self]);
}

/* One of the times that no other operation has, or else zero. */
static L4_Word_t time_of_its_own(struct program *p)
{
	if (p->times >= TIMES)
		return L4_ZeroTime.raw;
	return L4_TimePeriod((L4_Word_t)TIME_SHORTEST_US << p->times++).raw;
}

static L4_Word_t timeout(struct program *p, bool finite, L4_Word_t zero_one_in)
{
	if (finite && one_in(4))
		return time_of_its_own(p);
	return one_in(zero_one_in) ? L4_ZeroTime.raw : L4_Never.raw;
}

static L4_Word_t random_tag(void)
{
	L4_Word_t words = one_in(2) ? 0 : one_in(2) ? below(8) : one_in(2) ? 7 + below(3) : below(WORDS_MAX + 1);
	L4_Word_t tag = next() << 16 | words;

	if (one_in(32))
		tag |= FLAG_PROPAGATE;
	if (one_in(64))
		tag |= 1 << 6; /* half an item */
	if (one_in(64))
		tag ^= 1UL << (13 + below(3));
	return tag;
}

static void make_message(struct program *p, L4_Word_t self, struct operation *o, bool server, bool finite)
{
	L4_Word_t receive = timeout(p, finite, 8), kind;

	o->kind = OPERATION_IPC;
	o->to = one_in(4) ? 0 : partner(p, self, server);
	o->from = one_in(3) ? 0 : partner(p, self, server);
	o->timeout = timeout(p, finite, 2);
	o->tag = random_tag();
	o->speaker = partner(p, self, false);
	o->reply = o->to && one_in(4);
	kind = below(16);
	kind = kind < 5 ? IPC_CALL : kind < 10 ? IPC_OPEN : kind < 15 ? IPC_FROM : IPC_OPEN_LOCAL;
	if (server && self == 0 && !one_in(8)) {
		o->reply = o->to;
		kind = IPC_OPEN;
		receive = L4_Never.raw;
	}
	o->call = CALL_WORD(one_in(32) ? CALL_LIPC : CALL_IPC, kind) | receive << CALL_TIMEOUT_SHIFT;
}

static void set_kind(struct operation *o, L4_Word_t kind)
{
	o->call = (o->call & ~(L4_Word_t)CALL_KIND_MASK) | kind;
}

static void make_operation(struct program *p, L4_Word_t self, struct operation *o, bool server, bool finite)
{
	make_message(p, self, o, server, finite);
	o->fpu = one_in(64);
	if (!one_in(10))
		return;
	o->kind = OPERATION_SWITCH + below(3);
	if (o->kind == OPERATION_SWITCH && one_in(2))
		o->to = 0;
	if (o->kind == OPERATION_SCHEDULE)
		o->value = PRIORITY_LOWEST + PRIORITY_STEP * below(PRIORITIES);
	if (o->kind == OPERATION_EXCHANGE)
		o->value = (next() & EXREGS_ABORT) | (one_in(2) ? EXREGS_TAKE_HALT | below(2) : 0);
}

/* A message from one to the other: a send there, and a receive phase here, perhaps of the last send's operation. */
static void match(struct program *p, L4_Word_t sender, L4_Word_t receiver, bool finite)
{
	struct actor *from = &p->actor[sender], *to = &p->actor[receiver];
	struct operation *send = &from->operation[from->count++], *last = NULL, *receive;

	if (to->count != 0)
		last = &to->operation[to->count - 1];
	make_message(p, sender, send, false, finite);
	send->reply = false;
	send->to = name_of(to, from);
	send->from = 0;
	set_kind(send, IPC_FROM);
	if (!one_in(4))
		send->timeout = L4_Never.raw;
	if (last && last->kind == OPERATION_IPC && last->to && !last->from && !one_in(4)) {
		receive = last;
	} else {
		receive = &to->operation[to->count++];
		make_message(p, receiver, receive, false, finite);
		receive->to = 0;
	}
	receive->reply = false;
	receive->from = name_of(from, to);
	if (one_in(2))
		set_kind(receive, from->space == to->space && one_in(4) ? IPC_OPEN_LOCAL : IPC_OPEN);
	else
		set_kind(receive, receive->to == receive->from ? IPC_CALL : IPC_FROM);
}

static void make_matched(struct program *p, bool finite)
{
	for (L4_Word_t i = 0; i < p->actors; i++)
		p->actor[i].count = 0;
	for (L4_Word_t i = 0; i < 6 * p->actors; i++) {
		L4_Word_t sender = below(p->actors), receiver = (sender + 1 + below(p->actors - 1)) % p->actors;
		struct actor *odd = &p->actor[below(p->actors)];

		if (p->actor[sender].count >= OPERATIONS - 2 || p->actor[receiver].count >= OPERATIONS - 2)
			break;
		match(p, sender, receiver, finite);
		if (one_in(16))
			make_operation(p, (L4_Word_t)(odd - p->actor), &odd->operation[odd->count++], false, finite);
	}
}

void program_make(struct program *p, L4_Word_t number)
{
	bool finite, one_priority;
	enum plan plan;

	state = (number + 1) * 0x9e3779b97f4a7c15UL;
	for (L4_Word_t i = 0; i < 4; i++)
		next();
	plan = below(4);
	finite = one_in(6);
	one_priority = one_in(2);
	p->number = number;
	p->times = 0;
	p->actors = 2 + below(one_in(2) ? 2 : ACTORS - 1);
	for (L4_Word_t i = 0; i < p->actors; i++) {
		struct actor *a = &p->actor[i];

		a->space = one_in(2) ? 0 : below(SPACES);
		a->id = thread_ids[a->space][i].raw;
		a->local_id = local_ids[a->space][i].raw;
		a->priority = PRIORITY_LOWEST + (one_priority ? 0 : PRIORITY_STEP * below(PRIORITIES));
		a->count = 4 + below(OPERATIONS - 3);
	}
	if (plan >= PLAN_MATCHED) {
		make_matched(p, finite);
		return;
	}
	for (L4_Word_t i = 0; i < p->actors; i++)
		for (L4_Word_t j = 0; j < p->actor[i].count; j++)
			make_operation(p, i, &p->actor[i].operation[j], plan == PLAN_SERVER, finite);
}
