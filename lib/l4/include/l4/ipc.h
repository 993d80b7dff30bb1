/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/ipc.h - sending and receiving.
 *
 * Every function here is one IPC system call with some of its arguments fixed: whom to send to,
 * whom to receive from, how long to wait for either. The message is in the message registers
 * before and after. What the call returns is the tag of the received message; L4_IpcFailed() of it
 * says whether to look at L4_ErrorCode().
 *
 * Call, Wait, ReplyWait and their relatives name the kind of their receive phase at compile time,
 * which is what the kernel's short path asks for; L4_Ipc must find it out.
 */
#ifndef L4_IPC_H
#define L4_IPC_H

#include <l4/types.h>
#include <l4/syscalls.h>
#include <l4/message.h>
#include <l4/thread.h>

#define __L4_TAG_PROPAGATED 1
#define __L4_TAG_REDIRECTED 2
#define __L4_TAG_XCPU       4
#define __L4_TAG_ERROR      8

L4_INLINE L4_Bool_t L4_IpcSucceeded(L4_MsgTag_t t)
{
	return (t.X.flags & __L4_TAG_ERROR) == 0;
}

L4_INLINE L4_Bool_t L4_IpcFailed(L4_MsgTag_t t)
{
	return (t.X.flags & __L4_TAG_ERROR) != 0;
}

L4_INLINE L4_Bool_t L4_IpcPropagated(L4_MsgTag_t t)
{
	return (t.X.flags & __L4_TAG_PROPAGATED) != 0;
}

L4_INLINE L4_Bool_t L4_IpcRedirected(L4_MsgTag_t t)
{
	return (t.X.flags & __L4_TAG_REDIRECTED) != 0;
}

L4_INLINE L4_Bool_t L4_IpcXcpu(L4_MsgTag_t t)
{
	return (t.X.flags & __L4_TAG_XCPU) != 0;
}

/* Asks for the message to be sent in the name of L4_Set_VirtualSender()'s thread. */
L4_INLINE void L4_Set_Propagation(L4_MsgTag_t *t)
{
	t->X.flags = __L4_TAG_PROPAGATED;
}

L4_INLINE L4_Word_t L4_Timeouts(L4_Time_t SndTimeout, L4_Time_t RcvTimeout)
{
	return (L4_Word_t)SndTimeout.raw << 16 | RcvTimeout.raw;
}

L4_INLINE L4_MsgTag_t L4_Call_Timeouts(L4_ThreadId_t to, L4_Time_t SndTimeout, L4_Time_t RcvTimeout)
{
	return __L4_IpcCall(__L4_CALL_IPC, to, L4_Timeouts(SndTimeout, RcvTimeout),
			    (L4_ThreadId_t *)0);
}

L4_INLINE L4_MsgTag_t L4_Call(L4_ThreadId_t to)
{
	return L4_Call_Timeouts(to, L4_Never, L4_Never);
}

L4_INLINE L4_MsgTag_t L4_Send_Timeout(L4_ThreadId_t to, L4_Time_t SndTimeout)
{
	return __L4_IpcSend(__L4_CALL_IPC, to, L4_Timeouts(SndTimeout, L4_Never));
}

L4_INLINE L4_MsgTag_t L4_Send(L4_ThreadId_t to)
{
	return L4_Send_Timeout(to, L4_Never);
}

/* Sends only if the receiver waits already: a server does not wait for its clients. */
L4_INLINE L4_MsgTag_t L4_Reply(L4_ThreadId_t to)
{
	return L4_Send_Timeout(to, L4_ZeroTime);
}

L4_INLINE L4_MsgTag_t L4_Receive_Timeout(L4_ThreadId_t from, L4_Time_t RcvTimeout)
{
	L4_ThreadId_t sender;
	return L4_Ipc(L4_nilthread, from, L4_Timeouts(L4_Never, RcvTimeout), &sender);
}

L4_INLINE L4_MsgTag_t L4_Receive(L4_ThreadId_t from)
{
	return L4_Receive_Timeout(from, L4_Never);
}

L4_INLINE L4_MsgTag_t L4_Wait_Timeout(L4_Time_t RcvTimeout, L4_ThreadId_t *from)
{
	return __L4_IpcOpen(__L4_CALL_IPC, __L4_IPC_OPEN, L4_nilthread,
			    L4_Timeouts(L4_Never, RcvTimeout), from);
}

L4_INLINE L4_MsgTag_t L4_Wait(L4_ThreadId_t *from)
{
	return L4_Wait_Timeout(L4_Never, from);
}

L4_INLINE L4_MsgTag_t L4_ReplyWait_Timeout(L4_ThreadId_t to, L4_Time_t RcvTimeout,
					   L4_ThreadId_t *from)
{
	return __L4_IpcOpen(__L4_CALL_IPC, __L4_IPC_OPEN, to, L4_Timeouts(L4_ZeroTime, RcvTimeout),
			    from);
}

L4_INLINE L4_MsgTag_t L4_ReplyWait(L4_ThreadId_t to, L4_ThreadId_t *from)
{
	return L4_ReplyWait_Timeout(to, L4_Never, from);
}

/* Waits for a message from oneself, which never comes, until the time is over. */
L4_INLINE void L4_Sleep(L4_Time_t t)
{
	(void)L4_Receive_Timeout(L4_MyLocalId(), t);
}

/* To a thread of this space. Call leaves out whatever can be left out then, and takes the kernel's short path. */
L4_INLINE L4_MsgTag_t L4_Lcall(L4_ThreadId_t to)
{
	return L4_Call(to);
}

L4_INLINE L4_MsgTag_t L4_LreplyWait(L4_ThreadId_t to, L4_ThreadId_t *from)
{
	return __L4_IpcOpen(__L4_CALL_LIPC, __L4_IPC_OPEN_LOCAL, to,
			    L4_Timeouts(L4_ZeroTime, L4_Never), from);
}

#ifdef __cplusplus
L4_INLINE L4_MsgTag_t L4_Call(L4_ThreadId_t to, L4_Time_t SndTimeout, L4_Time_t RcvTimeout)
{
	return L4_Call_Timeouts(to, SndTimeout, RcvTimeout);
}

L4_INLINE L4_MsgTag_t L4_Send(L4_ThreadId_t to, L4_Time_t SndTimeout)
{
	return L4_Send_Timeout(to, SndTimeout);
}

L4_INLINE L4_MsgTag_t L4_Receive(L4_ThreadId_t from, L4_Time_t RcvTimeout)
{
	return L4_Receive_Timeout(from, RcvTimeout);
}

L4_INLINE L4_MsgTag_t L4_Wait(L4_Time_t RcvTimeout, L4_ThreadId_t *from)
{
	return L4_Wait_Timeout(RcvTimeout, from);
}

L4_INLINE L4_MsgTag_t L4_ReplyWait(L4_ThreadId_t to, L4_Time_t RcvTimeout, L4_ThreadId_t *from)
{
	return L4_ReplyWait_Timeout(to, RcvTimeout, from);
}
#endif

#endif
