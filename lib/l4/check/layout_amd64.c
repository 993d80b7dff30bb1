/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout_amd64.c - layouts, and the numbers of lib/abi, that only 64-bit programs have.
 */
#include <abi/bootinfo.h>
#include <abi/kdebug.h>
#include <abi/protocol.h>
#include <abi/small.h>
#include <abi/syscall.h>
#include <l4/bootinfo.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/msi.h>
#include <l4/pathmisses.h>
#include <l4/space.h>
#include <l4/threadstate.h>
#include <l4/tracebuffer.h>

#include "layout.h"

/* The UTCB */
SAME(__L4_NUM_MRS, MESSAGE_REGISTERS);
SAME(__L4_NUM_BRS, BUFFER_REGISTERS);
SAME(WORDS(__L4_UTCB_SAVED_RBP), OFFSET(struct utcb, saved_rbp));

/* The debugger */
SAME(__L4_KDEBUG_CONFIG, OFFSET(struct kip, kdebug_config));
SAME(__L4_KDEBUG_PRESENT, KDEBUG_PRESENT);
SAME(__L4_TBUF_RECORD, KDEBUG_TRACE);
SAME(__L4_TBUF_COUNTER, KDEBUG_COUNT);

/* System calls */
SAME(__L4_CALL_WORD(__L4_CALL_IPC) | __L4_IPC_CALL, CALL_WORD(CALL_IPC, IPC_CALL));
SAME(__L4_CALL_WORD(__L4_CALL_LIPC) | __L4_IPC_OPEN, CALL_WORD(CALL_LIPC, IPC_OPEN));
SAME((int)__L4_CALL_THREAD_STATE, (int)CALL_THREAD_STATE);
SAME((int)__L4_CALL_PATH_MISSES, (int)CALL_PATH_MISSES);

/* The kernel interface page */
SAME(sizeof(L4_KernelDesc_t), OFFSET(struct kip_kernel_desc, strings));
SAME(sizeof(L4_ProcDesc_t), sizeof(struct kip_processor_desc));
SAME(sizeof(L4_MemoryDesc_t), sizeof(struct kip_memory_desc));
SAME((int)L4_APIVERSION_X2, (int)KIP_API_VERSION);
SAME((int)L4_ConventionalMemoryType, (int)KIP_MEMORY_CONVENTIONAL);
SAME((int)L4_BootLoaderSpecificMemoryType, (int)KIP_MEMORY_BOOT);

/* Boot information */
SAME(L4_BOOTINFO_MAGIC, BOOTINFO_MAGIC);
SAME(sizeof(L4_BootInfo_t), sizeof(struct bootinfo));
SAME(sizeof(L4_Boot_Module_t), sizeof(struct bootrec_module));
SAME(OFFSET(L4_Boot_Module_t, start), OFFSET(struct bootrec_module, start));
SAME(OFFSET(L4_Boot_Module_t, cmdline_offset), OFFSET(struct bootrec_module, cmdline_offset));
SAME(sizeof(L4_Boot_SimpleExec_t), sizeof(struct bootrec_simple_exec));
SAME(OFFSET(L4_Boot_SimpleExec_t, initial_ip), OFFSET(struct bootrec_simple_exec, initial_ip));
SAME((int)L4_BootInfo_Module, (int)BOOTREC_MODULE);
SAME((int)L4_BootInfo_SimpleExec, (int)BOOTREC_SIMPLE_EXEC);

void check_ids(void);
void check_kip(void);
void check_control(void);

void check_ids(void)
{
	L4_ThreadId_t t = { .raw = 0x1234567800000042UL };

	CHECK(t.global.X.version == 0x42 && t.global.X.thread_no == 0x12345678);
	CHECK(L4_Version(t) == 0x42 && L4_ThreadNo(t) == 0x12345678);
	CHECK(L4_GlobalId(0x12345678, 0x42).raw == t.raw);
	CHECK(L4_IsGlobalId(t) && !L4_IsLocalId(t));
	t.raw = 0x7ff000100400UL;
	CHECK(t.local.X.__zeros == 0 && t.local.X.local_id == 0x7ff000100400UL >> 6);
	CHECK(L4_IsLocalId(t) && !L4_IsGlobalId(t));
	CHECK(L4_anylocalthread.raw == 0xffffffffffffffc0UL && L4_IsLocalId(L4_anylocalthread));
	CHECK(L4_anythread.raw == ~0UL && L4_IsNilThread(L4_nilthread));
}

void check_kip(void)
{
	L4_KernelInterfacePage_t k;

	k.ApiFlags.raw = KIP_API_FLAGS;
	CHECK(k.ApiFlags.X.ww == L4_APIFLAG_64BIT && k.ApiFlags.x.ee == L4_APIFLAG_LE);
}

void check_control(void)
{
	CHECK(L4_MSI_FIRST == INTERRUPT_MSI);
	CHECK(L4_SmallSpace(22, 0) == SMALL_SLOT(22, 0) && L4_SmallSpace(29, 0) == SMALL_SLOT(29, 0));
	CHECK(L4_SmallSpace(24, 5) == SMALL_SLOT(24, 5));
	CHECK((int)L4_SMALL_LOG2_MIN == (int)SMALL_SLOT_MIN_LOG2 && (int)L4_SMALL_LOG2_MAX == (int)SMALL_SLOTS_LOG2);
}
