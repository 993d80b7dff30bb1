/* SPDX-License-Identifier: BSD-2-Clause */
/* core/transfer.c - typed items, see core/transfer.h. */
#include "core/transfer.h"
#include "base/string.h"
#include "core/fault.h"
#include "core/ipc.h"
#include "core/map.h"
#include "core/mapdb.h"
#include "core/message.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/string_item.h"
#include "core/time.h"
#include "x86/clock.h"
#include "x86/cpu.h"

/* Pieces of strings, a page each at most, between two looks at the interrupts. After a map item there is always one. */
enum { STEPS = 2 };

enum step { STEP_MORE, STEP_MAPPED, STEP_DONE, STEP_OVERFLOW, STEP_ABORT, STEP_SENDER_PAGE, STEP_RECEIVER_PAGE };

static word_t message_word(void *owner, unsigned n)
{
	return message_user_word(owner, n);
}

static word_t buffer_word(void *owner, unsigned n)
{
	return ((struct tcb *)owner)->utcb_map->br[n];
}

static struct word_list message_words(struct tcb *from)
{
	return (struct word_list){ message_word, from, tag_words(from->regs.rax) };
}

static struct word_list buffer_words(struct tcb *to)
{
	return (struct word_list){ buffer_word, to, BUFFER_REGISTERS - 1 };
}

/*
 * The kernel's pointer to a user's byte, if it may be read (or written) there; NULL: a page fault.
 * Notes the access.
 */
static char *user_byte(const struct space *s, virt_t address, bool write)
{
	unsigned level;
	pte_t *pte = pagetable_find(s->root, address, &level);
	pte_t needed = PTE_PRESENT | PTE_USER | (write ? PTE_WRITE : 0);

	if (address >= USER_END || (*pte & needed) != needed)
		return NULL;
	*pte |= PTE_ACCESSED | (write ? PTE_DIRTY : 0);
	return direct_map(pte_phys(*pte, level) + (address & (level_size(level) - 1)));
}

/* No alignment is asked for: the processor does not need any. */
static void copy(char *to, const char *from, word_t size)
{
	word_t words = size / sizeof(word_t), rest = size % sizeof(word_t);

	words_copy((void *)to, (const void *)from, words);
	memcpy(to + size - rest, from + size - rest, rest);
}

static word_t to_page_end(virt_t address)
{
	return PAGE_SIZE - (address & (PAGE_SIZE - 1));
}

static word_t least(word_t a, word_t b)
{
	return a < b ? a : b;
}

/*
 * The item is done: the receiver gets its words, up to `end`, as they are now. They may have been
 * changed since the item was begun, so this is the moment at which a string's words must say what
 * was copied.
 */
static void deliver_item(struct tcb *from, struct tcb *to, unsigned end)
{
	struct transfer *t = &from->transfer;

	if (to->role == ROLE_USER)
		for (unsigned n = t->word; n < end; n++)
			message_set_word(to, n, message_user_word(from, n));
	t->word = end;
	t->offset = 0;
}

static enum step string_done(struct tcb *from, struct tcb *to, const struct word_list *message,
                             const struct word_list *buffers)
{
	struct transfer *t = &from->transfer;
	unsigned end = string_end(message, t->word);

	if (end > message->count + 1 || string_length(message, t->word) != t->offset)
		return STEP_ABORT;
	t->buffer = string_next_buffer(buffers, t->buffer);
	deliver_item(from, to, end);
	return STEP_MORE;
}

static enum step string_copy(struct tcb *from, struct tcb *to, struct string_piece source,
                             struct string_piece target)
{
	struct transfer *t = &from->transfer;
	char *source_byte, *target_byte;
	word_t size;

	if (source.address >= from->space->end || target.address >= to->space->end)
		return STEP_ABORT; /* no pager could help */
	source_byte = user_byte(from->space, source.address, false);
	if (!source_byte) {
		from->fault_word = source.address;
		return STEP_SENDER_PAGE;
	}
	target_byte = user_byte(to->space, target.address, true);
	if (!target_byte) {
		to->fault_word = target.address;
		return STEP_RECEIVER_PAGE;
	}
	if (!space_is_ram(direct_map_phys(source_byte)) || !space_is_ram(direct_map_phys(target_byte)))
		return STEP_ABORT;
	size = least(least(source.size, target.size), least(to_page_end(source.address), to_page_end(target.address)));
	copy(target_byte, source_byte, size);
	t->offset += size;
	t->bytes += size;
	return STEP_MORE;
}

static enum step string_step(struct tcb *from, struct tcb *to, const struct word_list *message)
{
	struct transfer *t = &from->transfer;
	struct word_list buffers = buffer_words(to);
	struct string_piece source = string_piece(message, t->word, t->offset), target;

	if (!message_accepts_strings(to) || !string_is_item(&buffers, t->buffer))
		return STEP_OVERFLOW;
	if (source.size == 0)
		return string_done(from, to, message, &buffers);
	target = string_piece(&buffers, t->buffer, t->offset);
	if (target.size == 0)
		return STEP_OVERFLOW;
	return string_copy(from, to, source, target);
}

static enum step map_step(struct tcb *from, struct tcb *to, word_t first, word_t second)
{
	struct transfer *t = &from->transfer;
	struct fpage send = fpage_decode(second);
	word_t base = ALIGN_DOWN(first, 1024);

	switch (map_fpage(from->space, send, base, item_is_grant(first), to->space, message_window(to),
	                  &t->offset, &from->revocation, to->cpu)) {
	case MAP_NO_MEMORY:
		return STEP_OVERFLOW;
	case MAP_MORE:
		return STEP_MAPPED;
	case MAP_DONE:
		break;
	}
	deliver_item(from, to, t->word + 2);
	return STEP_MAPPED;
}

static enum step step(struct tcb *from)
{
	struct transfer *t = &from->transfer;
	struct word_list message = message_words(from);
	word_t first;

	if (t->word > message.count)
		return STEP_DONE;
	first = word_list_get(&message, t->word);
	if (item_is_string(first))
		return string_step(from, t->to, &message);
	if (!item_is_map(first) && !item_is_grant(first))
		return STEP_ABORT; /* it was another when the message was accepted */
	return map_step(from, t->to, first, word_list_get(&message, t->word + 1));
}

void transfer_begin(struct tcb *from, struct tcb *to)
{
	from->transfer = (struct transfer){
		.to = to,
		.word = tag_untyped(from->regs.rax) + 1,
		.buffer = 1,
		.receive_from = from->receive_from,
		.receive_timeout = from->receive_timeout,
		.sender_name = from->sender_name,
		.intended = from->intended,
	};
	from->revocation.too_large = 0;
	to->resume = transfer_outer(to);
	to->hold |= HOLD_TRANSFER;
	if (to->role == ROLE_USER)
		to->transfer_from = from;
	else
		to->answer_from = from;
}

/* The message is no longer under way: both sides forget it. The IPC's own fields are as they were. */
static struct tcb *forget(struct tcb *from)
{
	struct transfer *t = &from->transfer;
	struct tcb *to = t->to;

	from->receive_from = t->receive_from;
	from->receive_timeout = t->receive_timeout;
	from->sender_name = t->sender_name;
	from->intended = t->intended;
	t->to = NULL;
	from->hold &= ~(word_t)HOLD_TRANSFER;
	from->page_failed = false;
	mapdb_revoke_end(&from->revocation); /* if it was clearing the way for a map item */
	to->hold &= ~(word_t)HOLD_TRANSFER;
	if (to->answer_from == from) {
		to->answer_from = NULL;
	} else {
		to->transfer_from = NULL;
		to->page_failed = false;
	}
	to->resume = transfer_outer(to);
	return to;
}

static struct tcb *finish(struct tcb *self)
{
	struct tcb *to = forget(self);

	message_deliver(self, to);
	return ipc_sent(self, to);
}

SELDOM void transfer_cut(struct tcb *sender, enum ipc_error sender_error, enum ipc_error receiver_error)
{
	word_t offset = sender->transfer.bytes << 4;
	bool answer = sender->transfer.to->answer_from == sender;
	struct tcb *to = forget(sender);

	ipc_leave(sender);
	sender->role = ROLE_USER;
	ipc_set_error(sender, PHASE_SEND, sender_error, offset);
	if (!answer) {
		ipc_leave(to);
		to->role = ROLE_USER;
		ipc_set_error(to, PHASE_RECEIVE, receiver_error, offset);
	}
	/* Who waited for the answer to a fault tries again. */
	ipc_wake(to);
	ipc_wake(sender);
}

SELDOM static void cut_answer(struct tcb *t)
{
	if (t->answer_from)
		transfer_cut(t->answer_from, IPC_ABORTED, IPC_ABORTED);
}

SELDOM void transfer_abort(struct tcb *t)
{
	struct tcb *partner = t->transfer.to ? t->transfer.to : t->transfer_from;

	/* First the pages that are just being mapped for the message, on either side. */
	cut_answer(t);
	if (partner)
		cut_answer(partner);
	if (t->transfer.to)
		transfer_cut(t, IPC_ABORTED, IPC_ABORTED);
	if (t->transfer_from)
		transfer_cut(t->transfer_from, IPC_ABORTED, IPC_ABORTED);
}

/* Cut the message of the running thread, or of the one that sends to it. */
SELDOM static struct tcb *cut(struct tcb *self, struct tcb *sender, enum ipc_error sender_error,
                              enum ipc_error receiver_error)
{
	transfer_cut(sender, sender_error, receiver_error);
	return sched_next(self); /* it was woken, too */
}

/* When the shorter of the two transfer timeouts is over, if it begins now. */
static usec_t pages_deadline(const struct tcb *from, usec_t now)
{
	usec_t send = time_deadline(from->utcb_map->xfer_timeouts >> 16, now);
	usec_t receive = time_deadline(from->transfer.to->utcb_map->xfer_timeouts, now);

	return send < receive ? send : receive;
}

static struct tcb *go_on_later(struct tcb *self)
{
	self->resume = transfer_outer(self);
	return sched_open(self);
}

/* self asks its pager for a page that the sender's message needs; goes on by transfer_outer(). */
SELDOM static struct tcb *ask_for_page(struct tcb *self, struct tcb *sender, unsigned access)
{
	word_t pager = self->utcb_map->pager, timeout;
	usec_t now = clock_now(), deadline;

	if (self->space->is_sigma0 && map_sigma0_fault(self->space, self->fault_word))
		return go_on_later(self);
	if (!sender->transfer.deadline)
		sender->transfer.deadline = pages_deadline(sender, now);
	deadline = sender->transfer.deadline;
	if (pager == NIL_THREAD || pager == ANY_THREAD || pager == ANY_LOCAL_THREAD || deadline <= now) {
		self->page_failed = true;
		return go_on_later(self);
	}
	timeout = deadline == USEC_NEVER ? 0 : time_period(deadline - now);
	self->role = ROLE_PAGEFAULT;
	self->fault_label = (word_t)LABEL_PAGEFAULT | access;
	return ipc(self, pager, timeout, pager, timeout);
}

/* The receiver's turn. A tcb.resume. */
SELDOM static struct tcb *receiver_asks(struct tcb *self)
{
	self->resume = NULL;
	return ask_for_page(self, self->transfer_from, RIGHT_W);
}

SELDOM static struct tcb *hand_to_receiver(struct tcb *self)
{
	struct tcb *to = self->transfer.to;

	self->hold |= HOLD_TRANSFER;
	to->hold &= ~(word_t)HOLD_TRANSFER;
	to->resume = receiver_asks;
	return tcb_is_runnable(to) ? sched_hand_over(self, to) : sched_next(self);
}

SELDOM struct tcb *transfer_page_came(struct tcb *self)
{
	struct tcb *sender = self->transfer_from;

	self->resume = NULL;
	if (self->page_failed)
		return cut(self, sender, IPC_XFER_TIMEOUT_PARTNER, IPC_XFER_TIMEOUT_OWN);
	self->hold |= HOLD_TRANSFER;
	sender->hold &= ~(word_t)HOLD_TRANSFER;
	sender->resume = transfer_go_on;
	return tcb_is_runnable(sender) ? sched_hand_over(self, sender) : sched_next(self);
}

struct tcb *transfer_go_on(struct tcb *self)
{
	self->resume = NULL;
	if (self->page_failed)
		return cut(self, self, IPC_XFER_TIMEOUT_OWN, IPC_XFER_TIMEOUT_PARTNER);
	for (unsigned steps = 0; steps < STEPS; steps++) {
		switch (step(self)) {
		case STEP_MORE:
			break;
		case STEP_MAPPED:
			return self->transfer.word > tag_words(self->regs.rax) ? finish(self) : go_on_later(self);
		case STEP_DONE:
			return finish(self);
		case STEP_OVERFLOW:
			return cut(self, self, IPC_OVERFLOW, IPC_OVERFLOW);
		case STEP_ABORT:
			return cut(self, self, IPC_ABORTED, IPC_ABORTED);
		case STEP_SENDER_PAGE:
			return ask_for_page(self, self, RIGHT_R);
		case STEP_RECEIVER_PAGE:
			return hand_to_receiver(self);
		}
	}
	return go_on_later(self);
}

struct tcb *transfer_start(struct tcb *self)
{
	enum { MANY_WORDS = 16 }; /* whose check was a piece */

	return tag_typed(self->regs.rax) > MANY_WORDS ? go_on_later(self) : transfer_go_on(self);
}
