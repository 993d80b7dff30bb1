/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small.c - slots, and words of 32 bits.
 */
#include "small.h"

#include <string.h>

#include <abi/small.h>
#include <l4/space.h>
#include <service/root.h>

enum { UNIT_LOG2 = L4_SMALL_LOG2_MIN, UNITS = 1 << (L4_SMALL_LOG2_MAX - UNIT_LOG2), SMALL_WORD = 4 };

static bool unit_is_taken[UNITS];

static bool is_free(unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++)
		if (unit_is_taken[i])
			return false;
	return true;
}

bool small_slot_take(struct small_slot *slot, unsigned long size)
{
	unsigned int log2 = UNIT_LOG2, count;

	while (log2 <= L4_SMALL_LOG2_MAX && 1UL << log2 < size)
		log2++;
	if (log2 > L4_SMALL_LOG2_MAX)
		return false;
	count = 1U << (log2 - UNIT_LOG2);
	for (unsigned int first = 0; first < UNITS; first += count) {
		if (!is_free(first, count))
			continue;
		memset(&unit_is_taken[first], true, count);
		*slot = (struct small_slot){ .log2 = log2, .place = first / count };
		return true;
	}
	return false;
}

unsigned long small_end(const struct small_slot *slot)
{
	return (1UL << slot->log2) - SMALL_KIP_AREA;
}

L4_Word_t small_id(L4_Word_t id)
{
	L4_ThreadId_t thread = { .raw = id };

	return L4_ThreadNo(thread) << SMALL_ID_VERSION_BITS | L4_Version(thread);
}

static L4_Word_t wide_id(L4_Word_t id)
{
	return L4_GlobalId(id >> SMALL_ID_VERSION_BITS, id & ((1 << SMALL_ID_VERSION_BITS) - 1)).raw;
}

/* Which words of requests and answers are ids, and from which on there is a text: its length, then its bytes. */
enum { NOWHERE = -1 };

static const struct form {
	unsigned int label;
	int id, text;               /* of the request */
	int answer_id, answer_text;
} forms[] = {
	{ ROOT_WRITE, NOWHERE, 0, NOWHERE, NOWHERE },
	{ ROOT_READ, NOWHERE, NOWHERE, NOWHERE, NOWHERE },
	{ ROOT_EXIT, NOWHERE, NOWHERE, NOWHERE, NOWHERE },
	{ ROOT_COMMAND_LINE, NOWHERE, NOWHERE, NOWHERE, 0 },
	{ ROOT_LOOKUP, NOWHERE, 0, 0, NOWHERE },
	{ ROOT_LOOKUP_WAIT, NOWHERE, 0, 0, NOWHERE },
	{ ROOT_REGISTER, 0, 1, NOWHERE, NOWHERE },
	{ ROOT_THREAD_CREATE, NOWHERE, NOWHERE, 0, NOWHERE },
	{ ROOT_THREAD_DELETE, 0, NOWHERE, NOWHERE, NOWHERE },
	{ ROOT_THREAD_PRIORITY, 0, NOWHERE, NOWHERE, NOWHERE },
	{ ROOT_KERNEL_MEMORY, NOWHERE, NOWHERE, NOWHERE, NOWHERE },
	{ ROOT_FILE, NOWHERE, 0, NOWHERE, NOWHERE },
	{ ROOT_FILE_PAGE, NOWHERE, NOWHERE, NOWHERE, NOWHERE },
};

static const struct form *form_of(unsigned long label)
{
	for (unsigned int i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].label == label)
			return &forms[i];
	return NULL;
}

/* Two words become one. What is not as long as it says stays as it is: nobody will accept it. */
static void text_widen(L4_Msg_t *msg, unsigned int first)
{
	unsigned int words = L4_UntypedWords(L4_MsgMsgTag(msg)), count, to = first + 1;
	L4_Word_t size;

	if (words <= first)
		return;
	size = L4_MsgWord(msg, first);
	count = words - first - 1;
	if (count != (size + SMALL_WORD - 1) / SMALL_WORD)
		return;
	for (unsigned int i = 0; i < count; i += 2, to++)
		L4_MsgPutWord(msg, to, L4_MsgWord(msg, first + 1 + i) |
					       (i + 1 < count ? L4_MsgWord(msg, first + 2 + i) << 32 : 0));
	msg->tag.X.u = to;
}

/* One word becomes two, from the last on. */
static void text_narrow(L4_Msg_t *msg, unsigned int first)
{
	L4_Word_t size = L4_MsgWord(msg, first);
	unsigned int count;

	if (size > SMALL_TEXT_MAX)
		size = SMALL_TEXT_MAX;
	count = (size + SMALL_WORD - 1) / SMALL_WORD;
	for (unsigned int i = count; i-- > 0;)
		L4_MsgPutWord(msg, first + 1 + i, (L4_Word32_t)(L4_MsgWord(msg, first + 1 + i / 2) >> i % 2 * 32));
	L4_MsgPutWord(msg, first, size);
	msg->tag.X.u = first + 1 + count;
}

bool small_widen(unsigned long label, L4_Msg_t *msg)
{
	const struct form *form = form_of(label);
	unsigned int words = L4_UntypedWords(L4_MsgMsgTag(msg));

	if (!form)
		return false;
	if (form->id >= 0 && (unsigned int)form->id < words)
		L4_MsgPutWord(msg, form->id, wide_id(L4_MsgWord(msg, form->id)));
	if (form->text >= 0)
		text_widen(msg, form->text);
	return true;
}

void small_narrow(unsigned long label, L4_Msg_t *msg)
{
	const struct form *form = form_of(label);

	if (form && L4_MsgLabel(msg) == ROOT_ELSEWHERE)
		text_narrow(msg, 0);
	if (!form || L4_MsgLabel(msg) != ROOT_OK)
		return;
	if (form->answer_id >= 0)
		L4_MsgPutWord(msg, form->answer_id, small_id(L4_MsgWord(msg, form->answer_id)));
	if (form->answer_text >= 0)
		text_narrow(msg, form->answer_text);
}
