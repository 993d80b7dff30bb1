/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/tracebuffer.h - marks in the kernel's trace ring.
 *
 * A mark has an event number of the program's, a text, and up to four words. The kernel debugger keeps the
 * latest 256 marks of all threads with the time and the thread, and shows them (`trace`); of the text it keeps
 * the first 39 characters, as they are at the time of the mark. A counter, numbered 0 to 7, is one more.
 *
 * Without a debugger a mark costs the system call KernelInterface and does nothing.
 */
#ifndef L4_TRACEBUFFER_H
#define L4_TRACEBUFFER_H

#include <l4/word.h>

#ifndef L4_64BIT
#error "l4/tracebuffer.h is not for 32-bit programs."
#endif

#include <l4/kip.h>
#include <l4/types.h>

#define __L4_TBUF_RECORD  0x10
#define __L4_TBUF_COUNTER 0x11
#define __L4_KDEBUG_CONFIG  0xb0 /* KdebugConfig0 in the kernel interface page */
#define __L4_KDEBUG_PRESENT 1

L4_INLINE L4_Bool_t __L4_Tbuf_IsThere(void)
{
	return *(L4_Word_t *)((char *)L4_GetKernelInterface() + __L4_KDEBUG_CONFIG) == __L4_KDEBUG_PRESENT;
}

L4_INLINE void L4_Tbuf_IncCounter(L4_Word_t counter)
{
	if (__L4_Tbuf_IsThere())
		__asm__ __volatile__("int3\n\tcmpb %0, %%al" : : "i"(__L4_TBUF_COUNTER), "a"(counter) : "cc");
}

L4_INLINE void __L4_Tbuf_Record(L4_Word_t event, const char *text, L4_Word_t a, L4_Word_t b, L4_Word_t c, L4_Word_t d)
{
	if (__L4_Tbuf_IsThere()) {
		register L4_Word_t r8 __asm__("r8") = d;

		__asm__ __volatile__("int3\n\tcmpb %0, %%al"
				     : : "i"(__L4_TBUF_RECORD), "a"(text), "D"(event), "S"(a), "d"(b), "c"(c), "r"(r8)
				     : "cc", "memory");
	}
}

L4_INLINE void L4_Tbuf_RecordEvent_0(L4_Word_t event, const char *text)
{
	__L4_Tbuf_Record(event, text, 0, 0, 0, 0);
}

L4_INLINE void L4_Tbuf_RecordEvent_1(L4_Word_t event, const char *text, L4_Word_t a)
{
	__L4_Tbuf_Record(event, text, a, 0, 0, 0);
}

L4_INLINE void L4_Tbuf_RecordEvent_2(L4_Word_t event, const char *text, L4_Word_t a, L4_Word_t b)
{
	__L4_Tbuf_Record(event, text, a, b, 0, 0);
}

L4_INLINE void L4_Tbuf_RecordEvent_3(L4_Word_t event, const char *text, L4_Word_t a, L4_Word_t b, L4_Word_t c)
{
	__L4_Tbuf_Record(event, text, a, b, c, 0);
}

L4_INLINE void L4_Tbuf_RecordEvent_4(L4_Word_t event, const char *text, L4_Word_t a, L4_Word_t b, L4_Word_t c,
				     L4_Word_t d)
{
	__L4_Tbuf_Record(event, text, a, b, c, d);
}

/* The same with up to four words, 0 for those that are missing. */
#define L4_Tbuf_RecordEvent(...) __L4_TBUF_FOUR(__VA_ARGS__, 0, 0, 0, 0, 0)
#define __L4_TBUF_FOUR(event, text, a, b, c, d, ...) \
	__L4_Tbuf_Record(event, text, (L4_Word_t)(a), (L4_Word_t)(b), (L4_Word_t)(c), (L4_Word_t)(d))

/* Older programs name a thread first. The mark is the caller's. */
#define L4_Tbuf_RecordEvent_t0(tid, event, text)             L4_Tbuf_RecordEvent_0(event, text)
#define L4_Tbuf_RecordEvent_t1(tid, event, text, a)          L4_Tbuf_RecordEvent_1(event, text, a)
#define L4_Tbuf_RecordEvent_t2(tid, event, text, a, b)       L4_Tbuf_RecordEvent_2(event, text, a, b)
#define L4_Tbuf_RecordEvent_t3(tid, event, text, a, b, c)    L4_Tbuf_RecordEvent_3(event, text, a, b, c)
#define L4_Tbuf_RecordEvent_t4(tid, event, text, a, b, c, d) L4_Tbuf_RecordEvent_4(event, text, a, b, c, d)

#endif
