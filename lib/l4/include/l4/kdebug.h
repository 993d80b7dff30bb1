/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/kdebug.h - requests to the kernel debugger.
 *
 * Every request is the breakpoint instruction followed by `cmpb $operation, %al`, with the
 * argument in RAX. In a kernel with a debugger (the feature "debugger"; kernel/kdb/README.md) it
 * is carried out there, and the machine stands still meanwhile: L4_KDB_Enter until somebody types
 * `go` on the serial line, L4_KDB_ReadChar_Blocked until somebody types anything. L4_KDB_ReadChar
 * returns -1 when nothing was typed. What a string pointer points to must be mapped: what is not is
 * not printed.
 *
 * In a kernel without one a request is an exception like any other: the thread's exception handler
 * gets a message with vector 3, the argument in the RAX word, and an instruction pointer behind
 * the breakpoint; when it answers, the thread goes on. Nothing is printed or read unless the
 * handler does it. A thread without a handler stops.
 */
#ifndef L4_KDEBUG_H
#define L4_KDEBUG_H

#include <l4/types.h>

#define __L4_KDB_PRINT_CHAR        0x00
#define __L4_KDB_PRINT_STRING      0x01
#define __L4_KDB_CLEAR_PAGE        0x02
#define __L4_KDB_READ_CHAR         0x08
#define __L4_KDB_READ_CHAR_BLOCKED 0x0d
#define __L4_KDB_ENTER             0x7f

/* operation must be a constant: it becomes part of the code. */
#define __L4_KDB_REQUEST(operation, rax) \
	__asm__ __volatile__("int3\n\tcmpb %1, %%al" : "+a"(rax) : "i"(operation) : "memory", "cc")

L4_INLINE void __L4_KDB_Enter(const char *why)
{
	__L4_KDB_REQUEST(__L4_KDB_ENTER, why);
}

/* L4_KDB_Enter("why") or L4_KDB_Enter(): only a string literal will do. */
#define L4_KDB_Enter(...) __L4_KDB_Enter("" __VA_ARGS__)

L4_INLINE void L4_KDB_PrintChar(char c)
{
	L4_Word_t rax = (L4_Word8_t)c;
	__L4_KDB_REQUEST(__L4_KDB_PRINT_CHAR, rax);
}

L4_INLINE void L4_KDB_PrintString(const char *s)
{
	__L4_KDB_REQUEST(__L4_KDB_PRINT_STRING, s);
}

L4_INLINE void L4_KDB_ClearPage(void)
{
	L4_Word_t rax = 0;
	__L4_KDB_REQUEST(__L4_KDB_CLEAR_PAGE, rax);
}

L4_INLINE char L4_KDB_ReadChar(void)
{
	L4_Word_t rax = ~0UL;
	__L4_KDB_REQUEST(__L4_KDB_READ_CHAR, rax);
	return (char)rax;
}

L4_INLINE char L4_KDB_ReadChar_Blocked(void)
{
	L4_Word_t rax = ~0UL;
	__L4_KDB_REQUEST(__L4_KDB_READ_CHAR_BLOCKED, rax);
	return (char)rax;
}

#endif
