/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/ia32/word.h - words of 32 bits.
 */
#ifndef L4_IA32_WORD_H
#define L4_IA32_WORD_H

#define L4_ARCH_IA32
#define L4_32BIT
#define L4_BITS_PER_WORD 32

__extension__ typedef unsigned long long L4_Word64_t;
__extension__ typedef signed long long L4_SignedWord64_t;

/* Of a global thread id; the others are the thread number's. */
#define __L4_VERSION_BITS 14

#endif
