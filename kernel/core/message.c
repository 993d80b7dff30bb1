/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/message.c - moving a message.
 *
 * The words of a user's message lie in the registers that it entered the kernel with and, from MR8 on, in its UTCB. A
 * fault message has no such place: its words are made when a receiver is there to take them.
 */
#include "core/message.h"
#include "core/fault.h"
#include "core/map.h"
#include "core/sched.h"
#include "core/thread.h"
#include "core/space.h"
#include "base/string.h"
#include "x86/cpu.h"

static word_t *user_word(struct tcb *t, unsigned n)
{
	return n <= MESSAGE_IN_REGISTERS ? message_register(t, n) : &t->utcb_map->mr[n];
}

/* A message on its way: where its words are. */
struct message {
	word_t tag;
	unsigned words;   /* MR1 .. MR[words] */
	struct tcb *user; /* they are this thread's, or */
	word_t made[1 + EXC_WORDS]; /* made[1] ... */
};

static word_t message_word(struct message *m, unsigned n)
{
	return m->user ? *user_word(m->user, n) : m->made[n];
}

static void message_open(struct message *m, struct tcb *from)
{
	if (from->role == ROLE_USER) {
		m->user = from;
		m->tag = from->regs.rax & ~(word_t)TAG_FLAGS;
	} else {
		m->user = NULL;
		m->tag = fault_message(from, m->made);
	}
	m->words = tag_words(m->tag);
}

word_t message_user_word(struct tcb *t, unsigned n)
{
	return *user_word(t, n);
}

void message_set_word(struct tcb *t, unsigned n, word_t value)
{
	*user_word(t, n) = value;
}

/* The flexpage as a user writes it, but for its lowest four bits. */
static word_t window_word(const struct tcb *to)
{
	if (to->role == ROLE_USER)
		return to->utcb_map->br[0];
	if (to->role == ROLE_PREEMPTED || to->role == ROLE_EXHAUSTED)
		return 0; /* it asked for no page */
	return FPAGE_COMPLETE; /* answers to faults */
}

struct fpage message_window(const struct tcb *to)
{
	return fpage_decode(window_word(to) & ~0xfUL);
}

bool message_accepts_strings(const struct tcb *to)
{
	return to->role == ROLE_USER && (to->utcb_map->br[0] & 1);
}

/* Does the receiver take such items, and are all of them whole? Buffers are judged when they are reached. */
static bool all_items_acceptable(struct message *m, const struct tcb *to)
{
	bool takes_pages = message_window(to).kind != FPAGE_NIL;
	unsigned n = tag_untyped(m->tag) + 1;

	while (n < m->words) {
		word_t first = message_word(m, n);

		if (item_is_string(first)) {
			if (!message_accepts_strings(to))
				return false;
			n += 1 + string_substrings(first);
			while (first & STRING_CONTINUES) {
				if (n > m->words)
					return false;
				first = message_word(m, n);
				n += 1 + string_substrings(first);
			}
		} else {
			if ((!item_is_map(first) && !item_is_grant(first)) || !takes_pages)
				return false;
			n += 2;
		}
	}
	return n == m->words + 1;
}

/* Is there one item, a page that can be mapped at once? Then it is mapped. */
static bool map_only_item(struct message *m, struct tcb *from, const struct tcb *to)
{
	unsigned n = tag_untyped(m->tag) + 1;

	return tag_typed(m->tag) == 2 && item_is_map(message_word(m, n)) &&
	       map_small(from->space, message_word(m, n + 1), to->space, message_word(m, n), window_word(to),
	                 to->cpu);
}

/* No more than the message has: what else is in the sender's registers is not the receiver's business. */
static void deliver_words(struct message *m, struct tcb *to)
{
	unsigned in_registers = m->words < MESSAGE_IN_REGISTERS ? m->words : MESSAGE_IN_REGISTERS;

	to->regs.rax = m->tag;
	for (unsigned n = 1; n <= in_registers; n++)
		*user_word(to, n) = message_word(m, n);
	if (m->words > MESSAGE_IN_REGISTERS) {
		unsigned first = MESSAGE_IN_REGISTERS + 1;
		const word_t *source = m->user ? &m->user->utcb_map->mr[first] : &m->made[first];

		words_copy(&to->utcb_map->mr[first], source, m->words - MESSAGE_IN_REGISTERS);
	}
}

/* Who sent it and to whom, as X.2's flags and control registers say it. */
static void deliver_names(struct tcb *from, struct tcb *to)
{
	const struct tcb *named = from;

	if (from->sender_name != from->id) {
		named = thread_find(from->sender_name);
		to->regs.rax |= TAG_FLAG_PROPAGATED;
		to->utcb_map->virtual_sender = from->id;
	}
	if (from->intended != NIL_THREAD) {
		to->regs.rax |= TAG_FLAG_REDIRECTED;
		to->utcb_map->intended_receiver = from->intended;
	}
	to->regs.rsi = named ? thread_name(to, named) : from->sender_name;
}

/* The untyped words as registers, words[1] first; returns how many. */
static unsigned get_registers(struct message *m, word_t *words)
{
	unsigned count = tag_untyped(m->tag) < EXC_WORDS ? tag_untyped(m->tag) : EXC_WORDS;

	for (unsigned n = 1; n <= count; n++)
		words[n] = message_word(m, n);
	return count;
}

/* The registers may have changed since they were judged: other threads write message registers, too. */
static void deliver_registers(struct message *m, struct tcb *to)
{
	word_t words[1 + EXC_WORDS];

	fault_set_registers(to, words, get_registers(m, words));
}

/* Is this what `to` waits for, which is not in an IPC of its own? */
static bool is_answer(struct message *m, const struct tcb *to)
{
	word_t words[1 + EXC_WORDS];

	switch ((enum role)to->role) {
	case ROLE_START:
		return tag_untyped(m->tag) == 2 && m->words == 2 && space_has_code(to->space, message_word(m, 1));
	case ROLE_EXCEPTION:
		return fault_registers_acceptable(to, words, get_registers(m, words));
	default:
		return true;
	}
}

static void deliver(struct message *m, struct tcb *from, struct tcb *to)
{
	switch ((enum role)to->role) {
	case ROLE_USER:
		deliver_words(m, to);
		deliver_names(from, to);
		break;
	case ROLE_START:
		to->rip = message_word(m, 1);
		to->rsp = message_word(m, 2);
		break;
	case ROLE_EXCEPTION:
		deliver_registers(m, to);
		break;
	case ROLE_EXHAUSTED:
		sched_set_quantum(to, to->quantum); /* the same again */
		break;
	case ROLE_PREEMPTED:
	case ROLE_PAGEFAULT:
		break; /* goes on where it was: an access is tried again */
	}
}

void message_deliver(struct tcb *from, struct tcb *to)
{
	struct message m;

	message_open(&m, from);
	m.words = tag_untyped(m.tag);
	deliver(&m, from, to);
}

int message_transfer(struct tcb *from, struct tcb *to)
{
	struct message m;

	message_open(&m, from);
	if (m.words >= MESSAGE_REGISTERS)
		return IPC_OVERFLOW;
	if (to->role != ROLE_USER && !is_answer(&m, to))
		return IPC_OVERFLOW;
	if (tag_typed(m.tag) && !all_items_acceptable(&m, to))
		return IPC_OVERFLOW;
	if (tag_typed(m.tag) && !map_only_item(&m, from, to))
		return MESSAGE_HAS_ITEMS;

	/* committed: nothing below may fail */
	deliver(&m, from, to);
	return 0;
}
