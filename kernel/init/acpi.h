/* SPDX-License-Identifier: BSD-2-Clause */
/* init/acpi.h - what ACPI's tables say about interrupts. */
#ifndef INIT_ACPI_H
#define INIT_ACPI_H

#include "x86/ioapic.h"

enum { ACPI_TABLE_MAX = 1 << 20 }; /* a longer table is a broken one */

/*
 * Read the MADT, found from the root pointer at `rsdp` (0: there is none). `view` makes bytes of physical memory
 * readable, or returns NULL where it can't. False, and the wiring is that of a machine without I/O APICs: no
 * tables, or none whose signature, length and checksum are right.
 */
bool acpi_read_wiring(phys_t rsdp, const void *(*view)(phys_t address, word_t size), struct interrupt_wiring *wiring);

#endif
