/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/thread.h - the thread itself, and other threads' registers.
 *
 * What a thread may know and set of itself is in the thread control registers of its UTCB and
 * costs no system call. Everything about other threads of the same space is one ExchangeRegisters
 * call with some arguments fixed; its control word says which registers to set (bits 3 to 7) and
 * what to do (H halt, R and S abort a receive or send phase, h: H is meant, d: deliver the old
 * values).
 */
#ifndef L4_THREAD_H
#define L4_THREAD_H

#include <l4/types.h>
#include <l4/vregs.h>
#include <l4/syscalls.h>

/* The same codes as L4_Err... of l4/types.h under the names that older programs use. */
#define L4_ERROR_OK                0
#define L4_ERROR_NO_PRIVILEGE      1
#define L4_ERROR_INVALID_THREAD    2
#define L4_ERROR_INVALID_SPACE     3
#define L4_ERROR_INVALID_SCHEDULER 4
#define L4_ERROR_INVALID_PARAM     5
#define L4_ERROR_UTCB_AREA         6
#define L4_ERROR_KIP_AREA          7
#define L4_ERROR_NO_MEM            8

/*
 * Thread control registers
 */

L4_INLINE L4_ThreadId_t __L4_UtcbThread(int word)
{
	L4_ThreadId_t t;
	t.raw = __L4_UtcbWord(word);
	return t;
}

L4_INLINE L4_ThreadId_t L4_MyLocalId(void)
{
	L4_ThreadId_t t;
	t.raw = (L4_Word_t)__L4_X86_Utcb();
	return t;
}

L4_INLINE L4_ThreadId_t L4_MyGlobalId(void)
{
	return __L4_UtcbThread(__L4_UTCB_MY_GLOBAL_ID);
}

L4_INLINE L4_ThreadId_t L4_Myself(void)
{
	return L4_MyGlobalId();
}

L4_INLINE L4_Word_t L4_ProcessorNo(void)
{
	return __L4_UtcbWord(__L4_UTCB_PROCESSOR_NO);
}

L4_INLINE L4_Word_t L4_UserDefinedHandle(void)
{
	return __L4_UtcbWord(__L4_UTCB_USER_DEFINED_HANDLE);
}

L4_INLINE void L4_Set_UserDefinedHandle(L4_Word_t NewValue)
{
	__L4_Set_UtcbWord(__L4_UTCB_USER_DEFINED_HANDLE, NewValue);
}

L4_INLINE L4_ThreadId_t L4_Pager(void)
{
	return __L4_UtcbThread(__L4_UTCB_PAGER);
}

L4_INLINE void L4_Set_Pager(L4_ThreadId_t NewPager)
{
	__L4_Set_UtcbWord(__L4_UTCB_PAGER, NewPager.raw);
}

L4_INLINE L4_ThreadId_t L4_ExceptionHandler(void)
{
	return __L4_UtcbThread(__L4_UTCB_EXCEPTION_HANDLER);
}

L4_INLINE void L4_Set_ExceptionHandler(L4_ThreadId_t NewHandler)
{
	__L4_Set_UtcbWord(__L4_UTCB_EXCEPTION_HANDLER, NewHandler.raw);
}

/* After a failed system call an L4_Err... code; after a failed IPC phase, reason and offset. */
L4_INLINE L4_Word_t L4_ErrorCode(void)
{
	return __L4_UtcbWord(__L4_UTCB_ERROR_CODE);
}

/* The name of a system call's error code. */
L4_INLINE const char *L4_ErrorCode_String(L4_Word_t err)
{
	switch (err) {
	case L4_ErrOk:
		return "no error";
	case L4_ErrNoPrivilege:
		return "no privilege";
	case L4_ErrInvalidThread:
		return "invalid thread";
	case L4_ErrInvalidSpace:
		return "invalid space";
	case L4_ErrInvalidScheduler:
		return "invalid scheduler";
	case L4_ErrInvalidParam:
		return "invalid parameter";
	case L4_ErrUtcbArea:
		return "error in the UTCB area";
	case L4_ErrKipArea:
		return "error in the kernel interface page area";
	case L4_ErrNoMem:
		return "out of kernel memory";
	default:
		return "unknown error code";
	}
}

L4_INLINE L4_Word_t L4_XferTimeouts(void)
{
	return __L4_UtcbWord(__L4_UTCB_XFER_TIMEOUTS);
}

L4_INLINE void L4_Set_XferTimeouts(L4_Word_t NewValue)
{
	__L4_Set_UtcbWord(__L4_UTCB_XFER_TIMEOUTS, NewValue);
}

/* Of a redirected message: whom it was for. */
L4_INLINE L4_ThreadId_t L4_IntendedReceiver(void)
{
	return __L4_UtcbThread(__L4_UTCB_INTENDED_RECEIVER);
}

/* Of a propagated message: who really sent it. */
L4_INLINE L4_ThreadId_t L4_ActualSender(void)
{
	return __L4_UtcbThread(__L4_UTCB_VIRTUAL_SENDER);
}

L4_INLINE void L4_Set_VirtualSender(L4_ThreadId_t t)
{
	__L4_Set_UtcbWord(__L4_UTCB_VIRTUAL_SENDER, t.raw);
}

L4_INLINE L4_Word_t L4_WordSizeMask(void)
{
	return __L4_UtcbWord(__L4_UTCB_WORD_SIZE_MASK);
}

L4_INLINE void L4_Set_WordSizeMask(L4_Word_t mask)
{
	__L4_Set_UtcbWord(__L4_UTCB_WORD_SIZE_MASK, mask);
}

L4_INLINE void L4_Reset_WordSizeMask(void)
{
	L4_Set_WordSizeMask(~0UL);
}

/* Two words for the thread's own use; n is 0 or 1. */

L4_INLINE L4_Word_t __L4_TCR_ThreadWord(L4_Word_t n)
{
	return __L4_UtcbWord(__L4_UTCB_THREAD_WORD_0 + (int)(n & 1));
}

L4_INLINE void __L4_TCR_Set_ThreadWord(L4_Word_t n, L4_Word_t w)
{
	__L4_Set_UtcbWord(__L4_UTCB_THREAD_WORD_0 + (int)(n & 1), w);
}

/*
 * Thread states, as ExchangeRegisters returns them
 */

typedef struct L4_ThreadState {
	L4_Word_t raw;
} L4_ThreadState_t;

L4_INLINE L4_Bool_t L4_ThreadWasHalted(L4_ThreadState_t s)
{
	return (s.raw & 1) != 0;
}

L4_INLINE L4_Bool_t L4_ThreadWasReceiving(L4_ThreadState_t s)
{
	return (s.raw & 2) != 0;
}

L4_INLINE L4_Bool_t L4_ThreadWasSending(L4_ThreadState_t s)
{
	return (s.raw & 4) != 0;
}

L4_INLINE L4_Bool_t L4_ThreadWasIpcing(L4_ThreadState_t s)
{
	return (s.raw & 6) != 0;
}

/*
 * Other threads
 */

#define __L4_EXREGS_HALT          (1UL << 0)
#define __L4_EXREGS_ABORT_RECEIVE (1UL << 1)
#define __L4_EXREGS_ABORT_SEND    (1UL << 2)
#define __L4_EXREGS_SP            (1UL << 3)
#define __L4_EXREGS_IP            (1UL << 4)
#define __L4_EXREGS_FLAGS         (1UL << 5)
#define __L4_EXREGS_HANDLE        (1UL << 6)
#define __L4_EXREGS_PAGER         (1UL << 7)
#define __L4_EXREGS_HALT_VALID    (1UL << 8)
#define __L4_EXREGS_DELIVER       (1UL << 9)

/* The call's registers, in and out. */
struct __L4_Exregs {
	L4_Word_t control, sp, ip, flags, handle;
	L4_ThreadId_t pager;
};

L4_INLINE L4_ThreadId_t __L4_ExchangeRegistersOf(L4_ThreadId_t t, struct __L4_Exregs *r)
{
	return L4_ExchangeRegisters(t, r->control, r->sp, r->ip, r->flags, r->handle, r->pager,
				    &r->control, &r->sp, &r->ip, &r->flags, &r->handle, &r->pager);
}

L4_INLINE struct __L4_Exregs __L4_ExregsControl(L4_Word_t control)
{
	struct __L4_Exregs r;
	r.control = control;
	r.sp = 0;
	r.ip = 0;
	r.flags = 0;
	r.handle = 0;
	r.pager.raw = 0;
	return r;
}

/* The id in the other form; nilthread if there is no such thread. */
L4_INLINE L4_ThreadId_t __L4_OtherId(L4_ThreadId_t t)
{
	struct __L4_Exregs r = __L4_ExregsControl(0);
	return __L4_ExchangeRegistersOf(t, &r);
}

L4_INLINE L4_ThreadId_t L4_GlobalIdOf(L4_ThreadId_t t)
{
	return L4_IsLocalId(t) && !L4_IsNilThread(t) ? __L4_OtherId(t) : t;
}

/* A thread that is not active yet has none: nilthread. */
L4_INLINE L4_ThreadId_t L4_LocalIdOf(L4_ThreadId_t t)
{
	L4_ThreadId_t other = L4_IsGlobalId(t) ? __L4_OtherId(t) : t;

	return L4_IsGlobalId(other) ? L4_nilthread : other;
}

L4_INLINE L4_Bool_t L4_SameThreads(L4_ThreadId_t l, L4_ThreadId_t r)
{
	return L4_GlobalIdOf(l).raw == L4_GlobalIdOf(r).raw;
}

L4_INLINE L4_Word_t L4_UserDefinedHandleOf(L4_ThreadId_t t)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_DELIVER);
	(void)__L4_ExchangeRegistersOf(t, &r);
	return r.handle;
}

L4_INLINE void L4_Set_UserDefinedHandleOf(L4_ThreadId_t t, L4_Word_t handle)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_HANDLE);
	r.handle = handle;
	(void)__L4_ExchangeRegistersOf(t, &r);
}

L4_INLINE L4_ThreadId_t L4_PagerOf(L4_ThreadId_t t)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_DELIVER);
	(void)__L4_ExchangeRegistersOf(t, &r);
	return r.pager;
}

L4_INLINE void L4_Set_PagerOf(L4_ThreadId_t t, L4_ThreadId_t pager)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_PAGER);
	r.pager = pager;
	(void)__L4_ExchangeRegistersOf(t, &r);
}

/* Starting aborts what IPC the thread was in and lets it run. */

#define __L4_EXREGS_START \
	(__L4_EXREGS_HALT_VALID | __L4_EXREGS_ABORT_SEND | __L4_EXREGS_ABORT_RECEIVE)

L4_INLINE void L4_Start(L4_ThreadId_t t)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_START);
	(void)__L4_ExchangeRegistersOf(t, &r);
}

L4_INLINE void L4_Start_SpIp(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_START | __L4_EXREGS_SP |
						  __L4_EXREGS_IP);
	r.sp = sp;
	r.ip = ip;
	(void)__L4_ExchangeRegistersOf(t, &r);
}

L4_INLINE void L4_Start_SpIpFlags(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip, L4_Word_t flags)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_START | __L4_EXREGS_SP |
						  __L4_EXREGS_IP | __L4_EXREGS_FLAGS);
	r.sp = sp;
	r.ip = ip;
	r.flags = flags;
	(void)__L4_ExchangeRegistersOf(t, &r);
}

/*
 * Stopping: what the thread was doing is the result; its registers are delivered where sp, ip,
 * flags point.
 */

L4_INLINE L4_ThreadState_t __L4_StopWith(L4_ThreadId_t t, L4_Word_t aborts, L4_Word_t *sp,
					 L4_Word_t *ip, L4_Word_t *flags)
{
	struct __L4_Exregs r = __L4_ExregsControl(__L4_EXREGS_HALT | __L4_EXREGS_HALT_VALID |
						  __L4_EXREGS_DELIVER | aborts);
	L4_ThreadState_t state;

	(void)__L4_ExchangeRegistersOf(t, &r);
	*sp = r.sp;
	*ip = r.ip;
	*flags = r.flags;
	state.raw = r.control;
	return state;
}

L4_INLINE L4_ThreadState_t L4_Stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
					     L4_Word_t *flags)
{
	return __L4_StopWith(t, 0, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_Stop(L4_ThreadId_t t)
{
	L4_Word_t sp, ip, flags;
	return L4_Stop_SpIpFlags(t, &sp, &ip, &flags);
}

L4_INLINE L4_ThreadState_t L4_AbortReceive_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp,
							      L4_Word_t *ip, L4_Word_t *flags)
{
	return __L4_StopWith(t, __L4_EXREGS_ABORT_RECEIVE, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_AbortReceive_and_stop(L4_ThreadId_t t)
{
	L4_Word_t sp, ip, flags;
	return L4_AbortReceive_and_stop_SpIpFlags(t, &sp, &ip, &flags);
}

L4_INLINE L4_ThreadState_t L4_AbortSend_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp,
							   L4_Word_t *ip, L4_Word_t *flags)
{
	return __L4_StopWith(t, __L4_EXREGS_ABORT_SEND, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_AbortSend_and_stop(L4_ThreadId_t t)
{
	L4_Word_t sp, ip, flags;
	return L4_AbortSend_and_stop_SpIpFlags(t, &sp, &ip, &flags);
}

L4_INLINE L4_ThreadState_t L4_AbortIpc_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp,
							  L4_Word_t *ip, L4_Word_t *flags)
{
	return __L4_StopWith(t, __L4_EXREGS_ABORT_RECEIVE | __L4_EXREGS_ABORT_SEND, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_AbortIpc_and_stop(L4_ThreadId_t t)
{
	L4_Word_t sp, ip, flags;
	return L4_AbortIpc_and_stop_SpIpFlags(t, &sp, &ip, &flags);
}

/*
 * Interrupts: the interrupt's thread id is (line, 1), its "pager" the thread that handles it.
 */

L4_INLINE L4_Word_t L4_AssociateInterrupt(L4_ThreadId_t InterruptThread,
					  L4_ThreadId_t HandlerThread)
{
	return L4_ThreadControl(InterruptThread, InterruptThread, L4_nilthread, HandlerThread,
				(void *)~0UL);
}

L4_INLINE L4_Word_t L4_DeassociateInterrupt(L4_ThreadId_t InterruptThread)
{
	return L4_ThreadControl(InterruptThread, InterruptThread, L4_nilthread, InterruptThread,
				(void *)~0UL);
}

#ifdef __cplusplus
L4_INLINE L4_ThreadId_t L4_GlobalId(L4_ThreadId_t t)
{
	return L4_GlobalIdOf(t);
}

L4_INLINE L4_ThreadId_t L4_LocalId(L4_ThreadId_t t)
{
	return L4_LocalIdOf(t);
}

L4_INLINE L4_Word_t L4_UserDefinedHandle(L4_ThreadId_t t)
{
	return L4_UserDefinedHandleOf(t);
}

L4_INLINE void L4_Set_UserDefinedHandle(L4_ThreadId_t t, L4_Word_t handle)
{
	L4_Set_UserDefinedHandleOf(t, handle);
}

L4_INLINE L4_ThreadId_t L4_Pager(L4_ThreadId_t t)
{
	return L4_PagerOf(t);
}

L4_INLINE void L4_Set_Pager(L4_ThreadId_t t, L4_ThreadId_t pager)
{
	L4_Set_PagerOf(t, pager);
}

L4_INLINE void L4_Start(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip)
{
	L4_Start_SpIp(t, sp, ip);
}

L4_INLINE void L4_Start(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip, L4_Word_t flags)
{
	L4_Start_SpIpFlags(t, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_Stop(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags)
{
	return L4_Stop_SpIpFlags(t, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_AbortReceive_and_stop(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
						    L4_Word_t *flags)
{
	return L4_AbortReceive_and_stop_SpIpFlags(t, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_AbortSend_and_stop(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
						 L4_Word_t *flags)
{
	return L4_AbortSend_and_stop_SpIpFlags(t, sp, ip, flags);
}

L4_INLINE L4_ThreadState_t L4_AbortIpc_and_stop(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
						L4_Word_t *flags)
{
	return L4_AbortIpc_and_stop_SpIpFlags(t, sp, ip, flags);
}
#endif

#endif
