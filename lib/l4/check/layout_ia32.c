/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout_ia32.c - the bit layouts of X.2's types in 32 bits, and that the headers say the same as lib/abi/small.h.
 */
#include <abi/protocol.h>
#include <abi/small.h>
#include <abi/syscall.h>
#include <l4/arch.h>
#include <l4/bootinfo.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/pagefault.h>
#include <l4/sigma0.h>

#include "layout.h"

/* The UTCB */
SAME(__L4_UTCB_MY_LOCAL_ID * 4, SMALL_UTCB_MY_LOCAL_ID);
SAME(__L4_UTCB_MY_GLOBAL_ID * 4, OFFSET(struct small_utcb, my_global_id));
SAME(__L4_UTCB_PROCESSOR_NO * 4, OFFSET(struct small_utcb, processor_no));
SAME(__L4_UTCB_USER_DEFINED_HANDLE * 4, OFFSET(struct small_utcb, user_defined_handle));
SAME(__L4_UTCB_PAGER * 4, OFFSET(struct small_utcb, pager));
SAME(__L4_UTCB_EXCEPTION_HANDLER * 4, OFFSET(struct small_utcb, exception_handler));
SAME(__L4_UTCB_FLAGS * 4, OFFSET(struct small_utcb, flags));
SAME(__L4_UTCB_ERROR_CODE * 4, OFFSET(struct small_utcb, error_code));
SAME(__L4_UTCB_XFER_TIMEOUTS * 4, OFFSET(struct small_utcb, xfer_timeouts));
SAME(__L4_UTCB_INTENDED_RECEIVER * 4, OFFSET(struct small_utcb, intended_receiver));
SAME(__L4_UTCB_VIRTUAL_SENDER * 4, OFFSET(struct small_utcb, virtual_sender));
SAME(__L4_UTCB_WORD_SIZE_MASK * 4, OFFSET(struct small_utcb, word_size_mask));
SAME(__L4_UTCB_THREAD_WORD_0 * 4, OFFSET(struct small_utcb, thread_word));
SAME(__L4_UTCB_SEND_TIMEOUT * 4, OFFSET(struct small_utcb, send_timeout));
SAME(__L4_UTCB_ARGUMENT_0 * 4, OFFSET(struct small_utcb, argument));
SAME(__L4_UTCB_BR_0 * 4, OFFSET(struct small_utcb, br));

/* System calls */
SAME(__L4_CALL_WORD(__L4_CALL_IPC) | __L4_IPC_CALL, (L4_Word_t)(CALL_IPC << CALL_NUMBER_SHIFT | IPC_CALL));
SAME(__L4_CALL_WORD(__L4_CALL_LIPC) | __L4_IPC_OPEN, (L4_Word_t)(CALL_LIPC << CALL_NUMBER_SHIFT | IPC_OPEN));
SAME((int)__L4_HAS_SEND_TIMEOUT, (int)SMALL_SEND_TIMEOUT);
SAME((int)__L4_VERSION_BITS, (int)SMALL_ID_VERSION_BITS);
SAME((int)SMALL_ID_NUMBER_BITS, (int)L4_BITS_PER_WORD - __L4_VERSION_BITS);

/* The kernel interface page */
SAME(sizeof(L4_KernelInterfacePage_t), sizeof(struct small_kip));
SAME(OFFSET(L4_KernelInterfacePage_t, KernelVerPtr), OFFSET(struct small_kip, kernel_desc));
SAME(OFFSET(L4_KernelInterfacePage_t, Sigma0), OFFSET(struct small_kip, sigma0));
SAME(OFFSET(L4_KernelInterfacePage_t, RootTask), OFFSET(struct small_kip, root));
SAME(OFFSET(L4_KernelInterfacePage_t, MemoryInfo), OFFSET(struct small_kip, memory_info));
SAME(OFFSET(L4_KernelInterfacePage_t, UtcbAreaInfo), OFFSET(struct small_kip, utcb_info));
SAME(OFFSET(L4_KernelInterfacePage_t, KipAreaInfo), OFFSET(struct small_kip, kip_area_info));
SAME(OFFSET(L4_KernelInterfacePage_t, BootInfo), OFFSET(struct small_kip, boot_info));
SAME(OFFSET(L4_KernelInterfacePage_t, ProcDescPtr), OFFSET(struct small_kip, processor_desc));
SAME(OFFSET(L4_KernelInterfacePage_t, ClockInfo), OFFSET(struct small_kip, clock_info));
SAME(OFFSET(L4_KernelInterfacePage_t, ThreadInfo), OFFSET(struct small_kip, thread_info));
SAME(OFFSET(L4_KernelInterfacePage_t, PageInfo), OFFSET(struct small_kip, page_info));
SAME(OFFSET(L4_KernelInterfacePage_t, ProcessorInfo), OFFSET(struct small_kip, processor_info));
SAME(OFFSET(L4_KernelInterfacePage_t, SpaceControl), OFFSET(struct small_kip, space_control));
SAME(OFFSET(L4_KernelInterfacePage_t, Ipc), OFFSET(struct small_kip, ipc));
SAME(OFFSET(L4_KernelInterfacePage_t, ExchangeRegisters), OFFSET(struct small_kip, exchange_registers));
SAME(OFFSET(L4_KernelInterfacePage_t, Schedule), OFFSET(struct small_kip, schedule));

/* Sizes */
SAME(sizeof(L4_Word_t), 4);
SAME(sizeof(L4_Word64_t), 8);
SAME(sizeof(L4_ThreadId_t), 4);
SAME(sizeof(L4_Fpage_t), 4);
SAME(sizeof(L4_IoFpage_t), 4);
SAME(sizeof(L4_MsgTag_t), 4);
SAME(sizeof(L4_Acceptor_t), 4);
SAME(sizeof(L4_Clock_t), 8);
SAME(sizeof(L4_Time_t), 2);
SAME(sizeof(L4_MapItem_t), 8);
SAME(sizeof(L4_GrantItem_t), 8);
SAME(sizeof(L4_StringItem_t), 8);
SAME(sizeof(L4_CtrlXferItem_t), 4);
SAME(sizeof(L4_Msg_t), 64 * 4);
SAME(sizeof(L4_MsgBuffer_t), 32 * 4);
SAME(sizeof(L4_PfRequest_t), 3 * 4);
SAME(sizeof(L4_PfReply_t), 3 * 4);
SAME(sizeof(L4_MemoryInfo_t), 4);
SAME(sizeof(L4_KernelDesc_t), 4 * 4);
SAME(sizeof(L4_ProcDesc_t), 4 * 4);
SAME(sizeof(L4_MemoryDesc_t), 2 * 4);
SAME(sizeof(L4_BootInfo_t), 8 * 4);
SAME(sizeof(L4_Boot_Module_t), 6 * 4);

void check_ids(void);
void check_fpages(void);
void check_messages(void);
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

void check_fpages(void)
{
	L4_Fpage_t f = L4_FpageLog2(0x12345400, 12);

	CHECK(f.raw == (0x12345400 | 12 << 4));
	CHECK(f.X.rwx == 0 && f.X.s == 12 && f.X.b == 0x12345400 >> 10);
	CHECK(L4_Address(f) == 0x12345000 && L4_Size(f) == 4096 && L4_SizeLog2(f) == 12);
	CHECK(L4_Fpage(0x400000, 4096).X.s == 12 && L4_Fpage(0x400000, 4097).X.s == 13);
	CHECK(L4_FpageAddRights(f, L4_ReadWriteOnly).raw == (f.raw | 6));
	CHECK(L4_Rights(L4_FpageRemoveRights(L4_FpageAddRights(f, 7), L4_Writable)) == 5);
	CHECK(L4_CompleteAddressSpace.raw == 0x10 && L4_CompleteAddressSpace.X.s == 1);
	CHECK(L4_FpageLog2(~0UL, 12).X.b == (1UL << 22) - 1);
	f = L4_IoFpage(0x3f8, 8);
	CHECK(f.raw == (0x3f80000 | 3 << 10 | 2 << 4) && L4_IsIoFpage(f));
	CHECK(L4_IoFpagePort(f) == 0x3f8 && L4_IoFpageSize(f) == 8 && L4_IoFpageSizeLog2(f) == 3);
}

void check_messages(void)
{
	L4_MsgTag_t t = { .raw = 0xffe6a083 };
	L4_Fpage_t f = L4_FpageAddRights(L4_FpageLog2(0x400000, 22), 7);
	L4_MapItem_t m = L4_MapItem(f, 0x8000400);
	L4_GrantItem_t g = L4_GrantItem(f, 0x8000400);
	L4_StringItem_t s = L4_StringItem(100, (void *)0x1000);
	L4_Acceptor_t a = L4_MapGrantItems(f);

	CHECK(t.X.u == 3 && t.X.t == 2 && t.X.flags == 0xa && t.X.label == 0xffe6);
	CHECK(L4_UntypedWords(t) == 3 && L4_TypedWords(t) == 2);
	CHECK(L4_IpcFailed(t) && L4_IpcRedirected(t) && !L4_IpcPropagated(t) && !L4_IpcXcpu(t));
	CHECK(L4_MsgTagAddLabel(L4_Niltag, (L4_Word_t)-26).raw == 0xffe60000);
	t.raw = (L4_Word_t)(LABEL_PAGEFAULT | 6) << 16 | 2;
	CHECK(L4_IsPagefault(t) && L4_PagefaultAccess(t) == 6 && !L4_IsIoPagefault(t));
	CHECK(m.raw[0] == (0x8000400 | 4 << 1) && m.raw[1] == f.raw);
	CHECK(m.X.snd_base == 0x8000400 >> 10 && m.X.__type == 4 && m.X.snd_fpage.raw == f.raw);
	CHECK(L4_IsMapItem(m) && L4_MapItemSndBase(m) == 0x8000400);
	CHECK(g.X.__type == 5 && L4_IsGrantItem(g) && L4_GrantItemSndBase(g) == 0x8000400);
	CHECK(s.X.string_length == 100 && s.X.j == 0 && s.X.c == 0 && s.raw[0] == 100 << 10);
	CHECK(s.X.str.string_ptr == (void *)0x1000 && L4_IsStringItem(&s));
	CHECK(L4_Substrings(&s) == 1);
	CHECK(a.raw == (f.raw & ~0xfUL) && L4_HasMapGrantItems(a) && !L4_HasStringItems(a));
	a = L4_AddAcceptor(L4_StringItemsAcceptor, a);
	CHECK(a.X.s == 1 && L4_RcvWindow(a).raw == (f.raw & ~0xfUL));
	CHECK(L4_RemoveAcceptor(a, L4_StringItemsAcceptor).X.s == 0);
}

void check_kip(void)
{
	L4_KernelInterfacePage_t k;
	L4_MemoryDesc_t m = { .raw = { 0x200000 | 2 << 4 | 0xe | 1 << 9, 0x3ffc00 } };

	k.ThreadInfo.raw = 18 | SYSTEM_BASE << 8 | USER_BASE << 20;
	CHECK(k.ThreadInfo.X.t == 18 && k.ThreadInfo.X.SystemBase == SYSTEM_BASE);
	CHECK(k.ThreadInfo.X.UserBase == USER_BASE);
	k.UtcbAreaInfo.raw = 1 | 10 << 10 | 12 << 16;
	CHECK(L4_UtcbSize(&k) == 1024 && L4_UtcbAreaSize(&k) == 4096);
	k.ProcessorInfo.raw = 3 | 4UL << 28;
	CHECK(L4_NumProcessors(&k) == 4 && k.ProcessorInfo.X.s == 4);
	k.ApiFlags.raw = 0;
	CHECK(k.ApiFlags.X.ww == L4_APIFLAG_32BIT && k.ApiFlags.x.ee == L4_APIFLAG_LE);
	CHECK(L4_MemoryDescType(&m) == 0x2e && L4_IsMemoryDescVirtual(&m));
	CHECK(L4_MemoryDescLow(&m) == 0x200000 && L4_MemoryDescHigh(&m) == 0x3fffff);
}
