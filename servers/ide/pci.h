/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci.h - finding the IDE controller on the PCI bus.
 */
#ifndef IDE_PCI_H
#define IDE_PCI_H

/*
 * The first I/O port of the bus-master registers of the first IDE controller on bus 0, which may use the bus from then
 * on. 0: there is none.
 */
unsigned int pci_bus_master(void);

#endif
