/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/syscall.h - how a system call is asked for, in registers.
 *
 * Every call is the `syscall` instruction with the *call word* in RDX:
 *
 *     63        32 31            16 15     10 9    2 1    0
 *    +------------+----------------+---------+------+------+
 *    | CALL_MARK  | receive timeout|  number |  0   | kind |
 *    +------------+----------------+---------+------+------+
 *
 * A `syscall` whose RDX does not carry CALL_MARK, or whose number names no call, is no L4 call: it is
 * delivered to the thread's exception handler. The receive timeout and the kind belong to IPC and are 0
 * in every other call. An IPC without timeout (never = 0) whose low half is therefore a number below 4
 * compares below every priority that the kernel's path compares it with: one instruction tests the call
 * number, the timeout and the priority.
 *
 * IPC (CALL_IPC, CALL_LIPC)
 *   in   RAX message tag   RDI to   RSI from (only read when kind is IPC_FROM)   R8 send timeout (low 16 bits)
 *        RBX RBP R9 R10 R12 R13 R14 = MR1 .. MR7, the others in the UTCB
 *   out  RAX message tag   RSI the sender                 RBX RBP R9 R10 R12 R13 R14 = MR1 .. MR7
 *   Of the general registers only RSP is preserved; RFLAGS is 0x202 afterwards.
 *
 * All other calls preserve every register but RAX, RCX, R11 and their results; RFLAGS is 0x202 afterwards.
 *
 *   KernelInterface    out RAX KIP address, RDI API version, RSI API flags, R8 kernel id
 *   ExchangeRegisters  in  RDI dest, RSI control, R8 SP, R9 IP, R10 FLAGS, R12 user handle, R13 pager, R14 FS base
 *                      out RAX result, RSI control, R8 SP, R9 IP, R10 FLAGS, R12 user handle, R13 pager, R14 FS base
 *   ThreadControl      in  RDI dest, RSI space specifier, R8 scheduler, R9 pager, R10 UTCB location
 *                      out RAX result (of an MSI: address << 32 | data)
 *   SystemClock        out RAX microseconds since boot
 *   ThreadSwitch       in  RDI dest
 *   Schedule           in  RDI dest, RSI time control, R8 processor control, R9 priority, R10 preemption control
 *                      out RAX result, RSI old time control
 *   Unmap              in  RDI control, flexpages in MR0.. of the UTCB; out: access bits in the same words
 *   SpaceControl       in  RDI space specifier, RSI control, R8 KIP area, R9 UTCB area, R10 redirector
 *                      out RAX result, RSI old control
 *   ProcessorControl   in  RDI processor, RSI internal frequency, R8 external frequency, R9 voltage
 *                      out RAX result
 *   MemoryControl      in  RDI control, RSI R8 R9 R10 attributes 0-3, flexpages in MR0.. of the UTCB
 *                      out RAX result
 *   ThreadState        in  RDI dest, RSI first word, R8 words, R9 0 read or 1 write, words in MR0.. of the UTCB
 *                      out RAX size of the state in words
 *   PathMisses         in  RDI processor
 *                      out RAX result, RSI R8 R9 R10 R12 R13 R14 R15 counts
 *
 * A call that fails leaves its reason in the UTCB's ErrorCode.
 *
 * The segment registers DS, ES, FS and GS are not a thread's own: 64-bit code has no use for their selectors,
 * and the kernel neither saves nor clears them. The base of FS is a thread's own; that of GS is its UTCB.
 */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

#define CALL_MARK 0x4c345832 /* "L4X2" */

enum call_number {
	CALL_IPC = 0,
	CALL_LIPC = 1,
	CALL_KERNEL_INTERFACE = 2,
	CALL_EXCHANGE_REGISTERS = 3,
	CALL_THREAD_CONTROL = 4,
	CALL_SYSTEM_CLOCK = 5,
	CALL_THREAD_SWITCH = 6,
	CALL_SCHEDULE = 7,
	CALL_UNMAP = 8,
	CALL_SPACE_CONTROL = 9,
	CALL_PROCESSOR_CONTROL = 10,
	CALL_MEMORY_CONTROL = 11,
	CALL_THREAD_STATE = 12,
	CALL_PATH_MISSES = 13,
	CALL_COUNT = 14,
};

/* Where an IPC's receive phase takes its message from. */
enum ipc_kind {
	IPC_CALL = 0,       /* from the thread it sends to */
	IPC_OPEN = 1,       /* from anybody */
	IPC_FROM = 2,       /* from whom RSI names; nilthread: there is no receive phase */
	IPC_OPEN_LOCAL = 3, /* from any thread of the same space */
};

#define CALL_NUMBER_SHIFT  10
#define CALL_NUMBER_MASK   0x3f
#define CALL_KIND_MASK     0x3
#define CALL_TIMEOUT_SHIFT 16

/* The call word of a call without receive timeout, as a 64-bit constant. */
#define CALL_WORD(number, kind) \
	(((unsigned long)CALL_MARK << 32) | ((unsigned long)(number) << CALL_NUMBER_SHIFT) | (kind))

#endif
