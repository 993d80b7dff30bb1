/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/vregs.h - the virtual registers: message registers, buffer registers, thread control
 * registers.
 *
 * All of them lie in the thread's UTCB, which the thread shares with the kernel (lib/abi/utcb.h,
 * small.h). GS points to it, and one of its words holds its own address, which is the
 * thread's local id. A single register with a constant number is one instruction relative to GS;
 * whole ranges go through the address. All accesses are volatile, so that they stay in order among
 * themselves and around system calls, and nothing is assumed to stay what it was: the kernel
 * writes some of these words at any time.
 */
#ifndef L4_VREGS_H
#define L4_VREGS_H

#include <l4/types.h>

#define __L4_NUM_MRS 64
#define __L4_NUM_BRS 33

/* Words of the UTCB; message register i is word i. */
#define __L4_UTCB_MY_LOCAL_ID         64
#define __L4_UTCB_MY_GLOBAL_ID        65
#define __L4_UTCB_PROCESSOR_NO        66
#define __L4_UTCB_USER_DEFINED_HANDLE 67
#define __L4_UTCB_PAGER               68
#define __L4_UTCB_EXCEPTION_HANDLER   69
#define __L4_UTCB_FLAGS               70
#define __L4_UTCB_ERROR_CODE          71
#define __L4_UTCB_XFER_TIMEOUTS       72
#define __L4_UTCB_INTENDED_RECEIVER   73
#define __L4_UTCB_VIRTUAL_SENDER      74
#define __L4_UTCB_WORD_SIZE_MASK      75
#define __L4_UTCB_THREAD_WORD_0       76

#ifdef L4_64BIT
#include <l4/amd64/vregs.h>
#else
#include <l4/ia32/vregs.h>
#endif

/*
 * A word of it, relative to GS
 */

/* The UTCB's address never changes while a thread lives, so one read may serve a whole function. */
L4_INLINE L4_Word_t *__L4_X86_Utcb(void)
{
	L4_Word_t *utcb;
	__asm__("mov" __L4_WORD_SUFFIX " %%gs:%c1, %0" : "=r"(utcb) : "i"(__L4_UTCB_MY_LOCAL_ID * sizeof(L4_Word_t)));
	return utcb;
}

L4_INLINE L4_Word_t __L4_UtcbWord(int word)
{
	L4_Word_t value;
	__asm__ __volatile__("mov" __L4_WORD_SUFFIX " %%gs:%a1, %0"
			     : "=r"(value)
			     : "ri"((L4_Word_t)word * sizeof(L4_Word_t)));
	return value;
}

L4_INLINE void __L4_Set_UtcbWord(int word, L4_Word_t value)
{
	__asm__ __volatile__("mov" __L4_WORD_SUFFIX " %1, %%gs:%a0"
			     :
			     : "ri"((L4_Word_t)word * sizeof(L4_Word_t)), "re"(value));
}

/* Flags of the flags word, changed in one instruction; the result is the flag before. */

L4_INLINE L4_Bool_t __L4_TestAndSetFlag(int bit)
{
	L4_Word8_t old;
	__asm__ __volatile__("bts" __L4_WORD_SUFFIX " %2, %%gs:%c1\n\tsetc %0"
			     : "=q"(old)
			     : "i"(__L4_UTCB_FLAGS * sizeof(L4_Word_t)), "Ir"((L4_Word_t)bit)
			     : "memory", "cc");
	return old;
}

L4_INLINE L4_Bool_t __L4_TestAndClearFlag(int bit)
{
	L4_Word8_t old;
	__asm__ __volatile__("btr" __L4_WORD_SUFFIX " %2, %%gs:%c1\n\tsetc %0"
			     : "=q"(old)
			     : "i"(__L4_UTCB_FLAGS * sizeof(L4_Word_t)), "Ir"((L4_Word_t)bit)
			     : "memory", "cc");
	return old;
}

/*
 * Message registers. The first ones travel in processor registers; they are kept in the UTCB
 * between calls.
 */

L4_INLINE void L4_StoreMR(int i, L4_Word_t *w)
{
	*w = __L4_UtcbWord(i);
}

L4_INLINE void L4_LoadMR(int i, L4_Word_t w)
{
	__L4_Set_UtcbWord(i, w);
}

/*
 * Volatile also keeps compilers from turning the loops below into calls of memcpy: a program
 * linked with nothing but these headers must stay linkable.
 */

L4_INLINE void L4_StoreMRs(int i, int k, L4_Word_t *w)
{
	volatile L4_Word_t *mr = __L4_X86_Utcb() + i;

	while (k-- > 0)
		*w++ = *mr++;
}

L4_INLINE void L4_LoadMRs(int i, int k, const L4_Word_t *w)
{
	volatile L4_Word_t *mr = __L4_X86_Utcb() + i;

	while (k-- > 0)
		*mr++ = *w++;
}

/*
 * Buffer registers
 */

L4_INLINE void L4_StoreBR(int i, L4_Word_t *w)
{
	*w = __L4_UtcbWord(__L4_UTCB_BR_0 + i);
}

L4_INLINE void L4_LoadBR(int i, L4_Word_t w)
{
	__L4_Set_UtcbWord(__L4_UTCB_BR_0 + i, w);
}

L4_INLINE void L4_StoreBRs(int i, int k, L4_Word_t *w)
{
	L4_StoreMRs(__L4_UTCB_BR_0 + i, k, w);
}

L4_INLINE void L4_LoadBRs(int i, int k, const L4_Word_t *w)
{
	L4_LoadMRs(__L4_UTCB_BR_0 + i, k, w);
}

/*
 * Preemption flags (bits 5 to 7 of the flags word) and coprocessor flags (bits 8 to 15). The
 * kernel may write the word between any two instructions, so each change is one instruction.
 */

#define __L4_FLAG_SIGNAL_PREEMPTION  5
#define __L4_FLAG_DELAY_PREEMPTION   6
#define __L4_FLAG_PREEMPTION_PENDING 7

L4_INLINE void L4_Set_CopFlag(L4_Word_t n)
{
	(void)__L4_TestAndSetFlag((int)(8 + (n & 7)));
}

L4_INLINE void L4_Clr_CopFlag(L4_Word_t n)
{
	(void)__L4_TestAndClearFlag((int)(8 + (n & 7)));
}

/* These four return the flag's previous value. */

L4_INLINE L4_Bool_t L4_EnablePreemptionFaultException(void)
{
	return __L4_TestAndSetFlag(__L4_FLAG_SIGNAL_PREEMPTION);
}

L4_INLINE L4_Bool_t L4_DisablePreemptionFaultException(void)
{
	return __L4_TestAndClearFlag(__L4_FLAG_SIGNAL_PREEMPTION);
}

L4_INLINE L4_Bool_t L4_EnablePreemption(void)
{
	return __L4_TestAndClearFlag(__L4_FLAG_DELAY_PREEMPTION);
}

L4_INLINE L4_Bool_t L4_DisablePreemption(void)
{
	return __L4_TestAndSetFlag(__L4_FLAG_DELAY_PREEMPTION);
}

/* True when a preemption was delayed since the last question; asking clears it. */
L4_INLINE L4_Bool_t L4_PreemptionPending(void)
{
	return __L4_TestAndClearFlag(__L4_FLAG_PREEMPTION_PENDING);
}

#endif
