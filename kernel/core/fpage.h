/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/fpage.h - flexpages: power-of-two regions of an address space, size-aligned. X.2 reference manual 4.1.
 *
 * Bits of the word: rights x 0, w 1, r 2; size log2 4-9; base / 1024 from bit 10. Size field 1 with base 0 is
 * the complete address space, size field 2 an I/O flexpage (port in 16-31, size log2 in 10-15); 0 is the nil
 * flexpage.
 */
#ifndef CORE_FPAGE_H
#define CORE_FPAGE_H

#include "base/types.h"

enum rights { RIGHT_X = 1, RIGHT_W = 2, RIGHT_R = 4, RIGHTS_ALL = 7 };
enum { FPAGE_COMPLETE_LOG2 = 48, IO_PORTS_LOG2 = 16 };
enum fpage_kind { FPAGE_NIL, FPAGE_MEMORY, FPAGE_IO };

struct fpage {
	enum fpage_kind kind;
	unsigned size_log2; /* bytes or ports */
	word_t base;        /* aligned to the size */
	unsigned rights;
};

/* What a user's word means. A malformed word (size below a page, base beyond the address space) is nil. */
struct fpage fpage_decode(word_t raw);

static inline word_t fpage_size(struct fpage f)
{
	return 1UL << f.size_log2;
}

static inline bool fpages_overlap(struct fpage a, struct fpage b)
{
	return a.kind == b.kind && a.kind != FPAGE_NIL && a.base < b.base + fpage_size(b) &&
	       b.base < a.base + fpage_size(a);
}

/* Is [low, low + size) inside? */
static inline bool fpage_contains(struct fpage f, word_t low, word_t size)
{
	return f.kind != FPAGE_NIL && low >= f.base && size <= fpage_size(f) && low - f.base <= fpage_size(f) - size;
}

/*
 * X.2 "map item": which part of `send` goes where in `receive`, when `send_base` was given. Both parts have the
 * size of the smaller. Stores the two bases and returns log2 of the size. Neither is nil and both are of one
 * kind.
 */
unsigned fpage_match(struct fpage send, struct fpage receive, word_t send_base, word_t *source, word_t *destination);

/* A user's word for the complete address space, whatever its lowest four bits are. */
enum { FPAGE_COMPLETE = 1 << 4 };

/*
 * The same for the common item, from the words that users gave: a page of 4 KiB with some right, into a window of
 * memory. False: it is another. Bases beyond the address space stay there.
 */
static inline bool fpage_match_page(word_t send, word_t window, word_t send_base, word_t *source, word_t *destination)
{
	unsigned log2 = window >> 4 & 0x3f;

	if ((send & 0x3f0) != PAGE_LOG2 << 4 || !(send & RIGHTS_ALL))
		return false;
	if (log2 < PAGE_LOG2 || log2 > FPAGE_COMPLETE_LOG2) {
		if (window >> 4 != FPAGE_COMPLETE >> 4)
			return false;
		log2 = FPAGE_COMPLETE_LOG2;
	}
	*source = ALIGN_DOWN(send, PAGE_SIZE);
	*destination = ALIGN_DOWN(window, 1UL << log2) + ALIGN_DOWN(send_base & ((1UL << log2) - 1), PAGE_SIZE);
	return true;
}

#endif
