/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/message.h - what a message is made of, and moving it from one thread to another.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include "core/fpage.h"
#include "core/tcb.h"

/* The message tag: X.2 5.1. */
enum tag_bits {
	TAG_UNTYPED_MASK = 0x3f,
	TAG_TYPED_SHIFT = 6,
	TAG_TYPED_MASK = 0x3f,
	TAG_FLAG_PROPAGATED = 1 << 12,
	TAG_FLAG_REDIRECTED = 1 << 13,
	TAG_FLAG_CROSS_CPU = 1 << 14,
	TAG_FLAG_ERROR = 1 << 15,
	TAG_FLAGS = 0xf << 12,
	TAG_LABEL_SHIFT = 16,
	TAG_NOT_LABEL = (1 << TAG_LABEL_SHIFT) - 1,
};

static inline unsigned tag_untyped(word_t tag)
{
	return tag & TAG_UNTYPED_MASK;
}

static inline unsigned tag_typed(word_t tag)
{
	return tag >> TAG_TYPED_SHIFT & TAG_TYPED_MASK;
}

/* How many words follow the tag. */
static inline unsigned tag_words(word_t tag)
{
	return tag_untyped(tag) + tag_typed(tag);
}

/* The first word of a typed item. X.2 5.2. */
enum item_bits {
	ITEM_CONTINUES = 1 << 0,     /* another one follows */
	ITEM_TYPE_MASK = 7 << 1,
	ITEM_MAP = 4 << 1,
	ITEM_GRANT = 5 << 1,
	ITEM_NO_STRING = 1 << 3,     /* the bits below it are a string's hints */
	STRING_SUBSTRINGS_SHIFT = 4, /* their number less one, in five bits */
	STRING_CONTINUES = 1 << 9,   /* another word like this, with pointers, belongs to the same string */
	STRING_LENGTH_SHIFT = 10,    /* of each substring, bytes */
};

static inline bool item_is_string(word_t first)
{
	return !(first & ITEM_NO_STRING);
}

static inline bool item_is_map(word_t first)
{
	return (first & ITEM_TYPE_MASK) == ITEM_MAP;
}

static inline bool item_is_grant(word_t first)
{
	return (first & ITEM_TYPE_MASK) == ITEM_GRANT;
}

static inline unsigned string_substrings(word_t first)
{
	return (first >> STRING_SUBSTRINGS_SHIFT & 0x1f) + 1;
}

/* Where a TCB has the message registers that travel in processor registers: MR1 first (abi/syscall.h). */
static const uint16_t message_register_place[1 + MESSAGE_IN_REGISTERS] = {
	[1] = offsetof(struct tcb, regs.rbx),
	[2] = offsetof(struct tcb, regs.rbp),
	[3] = offsetof(struct tcb, regs.r9),
	[4] = offsetof(struct tcb, regs.r10),
	[5] = offsetof(struct tcb, regs.r12),
	[6] = offsetof(struct tcb, regs.r13),
	[7] = offsetof(struct tcb, regs.r14),
};

static inline word_t *message_register(struct tcb *t, unsigned n)
{
	return (word_t *)((char *)t + message_register_place[n]);
}

/* Message register n of a user, where an IPC keeps it: 1 to 63. */
word_t message_user_word(struct tcb *t, unsigned n);
void message_set_word(struct tcb *t, unsigned n, word_t value);

/* Where map items to this thread may go, and whether it takes strings: X.2 5.3, buffer register 0. */
struct fpage message_window(const struct tcb *to);
bool message_accepts_strings(const struct tcb *to);

enum { MESSAGE_HAS_ITEMS = -1 };

/*
 * Move the message of `from`, which its role describes, into `to`, whose role says what becomes of it. Returns 0; or
 * the error that both sides get, then nothing has been delivered; or MESSAGE_HAS_ITEMS: `to` accepts it, and
 * core/transfer.h must move the items and then have the rest delivered.
 */
int message_transfer(struct tcb *from, struct tcb *to);

/* Deliver what is left of a message with items when those are done: tag, sender and untyped words. */
void message_deliver(struct tcb *from, struct tcb *to);

#endif
