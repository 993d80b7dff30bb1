/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/pci.h - PCI devices, for their drivers: the requests of servers/pci.
 *
 * A device belongs to the program that has claimed it first, for good, also when the server is started anew. Who claims
 * it again finds it stopped: it neither transfers nor interrupts until it is started. A device has a handle,
 * bus << 8 | device << 3 | function.
 *
 * Each request is an L4_Call whose answer's label is an enum pci_status. All functions use message registers.
 */
#ifndef DEVICE_PCI_H
#define DEVICE_PCI_H

#include <l4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum pci_request {
	PCI_CLAIM = 0x431, /* vendor | device << 16; the answer: handle */
	PCI_READ = 0x432,  /* handle, offset; the answer: 32 bits of its configuration */
	PCI_MAP = 0x433,   /* handle, base address register, offset; the answer: the page mapped */
	PCI_START = 0x434, /* handle, message */
};

enum pci_status {
	PCI_OK = 0,
	PCI_MALFORMED = 1,
	PCI_NOT_FOUND = 2, /* no such device that nobody else has; not the caller's handle; nothing there */
	PCI_DENIED = 3,	   /* that page says where interrupts go */
	PCI_UNREACHABLE = 4, /* made by the functions below: the server has ended */
};

/* The first device of this kind that is nobody's, or the caller's already. */
enum pci_status pci_claim(L4_ThreadId_t pci, unsigned int vendor, unsigned int device, unsigned int *handle);

/* offset: in bytes, a multiple of 4 below 256. */
enum pci_status pci_read(L4_ThreadId_t pci, unsigned int handle, unsigned int offset, unsigned int *value);

/* Maps the page at this offset of the memory behind a base address register, 0 to 5, to one of the caller's. */
enum pci_status pci_map(L4_ThreadId_t pci, unsigned int handle, unsigned int bar, unsigned long offset, void *page);

/*
 * The device may transfer, and interrupts by this message (root_interrupt()), by its MSI-X vector 0 or MSI.
 * PCI_NOT_FOUND: it has neither. PCI_MALFORMED: that message is no interrupt.
 */
enum pci_status pci_start(L4_ThreadId_t pci, unsigned int handle, unsigned long message);

#ifdef __cplusplus
}
#endif
#endif
