/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.c - the bit layouts of X.2's types, and that the headers say the same as lib/abi: what can be said of both
 * word sizes in the same words.
 */
#include <abi/kdebug.h>
#include <abi/protocol.h>
#include <abi/syscall.h>
#include <l4/arch.h>
#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/kdebug.h>
#include <l4/kip.h>
#include <l4/pagefault.h>
#include <l4/sigma0.h>

#include "layout.h"

/* The UTCB */
SAME(WORDS(__L4_NUM_MRS), sizeof(((ABI_UTCB *)0)->mr));
SAME(WORDS(__L4_NUM_BRS), sizeof(((ABI_UTCB *)0)->br));
SAME(WORDS(__L4_UTCB_MY_LOCAL_ID), OFFSET(ABI_UTCB, my_local_id));
SAME(WORDS(__L4_UTCB_MY_GLOBAL_ID), OFFSET(ABI_UTCB, my_global_id));
SAME(WORDS(__L4_UTCB_PROCESSOR_NO), OFFSET(ABI_UTCB, processor_no));
SAME(WORDS(__L4_UTCB_USER_DEFINED_HANDLE), OFFSET(ABI_UTCB, user_defined_handle));
SAME(WORDS(__L4_UTCB_PAGER), OFFSET(ABI_UTCB, pager));
SAME(WORDS(__L4_UTCB_EXCEPTION_HANDLER), OFFSET(ABI_UTCB, exception_handler));
SAME(WORDS(__L4_UTCB_FLAGS), OFFSET(ABI_UTCB, flags));
SAME(WORDS(__L4_UTCB_ERROR_CODE), OFFSET(ABI_UTCB, error_code));
SAME(WORDS(__L4_UTCB_XFER_TIMEOUTS), OFFSET(ABI_UTCB, xfer_timeouts));
SAME(WORDS(__L4_UTCB_INTENDED_RECEIVER), OFFSET(ABI_UTCB, intended_receiver));
SAME(WORDS(__L4_UTCB_VIRTUAL_SENDER), OFFSET(ABI_UTCB, virtual_sender));
SAME(WORDS(__L4_UTCB_WORD_SIZE_MASK), OFFSET(ABI_UTCB, word_size_mask));
SAME(WORDS(__L4_UTCB_THREAD_WORD_0), OFFSET(ABI_UTCB, thread_word));
SAME(WORDS(__L4_UTCB_BR_0), OFFSET(ABI_UTCB, br));

/* The kernel interface page */
SAME(sizeof(L4_KernelInterfacePage_t), sizeof(ABI_KIP));
SAME(OFFSET(L4_KernelInterfacePage_t, KernelVerPtr), OFFSET(ABI_KIP, kernel_desc));
SAME(OFFSET(L4_KernelInterfacePage_t, Sigma0), OFFSET(ABI_KIP, sigma0));
SAME(OFFSET(L4_KernelInterfacePage_t, RootTask), OFFSET(ABI_KIP, root));
SAME(OFFSET(L4_KernelInterfacePage_t, MemoryInfo), OFFSET(ABI_KIP, memory_info));
SAME(OFFSET(L4_KernelInterfacePage_t, UtcbAreaInfo), OFFSET(ABI_KIP, utcb_info));
SAME(OFFSET(L4_KernelInterfacePage_t, KipAreaInfo), OFFSET(ABI_KIP, kip_area_info));
SAME(OFFSET(L4_KernelInterfacePage_t, BootInfo), OFFSET(ABI_KIP, boot_info));
SAME(OFFSET(L4_KernelInterfacePage_t, ProcDescPtr), OFFSET(ABI_KIP, processor_desc));
SAME(OFFSET(L4_KernelInterfacePage_t, ClockInfo), OFFSET(ABI_KIP, clock_info));
SAME(OFFSET(L4_KernelInterfacePage_t, ThreadInfo), OFFSET(ABI_KIP, thread_info));
SAME(OFFSET(L4_KernelInterfacePage_t, PageInfo), OFFSET(ABI_KIP, page_info));
SAME(OFFSET(L4_KernelInterfacePage_t, ProcessorInfo), OFFSET(ABI_KIP, processor_info));
SAME(OFFSET(L4_KernelInterfacePage_t, SpaceControl), OFFSET(ABI_KIP, space_control));
SAME(OFFSET(L4_KernelInterfacePage_t, Ipc), OFFSET(ABI_KIP, ipc));
SAME(OFFSET(L4_KernelInterfacePage_t, ExchangeRegisters), OFFSET(ABI_KIP, exchange_registers));
SAME(OFFSET(L4_KernelInterfacePage_t, Schedule), OFFSET(ABI_KIP, schedule));

/* Sizes */
SAME(sizeof(L4_Word_t), L4_BITS_PER_WORD / 8);
SAME(sizeof(L4_Word64_t), 8);
SAME(sizeof(L4_ThreadId_t), WORDS(1));
SAME(sizeof(L4_Fpage_t), WORDS(1));
SAME(sizeof(L4_IoFpage_t), WORDS(1));
SAME(sizeof(L4_MsgTag_t), WORDS(1));
SAME(sizeof(L4_Acceptor_t), WORDS(1));
SAME(sizeof(L4_Clock_t), 8);
SAME(sizeof(L4_Time_t), 2);
SAME(sizeof(L4_MapItem_t), WORDS(2));
SAME(sizeof(L4_GrantItem_t), WORDS(2));
SAME(sizeof(L4_StringItem_t), WORDS(2));
SAME(sizeof(L4_CtrlXferItem_t), WORDS(1));
SAME(sizeof(L4_Msg_t), WORDS(64));
SAME(sizeof(L4_MsgBuffer_t), WORDS(32));
SAME(sizeof(L4_PfRequest_t), WORDS(3));
SAME(sizeof(L4_PfReply_t), WORDS(3));
SAME(sizeof(L4_MemoryInfo_t), WORDS(1));
SAME(sizeof(L4_KernelDesc_t), WORDS(4));
SAME(sizeof(L4_ProcDesc_t), WORDS(4));
SAME(sizeof(L4_MemoryDesc_t), WORDS(2));

/* The debugger */
SAME(__L4_KDB_PRINT_CHAR, KDEBUG_PRINT_CHAR);
SAME(__L4_KDB_PRINT_STRING, KDEBUG_PRINT_STRING);
SAME(__L4_KDB_CLEAR_PAGE, KDEBUG_CLEAR_PAGE);
SAME(__L4_KDB_READ_CHAR, KDEBUG_READ_CHAR);
SAME(__L4_KDB_READ_CHAR_BLOCKED, KDEBUG_READ_CHAR_BLOCKED);
SAME(__L4_KDB_ENTER, KDEBUG_ENTER);

/* System calls */
SAME((int)__L4_IPC_FROM, (int)IPC_FROM);
SAME((int)__L4_IPC_OPEN_LOCAL, (int)IPC_OPEN_LOCAL);
SAME((int)__L4_CALL_KERNEL_INTERFACE, (int)CALL_KERNEL_INTERFACE);
SAME((int)__L4_CALL_EXCHANGE_REGISTERS, (int)CALL_EXCHANGE_REGISTERS);
SAME((int)__L4_CALL_THREAD_CONTROL, (int)CALL_THREAD_CONTROL);
SAME((int)__L4_CALL_SYSTEM_CLOCK, (int)CALL_SYSTEM_CLOCK);
SAME((int)__L4_CALL_THREAD_SWITCH, (int)CALL_THREAD_SWITCH);
SAME((int)__L4_CALL_SCHEDULE, (int)CALL_SCHEDULE);
SAME((int)__L4_CALL_UNMAP, (int)CALL_UNMAP);
SAME((int)__L4_CALL_SPACE_CONTROL, (int)CALL_SPACE_CONTROL);
SAME((int)__L4_CALL_PROCESSOR_CONTROL, (int)CALL_PROCESSOR_CONTROL);
SAME((int)__L4_CALL_MEMORY_CONTROL, (int)CALL_MEMORY_CONTROL);

/* Errors and labels */
SAME((int)L4_ErrNoPrivilege, (int)ERROR_NO_PRIVILEGE);
SAME((int)L4_ErrInvalidThread, (int)ERROR_INVALID_THREAD);
SAME((int)L4_ErrInvalidSpace, (int)ERROR_INVALID_SPACE);
SAME((int)L4_ErrInvalidScheduler, (int)ERROR_INVALID_SCHEDULER);
SAME((int)L4_ErrInvalidParam, (int)ERROR_INVALID_PARAMETER);
SAME((int)L4_ErrUtcbArea, (int)ERROR_UTCB_AREA);
SAME((int)L4_ErrKipArea, (int)ERROR_KIP_AREA);
SAME((int)L4_ErrNoMem, (int)ERROR_NO_MEMORY);
SAME((int)L4_ERROR_NO_MEM, (int)ERROR_NO_MEMORY);
SAME(__L4_LABEL_PAGEFAULT * 16, LABEL_PAGEFAULT);
SAME(__L4_LABEL_IOPAGEFAULT * 16, LABEL_IO_PAGEFAULT);
SAME(__L4_LABEL_SYSTEM_EXCEPTION * 16, LABEL_SYSTEM_EXCEPTION);
SAME(__L4_LABEL_ARCH_EXCEPTION * 16, LABEL_ARCH_EXCEPTION);
SAME((long)__L4_LABEL_SIGMA0, LABEL_SIGMA0);

/* Exception messages */
SAME((int)L4_EXC_RIP, (int)EXC_RIP);
SAME((int)L4_EXC_RFLAGS, (int)EXC_RFLAGS);
SAME((int)L4_EXC_TRAP, (int)EXC_TRAP);
SAME((int)L4_EXC_ERROR, (int)EXC_ERROR);
SAME((int)L4_EXC_CR2, (int)EXC_CR2);
SAME((int)L4_EXC_CS, (int)EXC_CS);
SAME((int)L4_EXC_SS, (int)EXC_SS);
SAME((int)L4_EXC_FS_BASE, (int)EXC_FS_BASE);
SAME((int)L4_EXC_GS_BASE, (int)EXC_GS_BASE);
SAME((int)L4_EXC_RDI, (int)EXC_RDI);
SAME((int)L4_EXC_RSI, (int)EXC_RSI);
SAME((int)L4_EXC_RBP, (int)EXC_RBP);
SAME((int)L4_EXC_RSP, (int)EXC_RSP);
SAME((int)L4_EXC_RBX, (int)EXC_RBX);
SAME((int)L4_EXC_RDX, (int)EXC_RDX);
SAME((int)L4_EXC_RCX, (int)EXC_RCX);
SAME((int)L4_EXC_RAX, (int)EXC_RAX);
SAME((int)L4_EXC_R8, (int)EXC_R8);
SAME((int)L4_EXC_R11, (int)EXC_R11);
SAME((int)L4_EXC_R15, (int)EXC_R15);
SAME((int)L4_EXC_WORDS, (int)EXC_WORDS);
SAME((int)L4_EXC_TRAP_SYSCALL, (int)EXC_TRAP_SYSCALL);
SAME((int)L4_EXC_TRAP_FORCED, (int)EXC_TRAP_FORCED);

void check_times(void);
void check_fpages(void);
void check_messages(void);
void check_kip(void);

void check_times(void)
{
	L4_Time_t t = L4_TimePeriod(1000);

	CHECK(t.period.m == 1000 && t.period.e == 0 && t.period.a == 0);
	t = L4_TimePeriod(1024);
	CHECK(t.period.m == 512 && t.period.e == 1);
	CHECK(L4_TimePeriod(1000000).raw == (10 << 10 | 976));
	CHECK(L4_Never.raw == 0 && L4_ZeroTime.raw == 1 << 10 && L4_TimePeriod(0).raw == 1 << 10);
	CHECK(L4_TimePeriod(1ULL << 41).raw == 0 && L4_TimePeriod((1ULL << 41) - 1).raw == 0x7fff);
	CHECK(L4_Timeouts(L4_ZeroTime, L4_TimePeriod(1000)) == (1UL << 26 | 1000));
	t.raw = 1 << 15 | 9 << 11 | 1 << 10 | 77;
	CHECK(t.point.m == 77 && t.point.c == 1 && t.point.e == 9 && t.point.a == 1);
	CHECK(L4_IsTimeLonger(L4_Never, L4_TimePeriod(5)));
	CHECK(L4_TimeAddUsec(L4_TimePeriod(5), 7).raw == 12);
	CHECK(L4_TimeSubUsec(L4_TimePeriod(5), 7).raw == L4_ZeroTime.raw);
}

void check_fpages(void)
{
	L4_Fpage_t f = L4_FpageLog2(0x12345400, 12);

	CHECK(f.raw == (0x12345400UL | 12 << 4));
	CHECK(f.X.rwx == 0 && f.X.s == 12 && f.X.b == 0x12345400 >> 10);
	CHECK(L4_Address(f) == 0x12345000 && L4_Size(f) == 4096 && L4_SizeLog2(f) == 12);
	CHECK(L4_Fpage(0x400000, 4096).X.s == 12 && L4_Fpage(0x400000, 4097).X.s == 13);
	CHECK(L4_FpageAddRights(f, L4_ReadWriteOnly).raw == (f.raw | 6));
	CHECK(L4_Rights(L4_FpageRemoveRights(L4_FpageAddRights(f, 7), L4_Writable)) == 5);
	CHECK(L4_CompleteAddressSpace.raw == 0x10 && L4_CompleteAddressSpace.X.s == 1);
	CHECK(L4_FpageLog2(~0UL, 12).X.b == ~0UL >> 10);
	f = L4_IoFpage(0x3f8, 8);
	CHECK(f.raw == (0x3f80000UL | 3 << 10 | 2 << 4) && L4_IsIoFpage(f));
	CHECK(L4_IoFpagePort(f) == 0x3f8 && L4_IoFpageSize(f) == 8 && L4_IoFpageSizeLog2(f) == 3);
}

void check_messages(void)
{
	L4_MsgTag_t t = { .raw = (L4_Word_t)-26 << 16 | 0xa083 };
	L4_Fpage_t f = L4_FpageAddRights(L4_FpageLog2(0x400000, 22), 7);
	L4_MapItem_t m = L4_MapItem(f, 0x8000400);
	L4_GrantItem_t g = L4_GrantItem(f, 0x8000400);
	L4_StringItem_t s = L4_StringItem(100, (void *)0x1000);
	L4_Acceptor_t a = L4_MapGrantItems(f);

	CHECK(t.X.u == 3 && t.X.t == 2 && t.X.flags == 0xa && t.X.label == (L4_Word_t)-26 << 16 >> 16);
	CHECK(L4_UntypedWords(t) == 3 && L4_TypedWords(t) == 2);
	CHECK(L4_IpcFailed(t) && L4_IpcRedirected(t) && !L4_IpcPropagated(t) && !L4_IpcXcpu(t));
	CHECK(L4_MsgTagAddLabel(L4_Niltag, (L4_Word_t)-26).raw == (L4_Word_t)-26 << 16);
	t.raw = (L4_Word_t)(LABEL_PAGEFAULT | 6) << 16 | 2;
	CHECK(L4_IsPagefault(t) && L4_PagefaultAccess(t) == 6 && !L4_IsIoPagefault(t));
	CHECK(m.raw[0] == (0x8000400UL | 4 << 1) && m.raw[1] == f.raw);
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
	k.ProcessorInfo.raw = 3 | 5UL << (L4_BITS_PER_WORD - 4);
	CHECK(L4_NumProcessors(&k) == 4 && k.ProcessorInfo.X.s == 5);
	CHECK(L4_MemoryDescType(&m) == 0x2e && L4_IsMemoryDescVirtual(&m));
	CHECK(L4_MemoryDescLow(&m) == 0x200000 && L4_MemoryDescHigh(&m) == 0x3fffff);
}
