/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/ioapic.h - the I/O APICs: interrupt lines of devices become vectors of the CPU. Intel 82093AA data sheet;
 * ACPI 5.2.12 numbers the pins of all of them in one row.
 *
 * Line n below 16 is the ISA bus's interrupt n, on whatever pin the firmware's tables have it; every other line
 * is the pin of that number.
 */
#ifndef X86_IOAPIC_H
#define X86_IOAPIC_H

#include "abi/protocol.h"
#include "base/types.h"

enum { IOAPIC_MAX = 8, ISA_INTERRUPTS = 16 };

/* How the machine's interrupts are wired, as the firmware says. */
struct interrupt_wiring {
	unsigned ioapics;
	struct {
		phys_t registers;
		unsigned first; /* number of its first pin */
	} ioapic[IOAPIC_MAX];
	struct isa_interrupt {
		unsigned pin;
		bool low, level;
	} isa[ISA_INTERRUPTS];
};

/*
 * Take possession: all pins masked. The registers of the n-th are mapped n + 1 pages behind DEVICE_MAP. Returns the
 * number of pins.
 */
unsigned ioapic_init(const struct interrupt_wiring *wiring);

/* Is there such a line? */
bool ioapic_has(unsigned line);

/*
 * From now on the line raises this vector on the CPU of this APIC id; it is masked yet. False: its pin is in use, by
 * this or another line.
 */
bool ioapic_route(unsigned line, unsigned vector, unsigned apic_id);

/* The line's pin is free, and masked. */
void ioapic_unroute(unsigned line);

/* Of a routed line: does it ask as long as the device wants something, or once? */
bool ioapic_is_level(unsigned line);

void ioapic_mask(unsigned line);
void ioapic_unmask(unsigned line);

#endif
