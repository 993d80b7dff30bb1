/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/message.h - what a message is made of, and moving it from one thread to another.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

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
};

static inline unsigned tag_untyped(word_t tag)
{
	return tag & TAG_UNTYPED_MASK;
}

static inline unsigned tag_typed(word_t tag)
{
	return tag >> TAG_TYPED_SHIFT & TAG_TYPED_MASK;
}

/*
 * Move the message of `from`, which its role describes, into `to`, whose role says what becomes of it. Returns 0, or the error
 * that both sides get; then nothing has been delivered.
 */
word_t message_transfer(struct tcb *from, struct tcb *to);

#endif
