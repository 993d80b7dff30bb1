/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/pathmisses.h - why messages did not take the kernel's short path. Not in X.2.
 */
#ifndef L4_PATHMISSES_H
#define L4_PATHMISSES_H

#include <l4/word.h>

#ifndef L4_64BIT
#error "l4/pathmisses.h is not for 32-bit programs."
#endif

#include <l4/types.h>
#include <l4/syscalls.h>

#define __L4_CALL_PATH_MISSES 13

enum L4_PathMiss {
	L4_MISS_TAG,       /* typed items or propagation */
	L4_MISS_CALL_WORD, /* a receive timeout, an open local wait, or no IPC at all */
	L4_MISS_PARTNER,   /* it does not wait for this message, or there is no send phase */
	L4_MISS_PENDING,   /* a message is queued already for the receive phase */
	L4_MISS_HAZARD,    /* the partner has something that needs C */
	L4_MISS_PRIORITY,  /* a better thread is ready, or the partner of a send is better */
	L4_MISS_SENDER,    /* the sender has something that needs C */
	L4_MISS_FPU,       /* floating-point registers were switched first; then the message took the path, if nothing
	                    * else was counted */
	L4_PATH_MISSES
};

/* How often since the kernel started, by reason (enum L4_PathMiss). 0: no such processor. */
L4_INLINE L4_Bool_t L4_PathMisses(L4_Word_t processor, L4_Word_t count[L4_PATH_MISSES])
{
	register L4_Word_t r8 __asm__("r8");
	register L4_Word_t r9 __asm__("r9");
	register L4_Word_t r10 __asm__("r10");
	register L4_Word_t r12 __asm__("r12");
	register L4_Word_t r13 __asm__("r13");
	register L4_Word_t r14 __asm__("r14");
	register L4_Word_t r15 __asm__("r15");
	L4_Word_t result, tag, call = __L4_CALL_WORD(__L4_CALL_PATH_MISSES);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call), "=S"(tag), "=r"(r8), "=r"(r9), "=r"(r10),
			       "=r"(r12), "=r"(r13), "=r"(r14), "=r"(r15)
			     : "D"(processor)
			     : "rcx", "r11", "memory", "cc");
	if (result) {
		count[L4_MISS_TAG] = tag;
		count[L4_MISS_CALL_WORD] = r8;
		count[L4_MISS_PARTNER] = r9;
		count[L4_MISS_PENDING] = r10;
		count[L4_MISS_HAZARD] = r12;
		count[L4_MISS_PRIORITY] = r13;
		count[L4_MISS_SENDER] = r14;
		count[L4_MISS_FPU] = r15;
	}
	return result;
}

#endif
