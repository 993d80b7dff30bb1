/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init/acpi.c - from the root pointer (RSDP) by the XSDT or RSDT to the MADT, and what that says of I/O APICs.
 * ACPI specification 6.4, 5.2.5 to 5.2.12; the sections stand beside the structures.
 *
 * Firmware writes these tables, and some of it badly. A table counts only if its signature, its length and its
 * checksum are right; an entry only as far as it lies in its table; a value only if it makes sense. What does
 * not is as if it were not there: a machine with bad tables has no interrupt pins, or fewer, and runs.
 *
 * Pure but for `view`: host tests give it memory of their own.
 */
#include "init/acpi.h"
#include "base/string.h"

struct rsdp { /* 5.2.5.3 */
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision; /* from 2 on: all of it; else up to and with `rsdt` */
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

struct table { /* 5.2.6 */
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[26];
} __attribute__((packed));

enum { MADT_ENTRIES = sizeof(struct table) + 8 }; /* 5.2.12; before them the local APIC's address, and flags */
enum { ENTRY_IOAPIC = 1, ENTRY_OVERRIDE = 2 };

struct entry {
	uint8_t type, length;
} __attribute__((packed));

struct entry_ioapic { /* 5.2.12.3 */
	struct entry head;
	uint8_t id, reserved;
	uint32_t address;
	uint32_t first;
} __attribute__((packed));

struct entry_override { /* 5.2.12.5 */
	struct entry head;
	uint8_t bus, isa;
	uint32_t pin;
	uint16_t flags;
} __attribute__((packed));
enum { POLARITY_MASK = 3, POLARITY_LOW = 3, TRIGGER_MASK = 3 << 2, TRIGGER_LEVEL = 3 << 2 }; /* table 5.29 */

_Static_assert(sizeof(struct rsdp) == 36 && sizeof(struct table) == 36, "ACPI");
_Static_assert(sizeof(struct entry_ioapic) == 12 && sizeof(struct entry_override) == 10, "ACPI");

static bool same_bytes(const char *a, const char *b, unsigned count)
{
	while (count && *a == *b) {
		a++;
		b++;
		count--;
	}
	return count == 0;
}

static bool sums_to_zero(const void *bytes, word_t size)
{
	uint8_t sum = 0;

	for (word_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
	return sum == 0;
}

/* The table at this address, if it is a whole one of this name. */
static const struct table *find_table(phys_t address, const char *signature, const void *(*view)(phys_t, word_t))
{
	const struct table *t = address ? view(address, sizeof(*t)) : NULL;

	if (!t || !same_bytes(t->signature, signature, sizeof(t->signature)))
		return NULL;

	word_t length = t->length;

	if (length < sizeof(*t) || length > ACPI_TABLE_MAX)
		return NULL;
	t = view(address, length);
	return t && sums_to_zero(t, length) ? t : NULL;
}

/* The first good MADT that this list of addresses, of 4 or 8 bytes each, names. */
static const struct table *find_madt(const struct table *list, unsigned entry_size, const void *(*view)(phys_t, word_t))
{
	const char *end = (const char *)list + list->length;

	for (const char *at = (const char *)(list + 1); at + entry_size <= end; at += entry_size) {
		uint64_t address = 0;
		const struct table *madt;

		memcpy(&address, at, entry_size);
		madt = find_table(address, "APIC", view);
		if (madt && madt->length >= MADT_ENTRIES)
			return madt;
	}
	return NULL;
}

static const struct table *madt_of(phys_t address, const void *(*view)(phys_t, word_t))
{
	enum { OLD_SIZE = 20 };
	const struct rsdp *rsdp = address ? view(address, OLD_SIZE) : NULL;
	const struct table *list, *madt = NULL;

	if (!rsdp || !same_bytes(rsdp->signature, "RSD PTR ", sizeof(rsdp->signature)) || !sums_to_zero(rsdp, OLD_SIZE))
		return NULL;
	if (rsdp->revision >= 2 && view(address, sizeof(*rsdp)) && sums_to_zero(rsdp, sizeof(*rsdp))) {
		list = find_table(rsdp->xsdt, "XSDT", view);
		madt = list ? find_madt(list, sizeof(uint64_t), view) : NULL;
	}
	if (!madt) {
		list = find_table(rsdp->rsdt, "RSDT", view);
		madt = list ? find_madt(list, sizeof(uint32_t), view) : NULL;
	}
	return madt;
}

static void add_ioapic(const struct entry_ioapic *entry, struct interrupt_wiring *wiring)
{
	if (!entry->address || entry->first >= INTERRUPT_PINS || wiring->ioapics == IOAPIC_MAX)
		return;
	wiring->ioapic[wiring->ioapics].registers = entry->address;
	wiring->ioapic[wiring->ioapics++].first = entry->first;
}

static void add_override(const struct entry_override *entry, struct interrupt_wiring *wiring)
{
	if (entry->bus != 0 || entry->isa >= ISA_INTERRUPTS || entry->pin >= INTERRUPT_PINS)
		return;
	wiring->isa[entry->isa] = (struct isa_interrupt){
		.pin = entry->pin,
		.low = (entry->flags & POLARITY_MASK) == POLARITY_LOW,
		.level = (entry->flags & TRIGGER_MASK) == TRIGGER_LEVEL,
	};
}

static void read_entries(const struct table *madt, struct interrupt_wiring *wiring)
{
	const char *at = (const char *)madt + MADT_ENTRIES, *end = (const char *)madt + madt->length;

	while (end - at >= (long)sizeof(struct entry)) {
		const struct entry *entry = (const void *)at;

		if (entry->length < sizeof(*entry) || entry->length > end - at)
			return;
		if (entry->type == ENTRY_IOAPIC && entry->length >= sizeof(struct entry_ioapic))
			add_ioapic((const void *)at, wiring);
		if (entry->type == ENTRY_OVERRIDE && entry->length >= sizeof(struct entry_override))
			add_override((const void *)at, wiring);
		at += entry->length;
	}
}

bool acpi_read_wiring(phys_t rsdp, const void *(*view)(phys_t, word_t), struct interrupt_wiring *wiring)
{
	const struct table *madt = madt_of(rsdp, view);

	wiring->ioapics = 0;
	for (unsigned i = 0; i < ISA_INTERRUPTS; i++)
		wiring->isa[i] = (struct isa_interrupt){ .pin = i }; /* the bus's own: edge, active high */
	if (madt)
		read_entries(madt, wiring);
	return madt != NULL;
}
