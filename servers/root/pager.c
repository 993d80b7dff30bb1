/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.c - a pager's requests. They are about a program that runs and whose pager is the caller's program, or are
 * refused.
 */
#include "pager.h"

#include <string.h>

#include <service/paging.h>

#include "fault.h"
#include "message.h"

/* The client that word 0 names by one of its threads, else null. */
static struct program *client_of(struct program *pager, L4_Msg_t *msg)
{
	L4_ThreadId_t thread = { .raw = L4_MsgWord(msg, 0) };
	struct program *client = program_of(thread);

	return client && client->pager_program == pager ? client : NULL;
}

bool pager_segment(struct program *pager, L4_Msg_t *msg)
{
	const struct elf_segment *segment;
	struct program *client;

	if (message_words(msg) != 2)
		return answer(msg, ROOT_MALFORMED);
	client = client_of(pager, msg);
	if (!client || L4_MsgWord(msg, 1) >= client->space.image.count)
		return answer(msg, ROOT_NOT_FOUND);
	segment = &client->space.image.segments[L4_MsgWord(msg, 1)];
	answer_word(msg, segment->low);
	L4_MsgAppendWord(msg, segment->high);
	L4_MsgAppendWord(msg, segment->rights);
	return true;
}

/* The page goes into a frame of the pager's own, which it may have already or gets now, and is mapped to it. */
bool pager_page(struct program *pager, L4_Msg_t *msg)
{
	unsigned long address, into, frame;
	unsigned int rights, file_rights;
	struct program *client;

	if (message_words(msg) != 3)
		return answer(msg, ROOT_MALFORMED);
	client = client_of(pager, msg);
	address = L4_MsgWord(msg, 1);
	into = L4_MsgWord(msg, 2);
	if (into < ROOT_HEAP_LOW || into >= ROOT_HEAP_HIGH || into % SPACE_PAGE != 0 || pager->pager_program)
		return answer(msg, ROOT_MALFORMED);
	if (!client || address >= SPACE_HIGH)
		return answer(msg, ROOT_NOT_FOUND);
	if (space_touch(&pager->space, into, ELF_WRITE, &frame, &rights) != SPACE_MAPPED)
		return answer(msg, ROOT_EXHAUSTED);
	memset((void *)frame, 0, SPACE_PAGE);
	file_rights = space_fill(&client->space, address, (void *)frame);
	if (!file_rights)
		return answer(msg, ROOT_NOT_FOUND);
	answer_word(msg, file_rights);
	L4_MsgAppendMapItem(msg, L4_MapItem(L4_FpageAddRights(L4_FpageLog2(frame, SPACE_PAGE_LOG2), rights), 0));
	return true;
}

bool pager_fault(struct program *pager, L4_Msg_t *msg)
{
	enum { ADDRESS = 1, IP, ACCESS, TEXT };
	L4_ThreadId_t thread = { .raw = L4_MsgWord(msg, 0) };
	char reason[ROOT_REASON_MAX + 1];
	struct program *client;
	unsigned int size;

	if (!message_has_text(msg, TEXT, ROOT_REASON_MAX))
		return answer(msg, ROOT_MALFORMED);
	client = client_of(pager, msg);
	if (!client)
		return answer(msg, ROOT_NOT_FOUND);
	size = L4_MsgWord(msg, TEXT);
	message_bytes(msg, TEXT + 1, reason, size);
	reason[size] = 0;
	fault_of_client(client, thread, L4_MsgWord(msg, ACCESS) & 7, L4_MsgWord(msg, ADDRESS), L4_MsgWord(msg, IP),
			reason);
	return answer(msg, ROOT_OK);
}
