/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.c - one adviser for each client, or none any more.
 */
#include "advice.h"

#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <pager/advice.h>
#include <pager/pager.h>

static struct {
	L4_ThreadId_t thread; /* nilthread: none */
	bool barred;
} adviser[PAGER_CLIENTS_MAX];

static L4_Time_t patience;

void advice_init(unsigned long patience_microseconds)
{
	patience = L4_TimePeriod(patience_microseconds);
}

enum pager_status advice_enter(struct pager_client *client, L4_ThreadId_t thread)
{
	unsigned int index = pager_client_index(client);

	if (adviser[index].barred)
		return PAGER_DENIED;
	adviser[index].thread = thread;
	return PAGER_OK;
}

void advice_forget(struct pager_client *client)
{
	unsigned int index = pager_client_index(client);

	adviser[index].thread = L4_nilthread;
	adviser[index].barred = false;
}

static bool could_not_send(L4_MsgTag_t tag)
{
	return L4_IpcFailed(tag) && (L4_ErrorCode() & 1) == 0;
}

unsigned long advice_ask(struct pager_client *owner, unsigned long missing, unsigned long candidate)
{
	unsigned int index = pager_client_index(owner);
	L4_ThreadId_t thread = adviser[index].thread;
	L4_Word_t answer;
	L4_MsgTag_t tag;

	if (L4_IsNilThread(thread))
		return candidate;
	L4_LoadMR(1, missing);
	L4_LoadMR(2, candidate);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PAGER_WHICH << 16 | 2 });
	tag = L4_Call_Timeouts(thread, L4_ZeroTime, patience);
	if (could_not_send(tag))
		return candidate; /* it is busy, or gone; nobody has waited for it */
	if (L4_IpcSucceeded(tag) && L4_Label(tag) == PAGER_WHICH && L4_UntypedWords(tag) == 1) {
		L4_StoreMR(1, &answer);
		return answer;
	}
	adviser[index].thread = L4_nilthread;
	adviser[index].barred = true;
	if (L4_IpcSucceeded(tag)) {
		/* Something else, a page fault perhaps: it may try again, when we serve everybody. */
		L4_Set_MsgTag(L4_Niltag);
		L4_Reply(thread);
	}
	return candidate;
}
