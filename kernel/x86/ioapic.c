/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/ioapic.c - see x86/ioapic.h.
 *
 * The registers are reached through a window of two: write a number to one, the value to the other. What a
 * routed pin's low word must be is kept in memory, so that masking a line is two writes and no read.
 */
#include "x86/ioapic.h"
#include "base/memory_map.h"

enum { REGISTER_SELECT = 0x00, REGISTER_WINDOW = 0x10 };                     /* byte offsets, 3.1 */
enum { IOAPIC_VERSION = 1, IOAPIC_PIN = 0x10 };                              /* register numbers, 3.2 */
enum { PIN_LOW = 1 << 13, PIN_LEVEL = 1 << 15, PIN_MASKED = 1 << 16 }; /* 3.2.4; fixed delivery, physical destination */

static struct ioapic {
	volatile char *registers;
	unsigned first, pins;
} ioapics[IOAPIC_MAX];
static unsigned ioapic_count;
static struct isa_interrupt isa[ISA_INTERRUPTS];
static uint32_t routed[INTERRUPT_PINS]; /* of each line: the low word of its pin when not masked; 0: not routed */

static void ioapic_write(const struct ioapic *io, unsigned number, uint32_t value)
{
	*(volatile uint32_t *)(io->registers + REGISTER_SELECT) = number;
	*(volatile uint32_t *)(io->registers + REGISTER_WINDOW) = value;
}

static uint32_t ioapic_read(const struct ioapic *io, unsigned number)
{
	*(volatile uint32_t *)(io->registers + REGISTER_SELECT) = number;
	return *(volatile uint32_t *)(io->registers + REGISTER_WINDOW);
}

static unsigned pin_of(unsigned line)
{
	return line < ISA_INTERRUPTS ? isa[line].pin : line;
}

/* The I/O APIC that has this pin, or NULL. */
static const struct ioapic *ioapic_of(unsigned pin)
{
	for (unsigned i = 0; i < ioapic_count; i++)
		if (pin >= ioapics[i].first && pin - ioapics[i].first < ioapics[i].pins)
			return &ioapics[i];
	return NULL;
}

static void write_low(unsigned line, uint32_t value)
{
	unsigned pin = pin_of(line);
	const struct ioapic *io = ioapic_of(pin);

	ioapic_write(io, IOAPIC_PIN + 2 * (pin - io->first), value);
}

unsigned ioapic_init(const struct interrupt_wiring *wiring)
{
	unsigned pins = 0;

	for (unsigned i = 0; i < ISA_INTERRUPTS; i++)
		isa[i] = wiring->isa[i];
	for (unsigned i = 0; i < wiring->ioapics; i++) {
		struct ioapic *io = &ioapics[i];

		io->registers = (volatile char *)(DEVICE_MAP + (i + 1) * PAGE_SIZE +
		                                  (wiring->ioapic[i].registers & (PAGE_SIZE - 1)));
		io->first = wiring->ioapic[i].first;
		io->pins = (ioapic_read(io, IOAPIC_VERSION) >> 16 & 0xff) + 1;
		for (unsigned pin = 0; pin < io->pins; pin++)
			ioapic_write(io, IOAPIC_PIN + 2 * pin, PIN_MASKED);
		pins += io->pins;
	}
	ioapic_count = wiring->ioapics;
	return pins;
}

bool ioapic_has(unsigned line)
{
	return line < INTERRUPT_PINS && ioapic_of(pin_of(line));
}

/* Active low and level is what PCI has; the lines of the ISA bus are as the firmware says. */
static uint32_t trigger_of(unsigned pin)
{
	for (unsigned i = 0; i < ISA_INTERRUPTS; i++)
		if (isa[i].pin == pin)
			return (isa[i].low ? PIN_LOW : 0) | (isa[i].level ? PIN_LEVEL : 0);
	return pin < ISA_INTERRUPTS ? 0 : PIN_LOW | PIN_LEVEL;
}

bool ioapic_route(unsigned line, unsigned vector, unsigned apic_id)
{
	unsigned pin = pin_of(line);
	const struct ioapic *io = ioapic_of(pin);

	/* Two lines can have one pin: a line of the ISA bus that is elsewhere, and the one whose place that is. */
	for (unsigned i = 0; i < INTERRUPT_PINS; i++)
		if (routed[i] && pin_of(i) == pin)
			return false;
	routed[line] = vector | trigger_of(pin);
	ioapic_write(io, IOAPIC_PIN + 2 * (pin - io->first) + 1, apic_id << 24);
	ioapic_mask(line);
	return true;
}

void ioapic_unroute(unsigned line)
{
	ioapic_mask(line);
	routed[line] = 0;
}

bool ioapic_is_level(unsigned line)
{
	return routed[line] & PIN_LEVEL;
}

void ioapic_mask(unsigned line)
{
	write_low(line, routed[line] | PIN_MASKED);
}

void ioapic_unmask(unsigned line)
{
	write_low(line, routed[line]);
}
