/* SPDX-License-Identifier: BSD-2-Clause */
/* core/transfer.c - typed items, see core/transfer.h. */
#include "core/transfer.h"
#include "base/string.h"
#include "core/fault.h"
#include "core/ipc.h"
#include "core/map.h"
#include "core/message.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/time.h"
#include "x86/clock.h"
#include "x86/cpu.h"

enum { STEPS = 4 }; /* pieces between two looks at the interrupts; a piece is at most a page copied or MAP_PIECE mapped */

enum step { STEP_MORE, STEP_DONE, STEP_OVERFLOW, STEP_ABORT, STEP_SENDER_PAGE, STEP_RECEIVER_PAGE };

/* A list of words that may hold string items: a sender's message registers or a receiver's buffer registers. */
struct words {
	struct tcb *thread;
	unsigned count; /* word numbers 1 .. count */
	bool buffers;
};

static word_t word(const struct words *w, unsigned n)
{
	if (n > w->count)
		return 0;
	return w->buffers ? w->thread->utcb_map->br[n] : message_user_word(w->thread, n);
}

/* A run of bytes of a string. */
struct piece {
	virt_t address;
	word_t size; /* 0: the string ends here */
};

/* The piece of the string item at `n` that holds its byte `offset`. */
static struct piece string_piece(const struct words *w, unsigned n, word_t offset)
{
	for (;;) {
		word_t head = word(w, n);
		word_t length = head >> STRING_LENGTH_SHIFT;
		unsigned substrings = string_substrings(head);

		for (unsigned i = 1; i <= substrings && n + i <= w->count; i++) {
			if (offset < length)
				return (struct piece){ word(w, n + i) + offset, length - offset };
			offset -= length;
		}
		n += 1 + substrings;
		if (!(head & STRING_CONTINUES) || n > w->count)
			return (struct piece){ 0, 0 };
	}
}

/* The word behind the string item at `n`. */
static unsigned string_end(const struct words *w, unsigned n)
{
	word_t head;

	do {
		head = word(w, n);
		n += 1 + string_substrings(head);
	} while ((head & STRING_CONTINUES) && n <= w->count);
	return n;
}

static bool is_buffer(const struct words *w, unsigned n)
{
	return n <= w->count && item_is_string(word(w, n));
}

/* The buffer behind the one at `n`, or a number that is no buffer's: the continuation bit of an item says whether there is one. */
static unsigned next_buffer(const struct words *w, unsigned n)
{
	return word(w, n) & ITEM_CONTINUES ? string_end(w, n) : w->count + 1;
}

/* In the receiver's message registers, a string item says how long the string is and where it now lies. */
static void describe_strings(struct tcb *from, struct tcb *to)
{
	struct words message = { from, tag_words(from->regs.rax), false };
	struct words buffers = { to, BUFFER_REGISTERS - 1, true };
	unsigned buffer = 1;

	for (unsigned n = tag_untyped(from->regs.rax) + 1; n <= message.count;) {
		word_t head = word(&message, n), length = 0;

		if (!item_is_string(head)) {
			n += 2;
			continue;
		}
		for (struct piece p; (p = string_piece(&message, n, length)).size; length += p.size)
			;
		message_set_word(to, n, length << STRING_LENGTH_SHIFT | (head & ITEM_CONTINUES));
		message_set_word(to, n + 1, word(&buffers, buffer + 1));
		n = string_end(&message, n);
		buffer = next_buffer(&buffers, buffer);
	}
}

/* The kernel's pointer to a user's byte, if it may be read (or written) there; NULL: a page fault. Notes the access. */
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

static void copy(char *to, const char *from, word_t size)
{
	if ((((word_t)to | (word_t)from | size) & (sizeof(word_t) - 1)) == 0)
		words_copy((word_t *)to, (const word_t *)from, size / sizeof(word_t));
	else
		memcpy(to, from, size);
}

static word_t to_page_end(virt_t address)
{
	return PAGE_SIZE - (address & (PAGE_SIZE - 1));
}

static word_t least(word_t a, word_t b)
{
	return a < b ? a : b;
}

/* An unaligned copy goes byte by byte: a smaller piece then. */
enum { UNALIGNED_PIECE = 512 };

static enum step string_step(struct tcb *from, struct tcb *to, const struct words *message)
{
	struct transfer *t = &from->transfer;
	struct words buffers = { to, BUFFER_REGISTERS - 1, true };
	struct piece source = string_piece(message, t->word, t->offset), target;
	char *source_byte, *target_byte;
	word_t size;

	if (!message_accepts_strings(to) || !is_buffer(&buffers, t->buffer))
		return STEP_OVERFLOW;
	if (source.size == 0) {
		t->word = string_end(message, t->word);
		t->buffer = next_buffer(&buffers, t->buffer);
		t->offset = 0;
		return STEP_MORE;
	}
	target = string_piece(&buffers, t->buffer, t->offset);
	if (target.size == 0)
		return STEP_OVERFLOW;
	if (source.address >= USER_END || target.address >= USER_END)
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
	size = least(least(source.size, target.size), least(to_page_end(source.address), to_page_end(target.address)));
	if ((source.address ^ target.address) & (sizeof(word_t) - 1))
		size = least(size, UNALIGNED_PIECE);
	if (!space_is_ram(direct_map_phys(source_byte)) || !space_is_ram(direct_map_phys(target_byte)))
		return STEP_ABORT;
	copy(target_byte, source_byte, size);
	t->offset += size;
	t->bytes += size;
	return STEP_MORE;
}

static enum step map_step(struct tcb *from, struct tcb *to, word_t first, word_t second)
{
	struct transfer *t = &from->transfer;
	struct fpage send = fpage_decode(second), window = message_window(to);
	word_t base = ALIGN_DOWN(first, 1024);

	if (send.kind == FPAGE_IO) {
		base = send.base;
		if (to->role != ROLE_USER)
			window = (struct fpage){ .kind = FPAGE_IO, .size_log2 = IO_PORTS_LOG2 };
	}
	switch (map_fpage(from->space, send, base, item_is_grant(first), to->space, window, &t->offset, to->cpu)) {
	case MAP_NO_MEMORY:
		return STEP_OVERFLOW;
	case MAP_MORE:
		return STEP_MORE;
	case MAP_DONE:
		break;
	}
	t->word += 2;
	t->offset = 0;
	return STEP_MORE;
}

static enum step step(struct tcb *from)
{
	struct transfer *t = &from->transfer;
	struct words message = { from, tag_words(from->regs.rax), false };
	word_t first;

	if (t->word > message.count)
		return STEP_DONE;
	first = word(&message, t->word);
	if (item_is_string(first))
		return string_step(from, t->to, &message);
	return map_step(from, t->to, first, word(&message, t->word + 1));
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
	to->hold &= ~(word_t)HOLD_TRANSFER;
	if (to->answer_from == from) {
		to->answer_from = NULL;
	} else {
		to->transfer_from = NULL;
		to->page_failed = false;
	}
	return to;
}

static struct tcb *finish(struct tcb *self)
{
	struct tcb *to = forget(self);

	message_deliver(self, to);
	if (to->role == ROLE_USER)
		describe_strings(self, to);
	return ipc_sent(self, to);
}

void transfer_cut(struct tcb *sender, enum ipc_error sender_error, enum ipc_error receiver_error)
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

void transfer_abort(struct tcb *t)
{
	if (t->transfer.to)
		transfer_cut(t, IPC_ABORTED, IPC_ABORTED);
	if (t->answer_from)
		transfer_cut(t->answer_from, IPC_ABORTED, IPC_ABORTED);
	if (t->transfer_from)
		transfer_cut(t->transfer_from, IPC_ABORTED, IPC_ABORTED);
}

/* Cut the message of the running thread, or of the one that sends to it. */
static struct tcb *cut(struct tcb *self, struct tcb *sender, enum ipc_error sender_error, enum ipc_error receiver_error)
{
	transfer_cut(sender, sender_error, receiver_error);
	return sched_next(self); /* it was woken, too */
}

/* The shorter of the two transfer timeouts, as X.2 time. */
static word_t transfer_timeout(const struct tcb *from, const struct tcb *to)
{
	word_t send = from->utcb_map->xfer_timeouts >> 16 & 0xffff, receive = to->utcb_map->xfer_timeouts & 0xffff;

	return time_deadline(send, 0) < time_deadline(receive, 0) ? send : receive;
}

/* self asks its pager for a page that the transfer needs; goes on by transfer_outer(). */
static struct tcb *ask_for_page(struct tcb *self, unsigned access, word_t timeout)
{
	word_t pager = self->utcb_map->pager;

	if (pager == NIL_THREAD || pager == ANY_THREAD || pager == ANY_LOCAL_THREAD || time_deadline(timeout, 0) == 0) {
		self->page_failed = true;
		self->resume = transfer_outer(self);
		return sched_open(self);
	}
	self->role = ROLE_PAGEFAULT;
	self->fault_label = (word_t)LABEL_PAGEFAULT | access;
	return ipc(self, pager, timeout, pager, timeout);
}

/* The receiver's turn. A tcb.resume. */
static struct tcb *receiver_asks(struct tcb *self)
{
	self->resume = NULL;
	return ask_for_page(self, RIGHT_W, transfer_timeout(self->transfer_from, self));
}

static struct tcb *hand_to_receiver(struct tcb *self)
{
	struct tcb *to = self->transfer.to;

	self->hold |= HOLD_TRANSFER;
	to->hold &= ~(word_t)HOLD_TRANSFER;
	to->resume = receiver_asks;
	return tcb_is_runnable(to) ? sched_hand_over(self, to) : sched_next(self);
}

struct tcb *transfer_page_came(struct tcb *self)
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
		case STEP_DONE:
			return finish(self);
		case STEP_OVERFLOW:
			return cut(self, self, IPC_OVERFLOW, IPC_OVERFLOW);
		case STEP_ABORT:
			return cut(self, self, IPC_ABORTED, IPC_ABORTED);
		case STEP_SENDER_PAGE:
			return ask_for_page(self, RIGHT_R, transfer_timeout(self, self->transfer.to));
		case STEP_RECEIVER_PAGE:
			return hand_to_receiver(self);
		}
	}
	self->resume = transfer_go_on;
	return sched_open(self);
}
