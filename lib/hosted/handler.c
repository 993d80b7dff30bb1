/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handler.c - the thread that answers the main thread's Linux system calls.
 *
 * To the kernel, a `syscall` without L4's mark in RDX is an exception, and an exception is a message to
 * the exception handler: this thread, in the same space as the program that calls. It needs nobody's
 * trust, and can follow the caller's pointers as they are. The answer is the message sent back, with
 * the result in RAX. What is no system call is a fault of the program: it goes to the root task in the
 * main thread's name, which reports it and ends the program.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <service/root.h>

#include <abi/protocol.h>

#include "hosted.h"

static L4_Word_t word(L4_Msg_t *msg, enum exception_word number)
{
	return L4_MsgWord(msg, number - 1);
}

static void put(L4_Msg_t *msg, enum exception_word number, L4_Word_t value)
{
	L4_MsgPutWord(msg, number - 1, value);
}

static void answer(L4_Msg_t *msg)
{
	struct hosted_call call = {
		.number = word(msg, EXC_RAX),
		.argument = { word(msg, EXC_RDI), word(msg, EXC_RSI), word(msg, EXC_RDX), word(msg, EXC_R10),
			      word(msg, EXC_R8), word(msg, EXC_R9) },
		.fs_base = word(msg, EXC_FS_BASE),
	};

	put(msg, EXC_RAX, hosted_call(&call));
	put(msg, EXC_FS_BASE, call.fs_base);
}

/* The root task ends the program; there is no answer. */
static void hand_on(L4_Msg_t *msg, L4_ThreadId_t main_thread)
{
	L4_MsgTag_t tag = L4_MsgMsgTag(msg);

	L4_Set_Propagation(&tag);
	L4_Set_MsgMsgTag(msg, tag);
	L4_Set_VirtualSender(main_thread);
	L4_MsgLoad(msg);
	L4_Send(root_task());
}

void handler_run(void *main_thread)
{
	L4_ThreadId_t caller = { .raw = (L4_Word_t)main_thread };
	L4_MsgTag_t tag = L4_Receive(caller);

	while (L4_IpcSucceeded(tag)) {
		L4_Msg_t msg;

		L4_MsgStore(tag, &msg);
		if (word(&msg, EXC_TRAP) == EXC_TRAP_SYSCALL) {
			answer(&msg);
			L4_Set_MsgLabel(&msg, 0);
			L4_MsgLoad(&msg);
			tag = L4_Call(caller);
		} else {
			hand_on(&msg, caller);
			tag = L4_Receive(caller);
		}
	}
}
