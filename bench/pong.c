/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong.c - one loop of ReplyWait.
 *
 * What is measured in it has loops of its own, so that nothing is measured but the call and what any server must look
 * at: echo, stamps, and messages without an answer.
 */
#include "pong.h"

#include <stdbool.h>

#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/ipcregs.h>
#include <l4/message.h>
#include <l4/pagefault.h>
#include <l4/schedule.h>

#include "clock.h"
#include "memory.h"
#include "pipe.h"

static char buffer[PONG_BUFFER] __attribute__((aligned(PAGE)));

static volatile struct pong_stamps *const stamps = (volatile struct pong_stamps *)MEMORY_STAMPS;

/* Has it this label, no items, and no error? */
static bool is(L4_MsgTag_t tag, unsigned long label)
{
	enum { WORDS = 0x3f };

	return (tag.raw & ~(unsigned long)WORDS) == label << 16;
}

/* The answer is what came: words and tag are in the message registers. */
static L4_MsgTag_t echo(L4_ThreadId_t *client)
{
	L4_MsgTag_t tag;

	do
		tag = L4_ReplyWait(*client, client);
	while (is(tag, PONG_ECHO));
	return tag;
}

static L4_MsgTag_t echo_regs(L4_ThreadId_t *client)
{
	L4_MsgTag_t tag = { .raw = PONG_REGS << 16 };
	L4_MsgRegs_t words;

	do {
		words = L4_AnyMsgRegs();
		tag = L4_ReplyWait_Regs(*client, tag, &words, client);
	} while (is(tag, PONG_REGS));
	/* The others look for it in the message registers. */
	L4_MsgRegsLoad(&words);
	L4_Set_MsgTag(tag);
	return tag;
}

static L4_MsgTag_t echo_vectors(L4_ThreadId_t *client)
{
	L4_MsgTag_t tag;

	do {
		PONG_TOUCH_VECTORS;
		tag = L4_ReplyWait(*client, client);
	} while (is(tag, PONG_VECTORS));
	return tag;
}

static L4_MsgTag_t echo_stamped(L4_ThreadId_t *client)
{
	L4_MsgTag_t tag;

	do {
		stamps->left = clock_read();
		tag = L4_ReplyWait(*client, client);
		stamps->arrived = clock_read();
	} while (is(tag, PONG_STAMP));
	return tag;
}

static L4_MsgTag_t sink(L4_ThreadId_t *client)
{
	L4_MsgTag_t tag;

	do
		tag = L4_Wait(client);
	while (is(tag, PONG_SINK));
	return tag;
}

static L4_MsgTag_t long_way(L4_ThreadId_t *client)
{
	L4_MsgTag_t tag;

	do {
		L4_Set_MsgTag(L4_Niltag);
		tag = L4_Lipc(*client, *client, L4_Timeouts(L4_ZeroTime, L4_Never), client);
	} while (is(tag, PONG_LONG_WAY));
	return tag;
}

static L4_MsgTag_t yield(L4_ThreadId_t *client)
{
	L4_Set_MsgTag(L4_Niltag);
	L4_Reply(*client);
	while (!stamps->enough)
		L4_ThreadSwitch(*client);
	return L4_Wait(client);
}

/* Faults in the page at WINDOW_FAULT + n are answered with the page at MEMORY_FAULT + n. */
static void answer_fault(void)
{
	L4_Word_t address, page;

	L4_StoreMR(1, &address);
	address &= -(L4_Word_t)PAGE;
	page = address - WINDOW_FAULT + MEMORY_FAULT;
	*(volatile char *)page = 0; /* the memory is there when it is touched */
	L4_PagefaultReplyLoad(
		L4_PagefaultReply(L4_FpageAddRights(L4_FpageLog2(page, PAGE_LOG2), L4_ReadWriteOnly), address));
}

static void answer_exception(void)
{
	L4_Word_t ip;

	L4_StoreMR(L4_EXC_RIP, &ip);
	L4_LoadMR(L4_EXC_RIP, ip + PONG_SKIPPED);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = 1 });
}

/* Prepares the answer to a message that has no loop of its own. False: there will be no other. */
static bool serve(L4_MsgTag_t tag)
{
	L4_MsgTag_t answer = L4_Niltag;
	L4_Word_t address;

	if (L4_IsPagefault(tag)) {
		answer_fault();
		return true;
	}
	if (L4_IsArchException(tag)) {
		answer_exception();
		return true;
	}
	if (L4_Label(tag) == PONG_PIPE) {
		pipe_load(PONG_PIPE, buffer, pipe_store(tag, buffer));
		return true;
	}
	if (L4_Label(tag) == PONG_GIVE) {
		answer.raw = L4_UntypedWords(tag) << 6;
	} else if (L4_Label(tag) == PONG_PEEK) {
		L4_StoreMR(1, &address);
		L4_LoadMR(1, *(volatile L4_Word_t *)address);
		answer.raw = 1;
	}
	L4_Set_MsgTag(answer);
	return L4_Label(tag) != PONG_STOP;
}

static void accept_everything(void)
{
	pipe_accept(buffer, sizeof(buffer));
	L4_LoadBR(0, L4_AddAcceptor(L4_MapGrantItems(L4_CompleteAddressSpace), L4_StringItemsAcceptor).raw);
}

void pong_serve(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	accept_everything();
	tag = L4_Wait(&client);
	for (;;) {
		if (L4_IpcFailed(tag)) {
			tag = L4_Wait(&client);
		} else if (is(tag, PONG_ECHO)) {
			tag = echo(&client);
		} else if (is(tag, PONG_REGS)) {
			tag = echo_regs(&client);
		} else if (is(tag, PONG_VECTORS)) {
			tag = echo_vectors(&client);
		} else if (is(tag, PONG_STAMP)) {
			tag = echo_stamped(&client);
		} else if (is(tag, PONG_SINK)) {
			tag = sink(&client);
		} else if (is(tag, PONG_LONG_WAY)) {
			tag = long_way(&client);
		} else if (is(tag, PONG_YIELD)) {
			tag = yield(&client);
		} else if (serve(tag)) {
			tag = L4_ReplyWait(client, &client);
		} else {
			L4_Reply(client);
			return;
		}
	}
}
