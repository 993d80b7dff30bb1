/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/speaker.c - see speaker.h. */
#include "speaker.h"

L4_MsgTag_t speak(L4_ThreadId_t to, L4_Word_t flags, L4_ThreadId_t as, L4_Word_t word, L4_Time_t timeout)
{
	L4_Set_VirtualSender(as);
	L4_LoadMR(0, tag_make(5, 1, 0).raw | flags);
	L4_LoadMR(1, word);
	return L4_Send_Timeout(to, timeout);
}

/* In an open wait the sender's id is local when it can be. */
static L4_ThreadId_t global(L4_ThreadId_t t)
{
	return L4_IsLocalId(t) && !L4_IsNilThread(t) ? L4_GlobalIdOf(t) : t;
}

void speaker(L4_Word_t speech)
{
	struct speech *s = (struct speech *)speech;
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgTag_t tag;
	L4_Word_t word;

	L4_Set_VirtualSender(s->as);
	L4_LoadMR(0, tag_make(5, 1, 0).raw | s->flags);
	L4_LoadMR(1, s->word);
	tag = L4_Ipc(s->to, s->call ? s->to : L4_nilthread, L4_Timeouts(s->timeout, s->timeout), &from);
	L4_StoreMR(1, &word);
	s->answer = word;
	s->answered_by = global(from).raw;
	s->error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
	s->done = 1;
	sleep_forever();
}

bool hear(L4_ThreadId_t from, L4_Time_t timeout, struct heard *heard)
{
	L4_ThreadId_t sender = L4_nilthread;
	L4_Word_t word;

	L4_Set_VirtualSender(L4_nilthread);
	own_utcb()->intended_receiver = 0;
	heard->tag = L4_Ipc(L4_nilthread, from, L4_Timeouts(L4_Never, timeout), &sender);
	L4_StoreMR(1, &word);
	heard->word = word;
	heard->error = L4_IpcFailed(heard->tag) ? L4_ErrorCode() : 0;
	heard->actual = L4_ActualSender();
	heard->intended = L4_IntendedReceiver();
	heard->from = global(sender);
	return heard->error == 0;
}

void listener(L4_Word_t listening)
{
	struct listening *l = (struct listening *)listening;

	hear(l->from, PATIENCE, &l->heard);
	l->done = 1;
	sleep_forever();
}

L4_ThreadId_t speaker_start(struct speech *speech, struct space *space)
{
	L4_ThreadId_t t = thread_start(space, speaker, (L4_Word_t)speech);

	settle();
	return t;
}

L4_ThreadId_t listener_start(struct listening *listening, struct space *space, L4_ThreadId_t from)
{
	L4_ThreadId_t t;

	*listening = (struct listening){.from = from};
	t = thread_start(space, listener, (L4_Word_t)listening);
	settle();
	return t;
}
