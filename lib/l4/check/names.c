/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.c - every name that a C program of either word size may use, used once.
 *
 * That it compiles is all there is to it: the functions here are never called.
 */
#include <l4/arch.h>
#include <l4/bootinfo.h>
#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/kdebug.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/misc.h>
#include <l4/pagefault.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include <l4/space.h>
#include <l4/thread.h>
#include <l4/types.h>

#ifdef __cplusplus
#error "This is C; names.cc is C++."
#endif

/* Constants initialise static objects. */
L4_ThreadId_t nobody = L4_nilthread, anybody = L4_anythread, neighbour = L4_anylocalthread;
L4_Fpage_t pages[2] = { L4_Nilpage, L4_CompleteAddressSpace };
L4_Time_t times[2] = { L4_Never, L4_ZeroTime };
L4_MsgTag_t tags[1] = { L4_Niltag };
L4_Acceptor_t acceptors[3] = { L4_UntypedWordsAcceptor, L4_StringItemsAcceptor,
			       L4_CtrlXferAcceptor };

static volatile L4_Word_t sink;

#define USE(expression) (sink = (L4_Word_t)(expression))

void use_types(L4_ThreadId_t t, L4_Fpage_t f, L4_Clock_t c);
void use_messages(L4_Word_t *words);
void use_buffers(void);
void use_ipc(L4_ThreadId_t t);
void use_threads(L4_ThreadId_t t);
void use_schedule(L4_ThreadId_t t);
void use_spaces(L4_ThreadId_t t, L4_Fpage_t *f);
void use_kip(void);
void use_bootinfo(void *bootinfo);
void use_pagers(L4_MsgTag_t tag);
void use_debugger(void);

void use_types(L4_ThreadId_t t, L4_Fpage_t f, L4_Clock_t c)
{
	L4_Word8_t w8 = 1;
	L4_Word16_t w16 = 1;
	L4_Word32_t w32 = 1;
	L4_Word64_t w64 = 1;
	L4_SignedWord_t sw = -1;
	L4_Bool_t yes = 1;
	L4_Time_t time;

	USE(w8 + w16 + w32 + w64 + (L4_Word_t)sw + yes + L4_BITS_PER_WORD);
	USE(L4_IsNilThread(t) + L4_IsGlobalId(t) + L4_IsLocalId(t));
	USE(L4_IsThreadEqual(t, nobody) + L4_IsThreadNotEqual(t, L4_anythread));
	USE(L4_GlobalId(L4_ThreadNo(t), L4_Version(t)).raw);
	USE(t.raw + t.global.raw + t.global.X.thread_no + t.global.X.version);
	USE(t.local.raw + t.local.X.local_id + t.local.X.__zeros);

	USE(L4_Fpage(0x1000, 0x1000).raw + L4_FpageLog2(0x1000, 12).raw + L4_IsNilFpage(f));
	USE(L4_Address(f) + L4_Size(f) + L4_SizeLog2(f) + L4_Rights(f));
	USE(L4_Set_Rights(&f, L4_FullyAccessible).raw + f.X.rwx + f.X.reserved + f.X.s + f.X.b);
	USE(L4_FpageAddRights(f, L4_Readable).raw + L4_FpageAddRightsTo(&f, L4_Writable).raw);
	USE(L4_FpageRemoveRights(f, L4_eXecutable).raw +
	    L4_FpageRemoveRightsFrom(&f, L4_ReadWriteOnly).raw);
	USE(L4_ReadeXecOnly + L4_NoAccess);

	USE(L4_ClockAddUsec(c, 1).raw + L4_ClockSubUsec(c, 1).raw + c.X.low + c.X.high);
	USE(L4_IsClockEarlier(c, c) + L4_IsClockLater(c, c) + L4_IsClockEqual(c, c) +
	    L4_IsClockNotEqual(c, c));
	time = L4_TimePeriod(c.raw);
	USE(time.raw + time.period.m + time.period.e + time.period.a);
	USE(time.point.m + time.point.c + time.point.e + time.point.a);
	USE(L4_TimeAddUsec(time, 1).raw + L4_TimeAddUsecTo(&time, 1).raw);
	USE(L4_TimeSubUsec(time, 1).raw + L4_TimeSubUsecFrom(&time, 1).raw);
	USE(L4_IsTimeLonger(time, time) + L4_IsTimeShorter(time, time) +
	    L4_IsTimeEqual(time, time) + L4_IsTimeNotEqual(time, time));

	USE(L4_IoFpage(0x3f8, 8).raw + L4_IoFpageLog2(0x3f8, 3).raw + L4_IsIoFpage(f));
	USE(L4_IoFpagePort(f) + L4_IoFpageSize(f) + L4_IoFpageSizeLog2(f));
}

void use_messages(L4_Word_t *words)
{
	L4_Msg_t msg;
	L4_MsgTag_t tag = L4_MsgTag();
	L4_MapItem_t map = L4_MapItem(pages[0], 0);
	L4_GrantItem_t grant = L4_GrantItem(pages[0], 0);
	L4_StringItem_t string = L4_StringItem(10, words), *s = (L4_StringItem_t *)words;
	L4_CtrlXferItem_t *c = (L4_CtrlXferItem_t *)words;
	L4_CacheAllocationHint_t hint = L4_UseDefaultCacheLineAllocation;

	hint = L4_UseDefaultCacheAllocation;
	L4_Set_MsgTag(tag);
	L4_Set_Label(&tag, 1);
	USE(L4_Label(tag) + L4_UntypedWords(tag) + L4_TypedWords(tag) + tag.raw);
	USE(tag.X.u + tag.X.t + tag.X.flags + tag.X.label);
	USE(L4_MsgTagAddLabel(tag, 1).raw + L4_MsgTagAddLabelTo(&tag, 1).raw);
	USE(L4_IsMsgTagEqual(tag, tags[0]) + L4_IsMsgTagNotEqual(tag, tags[0]));

	USE(L4_IsMapItem(map) + L4_MapItemSndBase(map) + L4_MapItemSndFpage(map).raw + map.raw[1]);
	USE(L4_IsGrantItem(grant) + L4_GrantItemSndBase(grant) + L4_GrantItemSndFpage(grant).raw);
	USE(map.X.C + map.X.snd_base + map.X.snd_fpage.raw + grant.X.C);
	USE(L4_IsStringItem(s) + L4_CompoundString(s) + L4_Substrings(s));
	USE(L4_Substring(s, 1));
	USE(L4_AddSubstringTo(s, &string) != 0);
	USE(L4_AddSubstringAddressTo(s, words) != 0);
	USE(s->X.C + s->X.j + s->X.c + s->X.string_length + (L4_Word_t)s->X.str.string_ptr);
	USE(s->X.str.substring_ptr[1]);
	hint = L4_AllocateNewCacheLines;
	hint = L4_DoNotAllocateNewCacheLines;
	hint = L4_AllocateOnlyNewL1CacheLines;
	USE(L4_AddCacheAllocationHint(string, hint).raw[0] +
	    L4_AddCacheAllocationHintTo(&string, hint).raw[0]);
	USE(L4_CacheAllocationHint(string).raw + L4_CacheAlloctionHint(string).raw);
	USE(L4_IsCacheAllocationHintEqual(hint, hint) +
	    L4_IsCacheAllocationHintNotEqual(hint, hint));
	L4_CtrlXferItemInit(c, 1);
	L4_FaultConfCtrlXferItemInit(c, 1, 2);
	USE(L4_IsCtrlXferItem(c) + c->id + c->mask + c->C);

	L4_MsgClear(&msg);
	L4_MsgPut(&msg, 1, 2, words, 2, words);
	L4_MsgGet(&msg, words, words);
	L4_Set_MsgMsgTag(&msg, tag);
	L4_Set_MsgLabel(&msg, 1);
	USE(L4_MsgMsgTag(&msg).raw + L4_MsgLabel(&msg) + msg.raw[1] + msg.msg[1] + msg.tag.raw);
	L4_MsgAppendWord(&msg, 1);
	L4_MsgAppendMapItem(&msg, map);
	L4_MsgAppendGrantItem(&msg, grant);
	L4_MsgAppendSimpleStringItem(&msg, string);
	L4_MsgAppendStringItem(&msg, s);
	L4_MsgAppendCtrlXferItem(&msg, c);
	L4_AppendFaultConfCtrlXferItems(&msg, 3, 1, 0);
	L4_MsgPutWord(&msg, 0, 1);
	L4_MsgPutMapItem(&msg, 0, map);
	L4_MsgPutGrantItem(&msg, 0, grant);
	L4_MsgPutSimpleStringItem(&msg, 0, string);
	L4_MsgPutStringItem(&msg, 0, s);
	L4_MsgPutCtrlXferItem(&msg, 0, c);
	L4_MsgGetWord(&msg, 0, words);
	USE(L4_MsgWord(&msg, 0) + L4_MsgGetMapItem(&msg, 0, &map) +
	    L4_MsgGetGrantItem(&msg, 0, &grant));
	USE(L4_MsgGetStringItem(&msg, 0, s) + L4_MsgGetCtrlXferItem(&msg, 1, c));
	L4_MsgLoad(&msg);
	L4_MsgStore(tag, &msg);

	L4_LoadMR(1, words[0]);
	L4_StoreMR(1, words);
	L4_LoadMRs(1, 2, words);
	L4_StoreMRs(1, 2, words);
}

void use_buffers(void)
{
	L4_Acceptor_t a = L4_MapGrantItems(L4_CompleteAddressSpace);
	L4_StringItem_t string = L4_StringItem(10, &a);
	L4_MsgBuffer_t buffer;
	L4_Word_t words[2] = { 0, 0 };

	USE(L4_AddAcceptor(a, acceptors[1]).raw + L4_AddAcceptorTo(a, acceptors[1]).raw);
	USE(L4_RemoveAcceptor(a, acceptors[1]).raw + L4_RemoveAcceptorFrom(a, acceptors[1]).raw);
	USE(L4_HasStringItems(a) + L4_HasMapGrantItems(a) + L4_RcvWindow(a).raw);
	USE(a.X.s + a.X.c + a.X.RcvWindow);
	L4_MsgBufferClear(&buffer);
	L4_MsgBufferAppendSimpleRcvString(&buffer, string);
	L4_MsgBufferAppendRcvString(&buffer, &string);
	L4_Accept(a);
	L4_AcceptStrings(a, &buffer);
	USE(L4_Accepted().raw + buffer.raw[0]);
	L4_LoadBR(1, words[0]);
	L4_StoreBR(1, words);
	L4_LoadBRs(1, 2, words);
	L4_StoreBRs(1, 2, words);
}

void use_ipc(L4_ThreadId_t t)
{
	L4_Time_t never = L4_Never;
	L4_MsgTag_t tag;

	tag = L4_Ipc(t, t, L4_Timeouts(never, never), &t);
	tag = L4_Lipc(t, t, L4_Timeouts(never, never), &t);
	tag = L4_Call(t);
	tag = L4_Call_Timeouts(t, never, never);
	tag = L4_Send(t);
	tag = L4_Send_Timeout(t, never);
	tag = L4_Reply(t);
	tag = L4_Receive(t);
	tag = L4_Receive_Timeout(t, never);
	tag = L4_Wait(&t);
	tag = L4_Wait_Timeout(never, &t);
	tag = L4_ReplyWait(t, &t);
	tag = L4_ReplyWait_Timeout(t, never, &t);
	tag = L4_Lcall(t);
	tag = L4_LreplyWait(t, &t);
	L4_Sleep(never);
	L4_Set_Propagation(&tag);
	USE(L4_IpcSucceeded(tag) + L4_IpcFailed(tag) + L4_IpcPropagated(tag) +
	    L4_IpcRedirected(tag) + L4_IpcXcpu(tag));
}

void use_threads(L4_ThreadId_t t)
{
	L4_Word_t sp, ip, flags, control, handle;
	L4_ThreadState_t s;
	L4_ThreadId_t pager;

	USE(L4_Myself().raw + L4_MyGlobalId().raw + L4_MyLocalId().raw + L4_ProcessorNo());
	USE(L4_GlobalIdOf(t).raw + L4_LocalIdOf(t).raw + L4_SameThreads(t, t));
	L4_Set_UserDefinedHandle(L4_UserDefinedHandle());
	L4_Set_UserDefinedHandleOf(t, L4_UserDefinedHandleOf(t));
	L4_Set_Pager(L4_Pager());
	L4_Set_PagerOf(t, L4_PagerOf(t));
	L4_Set_ExceptionHandler(L4_ExceptionHandler());
	USE(L4_ErrorCode());
	USE(L4_ErrorCode_String(L4_ERROR_NO_PRIVILEGE));
	L4_Set_XferTimeouts(L4_XferTimeouts());
	L4_Set_VirtualSender(L4_ActualSender());
	USE(L4_IntendedReceiver().raw + L4_WordSizeMask());
	L4_Set_WordSizeMask(~0UL);
	L4_Reset_WordSizeMask();
	__L4_TCR_Set_ThreadWord(1, __L4_TCR_ThreadWord(0));
	L4_Set_CopFlag(1);
	L4_Clr_CopFlag(1);
	USE(L4_EnablePreemptionFaultException() + L4_DisablePreemptionFaultException() +
	    L4_EnablePreemption() + L4_DisablePreemption() + L4_PreemptionPending());

	t = L4_ExchangeRegisters(t, 0, 0, 0, 0, 0, t, &control, &sp, &ip, &flags, &handle, &pager);
	L4_Start(t);
	L4_Start_SpIp(t, sp, ip);
	L4_Start_SpIpFlags(t, sp, ip, flags);
	s = L4_Stop(t);
	s = L4_Stop_SpIpFlags(t, &sp, &ip, &flags);
	s = L4_AbortReceive_and_stop(t);
	s = L4_AbortReceive_and_stop_SpIpFlags(t, &sp, &ip, &flags);
	s = L4_AbortSend_and_stop(t);
	s = L4_AbortSend_and_stop_SpIpFlags(t, &sp, &ip, &flags);
	s = L4_AbortIpc_and_stop(t);
	s = L4_AbortIpc_and_stop_SpIpFlags(t, &sp, &ip, &flags);
	USE(L4_ThreadWasHalted(s) + L4_ThreadWasReceiving(s) + L4_ThreadWasSending(s) +
	    L4_ThreadWasIpcing(s));
	USE(L4_ThreadControl(t, t, t, t, (void *)-1) + L4_AssociateInterrupt(t, t) +
	    L4_DeassociateInterrupt(t));
	USE(L4_ErrOk + L4_ErrNoPrivilege + L4_ErrInvalidThread + L4_ErrInvalidSpace +
	    L4_ErrInvalidScheduler + L4_ErrInvalidParam + L4_ErrUtcbArea + L4_ErrKipArea +
	    L4_ErrNoMem);
	USE(L4_ERROR_OK + L4_ERROR_INVALID_THREAD + L4_ERROR_INVALID_SPACE +
	    L4_ERROR_INVALID_SCHEDULER + L4_ERROR_INVALID_PARAM + L4_ERROR_UTCB_AREA +
	    L4_ERROR_KIP_AREA + L4_ERROR_NO_MEM);
	__L4_Init();
	USE(__L4_Ipc && __L4_Lipc && __L4_Unmap && __L4_ExchangeRegisters && __L4_ThreadControl);
	USE(__L4_SystemClock && __L4_ThreadSwitch && __L4_Schedule && __L4_SpaceControl &&
	    __L4_ProcessorControl && __L4_MemoryControl);
}

void use_schedule(L4_ThreadId_t t)
{
	L4_Time_t slice, quantum;
	L4_Word_t old;

	USE(L4_SystemClock().raw + L4_TimePoint(L4_SystemClock()).raw);
	L4_ThreadSwitch(t);
	L4_Yield();
	USE(L4_Schedule(t, ~0UL, ~0UL, ~0UL, ~0UL, &old) + L4_Set_Priority(t, 100) +
	    L4_Set_ProcessorNo(t, 0) + L4_Timeslice(t, &slice, &quantum) +
	    L4_Set_Timeslice(t, L4_Never, L4_Never) + L4_Set_PreemptionDelay(t, 1, 2));
	USE(L4_SCHEDRESULT_ERROR + L4_SCHEDRESULT_DEAD + L4_SCHEDRESULT_INACTIVE +
	    L4_SCHEDRESULT_RUNNING + L4_SCHEDRESULT_PENDING_SEND + L4_SCHEDRESULT_SENDING +
	    L4_SCHEDRESULT_WAITING + L4_SCHEDRESULT_RECEIVING);
}

void use_spaces(L4_ThreadId_t t, L4_Fpage_t *f)
{
	L4_Word_t attributes[4] = { L4_DefaultMemory, L4_UncacheableMemory, L4_WriteCombiningMemory,
				    L4_WriteThroughMemory };
	L4_Word_t old;

	L4_Unmap(0);
	USE(L4_UnmapFpage(f[0]).raw + L4_Flush(f[0]).raw + L4_GetStatus(f[0]).raw);
	L4_UnmapFpages(2, f);
	L4_FlushFpages(2, f);
	USE(L4_WasReferenced(f[0]) + L4_WasWritten(f[0]) + L4_WaseXecuted(f[0]));
	USE(L4_SpaceControl(t, 0, f[0], f[1], t, &old) + L4_ProcessorControl(0, 1, 2, 3));
	USE(L4_MemoryControl(0, attributes) + L4_Set_PageAttribute(f[0], L4_WriteProtectedMemory) +
	    L4_Set_PageAttributes(2, f, attributes) + L4_WriteBackMemory);
	USE(L4_Sigma0_GetPage(t, f[0]).raw + L4_Sigma0_GetPage_RcvWindow(t, f[0], f[1]).raw +
	    L4_Sigma0_GetAny(t, 12, f[1]).raw);
	USE(L4_Sigma0_GetSpecial(L4_SharedMemoryType, 0, 4096));
}

void use_kip(void)
{
	L4_Word_t year, month, day, version, flags, id;
	L4_KernelInterfacePage_t *kip = (L4_KernelInterfacePage_t *)L4_GetKernelInterface();
	L4_KernelDesc_t *desc = (L4_KernelDesc_t *)((L4_Word_t)kip + kip->KernelVerPtr);
	L4_MemoryDesc_t *m = L4_MemoryDesc(kip, 0);
	L4_ProcDesc_t *p = L4_ProcDesc(kip, 0);

	USE(L4_KernelInterface(&version, &flags, &id));
	USE(L4_ApiVersion() + L4_ApiFlags() + L4_KernelId() + L4_HasFeature("none"));
	L4_KernelGenDate(kip, &year, &month, &day);
	USE(L4_KernelVersion(kip) + L4_KernelSupplier(kip) + L4_NumProcessors(kip) +
	    L4_NumMemoryDescriptors(kip) + L4_PageSizeMask(kip) + L4_PageRights(kip) +
	    L4_ThreadIdBits(kip) + L4_ThreadIdSystemBase(kip) + L4_ThreadIdUserBase(kip) +
	    L4_ReadPrecision(kip) + L4_SchedulePrecision(kip) + L4_UtcbAreaSizeLog2(kip) +
	    L4_UtcbAreaSize(kip) + L4_UtcbAlignmentLog2(kip) + L4_UtcbSize(kip) +
	    L4_KipAreaSizeLog2(kip) + L4_KipAreaSize(kip) + L4_BootInfo(kip));
	USE(L4_KernelVersionString(kip));
	USE(L4_Feature(kip, 0));
	USE(L4_IsMemoryDescVirtual(m) + L4_MemoryDescType(m) + L4_MemoryDescLow(m) +
	    L4_MemoryDescHigh(m));
	USE(m->x.type + m->x.t + m->x.v + m->x.low + m->x.high + m->raw[0]);
	USE(L4_ProcDescExternalFreq(p) + L4_ProcDescInternalFreq(p));
	USE(p->X.ExternalFreq + p->raw[1]);
	USE(kip->magic == L4_MAGIC);
	USE(kip->ApiVersion.raw + kip->ApiVersion.x.version + kip->ApiVersion.x.subversion +
	    kip->ApiFlags.raw + kip->ApiFlags.x.ee + kip->ApiFlags.x.ww);
	USE(kip->MemoryInfo.n + kip->MemoryInfo.MemDescPtr + kip->UtcbAreaInfo.X.m +
	    kip->UtcbAreaInfo.X.a + kip->UtcbAreaInfo.X.s + kip->KipAreaInfo.X.s + kip->BootInfo);
	USE(kip->ClockInfo.X.ReadPrecision + kip->ClockInfo.X.SchedulePrecision +
	    kip->ThreadInfo.X.UserBase + kip->ThreadInfo.X.SystemBase + kip->ThreadInfo.X.t +
	    kip->PageInfo.X.rwx + kip->PageInfo.X.page_size_mask + kip->ProcessorInfo.X.processors);
	USE(desc->KernelId.x.id + desc->KernelId.x.subid + desc->KernelGenDate.X.year +
	    desc->KernelVer.X.ver + desc->KernelVer.X.subver + desc->KernelVer.X.subsubver +
	    desc->Supplier);
	USE(desc->VersionString);
	USE(L4_APIVERSION_X2 + L4_KID_L4KA_PISTACHIO + L4_SUPL_UKA + L4_ConventionalMemoryType +
	    L4_ReservedMemoryType + L4_DedicatedMemoryType + L4_BootLoaderSpecificMemoryType +
	    L4_ArchitectureSpecificMemoryType + L4_UndefinedMemoryType);
}

void use_bootinfo(void *bootinfo)
{
	L4_BootRec_t *r = L4_BootInfo_FirstEntry(bootinfo);
	L4_Boot_EFI_t *efi = bootinfo;
	L4_Boot_MBI_t *mbi = bootinfo;

	USE(L4_BootInfo_Valid(bootinfo) + L4_BootInfo_Size(bootinfo) +
	    L4_BootInfo_Entries(bootinfo));
	USE(L4_BootRec_Type(r) + L4_BootInfo_Module + L4_BootInfo_SimpleExec +
	    L4_BootInfo_EFITables + L4_BootInfo_Multiboot);
	r = L4_BootRec_Next(r);
	USE(L4_Module_Start(r) + L4_Module_Size(r));
	USE(L4_Module_Cmdline(r));
	USE(L4_SimpleExec_TextVstart(r) + L4_SimpleExec_TextPstart(r) + L4_SimpleExec_TextSize(r) +
	    L4_SimpleExec_DataVstart(r) + L4_SimpleExec_DataPstart(r) + L4_SimpleExec_DataSize(r) +
	    L4_SimpleExec_BssVstart(r) + L4_SimpleExec_BssPstart(r) + L4_SimpleExec_BssSize(r) +
	    L4_SimpleExec_InitialIP(r) + L4_SimpleExec_Flags(r) + L4_SimpleExec_Label(r));
	L4_SimpleExec_Set_Flags(r, 1);
	L4_SimpleExec_Set_Label(r, 1);
	USE(L4_SimpleExec_Cmdline(r));
	USE(L4_EFI_Systab(r) + L4_EFI_Memmap(r) + L4_EFI_MemmapSize(r) + L4_EFI_MemdescSize(r) +
	    L4_EFI_MemdescVersion(r) + L4_MBI_Address(r) + efi->systab + mbi->address);
}

void use_pagers(L4_MsgTag_t tag)
{
	L4_PfRequest_t request;
	L4_PfReply_t reply = L4_PagefaultReply(L4_Nilpage, 0);
	L4_Word_t old, base = 0;

	L4_StoreMRs(0, 3, request.raw);
	USE(request.X.rwx + request.X.fault_address + request.X.fault_ip);
	USE(L4_IsPagefault(tag) + L4_IsIoPagefault(tag) + L4_PagefaultAccess(tag));
	L4_PagefaultReplyLoad(reply);
	USE(reply.X.MapItem.raw[0] + L4_IsSystemException(tag) + L4_IsArchException(tag));
	USE(L4_ForceException(L4_Myself(), &old) + L4_Set_SyscallExceptions(L4_Myself(), 0) +
	    L4_Set_FaultExceptions(L4_Myself(), 0) + L4_Set_FsBase(L4_Myself(), 0) +
	    L4_ExchangeExceptionState(L4_Myself(), L4_EXREGS_FS_BASE, &base, &old));

	USE(L4_EXC_RIP + L4_EXC_WORDS + L4_EXC_TRAP_SYSCALL);
}

void use_debugger(void)
{
	L4_KDB_Enter("with \"quotes\", 100% and a\nline end");
	L4_KDB_Enter();
	L4_KDB_PrintChar('c');
	L4_KDB_PrintString("text");
	L4_KDB_ClearPage();
	USE(L4_KDB_ReadChar() + L4_KDB_ReadChar_Blocked());
}
