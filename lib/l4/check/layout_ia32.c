/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout_ia32.c - layouts, and the numbers of lib/abi/small.h, that only 32-bit programs have.
 */
#include <abi/syscall.h>
#include <l4/bootinfo.h>
#include <l4/ipc.h>
#include <l4/kip.h>

#include "layout.h"

/* The UTCB */
SAME(WORDS(__L4_UTCB_SEND_TIMEOUT), OFFSET(struct small_utcb, send_timeout));
SAME(WORDS(__L4_UTCB_ARGUMENT_0), OFFSET(struct small_utcb, argument));

/* System calls */
SAME(__L4_CALL_WORD(__L4_CALL_IPC) | __L4_IPC_CALL, (L4_Word_t)(CALL_IPC << CALL_NUMBER_SHIFT | IPC_CALL));
SAME(__L4_CALL_WORD(__L4_CALL_LIPC) | __L4_IPC_OPEN, (L4_Word_t)(CALL_LIPC << CALL_NUMBER_SHIFT | IPC_OPEN));
SAME((int)__L4_HAS_SEND_TIMEOUT, (int)SMALL_SEND_TIMEOUT);
SAME((int)__L4_VERSION_BITS, (int)SMALL_ID_VERSION_BITS);
SAME((int)SMALL_ID_NUMBER_BITS, (int)L4_BITS_PER_WORD - __L4_VERSION_BITS);

/* Boot information */
SAME(sizeof(L4_BootInfo_t), WORDS(8));
SAME(sizeof(L4_Boot_Module_t), WORDS(6));

void check_ids(void);
void check_kip(void);

void check_ids(void)
{
	L4_ThreadId_t t = { .raw = 0x12345 << 14 | 0x42 };

	CHECK(t.global.X.version == 0x42 && t.global.X.thread_no == 0x12345);
	CHECK(L4_Version(t) == 0x42 && L4_ThreadNo(t) == 0x12345);
	CHECK(L4_GlobalId(0x12345, 0x42).raw == t.raw && L4_GlobalId(0x12345, 0x42 | 1 << 14).raw == t.raw);
	CHECK(L4_IsGlobalId(t) && !L4_IsLocalId(t));
	t.raw = 0x3f0400;
	CHECK(t.local.X.__zeros == 0 && t.local.X.local_id == 0x3f0400 >> 6);
	CHECK(L4_IsLocalId(t) && !L4_IsGlobalId(t));
	CHECK(L4_anylocalthread.raw == 0xffffffc0 && L4_IsLocalId(L4_anylocalthread));
	CHECK(L4_anythread.raw == 0xffffffff && L4_IsNilThread(L4_nilthread));
}

void check_kip(void)
{
	L4_KernelInterfacePage_t k;

	k.ApiFlags.raw = 0;
	CHECK(k.ApiFlags.X.ww == L4_APIFLAG_32BIT && k.ApiFlags.x.ee == L4_APIFLAG_LE);
}
