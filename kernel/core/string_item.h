/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/string_item.h - walking over the words of a string item: X.2 5.2.
 *
 * A string is a sequence of descriptors, each followed by the addresses of its substrings, which
 * are of equal length. The words belong to a user who may change them between any two looks, so
 * nothing is remembered: every question is answered from the words as they are, and no answer
 * reaches beyond the list.
 *
 * A length has 54 bits (22, that is 4 MiB, in X.2's 32-bit layout) and no smaller limit: what is too
 * long does not fit the buffer, or leaves user memory.
 */
#ifndef CORE_STRING_ITEM_H
#define CORE_STRING_ITEM_H

#include "base/types.h"

/*
 * The words that may hold string items: a sender's message registers or a receiver's buffer
 * registers.
 */
struct word_list {
	word_t (*word)(void *owner, unsigned n); /* 1 .. count */
	void *owner;
	unsigned count;
};

/* A run of bytes of a string. */
struct string_piece {
	virt_t address;
	word_t size; /* 0: the string ends here */
};

/* Word n, 0 behind the end. */
word_t word_list_get(const struct word_list *w, unsigned n);

/* Does a string item begin at `n`? */
bool string_is_item(const struct word_list *w, unsigned n);

/* The piece of the string item at `n` that holds its byte `offset`. */
struct string_piece string_piece(const struct word_list *w, unsigned n, word_t offset);

/* All bytes of the string item at `n`. */
word_t string_length(const struct word_list *w, unsigned n);

/* The word behind the string item at `n`; beyond the list if the item is. */
unsigned string_end(const struct word_list *w, unsigned n);

/*
 * The buffer behind the one at `n`, or a number beyond the list: the continuation bits of an item
 * say whether there is one.
 */
unsigned string_next_buffer(const struct word_list *w, unsigned n);

#endif
