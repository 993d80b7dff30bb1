/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci.c - the requests of pci.h as calls.
 */
#include <device/pci.h>

#include <l4/ipc.h>
#include <l4/message.h>

enum { PAGE_LOG2 = 12 };

static enum pci_status call(L4_ThreadId_t pci, enum pci_request request, unsigned int words, const L4_Word_t word[3])
{
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	for (unsigned int i = 0; i < words; i++)
		L4_MsgAppendWord(&msg, word[i]);
	L4_Set_MsgLabel(&msg, request);
	L4_MsgLoad(&msg);
	tag = L4_Call(pci);
	return L4_IpcFailed(tag) ? PCI_UNREACHABLE : (enum pci_status)L4_Label(tag);
}

/* The answer's only word. */
static unsigned int answer(void)
{
	L4_Word_t word;

	L4_StoreMR(1, &word);
	return (unsigned int)word;
}

enum pci_status pci_claim(L4_ThreadId_t pci, unsigned int vendor, unsigned int device, unsigned int *handle)
{
	enum pci_status status = call(pci, PCI_CLAIM, 1, (L4_Word_t[3]){ vendor | (L4_Word_t)device << 16 });

	*handle = answer();
	return status;
}

enum pci_status pci_read(L4_ThreadId_t pci, unsigned int handle, unsigned int offset, unsigned int *value)
{
	enum pci_status status = call(pci, PCI_READ, 2, (L4_Word_t[3]){ handle, offset });

	*value = answer();
	return status;
}

enum pci_status pci_map(L4_ThreadId_t pci, unsigned int handle, unsigned int bar, unsigned long offset, void *page)
{
	L4_Acceptor_t before = L4_Accepted();
	enum pci_status status;

	L4_Accept(L4_MapGrantItems(L4_FpageLog2((L4_Word_t)page, PAGE_LOG2)));
	status = call(pci, PCI_MAP, 3, (L4_Word_t[3]){ handle, bar, offset });
	L4_Accept(before);
	return status;
}

enum pci_status pci_start(L4_ThreadId_t pci, unsigned int handle, unsigned long message)
{
	return call(pci, PCI_START, 2, (L4_Word_t[3]){ handle, message });
}
