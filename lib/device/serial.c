/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial.c - the requests of serial.h as calls.
 */
#include <device/serial.h>

#include <l4/ipc.h>
#include <l4/message.h>

static enum root_status call(L4_ThreadId_t serial, enum serial_request request, L4_Word_t words)
{
	L4_MsgTag_t tag = { .raw = (L4_Word_t)request << 16 | words };

	L4_Set_MsgTag(tag);
	tag = L4_Call(serial);
	return L4_IpcFailed(tag) ? ROOT_UNREACHABLE : (enum root_status)L4_Label(tag);
}

enum root_status serial_mode(L4_ThreadId_t serial, enum serial_mode mode)
{
	L4_LoadMR(1, mode);
	return call(serial, SERIAL_MODE, 1);
}

enum root_status serial_counts(L4_ThreadId_t serial, struct serial_counts *counts)
{
	enum root_status status = call(serial, SERIAL_COUNTS, 0);

	if (status == ROOT_OK)
		L4_StoreMRs(1, sizeof(*counts) / sizeof(L4_Word_t), (L4_Word_t *)counts);
	return status;
}
