/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/word.h - the size of a word, of which everything else is made.
 *
 * Programs are 64-bit programs in spaces of their own, or 32-bit programs in small spaces. What both have in common is
 * written once, in terms of L4_BITS_PER_WORD; where they differ, and not just in this number, is in the folders
 * amd64 and ia32: how wide some fields are, where the virtual registers lie, and how the kernel is entered.
 */
#ifndef L4_WORD_H
#define L4_WORD_H

#if defined(__x86_64__) && !defined(__ILP32__)
#include <l4/amd64/word.h>
#elif defined(__i386__)
#include <l4/ia32/word.h>
#else
#error "Pecan's programs are x86 programs of 64 or 32 bits."
#endif

#define L4_LITTLE_ENDIAN
#define L4_HAVE_SIGNED_WORD

#define L4_INLINE static inline

typedef unsigned char L4_Word8_t;
typedef unsigned short L4_Word16_t;
typedef unsigned int L4_Word32_t;
typedef unsigned long L4_Word_t;
typedef signed char L4_SignedWord8_t;
typedef signed short L4_SignedWord16_t;
typedef signed int L4_SignedWord32_t;
typedef signed long L4_SignedWord_t;
typedef unsigned long L4_Size_t;
typedef L4_Word_t L4_Bool_t;

#endif
