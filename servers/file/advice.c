/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.c - one adviser for each client, or none any more.
 *
 * Others wait while an adviser thinks. For a single question it has `patience`; in the long run a sixteenth of that for
 * each: `thought` is what it has had beyond.
 */
#include "advice.h"

#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <pager/advice.h>
#include <pager/pager.h>

static struct {
	L4_ThreadId_t thread; /* nilthread: none */
	bool barred;
	unsigned long thought; /* microseconds */
} adviser[PAGER_CLIENTS_MAX];

static unsigned long patience; /* microseconds */

void advice_init(unsigned long patience_microseconds)
{
	patience = patience_microseconds;
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
	adviser[index].thought = 0;
}

/* Whether it has thought too long, this time being from `since` until now. */
static bool is_too_slow(unsigned int index, unsigned long since)
{
	unsigned long free = patience / 16, thought = adviser[index].thought + (L4_SystemClock().raw - since);

	adviser[index].thought = thought > free ? thought - free : 0;
	return adviser[index].thought > patience;
}

static bool could_not_send(L4_MsgTag_t tag)
{
	return L4_IpcFailed(tag) && (L4_ErrorCode() & 1) == 0;
}

unsigned long advice_ask(struct pager_client *owner, unsigned long missing, unsigned long candidate)
{
	unsigned int index = pager_client_index(owner);
	L4_ThreadId_t thread = adviser[index].thread;
	unsigned long since;
	L4_Word_t answer;
	L4_MsgTag_t tag;

	if (L4_IsNilThread(thread))
		return candidate;
	L4_LoadMR(1, missing);
	L4_LoadMR(2, candidate);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PAGER_WHICH << 16 | 2 });
	since = L4_SystemClock().raw;
	tag = L4_Call_Timeouts(thread, L4_ZeroTime, L4_TimePeriod(patience));
	if (could_not_send(tag))
		return candidate; /* it is busy, or gone; nobody has waited for it */
	if (L4_IpcSucceeded(tag) && L4_Label(tag) == PAGER_WHICH && L4_UntypedWords(tag) == 1 &&
	    !is_too_slow(index, since)) {
		L4_StoreMR(1, &answer);
		return answer;
	}
	adviser[index].thread = L4_nilthread;
	adviser[index].barred = true;
	if (L4_IpcSucceeded(tag)) {
		/*
		 * It was slow too often, or sent something else, a page fault perhaps: it may try again, when we
		 * serve everybody.
		 */
		L4_Set_MsgTag(L4_Niltag);
		L4_Reply(thread);
	}
	return candidate;
}
