/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - requests to a pager as calls.
 */
#include <pager/client.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <pager/clients.h>

extern const char __program_start[], __program_end[];

void pager_begin(L4_ThreadId_t pager)
{
	/* A page that is touched comes with all its rights, and is not taken away again. */
	for (const char *page = __program_start; page < __program_end; page += PAGER_PAGE)
		(void)*(volatile const char *)page;
	L4_Set_Pager(pager);
}

enum pager_status pager_call(L4_ThreadId_t pager, unsigned long label, unsigned int words, L4_Word_t word[4])
{
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	for (unsigned int i = 0; i < words; i++)
		L4_MsgAppendWord(&msg, word[i]);
	L4_Set_MsgLabel(&msg, label);
	L4_MsgLoad(&msg);
	tag = L4_Call(pager);
	if (L4_IpcFailed(tag))
		return PAGER_UNREACHABLE;
	for (unsigned int i = 0; i < 4 && i < L4_UntypedWords(tag); i++)
		L4_StoreMR((int)i + 1, &word[i]);
	return (enum pager_status)L4_Label(tag);
}

enum pager_status pager_attach(L4_ThreadId_t pager, unsigned long low, unsigned long size, unsigned int rights,
			       unsigned long argument)
{
	return pager_call(pager, PAGER_ATTACH, 4, (L4_Word_t[4]){ low, size, rights, argument });
}

enum pager_status pager_enter(L4_ThreadId_t pager)
{
	return pager_call(pager, PAGER_BEGIN, 0, (L4_Word_t[4]){ 0 });
}

enum pager_status pager_add_thread(L4_ThreadId_t pager, L4_ThreadId_t thread)
{
	return pager_call(pager, PAGER_ADD_THREAD, 1, (L4_Word_t[4]){ L4_GlobalIdOf(thread).raw });
}

enum pager_status pager_leave(L4_ThreadId_t pager)
{
	return pager_call(pager, PAGER_LEAVE, 0, (L4_Word_t[4]){ 0 });
}

enum pager_status pager_counts(L4_ThreadId_t pager, struct pager_counts *counts)
{
	L4_Word_t word[4] = { 0 };
	enum pager_status status = pager_call(pager, PAGER_COUNTS, 0, word);

	*counts = (struct pager_counts){ word[0], word[1], word[2], word[3] };
	return status;
}
