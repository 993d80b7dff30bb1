/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial_main.c - which role test-serial has, by the first word of its arguments; the requests.
 */
#include <l4/ipc.h>
#include <l4/message.h>

#include "role.h"
#include "serial_roles.h"

enum root_status write_to(L4_ThreadId_t serial, const char *text, size_t size)
{
	L4_Word_t words[1 + WRITE_MAX / 8] = { size };
	unsigned int count = 1 + (size + 7) / 8;
	L4_MsgTag_t tag;

	memcpy(words + 1, text, size);
	L4_LoadMRs(1, count, words);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_WRITE << 16 | count });
	tag = L4_Call(serial);
	return L4_IpcFailed(tag) ? ROOT_UNREACHABLE : (enum root_status)L4_Label(tag);
}

int read_from(L4_ThreadId_t serial, bool waits)
{
	L4_MsgTag_t tag;
	L4_Word_t word;

	L4_LoadMR(1, waits);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_READ << 16 | 1 });
	tag = L4_Call(serial);
	if (L4_IpcFailed(tag))
		return -ROOT_UNREACHABLE;
	L4_StoreMR(1, &word);
	return L4_Label(tag) == ROOT_OK && L4_UntypedWords(tag) == 1 ? (int)word : -(int)L4_Label(tag);
}

static const struct role roles[] = {
	{ "user", role_user },	     { "loop", role_loop },	  { "hostile", role_hostile }, { "writer", role_writer },
	{ "checker", role_checker }, { "speaker", role_speaker }, { "killer", role_killer },   { "stuck", role_stuck },
	{ "typed", role_typed },     { "flood", role_flood },	  { "again", role_again },	  { "spare", role_spare },
};

int main(void)
{
	role_find();
	return role_play(roles, sizeof(roles) / sizeof(roles[0]));
}
