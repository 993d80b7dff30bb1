/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/amd64/calls.h - the system calls of 64-bit programs, each one `syscall` instruction with its arguments in
 * registers.
 *
 * lib/abi/syscall.h is the register interface. The IPC stub
 * is written for the message without words: one test on the way in, one on the way out; words
 * travel between UTCB and processor registers only behind these tests. The call destroys every
 * general register but RSP. RBP, which a compiler may refuse as a clobber, is kept in a word of
 * the UTCB, and nothing is pushed, so a function's red zone stays valid.
 */
#ifndef L4_AMD64_CALLS_H
#define L4_AMD64_CALLS_H

#include <l4/types.h>
#include <l4/vregs.h>
#include <l4/message.h>

/* What __L4_Ipc is before __L4_Init. */
#define __L4_FIRST_DOOR 0

#define __L4_CALL_WORD(number) (0x4c345832UL << 32 | (L4_Word_t)(number) << 10)

/*
 * The instruction. Where Linux system calls are made beside L4's (lib/hosted), the mark must not stay in
 * RDX: a Linux call with fewer than three arguments leaves there what it finds.
 */
#ifdef __L4_BESIDE_LINUX
#define __L4_SYSCALL "syscall\n\txorl %%edx, %%edx\n\t"
#else
#define __L4_SYSCALL "syscall\n\t"
#endif

/*
 * IPC
 */

#define __L4_MRS_TO_REGISTERS \
	"movq %%gs:8, %%rbx\n\t" \
	"movq %%gs:16, %%rbp\n\t" \
	"movq %%gs:24, %%r9\n\t" \
	"movq %%gs:32, %%r10\n\t" \
	"movq %%gs:40, %%r12\n\t" \
	"movq %%gs:48, %%r13\n\t" \
	"movq %%gs:56, %%r14\n\t"

#define __L4_REGISTERS_TO_MRS \
	"movq %%rbx, %%gs:8\n\t" \
	"movq %%rbp, %%gs:16\n\t" \
	"movq %%r9, %%gs:24\n\t" \
	"movq %%r10, %%gs:32\n\t" \
	"movq %%r12, %%gs:40\n\t" \
	"movq %%r13, %%gs:48\n\t" \
	"movq %%r14, %%gs:56\n\t"

/*
 * At 3: RDI is nilthread or a local id. The kernel's path wants global ones, and a UTCB in this thread's own page can
 * be asked for it; all others are left to the kernel. Goes on at 4.
 */
#define __L4_LOCAL_TO_GLOBAL \
	"3:\n\t" \
	"movq %%gs:%c[local], %%rcx\n\t" \
	"xorq %%rdi, %%rcx\n\t" \
	"testq $-4096, %%rcx\n\t" \
	"jnz 4b\n\t" \
	"testl $1023, %%edi\n\t" \
	"jnz 4b\n\t" \
	"movq %c[global](%%rdi), %%rcx\n\t" \
	"testq %%rcx, %%rcx\n\t" \
	"cmovnzq %%rcx, %%rdi\n\t" \
	"jmp 4b\n\t"

/* u and t of a tag */
#define __L4_WORDS_MASK 0xfff

/*
 * Sends the message in the message registers to `to` and receives one, as the call word says. The
 * tag of what came is in MR0 too. sender may be 0.
 */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_DoIpc(L4_Word_t to, L4_Word_t from, L4_Word_t call, L4_Word_t timeout, L4_Word_t *sender)
{
	register L4_Word_t send_timeout __asm__("r8") = timeout;
	L4_MsgTag_t tag;

	__asm__ __volatile__("movq %%gs:0, %%rax\n\t"
			     "movq %%rbp, %%gs:%c[saved]\n\t"
			     "testb $0x3f, %%dil\n\t"
			     "jz 3f\n"
			     "4:\n\t"
			     "testl %[words], %%eax\n\t"
			     "jz 1f\n\t" __L4_MRS_TO_REGISTERS
			     "1:\n\t"
			     __L4_SYSCALL
			     "movq %%rax, %%gs:0\n\t"
			     "testl %[words], %%eax\n\t"
			     "jz 2f\n\t" __L4_REGISTERS_TO_MRS
			     "2:\n\t"
			     "movq %%gs:%c[saved], %%rbp\n\t"
			     ".subsection 1\n" __L4_LOCAL_TO_GLOBAL
			     ".previous"
			     : "=&a"(tag.raw), "+S"(from), "+d"(call), "+D"(to), "+r"(send_timeout)
			     : [words] "i"(__L4_WORDS_MASK), [saved] "i"(__L4_UTCB_SAVED_RBP * 8),
			       [local] "i"(__L4_UTCB_MY_LOCAL_ID * 8), [global] "i"(__L4_UTCB_MY_GLOBAL_ID * 8)
			     : "rbx", "rcx", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
			       "memory", "cc");
	if (sender)
		*sender = from;
	return tag;
}

/* The same with the parts of the call word. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcDoor(int number, L4_Word_t kind, L4_Word_t to, L4_Word_t from, L4_Word_t timeouts, L4_Word_t *sender)
{
	return __L4_DoIpc(to, from, __L4_CALL_WORD(number) | (timeouts & 0xffff) << 16 | kind, timeouts >> 16,
			  sender);
}

/*
 * All other calls preserve every register but RAX, RCX, R11 and their results.
 */

L4_INLINE void *L4_KernelInterface(L4_Word_t *ApiVersion, L4_Word_t *ApiFlags, L4_Word_t *KernelId)
{
	register L4_Word_t id __asm__("r8");
	L4_Word_t kip, version, flags;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_KERNEL_INTERFACE);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(kip), "+d"(call), "=D"(version), "=S"(flags), "=r"(id)
			     :
			     : "rcx", "r11", "memory", "cc");
	*ApiVersion = version;
	*ApiFlags = flags;
	*KernelId = id;
	return (void *)kip;
}

L4_INLINE L4_ThreadId_t L4_ExchangeRegisters(L4_ThreadId_t dest, L4_Word_t control, L4_Word_t sp,
					     L4_Word_t ip, L4_Word_t flags,
					     L4_Word_t UserDefHandle, L4_ThreadId_t pager,
					     L4_Word_t *old_control, L4_Word_t *old_sp,
					     L4_Word_t *old_ip, L4_Word_t *old_flags,
					     L4_Word_t *old_UserDefHandle, L4_ThreadId_t *old_pager)
{
	register L4_Word_t r8 __asm__("r8") = sp;
	register L4_Word_t r9 __asm__("r9") = ip;
	register L4_Word_t r10 __asm__("r10") = flags;
	register L4_Word_t r12 __asm__("r12") = UserDefHandle;
	register L4_Word_t r13 __asm__("r13") = pager.raw;
	L4_ThreadId_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_EXCHANGE_REGISTERS);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result.raw), "+d"(call), "+S"(control), "+r"(r8), "+r"(r9), "+r"(r10),
			       "+r"(r12), "+r"(r13)
			     : "D"(dest.raw)
			     : "rcx", "r11", "memory", "cc");
	*old_control = control;
	*old_sp = r8;
	*old_ip = r9;
	*old_flags = r10;
	*old_UserDefHandle = r12;
	old_pager->raw = r13;
	return result;
}

/* The part of the call that l4/exception.h is about. */
L4_INLINE L4_Word_t __L4_ExchangeState(L4_Word_t dest, L4_Word_t *control, L4_Word_t *fs_base)
{
	register L4_Word_t r14 __asm__("r14") = *fs_base;
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_EXCHANGE_REGISTERS);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call), "+S"(*control), "+r"(r14)
			     : "D"(dest)
			     : "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "memory", "cc");
	*fs_base = r14;
	return result;
}

L4_INLINE L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t SpaceSpecifier,
				     L4_ThreadId_t Scheduler, L4_ThreadId_t Pager,
				     void *UtcbLocation)
{
	register L4_Word_t r8 __asm__("r8") = Scheduler.raw;
	register L4_Word_t r9 __asm__("r9") = Pager.raw;
	register L4_Word_t r10 __asm__("r10") = (L4_Word_t)UtcbLocation;
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_THREAD_CONTROL);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call)
			     : "D"(dest.raw),
			       "S"(SpaceSpecifier.raw), "r"(r8), "r"(r9), "r"(r10)
			     : "rcx", "r11", "memory", "cc");
	return result;
}

L4_INLINE L4_Clock_t L4_SystemClock(void)
{
	L4_Clock_t now;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_SYSTEM_CLOCK);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(now.raw), "+d"(call)
			     :
			     : "rcx", "r11", "memory", "cc");
	return now;
}

L4_INLINE void L4_ThreadSwitch(L4_ThreadId_t dest)
{
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_THREAD_SWITCH);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call)
			     : "D"(dest.raw)
			     : "rcx", "r11", "memory", "cc");
}

L4_INLINE L4_Word_t L4_Schedule(L4_ThreadId_t dest, L4_Word_t TimeControl,
				L4_Word_t ProcessorControl, L4_Word_t prio,
				L4_Word_t PreemptionControl, L4_Word_t *old_TimeControl)
{
	register L4_Word_t r8 __asm__("r8") = ProcessorControl;
	register L4_Word_t r9 __asm__("r9") = prio;
	register L4_Word_t r10 __asm__("r10") = PreemptionControl;
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_SCHEDULE);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call), "+S"(TimeControl)
			     : "D"(dest.raw), "r"(r8),
			       "r"(r9), "r"(r10)
			     : "rcx", "r11", "memory", "cc");
	*old_TimeControl = TimeControl;
	return result;
}

L4_INLINE void L4_Unmap(L4_Word_t control)
{
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_UNMAP);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call)
			     : "D"(control)
			     : "rcx", "r11", "memory", "cc");
}

L4_INLINE L4_Word_t L4_SpaceControl(L4_ThreadId_t SpaceSpecifier, L4_Word_t control,
				    L4_Fpage_t KernelInterfacePageArea, L4_Fpage_t UtcbArea,
				    L4_ThreadId_t redirector, L4_Word_t *old_control)
{
	register L4_Word_t r8 __asm__("r8") = KernelInterfacePageArea.raw;
	register L4_Word_t r9 __asm__("r9") = UtcbArea.raw;
	register L4_Word_t r10 __asm__("r10") = redirector.raw;
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_SPACE_CONTROL);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call), "+S"(control)
			     : "D"(SpaceSpecifier.raw), "r"(r8), "r"(r9), "r"(r10)
			     : "rcx", "r11", "memory", "cc");
	*old_control = control;
	return result;
}

L4_INLINE L4_Word_t L4_ProcessorControl(L4_Word_t ProcessorNo, L4_Word_t InternalFrequency,
					L4_Word_t ExternalFrequency, L4_Word_t voltage)
{
	register L4_Word_t r8 __asm__("r8") = ExternalFrequency;
	register L4_Word_t r9 __asm__("r9") = voltage;
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_PROCESSOR_CONTROL);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call)
			     : "D"(ProcessorNo),
			       "S"(InternalFrequency), "r"(r8), "r"(r9)
			     : "rcx", "r11", "memory", "cc");
	return result;
}

/* attributes: four words, which the flexpages in MR0 .. select by their two low access bits. */
L4_INLINE L4_Word_t L4_MemoryControl(L4_Word_t control, const L4_Word_t *attributes)
{
	register L4_Word_t r8 __asm__("r8") = attributes[1];
	register L4_Word_t r9 __asm__("r9") = attributes[2];
	register L4_Word_t r10 __asm__("r10") = attributes[3];
	L4_Word_t result;
	L4_Word_t call = __L4_CALL_WORD(__L4_CALL_MEMORY_CONTROL);

	__asm__ __volatile__(__L4_SYSCALL
			     : "=a"(result), "+d"(call)
			     : "D"(control),
			       "S"(attributes[0]), "r"(r8), "r"(r9), "r"(r10)
			     : "rcx", "r11", "memory", "cc");
	return result;
}

#endif
