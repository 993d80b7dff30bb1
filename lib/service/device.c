/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.c - what drivers ask of the root task.
 */
#include <service/root.h>

#include <l4/message.h>
#include <l4/thread.h>

#include "call.h"

enum root_status root_interrupt(unsigned int number, L4_ThreadId_t handler, unsigned long *message)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, number);
	L4_MsgAppendWord(&msg, L4_GlobalIdOf(handler).raw);
	status = root_call(ROOT_INTERRUPT, &msg);
	*message = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	return status;
}

enum root_status root_ports(unsigned int low, unsigned int high)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, low);
	L4_MsgAppendWord(&msg, high);
	return root_call(ROOT_PORTS, &msg);
}

enum root_status root_device_memory(unsigned long physical, unsigned long size, void *address)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, physical);
	L4_MsgAppendWord(&msg, size);
	L4_MsgAppendWord(&msg, (L4_Word_t)address);
	return root_call(ROOT_DEVICE_MEMORY, &msg);
}

enum root_status root_dma_memory(void *address, unsigned long *physical, unsigned long *size)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, (L4_Word_t)address);
	status = root_call(ROOT_DMA_MEMORY, &msg);
	*physical = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	*size = status == ROOT_OK ? L4_MsgWord(&msg, 1) : 0;
	return status;
}
