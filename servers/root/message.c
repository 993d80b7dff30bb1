/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.c - reading requests, making answers.
 */
#include "message.h"

#include <string.h>

unsigned int message_words(L4_Msg_t *msg)
{
	return L4_UntypedWords(L4_MsgMsgTag(msg));
}

bool message_has_text(L4_Msg_t *msg, unsigned int first, L4_Word_t limit)
{
	L4_Word_t size;

	if (message_words(msg) < first + 1)
		return false;
	size = L4_MsgWord(msg, first);
	return size <= limit && message_words(msg) == first + 1 + (size + 7) / 8;
}

void message_bytes(L4_Msg_t *msg, unsigned int first, char *bytes, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		bytes[i] = (char)(L4_MsgWord(msg, first + i / 8) >> 8 * (i % 8));
}

bool message_name(L4_Msg_t *msg, unsigned int first, char name[ROOT_NAME_MAX])
{
	L4_Word_t size;

	if (!message_has_text(msg, first, ROOT_NAME_MAX - 1))
		return false;
	size = L4_MsgWord(msg, first);
	message_bytes(msg, first + 1, name, size);
	name[size] = 0;
	return true;
}

bool answer(L4_Msg_t *msg, enum root_status status)
{
	L4_MsgClear(msg);
	L4_Set_MsgLabel(msg, status);
	return true;
}

bool answer_word(L4_Msg_t *msg, L4_Word_t word)
{
	answer(msg, ROOT_OK);
	L4_MsgAppendWord(msg, word);
	return true;
}

bool answer_text(L4_Msg_t *msg, enum root_status status, const char *text, unsigned int size)
{
	answer(msg, status);
	L4_MsgAppendWord(msg, size);
	for (unsigned int i = 0; i < size; i += 8) {
		L4_Word_t word = 0;

		for (unsigned int j = 0; j < 8 && i + j < size; j++)
			word |= (L4_Word_t)(unsigned char)text[i + j] << 8 * j;
		L4_MsgAppendWord(msg, word);
	}
	return true;
}

bool append_name(L4_Msg_t *msg, const char name[ROOT_NAME_MAX])
{
	L4_Word_t words[ROOT_NAME_MAX / sizeof(L4_Word_t)];

	memcpy(words, name, sizeof(words));
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		L4_MsgAppendWord(msg, words[i]);
	return true;
}
