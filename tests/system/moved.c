/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/moved.c - see moved.h. */
#include "moved.h"

volatile L4_Word_t order, id_local, id_global, id_message, id_error;

L4_Word_t move(L4_ThreadId_t t, L4_ThreadId_t member, L4_Word_t utcb)
{
	return thread_control(t, member, L4_nilthread, L4_nilthread, utcb);
}

L4_ThreadId_t next_version(L4_ThreadId_t t)
{
	return L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2);
}

void tells_its_ids(L4_Word_t unused)
{
	(void)unused;
	own_utcb()->mr[40] = 4711;
	while (order == 0)
		L4_Yield();
	id_local = L4_MyLocalId().raw;
	id_global = L4_MyGlobalId().raw;
	id_message = own_utcb()->mr[40];
	report(LABEL_DONE, 0);
}

void touches(L4_Word_t address)
{
	*(volatile L4_Word_t *)address;
	report(LABEL_DONE, 0);
}

void receives_from(L4_Word_t source)
{
	L4_MsgTag_t tag = L4_Receive((L4_ThreadId_t){.raw = source});

	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

void sends_to(L4_Word_t destination)
{
	L4_MsgTag_t tag;

	L4_LoadMR(0, tag_make(77, 0, 0).raw);
	tag = L4_Send((L4_ThreadId_t){.raw = destination});
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

void expect_error(L4_ThreadId_t t, L4_Word_t error)
{
	struct message m;

	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[1], error);
}
