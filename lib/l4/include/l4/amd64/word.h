/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/amd64/word.h - words of 64 bits.
 */
#ifndef L4_AMD64_WORD_H
#define L4_AMD64_WORD_H

#define L4_ARCH_AMD64
#define L4_64BIT
#define L4_BITS_PER_WORD 64

typedef unsigned long L4_Word64_t;
typedef signed long L4_SignedWord64_t;

/* Of a global thread id; the others are the thread number's. */
#define __L4_VERSION_BITS 32

#endif
