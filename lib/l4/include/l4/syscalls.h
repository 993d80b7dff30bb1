/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/syscalls.h - the system calls of X.2. lib/l4/README.md says what each of them does.
 *
 * How the kernel is entered differs with the word size: amd64/calls.h, ia32/calls.h. Both have the same functions.
 */
#ifndef L4_SYSCALLS_H
#define L4_SYSCALLS_H

#include <l4/types.h>
#include <l4/vregs.h>
#include <l4/message.h>
#include <l4/kdebug.h>

#define __L4_CALL_IPC                0
#define __L4_CALL_LIPC               1
#define __L4_CALL_KERNEL_INTERFACE   2
#define __L4_CALL_EXCHANGE_REGISTERS 3
#define __L4_CALL_THREAD_CONTROL     4
#define __L4_CALL_SYSTEM_CLOCK       5
#define __L4_CALL_THREAD_SWITCH      6
#define __L4_CALL_SCHEDULE           7
#define __L4_CALL_UNMAP              8
#define __L4_CALL_SPACE_CONTROL      9
#define __L4_CALL_PROCESSOR_CONTROL  10
#define __L4_CALL_MEMORY_CONTROL     11

/* Whom the receive phase of an IPC takes a message from. */
#define __L4_IPC_CALL       0 /* the thread that was sent to */
#define __L4_IPC_OPEN       1 /* anybody */
#define __L4_IPC_FROM       2 /* the thread in RSI; nilthread: no receive phase */
#define __L4_IPC_OPEN_LOCAL 3 /* any thread of this space */

#ifdef L4_64BIT
#include <l4/amd64/calls.h>
#else
#include <l4/ia32/calls.h>
#endif

/*
 * Both have this function, which sends the message in the message registers to `to` and receives one: kind says
 * from whom, `from` is read only if it says so. The tag of what came is in MR0 too. sender may be 0.
 *
 *	L4_MsgTag_t __L4_IpcDoor(int number, L4_Word_t kind, L4_Word_t to, L4_Word_t from, L4_Word_t timeouts,
 *				 L4_Word_t *sender);
 */

/* A register as it happens to be: the kernel does not read it, so no instruction is spent on it. */
L4_INLINE __attribute__((__always_inline__)) L4_Word_t __L4_Whatever(void)
{
	L4_Word_t si;
	__asm__ __volatile__("" : "=S"(si));
	return si;
}

/* Sends and waits for the answer of the same thread. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcCall(int number, L4_ThreadId_t to, L4_Word_t timeouts, L4_ThreadId_t *from)
{
	return __L4_IpcDoor(number, __L4_IPC_CALL, to.raw, __L4_Whatever(), timeouts,
			  from ? &from->raw : (L4_Word_t *)0);
}

/* Sends (unless to is nilthread) and waits for whoever comes: kind is OPEN or OPEN_LOCAL. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcOpen(int number, int kind, L4_ThreadId_t to, L4_Word_t timeouts, L4_ThreadId_t *from)
{
	return __L4_IpcDoor(number, (L4_Word_t)kind, to.raw, __L4_Whatever(), timeouts, &from->raw);
}

/* Sends and does not receive. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcSend(int number, L4_ThreadId_t to, L4_Word_t timeouts)
{
	return __L4_IpcDoor(number, __L4_IPC_FROM, to.raw, 0, timeouts & ~0xffffUL, (L4_Word_t *)0);
}

/* The general case: finds out which kind FromSpecifier asks for. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcAny(int number, L4_ThreadId_t to, L4_ThreadId_t FromSpecifier, L4_Word_t timeouts,
	    L4_ThreadId_t *from)
{
	L4_Word_t kind, sender;
	L4_MsgTag_t tag;

	if (FromSpecifier.raw == ~0UL)
		kind = __L4_IPC_OPEN;
	else if (FromSpecifier.raw == ~0UL << 6)
		kind = __L4_IPC_OPEN_LOCAL;
	else if (FromSpecifier.raw == to.raw && to.raw != 0)
		kind = __L4_IPC_CALL;
	else
		kind = __L4_IPC_FROM;
	tag = __L4_IpcDoor(number, kind, to.raw, FromSpecifier.raw, timeouts, &sender);
	if (FromSpecifier.raw != 0)
		from->raw = sender;
	return tag;
}

L4_INLINE L4_MsgTag_t L4_Ipc(L4_ThreadId_t to, L4_ThreadId_t FromSpecifier, L4_Word_t Timeouts,
			     L4_ThreadId_t *from)
{
	return __L4_IpcAny(__L4_CALL_IPC, to, FromSpecifier, Timeouts, from);
}

L4_INLINE L4_MsgTag_t L4_Lipc(L4_ThreadId_t to, L4_ThreadId_t FromSpecifier, L4_Word_t Timeouts,
			      L4_ThreadId_t *from)
{
	return __L4_IpcAny(__L4_CALL_LIPC, to, FromSpecifier, Timeouts, from);
}

/*
 * The kernel's entry points, for programs that call them themselves instead of using the functions
 * above: they take and return the registers of lib/abi/syscall.h or small.h, IPC with the call word in
 * RDX, and end with `ret`. They are 0 until __L4_Init has looked into the kernel interface page, which
 * the startup code of lib/crt does; in 32-bit programs __L4_Ipc is there from the start.
 */

typedef void (*__L4_Entry_t)(void);
typedef __L4_Entry_t __L4_Ipc_t, __L4_Lipc_t, __L4_Unmap_t, __L4_ExchangeRegisters_t,
	__L4_ThreadControl_t, __L4_SystemClock_t, __L4_ThreadSwitch_t, __L4_Schedule_t,
	__L4_SpaceControl_t, __L4_ProcessorControl_t, __L4_MemoryControl_t;

#ifdef __cplusplus
extern "C" {
#endif
extern __L4_Ipc_t __L4_Ipc;
extern __L4_Lipc_t __L4_Lipc;
extern __L4_Unmap_t __L4_Unmap;
extern __L4_ExchangeRegisters_t __L4_ExchangeRegisters;
extern __L4_ThreadControl_t __L4_ThreadControl;
extern __L4_SystemClock_t __L4_SystemClock;
extern __L4_ThreadSwitch_t __L4_ThreadSwitch;
extern __L4_Schedule_t __L4_Schedule;
extern __L4_SpaceControl_t __L4_SpaceControl;
extern __L4_ProcessorControl_t __L4_ProcessorControl;
extern __L4_MemoryControl_t __L4_MemoryControl;

void __L4_Init(void);
#ifdef __cplusplus
}
#endif

#endif
