/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names_amd64.c - as names.c, for the names that only 64-bit programs have.
 */
#include <l4/ipcregs.h>
#include <l4/msi.h>
#include <l4/pathmisses.h>
#include <l4/space.h>
#include <l4/threadstate.h>
#include <l4/tracebuffer.h>

static volatile L4_Word_t sink;

#define USE(expression) (sink = (L4_Word_t)(expression))

void use_extensions(L4_ThreadId_t t, L4_Word_t *words);
void use_trace(void);

void use_extensions(L4_ThreadId_t t, L4_Word_t *words)
{
	L4_MsgRegs_t m = L4_AnyMsgRegs();
	L4_ThreadId_t from;

	USE(L4_AssociateMsi(t, t).address + L4_AssociateMsi(t, t).data + L4_MSI_FIRST);
	USE(L4_ThreadState(t, 0, 0, 0) + L4_ThreadStateSize(t) + L4_ReadThreadState(t, 0, 1, words) +
	    L4_WriteThreadState(t, 0, 1, words));
	USE(L4_PathMisses(0, words) + L4_PATH_MISSES);
	USE(L4_SpaceQuota(4) + L4_SpaceUsage + L4_SmallSpace(L4_SMALL_LOG2_MIN, 0) + L4_SMALL_LOG2_MAX);
	L4_MsgRegsLoad(&m);
	L4_MsgRegsStore(&m);
	USE(L4_Call_Regs(t, L4_Niltag, &m).raw + L4_ReplyWait_Regs(t, L4_Niltag, &m, &from).raw);
}

void use_trace(void)
{
	L4_Tbuf_RecordEvent(1, "event", 2);
	L4_Tbuf_RecordEvent_0(1, "event");
	L4_Tbuf_RecordEvent_1(1, "event", 2);
	L4_Tbuf_RecordEvent_2(1, "event", 2, 3);
	L4_Tbuf_RecordEvent_3(1, "event", 2, 3, 4);
	L4_Tbuf_RecordEvent_4(1, "event", 2, 3, 4, 5);
	L4_Tbuf_RecordEvent_t0(L4_Myself(), 1, "event");
	L4_Tbuf_RecordEvent_t4(L4_Myself(), 1, "event", 2, 3, 4, 5);
	L4_Tbuf_IncCounter(1);
}
