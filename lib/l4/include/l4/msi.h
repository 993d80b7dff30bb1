/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/msi.h - interrupts that a device raises by writing a message (MSI, MSI-X). An extension of X.2.
 *
 * Such an interrupt has a thread like a pin of an I/O APIC: associated, received and answered alike. Its number
 * is one from L4_MSI_FIRST to below ThreadInfo's SystemBase; who hands out interrupts chooses. Associating it
 * tells what the driver must write into its PCI device.
 */
#ifndef L4_MSI_H
#define L4_MSI_H

#include <l4/word.h>

#ifndef L4_64BIT
#error "l4/msi.h is not for 32-bit programs."
#endif

#include <l4/thread.h>

#define L4_MSI_FIRST 112

/* What a device writes, and where, to raise the interrupt. Address 0: it could not be associated. */
typedef struct {
	L4_Word64_t address;
	L4_Word32_t data;
} L4_MsiMessage_t;

/* ThreadControl's ErrorCode says why it failed. */
L4_INLINE L4_MsiMessage_t L4_AssociateMsi(L4_ThreadId_t InterruptThread, L4_ThreadId_t HandlerThread)
{
	L4_Word_t result = L4_AssociateInterrupt(InterruptThread, HandlerThread);
	L4_MsiMessage_t message;

	message.address = result >> 32;
	message.data = (L4_Word32_t)result;
	return message;
}

#endif
