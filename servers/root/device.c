/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.c - the resources of drivers.
 *
 * Nothing is mapped here: an area is entered in the program's space, and its pages come when they are touched, as ports
 * do. Memory for devices stays with the program for good, so that a device that still writes there when its driver has
 * failed writes into nobody else's.
 */
#include "device.h"

#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/sigma0.h>

#include "frames.h"
#include "message.h"

/*
 * Where device memory arrives in the root task's own space: not at its physical address, for below 4 GiB, where most
 * of it lies, is the window of small spaces. It ends below the root task's own areas.
 */
#define DEVICE_BASE  0x400000000000UL
#define PHYSICAL_END (KIP_AREA - DEVICE_BASE)

bool device_ports(struct program *program, L4_Msg_t *msg)
{
	if (message_words(msg) != 2)
		return answer(msg, ROOT_MALFORMED);
	return answer(msg, description_allows(&program->is, RESOURCE_PORTS, L4_MsgWord(msg, 0), L4_MsgWord(msg, 1)) ?
				   ROOT_OK :
				   ROOT_DENIED);
}

/* Whether any of [low, high) is memory of the machine's own. */
static bool is_memory(unsigned long low, unsigned long high)
{
	void *kip = L4_GetKernelInterface();

	for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++) {
		L4_MemoryDesc_t *memory = L4_MemoryDesc(kip, i);
		L4_Word_t type = L4_MemoryDescType(memory) & 0xf;

		if (L4_IsMemoryDescVirtual(memory) || L4_MemoryDescLow(memory) >= high ||
		    L4_MemoryDescHigh(memory) < low)
			continue;
		if (type != L4_DedicatedMemoryType && type != L4_SharedMemoryType &&
		    type != L4_ArchitectureSpecificMemoryType)
			return true;
	}
	return false;
}

/* Takes whole pages of device memory from sigma0, in blocks as large as they can be. False: it does not give all. */
static bool claim(unsigned long low, unsigned long high)
{
	while (low < high) {
		unsigned int log2 = block_log2(low, high);
		L4_Fpage_t got;

		got = L4_Sigma0_GetPage_RcvWindow(L4_nilthread, L4_FpageLog2(low, log2),
						  L4_FpageLog2(DEVICE_BASE + low, log2));
		L4_Accept(L4_UntypedWordsAcceptor);
		if (L4_IsNilFpage(got))
			return false;
		low += 1UL << log2;
	}
	return true;
}

static enum root_status area_status(enum space_answer added)
{
	return added == SPACE_MAPPED ? ROOT_OK : added == SPACE_OVER_QUOTA ? ROOT_EXHAUSTED : ROOT_MALFORMED;
}

bool device_memory(struct program *program, L4_Msg_t *msg)
{
	unsigned long physical, size, address;

	if (message_words(msg) != 3)
		return answer(msg, ROOT_MALFORMED);
	physical = L4_MsgWord(msg, 0);
	size = L4_MsgWord(msg, 1);
	address = L4_MsgWord(msg, 2);
	if (size == 0 || (physical | size) % SPACE_PAGE != 0)
		return answer(msg, ROOT_MALFORMED);
	if (physical >= PHYSICAL_END || size > PHYSICAL_END - physical ||
	    !(program->is.has_pci || description_allows(&program->is, RESOURCE_MEMORY, physical, physical + size - 1)))
		return answer(msg, ROOT_DENIED);
	if (is_memory(physical, physical + size) || !claim(physical, physical + size))
		return answer(msg, ROOT_NOT_FOUND);
	return answer(msg, area_status(space_add_area(&program->space, address, size, DEVICE_BASE + physical)));
}

bool device_dma(struct program *program, L4_Msg_t *msg)
{
	unsigned long size = (program->is.dma_memory + SPACE_PAGE - 1) & -SPACE_PAGE;
	enum root_status status;

	if (message_words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	if (size == 0)
		return answer(msg, ROOT_DENIED);
	if (program->dma_memory == 0)
		return answer(msg, ROOT_EXHAUSTED);
	status = area_status(space_add_area(&program->space, L4_MsgWord(msg, 0), size, program->dma_memory));
	if (status != ROOT_OK)
		return answer(msg, status);
	answer_word(msg, program->dma_memory);
	L4_MsgAppendWord(msg, size);
	return true;
}
