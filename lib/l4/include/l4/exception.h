/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/exception.h - what exception handlers receive and answer.
 *
 * X.2 leaves the layout of these messages to the processor's binding; this is ours. The message
 * has the whole user state of the thread in untyped words 1 to 25, of which 32-bit threads have no
 * R8 to R15. The answer, with the same
 * layout, sets it: a shorter answer leaves the registers behind its end as they were, cs, ss and
 * gs_base are not set, of rflags only what a user may change, and an address that is not canonical
 * refuses the whole answer. Map items behind the words are mapped, too.
 *
 * What the functions at the end need is not in X.2: further control bits of ExchangeRegisters.
 */
#ifndef L4_EXCEPTION_H
#define L4_EXCEPTION_H

#include <l4/types.h>
#include <l4/message.h>
#include <l4/syscalls.h>

/* Message registers */
#define L4_EXC_RIP     1
#define L4_EXC_RFLAGS  2
#define L4_EXC_TRAP    3 /* the vector, or one of those below */
#define L4_EXC_ERROR   4 /* the processor's error code, or 0 */
#define L4_EXC_CR2     5 /* of a page fault: the address */
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

#define L4_EXC_TRAP_SYSCALL 256 /* a `syscall` that is no L4 call */
#define L4_EXC_TRAP_FORCED  257 /* L4_ForceException */

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

/*
 * Control bits of ExchangeRegisters that X.2 does not have. A thread obeys threads of its own
 * space; with L4_EXREGS_AS_PAGER those of its pager's and its exception handler's space, too.
 */
#define L4_EXREGS_FORCE              (1UL << 16) /* an exception before its next user instruction */
#define L4_EXREGS_TAKE_SYSCALLS      (1UL << 17)
#define L4_EXREGS_SYSCALL_EXCEPTIONS (1UL << 18) /* every `syscall`, L4's own too, is one */
#define L4_EXREGS_TAKE_FAULTS        (1UL << 19)
#define L4_EXREGS_FAULT_EXCEPTIONS   (1UL << 20) /* every page fault is one */
#define L4_EXREGS_FS_BASE            (1UL << 21)
#define L4_EXREGS_AS_PAGER           (1UL << 22)

/* In the old control word: the thread waits for the answer to an exception, so it was not forced. */
#define L4_EXREGS_IN_EXCEPTION L4_EXREGS_FORCE

/*
 * ExchangeRegisters with these control bits (L4_EXREGS_AS_PAGER always), and X.2's for halting
 * (0, 8) and aborting (1, 2). *fs_base is read and written if L4_EXREGS_FS_BASE is given; it may be
 * 0 otherwise. The result is 0 if the call failed.
 */
L4_INLINE L4_Bool_t L4_ExchangeExceptionState(L4_ThreadId_t dest, L4_Word_t control,
					      L4_Word_t *fs_base, L4_Word_t *old_control)
{
	L4_Word_t base = control & L4_EXREGS_FS_BASE ? *fs_base : 0, result;

	control |= L4_EXREGS_AS_PAGER;
	result = __L4_ExchangeState(dest.raw, &control, &base);
	if (fs_base)
		*fs_base = base;
	*old_control = control;
	return result != 0;
}

/* *was_in_exception: the thread waits for the answer to another exception, and was not forced. */
L4_INLINE L4_Bool_t L4_ForceException(L4_ThreadId_t t, L4_Bool_t *was_in_exception)
{
	L4_Word_t old;
	L4_Bool_t done = L4_ExchangeExceptionState(t, L4_EXREGS_FORCE, (L4_Word_t *)0, &old);

	*was_in_exception = (old & L4_EXREGS_IN_EXCEPTION) != 0;
	return done;
}

L4_INLINE L4_Bool_t L4_Set_SyscallExceptions(L4_ThreadId_t t, L4_Bool_t on)
{
	L4_Word_t old;

	return L4_ExchangeExceptionState(
		t, L4_EXREGS_TAKE_SYSCALLS | (on ? L4_EXREGS_SYSCALL_EXCEPTIONS : 0),
		(L4_Word_t *)0, &old);
}

L4_INLINE L4_Bool_t L4_Set_FaultExceptions(L4_ThreadId_t t, L4_Bool_t on)
{
	L4_Word_t old;

	return L4_ExchangeExceptionState(
		t, L4_EXREGS_TAKE_FAULTS | (on ? L4_EXREGS_FAULT_EXCEPTIONS : 0), (L4_Word_t *)0,
		&old);
}

L4_INLINE L4_Bool_t L4_Set_FsBase(L4_ThreadId_t t, L4_Word_t base)
{
	L4_Word_t old;

	return L4_ExchangeExceptionState(t, L4_EXREGS_FS_BASE, &base, &old);
}

#endif
