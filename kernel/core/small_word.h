/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/small_word.h - words of 32-bit programs and the kernel's own, each as the other: abi/small.h says by which
 * rules.
 */
#ifndef CORE_SMALL_WORD_H
#define CORE_SMALL_WORD_H

#include "abi/small.h"
#include "base/types.h"

/* An id with all bits that a short form has. */
#define SMALL_ID_MASK ((((1UL << SMALL_ID_NUMBER_BITS) - 1) << 32) | ((1UL << SMALL_ID_VERSION_BITS) - 1))

/* From here up a word is anylocalthread, anythread or no id at all. */
#define SMALL_ID_SPECIAL 0xffffffc0U

/* By its sign: a label of 16 bits keeps its meaning. */
static inline word_t small_tag_widen(uint32_t tag)
{
	return (word_t)(long)(int)tag;
}

static inline word_t small_id_widen(uint32_t id)
{
	if (id >= SMALL_ID_SPECIAL)
		return (word_t)(long)(int)id;
	if ((id & 0x3f) == 0)
		return id;
	return (word_t)(id >> SMALL_ID_VERSION_BITS) << 32 | (id & ((1U << SMALL_ID_VERSION_BITS) - 1));
}

/* An id that has no short form is nilthread's. */
static inline uint32_t small_id_narrow(word_t id)
{
	word_t number = id >> 32, version = id & 0xffffffff;

	if ((id & 0x3f) == 0 || id == ~0UL)
		return (uint32_t)id;
	if (number >> SMALL_ID_NUMBER_BITS || version >> SMALL_ID_VERSION_BITS)
		return 0;
	return (uint32_t)(number << SMALL_ID_VERSION_BITS | version);
}

/* The slot that a control word of SpaceControl names: where among all slots, and its size, 0 if it names none. */
struct small_slot {
	uint32_t offset, size;
};

static inline struct small_slot small_slot_decode(word_t control)
{
	unsigned bits = control & ((1U << SMALL_SLOT_BITS) - 1);
	unsigned size_bit = bits & -bits;

	return (struct small_slot){ (bits - size_bit) << (SMALL_SLOT_MIN_LOG2 - 1), size_bit << SMALL_SLOT_MIN_LOG2 };
}

#endif
