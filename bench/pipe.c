/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.c - MR1 is the number of bytes; then come words with the bytes, or one string item.
 */
#include "pipe.h"

enum { IN_WORDS = 32 * sizeof(L4_Word_t) };

void pipe_accept(char *buffer, unsigned long size)
{
	L4_StringItem_t item = L4_StringItem((int)size, buffer);

	L4_LoadBR(0, L4_StringItemsAcceptor.raw);
	L4_LoadBRs(1, 2, item.raw);
}

void pipe_load(unsigned long label, const char *bytes, unsigned long size)
{
	L4_LoadMR(1, size);
	if (size > IN_WORDS) {
		L4_StringItem_t item = L4_StringItem((int)size, (void *)bytes);

		L4_LoadMRs(2, 2, item.raw);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = label << 16 | 2 << 6 | 1 });
		return;
	}
	for (unsigned long i = 0; i < size; i += sizeof(L4_Word_t)) {
		L4_Word_t word = 0;

		__builtin_memcpy(&word, bytes + i, size - i < sizeof(word) ? size - i : sizeof(word));
		L4_LoadMR((int)(2 + i / sizeof(word)), word);
	}
	L4_Set_MsgTag(
		(L4_MsgTag_t){ .raw = label << 16 | (1 + (size + sizeof(L4_Word_t) - 1) / sizeof(L4_Word_t)) });
}

unsigned long pipe_store(L4_MsgTag_t tag, char *buffer)
{
	L4_Word_t size;

	L4_StoreMR(1, &size);
	if (L4_TypedWords(tag) != 0)
		return size;
	if (size > IN_WORDS)
		return 0;
	for (unsigned long i = 0; i < size; i += sizeof(L4_Word_t)) {
		L4_Word_t word;

		L4_StoreMR((int)(2 + i / sizeof(word)), &word);
		__builtin_memcpy(buffer + i, &word, size - i < sizeof(word) ? size - i : sizeof(word));
	}
	return size;
}
