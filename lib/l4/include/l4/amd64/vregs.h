/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/amd64/vregs.h - how 64-bit programs reach their UTCB: GS base points to it.
 */
#ifndef L4_AMD64_VREGS_H
#define L4_AMD64_VREGS_H

#include <l4/types.h>

/* Words of the UTCB that not all UTCBs have there. */
#define __L4_UTCB_SAVED_RBP 78
#define __L4_UTCB_BR_0      80

/* The UTCB's address never changes while a thread lives, so one read may serve a whole function. */
L4_INLINE L4_Word_t *__L4_X86_Utcb(void)
{
	L4_Word_t *utcb;
	__asm__("movq %%gs:%c1, %0" : "=r"(utcb) : "i"(__L4_UTCB_MY_LOCAL_ID * 8));
	return utcb;
}

L4_INLINE L4_Word_t __L4_UtcbWord(int word)
{
	L4_Word_t value;
	__asm__ __volatile__("movq %%gs:%a1, %0" : "=r"(value) : "ri"((L4_Word_t)word * 8));
	return value;
}

L4_INLINE void __L4_Set_UtcbWord(int word, L4_Word_t value)
{
	__asm__ __volatile__("movq %1, %%gs:%a0" : : "ri"((L4_Word_t)word * 8), "re"(value));
}

/* Flags of the flags word, changed in one instruction; the result is the flag before. */

L4_INLINE L4_Bool_t __L4_TestAndSetFlag(int bit)
{
	L4_Word8_t old;
	__asm__ __volatile__("btsq %2, %%gs:%c1\n\tsetc %0"
			     : "=q"(old)
			     : "i"(__L4_UTCB_FLAGS * 8), "Jr"((L4_Word_t)bit)
			     : "memory", "cc");
	return old;
}

L4_INLINE L4_Bool_t __L4_TestAndClearFlag(int bit)
{
	L4_Word8_t old;
	__asm__ __volatile__("btrq %2, %%gs:%c1\n\tsetc %0"
			     : "=q"(old)
			     : "i"(__L4_UTCB_FLAGS * 8), "Jr"((L4_Word_t)bit)
			     : "memory", "cc");
	return old;
}

#endif
