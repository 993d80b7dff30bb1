/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entries.c - the kernel's entry points, found in the kernel interface page.
 *
 * Only 64-bit programs that call the entry points themselves need these, as the functions of <l4/syscalls.h>
 * enter the kernel directly; in 32-bit programs they go through __L4_Ipc.
 */
#include <l4/kip.h>

__L4_Ipc_t __L4_Ipc = __L4_FIRST_DOOR;
__L4_Lipc_t __L4_Lipc;
__L4_Unmap_t __L4_Unmap;
__L4_ExchangeRegisters_t __L4_ExchangeRegisters;
__L4_ThreadControl_t __L4_ThreadControl;
__L4_SystemClock_t __L4_SystemClock;
__L4_ThreadSwitch_t __L4_ThreadSwitch;
__L4_Schedule_t __L4_Schedule;
__L4_SpaceControl_t __L4_SpaceControl;
__L4_ProcessorControl_t __L4_ProcessorControl;
__L4_MemoryControl_t __L4_MemoryControl;

/* Fills them in. Once in a program, before the first use. */
void __L4_Init(void)
{
	L4_KernelInterfacePage_t *kip = L4_GetKernelInterface();
	L4_Word_t base = (L4_Word_t)kip;

	__L4_Ipc = (__L4_Entry_t)(base + kip->Ipc);
	__L4_Lipc = (__L4_Entry_t)(base + kip->Lipc);
	__L4_Unmap = (__L4_Entry_t)(base + kip->Unmap);
	__L4_ExchangeRegisters = (__L4_Entry_t)(base + kip->ExchangeRegisters);
	__L4_ThreadControl = (__L4_Entry_t)(base + kip->ThreadControl);
	__L4_SystemClock = (__L4_Entry_t)(base + kip->SystemClock);
	__L4_ThreadSwitch = (__L4_Entry_t)(base + kip->ThreadSwitch);
	__L4_Schedule = (__L4_Entry_t)(base + kip->Schedule);
	__L4_SpaceControl = (__L4_Entry_t)(base + kip->SpaceControl);
	__L4_ProcessorControl = (__L4_Entry_t)(base + kip->ProcessorControl);
	__L4_MemoryControl = (__L4_Entry_t)(base + kip->MemoryControl);
}
