/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partner.c - what pong.c serves, as calls.
 */
#include "partner.h"

#include <l4/ipc.h>
#include <l4/message.h>

#include "pong.h"

enum { ITEMS_MAX = 31 }; /* in a message: two words each, of 63 */

static bool call(L4_ThreadId_t partner, unsigned long label, unsigned int untyped,
		 unsigned int typed)
{
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = label << 16 | typed << 6 | untyped });
	return L4_IpcSucceeded(L4_Call(partner));
}

/* Loads up to ITEMS_MAX of the items of a list into the message registers; returns how many. */
static unsigned int load_items(L4_Fpage_t page, unsigned long window, unsigned int left)
{
	unsigned int count = left < ITEMS_MAX ? left : ITEMS_MAX;

	for (unsigned int i = 0; i < count; i++) {
		L4_MapItem_t item = L4_MapItem(page, window + i * L4_Size(page));

		L4_LoadMRs(1 + 2 * i, 2, item.raw);
	}
	return count;
}

bool partner_take(L4_ThreadId_t partner, L4_Fpage_t page, unsigned long window, unsigned int count)
{
	while (count > 0) {
		unsigned int items = load_items(page, window, count);

		if (!call(partner, PONG_TAKE, 0, 2 * items))
			return false;
		window += items * L4_Size(page);
		count -= items;
	}
	return true;
}

bool partner_give(L4_ThreadId_t partner, L4_Fpage_t page, unsigned long window, unsigned int count)
{
	L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
	while (count > 0) {
		unsigned int items = load_items(page, window, count);

		if (!call(partner, PONG_GIVE, 2 * items, 0))
			break;
		window += items * L4_Size(page);
		count -= items;
	}
	L4_Accept(L4_UntypedWordsAcceptor);
	return count == 0;
}

bool partner_peek(L4_ThreadId_t partner, unsigned long address, unsigned long *word)
{
	L4_LoadMR(1, address);
	if (!call(partner, PONG_PEEK, 1, 0))
		return false;
	L4_StoreMR(1, word);
	return true;
}

bool partner_stop(L4_ThreadId_t partner)
{
	return call(partner, PONG_STOP, 0, 0);
}
