/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/ia32/calls.h - the system calls of 32-bit programs, with their arguments in registers and in the UTCB.
 *
 * lib/abi/small.h is the register interface. Which instruction enters the kernel depends on the machine, so the stubs
 * call __L4_Ipc: the entry in the kernel interface page, which takes whatever call word is in EDX. Before __L4_Init has
 * found it __L4_Ipc is a stub of libl4's, slower, for any machine.
 *
 * A call destroys ECX and EDX, IPC all general registers but ESP. The entry's address is in ECX, where it does not need
 * to survive; EBP, which a compiler may refuse as an operand, is kept on the stack.
 */
#ifndef L4_IA32_CALLS_H
#define L4_IA32_CALLS_H

#include <l4/types.h>
#include <l4/vregs.h>
#include <l4/message.h>

#ifdef __cplusplus
extern "C" {
#endif
extern void (*__L4_Ipc)(void);
void __L4_IntDoor(void);
#ifdef __cplusplus
}
#endif

#define __L4_FIRST_DOOR __L4_IntDoor

#define __L4_CALL_WORD(number) ((L4_Word_t)(number) << 10)
#define __L4_HAS_SEND_TIMEOUT  4

L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcDoor(int number, L4_Word_t kind, L4_Word_t to, L4_Word_t from, L4_Word_t timeouts, L4_Word_t *sender)
{
	L4_Word_t call = __L4_CALL_WORD(number) | timeouts << 16 | kind;
	void (*entry)(void) = __L4_Ipc;
	L4_Word_t word1;
	L4_MsgTag_t tag;

	if (timeouts >> 16) {
		__L4_Set_UtcbWord(__L4_UTCB_SEND_TIMEOUT, timeouts >> 16);
		call |= __L4_HAS_SEND_TIMEOUT;
	}
	__asm__ __volatile__("pushl %%ebp\n\t"
			     "movl %%gs:0, %%eax\n\t"
			     "movl %%gs:4, %%ebx\n\t"
			     "movl %%gs:8, %%ebp\n\t"
			     "call *%%ecx\n\t"
			     "movl %%eax, %%gs:0\n\t"
			     "movl %%ebx, %%gs:4\n\t"
			     "movl %%ebp, %%gs:8\n\t"
			     "popl %%ebp"
			     : "=a"(tag.raw), "=b"(word1), "+c"(entry), "+d"(call), "+S"(from), "+D"(to)
			     :
			     : "memory", "cc");
	(void)word1;
	if (sender)
		*sender = from;
	return tag;
}

/* What the other calls take and return in EDI, ESI, EBX, EBP; the result is EDX and EAX. */
struct __L4_CallRegisters {
	L4_Word_t di, si, bx, bp;
};

L4_INLINE L4_Word64_t __L4_SystemCall(int number, struct __L4_CallRegisters *r)
{
	void (*entry)(void) = __L4_Ipc;
	L4_Word_t low = r->bp, high = __L4_CALL_WORD(number);

	__asm__ __volatile__("pushl %%ebp\n\t"
			     "movl %%eax, %%ebp\n\t"
			     "call *%%ecx\n\t"
			     "movl %%ebp, %%ecx\n\t"
			     "popl %%ebp"
			     : "+a"(low), "+b"(r->bx), "+c"(entry), "+d"(high), "+S"(r->si), "+D"(r->di)
			     :
			     : "memory", "cc");
	r->bp = (L4_Word_t)entry;
	return (L4_Word64_t)high << 32 | low;
}

/* Further arguments and results, 0 to 3. */
L4_INLINE L4_Word_t __L4_CallArgument(int n)
{
	return __L4_UtcbWord(__L4_UTCB_ARGUMENT_0 + n);
}

L4_INLINE void __L4_Set_CallArgument(int n, L4_Word_t value)
{
	__L4_Set_UtcbWord(__L4_UTCB_ARGUMENT_0 + n, value);
}

L4_INLINE struct __L4_CallRegisters __L4_CallRegisters(L4_Word_t di, L4_Word_t si, L4_Word_t bx, L4_Word_t bp)
{
	struct __L4_CallRegisters r;
	r.di = di;
	r.si = si;
	r.bx = bx;
	r.bp = bp;
	return r;
}

L4_INLINE void *L4_KernelInterface(L4_Word_t *ApiVersion, L4_Word_t *ApiFlags, L4_Word_t *KernelId)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(0, 0, 0, 0);
	L4_Word_t kip = (L4_Word_t)__L4_SystemCall(__L4_CALL_KERNEL_INTERFACE, &r);

	*ApiVersion = r.di;
	*ApiFlags = r.si;
	*KernelId = r.bx;
	return (void *)kip;
}

L4_INLINE L4_ThreadId_t L4_ExchangeRegisters(L4_ThreadId_t dest, L4_Word_t control, L4_Word_t sp,
					     L4_Word_t ip, L4_Word_t flags,
					     L4_Word_t UserDefHandle, L4_ThreadId_t pager,
					     L4_Word_t *old_control, L4_Word_t *old_sp,
					     L4_Word_t *old_ip, L4_Word_t *old_flags,
					     L4_Word_t *old_UserDefHandle, L4_ThreadId_t *old_pager)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(dest.raw, control, sp, ip);
	L4_ThreadId_t result;

	__L4_Set_CallArgument(0, flags);
	__L4_Set_CallArgument(1, UserDefHandle);
	__L4_Set_CallArgument(2, pager.raw);
	result.raw = (L4_Word_t)__L4_SystemCall(__L4_CALL_EXCHANGE_REGISTERS, &r);
	*old_control = r.si;
	*old_sp = r.bx;
	*old_ip = r.bp;
	*old_flags = __L4_CallArgument(0);
	*old_UserDefHandle = __L4_CallArgument(1);
	old_pager->raw = __L4_CallArgument(2);
	return result;
}

/* The part of the call that l4/exception.h is about. */
L4_INLINE L4_Word_t __L4_ExchangeState(L4_Word_t dest, L4_Word_t *control, L4_Word_t *fs_base)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(dest, *control, 0, 0);
	L4_Word_t result;

	__L4_Set_CallArgument(3, *fs_base);
	result = (L4_Word_t)__L4_SystemCall(__L4_CALL_EXCHANGE_REGISTERS, &r);
	*control = r.si;
	*fs_base = __L4_CallArgument(3);
	return result;
}

L4_INLINE L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t SpaceSpecifier,
				     L4_ThreadId_t Scheduler, L4_ThreadId_t Pager,
				     void *UtcbLocation)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(dest.raw, SpaceSpecifier.raw, Scheduler.raw, Pager.raw);

	__L4_Set_CallArgument(0, (L4_Word_t)UtcbLocation);
	return (L4_Word_t)__L4_SystemCall(__L4_CALL_THREAD_CONTROL, &r);
}

L4_INLINE L4_Clock_t L4_SystemClock(void)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(0, 0, 0, 0);
	L4_Clock_t now;

	now.raw = __L4_SystemCall(__L4_CALL_SYSTEM_CLOCK, &r);
	return now;
}

L4_INLINE void L4_ThreadSwitch(L4_ThreadId_t dest)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(dest.raw, 0, 0, 0);

	(void)__L4_SystemCall(__L4_CALL_THREAD_SWITCH, &r);
}

L4_INLINE L4_Word_t L4_Schedule(L4_ThreadId_t dest, L4_Word_t TimeControl,
				L4_Word_t ProcessorControl, L4_Word_t prio,
				L4_Word_t PreemptionControl, L4_Word_t *old_TimeControl)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(dest.raw, TimeControl, ProcessorControl, prio);
	L4_Word_t result;

	__L4_Set_CallArgument(0, PreemptionControl);
	result = (L4_Word_t)__L4_SystemCall(__L4_CALL_SCHEDULE, &r);
	*old_TimeControl = r.si;
	return result;
}

L4_INLINE void L4_Unmap(L4_Word_t control)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(control, 0, 0, 0);

	(void)__L4_SystemCall(__L4_CALL_UNMAP, &r);
}

L4_INLINE L4_Word_t L4_SpaceControl(L4_ThreadId_t SpaceSpecifier, L4_Word_t control,
				    L4_Fpage_t KernelInterfacePageArea, L4_Fpage_t UtcbArea,
				    L4_ThreadId_t redirector, L4_Word_t *old_control)
{
	struct __L4_CallRegisters r =
		__L4_CallRegisters(SpaceSpecifier.raw, control, KernelInterfacePageArea.raw, UtcbArea.raw);
	L4_Word_t result;

	__L4_Set_CallArgument(0, redirector.raw);
	result = (L4_Word_t)__L4_SystemCall(__L4_CALL_SPACE_CONTROL, &r);
	*old_control = r.si;
	return result;
}

L4_INLINE L4_Word_t L4_ProcessorControl(L4_Word_t ProcessorNo, L4_Word_t InternalFrequency,
					L4_Word_t ExternalFrequency, L4_Word_t voltage)
{
	struct __L4_CallRegisters r =
		__L4_CallRegisters(ProcessorNo, InternalFrequency, ExternalFrequency, voltage);

	return (L4_Word_t)__L4_SystemCall(__L4_CALL_PROCESSOR_CONTROL, &r);
}

/* attributes: four words, which the flexpages in MR0 .. select by their two low access bits. */
L4_INLINE L4_Word_t L4_MemoryControl(L4_Word_t control, const L4_Word_t *attributes)
{
	struct __L4_CallRegisters r = __L4_CallRegisters(control, attributes[0], attributes[1], attributes[2]);

	__L4_Set_CallArgument(0, attributes[3]);
	return (L4_Word_t)__L4_SystemCall(__L4_CALL_MEMORY_CONTROL, &r);
}

#endif
