/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile.c - every request with every number of words, of values that make no sense; and notices of its own making.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <service/paging.h>
#include <service/root.h>

#include "roles.h"

enum { ROUNDS = 40, FIRST_LABEL = ROOT_WRITE, LAST_LABEL = ROOT_CONSOLE_TYPED + 2 };

static unsigned long next(void)
{
	static unsigned long state = 1;

	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 20;
}

static L4_Word_t odd_word(void)
{
	static const L4_Word_t words[] = {
		0, 1, 2, 7, 8, 31, 32, 63, 496, 4096, ROOT_HEAP_LOW, ROOT_AREA_LOW, ROOT_LARGE_LOW, ~0UL, 1UL << 63,
		0x7ff000000000, 0x400000, 0xfff, ~0xfffUL, 0x6f68636501000000,
	};

	switch (next() % 4) {
	case 0:
		return next();
	case 1:
		return L4_MyGlobalId().raw;
	default:
		return words[next() % (sizeof(words) / sizeof(words[0]))];
	}
}

/* Requests that end or block the caller, or write on the console, say nothing about the root task's safety. */
static bool is_left_out(L4_Word_t label)
{
	return label == ROOT_WRITE || label == ROOT_READ || label == ROOT_EXIT || label == ROOT_THREAD_DELETE;
}

static void ask(L4_Word_t label, unsigned int words, bool typed)
{
	L4_LoadMR(0, label << 16 | (typed ? 2UL << 6 : 0) | words);
	for (unsigned int i = 1; i <= words; i++)
		L4_LoadMR((int)i, odd_word());
	if (typed) {
		L4_LoadMR((int)words + 1, 8);
		L4_LoadMR((int)words + 2, 0);
	}
	L4_Call_Timeouts(root_task(), L4_Never, L4_TimePeriod(1000));
}

static void notices(void)
{
	L4_Set_VirtualSender(root_notifier());
	for (L4_Word_t label = ROOT_CLIENT_START; label <= ROOT_CLIENT_END; label++) {
		L4_MsgTag_t tag = { .raw = label << 16 | 1 };

		L4_Set_Propagation(&tag);
		L4_LoadMR(0, tag.raw);
		L4_LoadMR(1, L4_MyGlobalId().raw);
		L4_Send_Timeout(root_task(), L4_TimePeriod(1000));
	}
}

int role_hostile(void)
{
	unsigned int count = 0;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (L4_Word_t label = FIRST_LABEL; label <= LAST_LABEL; label++) {
			if (is_left_out(label))
				continue;
			ask(label, next() % 8, next() % 16 == 0);
			count++;
		}
	}
	ask(ROOT_WRITE, 0, false);
	ask(ROOT_THREAD_DELETE, 0, false);
	notices();
	say("%u requests", count);
	return 0;
}
