/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.h - checks while compiling.
 *
 * Bit fields are no constant expressions, so their checks are code that an optimising compiler
 * must be able to remove: what remains calls a function that may not be called, which is a
 * compile-time error.
 */
#ifndef CHECK_LAYOUT_H
#define CHECK_LAYOUT_H

#include <l4/word.h>

/* What lib/abi has for this word size. */
#ifdef L4_64BIT
#include <abi/kip.h>
#include <abi/utcb.h>
#define ABI_UTCB struct utcb
#define ABI_KIP struct kip
#else
#include <abi/small.h>
#define ABI_UTCB struct small_utcb
#define ABI_KIP struct small_kip
#endif

void layout_is_wrong(void) __attribute__((error("an X.2 type has not the layout it must have")));

#define CHECK(condition) \
	do { \
		if (!(condition)) \
			layout_is_wrong(); \
	} while (0)

#define SAME(a, b) _Static_assert((a) == (b), #a " is not " #b)
#define OFFSET(type, field) __builtin_offsetof(type, field)
#define WORDS(n) ((n) * sizeof(L4_Word_t))

#endif
