/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/exception.h - what exception handlers receive and answer.
 *
 * X.2 leaves the layout of these messages to the processor's binding; this is ours. The message
 * has the whole user state of the thread in untyped words 1 to 25. The answer, with the same
 * layout, sets it: a shorter answer leaves the registers behind its end as they were, cs and ss
 * are not set, of rflags only what a user may change, and an address that is not canonical refuses
 * the whole answer.
 */
#ifndef L4_EXCEPTION_H
#define L4_EXCEPTION_H

#include <l4/types.h>
#include <l4/message.h>

/* Message registers */
#define L4_EXC_RIP     1
#define L4_EXC_RFLAGS  2
#define L4_EXC_TRAP    3 /* the vector, or L4_EXC_TRAP_SYSCALL */
#define L4_EXC_ERROR   4 /* the processor's error code, or 0 */
#define L4_EXC_CR2     5
#define L4_EXC_CS      6
#define L4_EXC_SS      7
#define L4_EXC_FS_BASE 8
#define L4_EXC_GS_BASE 9
#define L4_EXC_RDI     10
#define L4_EXC_RSI     11
#define L4_EXC_RBP     12
#define L4_EXC_RSP     13
#define L4_EXC_RBX     14
#define L4_EXC_RDX     15
#define L4_EXC_RCX     16
#define L4_EXC_RAX     17
#define L4_EXC_R8      18
#define L4_EXC_R9      19
#define L4_EXC_R10     20
#define L4_EXC_R11     21
#define L4_EXC_R12     22
#define L4_EXC_R13     23
#define L4_EXC_R14     24
#define L4_EXC_R15     25
#define L4_EXC_WORDS   25

/* A `syscall` or `int` that is no L4 call */
#define L4_EXC_TRAP_SYSCALL 256

#define __L4_LABEL_SYSTEM_EXCEPTION (-4L)
#define __L4_LABEL_ARCH_EXCEPTION   (-5L)

/* A system call of another system's binary interface. */
L4_INLINE L4_Bool_t L4_IsSystemException(L4_MsgTag_t t)
{
	return (L4_SignedWord_t)t.raw >> 20 == __L4_LABEL_SYSTEM_EXCEPTION;
}

/* An exception of the processor. */
L4_INLINE L4_Bool_t L4_IsArchException(L4_MsgTag_t t)
{
	return (L4_SignedWord_t)t.raw >> 20 == __L4_LABEL_ARCH_EXCEPTION;
}

#endif
