/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strings.c - what do many bytes cost, to another space, or there and back through a pipe?
 *
 * A string is sent by a call with an empty answer. A pipe carries bytes in words if they are few, else as a string, and
 * whoever reads has them in its own buffer (pipe.h); the partner reads them and writes them back.
 */
#include "strings.h"

#include <l4/ipc.h>
#include <l4/message.h>

#include "memory.h"
#include "pipe.h"
#include "pong.h"
#include "sample.h"

enum { SMALL = 4 << 10, LARGE = 64 << 10 };

static char out[LARGE] __attribute__((aligned(PAGE))), in[SMALL] __attribute__((aligned(PAGE)));

static L4_MsgTag_t send(L4_ThreadId_t partner, int size)
{
	L4_StringItem_t item = L4_StringItem(size, out);

	L4_LoadMRs(1, 2, item.raw);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = PONG_TAKE << 16 | 2 << 6 });
	return L4_Call(partner);
}

/* How many bytes came back; 0: none. */
static unsigned long through_pipe(L4_ThreadId_t partner, unsigned long size)
{
	L4_MsgTag_t tag;

	pipe_load(PONG_PIPE, out, size);
	tag = L4_Call(partner);
	return L4_IpcSucceeded(tag) ? pipe_store(tag, in) : 0;
}

static bool came_back(unsigned long size)
{
	for (unsigned long i = 0; i < size; i++)
		if (in[i] != out[i])
			return false;
	return true;
}

bool strings(L4_ThreadId_t partner, unsigned int rounds, struct strings_figures *figures)
{
	bool good = true;

	for (unsigned int i = 0; i < sizeof(out); i++)
		out[i] = (char)(i + i / 251);
	for (unsigned int i = 0; i < sizeof(in); i++)
		in[i] = 0;
	SAMPLE(FOOTPRINT_STRING_4K, rounds, &figures->small, SAMPLE_NOTHING,
	       good = L4_IpcSucceeded(send(partner, SMALL)) && good);
	SAMPLE(FOOTPRINT_STRING_64K, rounds / 10 + 1, &figures->large, SAMPLE_NOTHING,
	       good = L4_IpcSucceeded(send(partner, LARGE)) && good);
	pipe_accept(in, sizeof(in));
	SAMPLE(FOOTPRINT_PIPE_1, rounds, &figures->pipe_byte, SAMPLE_NOTHING,
	       good = through_pipe(partner, 1) == 1 && good);
	good = came_back(1) && good;
	SAMPLE(FOOTPRINT_PIPE_4K, rounds, &figures->pipe_page, SAMPLE_NOTHING,
	       good = through_pipe(partner, SMALL) == SMALL && good);
	good = came_back(SMALL) && good;
	L4_Accept(L4_UntypedWordsAcceptor);
	return good;
}
