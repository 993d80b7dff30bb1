/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/threadstate.h - the floating-point and vector registers of a stopped thread. Not in X.2.
 *
 * A thread is stopped when it is halted or waits for the answer to an exception; the caller is of its
 * space, or its pager or exception handler. The state is the area of the processor's XSAVE in
 * standard format: the 512 bytes of FXSAVE, the header, then what CPUID's leaf 0xd describes.
 * Processors without XSAVE have the 512 bytes only.
 *
 * A component whose bit in L4_STATE_COMPONENTS is 0 has its initial value, whatever its words say.
 */
#ifndef L4_THREADSTATE_H
#define L4_THREADSTATE_H

#include <l4/word.h>

#ifndef L4_64BIT
#error "l4/threadstate.h is not for 32-bit programs."
#endif

#include <l4/types.h>
#include <l4/vregs.h>
#include <l4/syscalls.h>

#define __L4_CALL_THREAD_STATE 12

/* Words of the state */
#define L4_STATE_FCW        0  /* in bits 0 to 15 */
#define L4_STATE_MXCSR      3  /* in bits 0 to 31 */
#define L4_STATE_ST0        4  /* two words a register */
#define L4_STATE_XMM0       20 /* two words a register */
#define L4_STATE_COMPONENTS 64 /* XSTATE_BV: bit 0 x87, 1 SSE, 2 AVX, ... */

/* A state of more words than this there is not. */
#define L4_STATE_WORDS_MAX 512

/*
 * The system call: moves `count` words (at most 64) from word `first` on to (write == 0) or from the
 * message registers, MR0 first. Returns the number of words of the whole state; 0: failed.
 */
L4_INLINE L4_Word_t L4_ThreadState(L4_ThreadId_t dest, L4_Word_t first, L4_Word_t count,
				   L4_Word_t write)
{
	register L4_Word_t r8 __asm__("r8") = count;
	register L4_Word_t r9 __asm__("r9") = write;
	L4_Word_t result, call = __L4_CALL_WORD(__L4_CALL_THREAD_STATE);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call)
			     : "D"(dest.raw), "S"(first), "r"(r8), "r"(r9)
			     : "rcx", "r11", "memory", "cc");
	return result;
}

/* How many words the state of this thread has; 0: it is not stopped, or not one for the caller. */
L4_INLINE L4_Word_t L4_ThreadStateSize(L4_ThreadId_t t)
{
	return L4_ThreadState(t, 0, 0, 0);
}

/* Read words [first, first + count); destroys the message registers. 0: failed. */
L4_INLINE L4_Bool_t L4_ReadThreadState(L4_ThreadId_t t, L4_Word_t first, L4_Word_t count,
				       L4_Word_t *words)
{
	while (count) {
		L4_Word_t n = count < 64 ? count : 64;

		if (!L4_ThreadState(t, first, n, 0))
			return 0;
		L4_StoreMRs(0, (int)n, words);
		first += n;
		words += n;
		count -= n;
	}
	return 1;
}

/*
 * Write them; destroys the message registers. 0: failed; earlier pieces of 64 words may have been
 * written by then.
 */
L4_INLINE L4_Bool_t L4_WriteThreadState(L4_ThreadId_t t, L4_Word_t first, L4_Word_t count,
					const L4_Word_t *words)
{
	while (count) {
		L4_Word_t n = count < 64 ? count : 64;

		L4_LoadMRs(0, (int)n, words);
		if (!L4_ThreadState(t, first, n, 1))
			return 0;
		first += n;
		words += n;
		count -= n;
	}
	return 1;
}

#endif
