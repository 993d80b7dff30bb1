/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.cc - every overload and operator that a C++ program may use, from C++98 on.
 *
 * That it compiles is all there is to it: the functions here are never called. names.c has the
 * names that C and C++ share; some are here again because overloads could hide or confuse them.
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

static volatile L4_Word_t sink;

template <typename T> static void use(T value)
{
	sink = (L4_Word_t)value;
}

/* Initialised before any constructor runs: a program may have a start-up code that runs none. */
L4_ThreadId_t nobody = L4_nilthread, anybody = L4_anythread, neighbour = L4_anylocalthread;
L4_Time_t never = L4_Never, at_once = L4_ZeroTime;

void use_types(L4_ThreadId_t t, L4_Fpage_t f, L4_Clock_t c, L4_Time_t time);
void use_types(L4_ThreadId_t t, L4_Fpage_t f, L4_Clock_t c, L4_Time_t time)
{
	L4_IoFpage_t io;

	use(t == nobody);
	use(t != L4_anythread);
	use(L4_GlobalId(10, 1).raw);
	use(L4_GlobalId(t).raw);
	use(L4_LocalId(t).raw);

	use((f + L4_Readable).raw);
	use((f - L4_Readable).raw);
	use((L4_FpageLog2(0x1000, 12) + L4_FullyAccessible).raw);
	f += L4_Writable;
	f -= L4_Writable;
	io.raw = f.raw;
	use(L4_Fpage(io).raw + L4_Fpage(0x1000, 0x1000).raw);

	c = c + 1;
	c = c + 1UL;
	c = c + c;
	c = c - 1;
	c = c - 1UL;
	c = c - c;
	use((c < c) + (c > c) + (c <= c) + (c >= c) + (c == c) + (c != c));

	time = time + 1;
	time += 1;
	time = time - 1;
	time -= 1;
	use((time < time) + (time > time) + (time <= time) + (time >= time) + (time == time) +
	    (time != time));
}

void use_messages(L4_Word_t *words);
void use_messages(L4_Word_t *words)
{
	L4_Msg_t msg;
	const L4_Msg_t *arrived = &msg;
	L4_MsgTag_t tag = L4_MsgTag();
	L4_MapItem_t map = L4_MapItem(L4_Nilpage, 0);
	L4_GrantItem_t grant = L4_GrantItem(L4_Nilpage, 0);
	L4_StringItem_t string = L4_StringItem(10, words), &strings = *(L4_StringItem_t *)words;
	L4_CacheAllocationHint_t hint = L4_UseDefaultCacheLineAllocation;
	L4_CtrlXferItem_t *c = (L4_CtrlXferItem_t *)words;

	use((tag == tag) + (tag != L4_Niltag));
	tag = tag + 1;
	tag = tag + -32;
	tag += 1;
	L4_Set_MsgTag(tag);
	L4_Set_MsgTag(&msg, tag);
	L4_Set_Label(&tag, 1);
	L4_Set_Label(&msg, 1);
	use(L4_MsgTag(arrived).raw + L4_Label(tag) + L4_Label(arrived) + L4_Label(&msg));

	use(L4_MapItem(map) + L4_SndBase(map) + L4_SndFpage(map).raw);
	use(L4_GrantItem(grant) + L4_SndBase(grant) + L4_SndFpage(grant).raw);
	use(L4_StringItem(&string) + L4_CtrlXferItem(c));
	strings += string;
	strings += L4_StringItem(10, words);
	strings += (void *)words;
	string = string + hint;
	string += hint;
	use((hint == hint) + (hint != hint) + (L4_CacheAllocationHint(string) == hint));
	use(L4_CacheAlloctionHint(string) == hint);
	L4_Init(c, 1);
	L4_Init(c, 1, 2);

	L4_Clear(&msg);
	L4_Append(&msg, 1);
	L4_Append(&msg, 1UL);
	L4_Append(&msg, words[0]);
	L4_Append(&msg, map);
	L4_Append(&msg, L4_MapItem(L4_Nilpage, 0));
	L4_Append(&msg, grant);
	L4_Append(&msg, string);
	L4_Append(&msg, &string);
	L4_Append(&msg, c);
	L4_Append(&msg, 3, 1, 0);
	L4_Put(&msg, 1, 2, words, 2, words);
	L4_Put(&msg, 0, words[0]);
	L4_Put(&msg, 0, map);
	L4_Put(&msg, 0, grant);
	L4_Put(&msg, 0, string);
	L4_Put(&msg, 0, &string);
	L4_Put(&msg, 0, c);
	L4_Get(arrived, words, words);
	L4_Get(&msg, 0, words);
	use(L4_Get(&msg, 0) + L4_Get(&msg, 0, &map) + L4_Get(&msg, 0, &grant) +
	    L4_Get(&msg, 0, &string) + L4_Get(&msg, 1, c));
	L4_Load(&msg);
	L4_Store(tag, &msg);
}

void use_buffers();
void use_buffers()
{
	L4_Acceptor_t a = L4_MapGrantItems(L4_CompleteAddressSpace) + L4_StringItemsAcceptor;
	L4_StringItem_t string = L4_StringItem(10, &a);
	L4_MsgBuffer_t buffer;

	a += L4_StringItemsAcceptor;
	a -= L4_StringItemsAcceptor;
	a = a - L4_UntypedWordsAcceptor;
	use(L4_StringItems(a) + L4_MapGrantItems(a));
	L4_Clear(&buffer);
	L4_Append(&buffer, string);
	L4_Append(&buffer, &string);
	L4_Accept(a);
	L4_Accept(a, &buffer);
}

void use_ipc(L4_ThreadId_t t);
void use_ipc(L4_ThreadId_t t)
{
	L4_MsgTag_t tag;

	tag = L4_Ipc(t, t, L4_Timeouts(never, L4_TimePeriod(5 * 1000)), &t);
	tag = L4_Lipc(t, t, L4_Timeouts(never, never), &t);
	tag = L4_Call(t);
	tag = L4_Call(t, never, never);
	tag = L4_Send(t);
	tag = L4_Send(t, never);
	tag = L4_Reply(t);
	tag = L4_Receive(t);
	tag = L4_Receive(t, never);
	tag = L4_Wait(&t);
	tag = L4_Wait(never, &t);
	tag = L4_ReplyWait(t, &t);
	tag = L4_ReplyWait(t, never, &t);
	tag = L4_Lcall(t);
	tag = L4_LreplyWait(t, &t);
	L4_Sleep(at_once);
	use(tag.raw);
}

void use_threads(L4_ThreadId_t t);
void use_threads(L4_ThreadId_t t)
{
	L4_Word_t sp, ip, flags;

	L4_Set_UserDefinedHandle(L4_UserDefinedHandle());
	L4_Set_UserDefinedHandle(t, L4_UserDefinedHandle(t));
	L4_Set_Pager(L4_Pager());
	L4_Set_Pager(t, L4_Pager(t));
	L4_Start(t);
	L4_Start(t, 1, 2);
	L4_Start(t, 1, 2, 3);
	use(L4_Stop(t).raw + L4_Stop(t, &sp, &ip, &flags).raw);
	use(L4_AbortReceive_and_stop(t).raw + L4_AbortReceive_and_stop(t, &sp, &ip, &flags).raw);
	use(L4_AbortSend_and_stop(t).raw + L4_AbortSend_and_stop(t, &sp, &ip, &flags).raw);
	use(L4_AbortIpc_and_stop(t).raw + L4_AbortIpc_and_stop(t, &sp, &ip, &flags).raw);
	use(L4_ThreadControl(t, t, L4_nilthread, L4_nilthread, (void *)-1));
	__L4_Init();
	use(__L4_Ipc != 0);
}

void use_spaces(L4_ThreadId_t t, L4_Fpage_t *f);
void use_spaces(L4_ThreadId_t t, L4_Fpage_t *f)
{
	L4_Unmap(0);
	L4_Unmap(0x40);
	L4_Unmap(2, f);
	L4_Flush(2, f);
	use(L4_Unmap(f[0]).raw + L4_Flush(f[0]).raw);
	use(L4_Sigma0_GetPage(t, f[0]).raw + L4_Sigma0_GetPage(t, f[0], f[1]).raw);
}

void use_kip(L4_BootRec_t *r);
void use_kip(L4_BootRec_t *r)
{
	void *kip = L4_KernelInterface();
	L4_MemoryDesc_t *m = L4_MemoryDesc(kip, 0);
	L4_ProcDesc_t *p = L4_ProcDesc(kip, 0);
	L4_Word_t version, flags, id;

	use(L4_KernelInterface(&version, &flags, &id));
	use(L4_IsVirtual(m) + L4_Type(m) + L4_Low(m) + L4_High(m));
	use(L4_ExternalFreq(p) + L4_InternalFreq(p));
	use(L4_Type(r));
	use(L4_Next(r));
}

void use_debugger();
void use_debugger()
{
	L4_KDB_Enter("why");
	L4_KDB_Enter();
}
