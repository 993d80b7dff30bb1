/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_acpi.c - the tables of good firmware are read, those of bad firmware do no harm. Physical memory is
 * made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "init/acpi.h"

/* Tables begin at multiples of 0x1000; each has memory of exactly its own size, so that a byte too many is noticed. */
enum { TABLES = 8, RSDP = 0x1000, RSDT = 0x2000, XSDT = 0x3000, MADT = 0x4000, OTHER = 0x5000 };

static struct {
	uint8_t *bytes;
	size_t size;
} memory[TABLES];

static struct interrupt_wiring wiring;

static const void *view(phys_t address, word_t size)
{
	word_t n = address / 0x1000;

	if (n >= TABLES || address % 0x1000 || !memory[n].bytes || size > memory[n].size)
		return NULL;
	return memory[n].bytes;
}

static void put(phys_t address, const void *bytes, size_t size)
{
	unsigned n = (unsigned)(address / 0x1000);

	free(memory[n].bytes);
	memory[n].bytes = malloc(size);
	memory[n].size = size;
	memcpy(memory[n].bytes, bytes, size);
}

static void correct(phys_t address, size_t size, size_t checksum_at)
{
	uint8_t *b = memory[address / 0x1000].bytes, sum = 0;

	b[checksum_at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + b[i]);
	b[checksum_at] = (uint8_t)-sum;
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* A table of this name: a header, then these bytes. */
static void put_table(phys_t address, const char *name, const void *body, size_t size)
{
	uint8_t table[4096] = { 0 };

	memcpy(table, name, 4);
	put32(table + 4, (uint32_t)(36 + size));
	memcpy(table + 36, body, size);
	put(address, table, 36 + size);
	correct(address, 36 + size, 9);
}

static void put_rsdp(uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	uint8_t rsdp[36] = "RSD PTR ";

	rsdp[15] = revision;
	put32(rsdp + 16, rsdt);
	put32(rsdp + 20, sizeof(rsdp));
	put64(rsdp + 24, xsdt);
	put(RSDP, rsdp, revision < 2 ? 20 : 36);
	correct(RSDP, 20, 8);
	if (revision >= 2)
		correct(RSDP, 36, 32);
}

/* Two I/O APICs; interrupt 0 is on pin 2, interrupt 9 is level and low, interrupt 10 level and high. */
static const uint8_t good[] = {
	0, 0, 0xe0, 0xfe, 1, 0, 0, 0,                  /* local APIC, flags */
	0, 8, 0, 0, 1, 0, 0, 0,                        /* a processor: not read */
	1, 12, 1, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0,     /* I/O APIC at fec00000, pins from 0 */
	1, 12, 2, 0, 0, 0x10, 0xc0, 0xfe, 24, 0, 0, 0, /* at fec01000, pins from 24 */
	2, 10, 0, 0, 2, 0, 0, 0, 0, 0,
	2, 10, 0, 9, 9, 0, 0, 0, 0xf, 0,
	2, 10, 0, 10, 10, 0, 0, 0, 0xd, 0,
};

static int machine(void **state)
{
	uint8_t rsdt[8], xsdt[16];

	(void)state;
	put32(rsdt, OTHER);
	put32(rsdt + 4, MADT);
	put64(xsdt, OTHER);
	put64(xsdt + 8, MADT);
	put_table(RSDT, "RSDT", rsdt, sizeof(rsdt));
	put_table(XSDT, "XSDT", xsdt, sizeof(xsdt));
	put_table(OTHER, "FACP", "something", 9);
	put_table(MADT, "APIC", good, sizeof(good));
	put_rsdp(2, RSDT, XSDT);
	memset(&wiring, 0xff, sizeof(wiring));
	return 0;
}

static int no_machine(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TABLES; i++) {
		free(memory[i].bytes);
		memory[i].bytes = NULL;
	}
	return 0;
}

static void check_good(void)
{
	assert_true(acpi_read_wiring(RSDP, view, &wiring));
	assert_int_equal(wiring.ioapics, 2);
	assert_int_equal(wiring.ioapic[0].registers, 0xfec00000);
	assert_int_equal(wiring.ioapic[0].first, 0);
	assert_int_equal(wiring.ioapic[1].registers, 0xfec01000);
	assert_int_equal(wiring.ioapic[1].first, 24);
	assert_int_equal(wiring.isa[0].pin, 2);
	assert_false(wiring.isa[0].level || wiring.isa[0].low);
	assert_int_equal(wiring.isa[1].pin, 1);
	assert_false(wiring.isa[1].level || wiring.isa[1].low);
	assert_true(wiring.isa[9].level && wiring.isa[9].low);
	assert_true(wiring.isa[10].level && !wiring.isa[10].low);
}

/* No pins, and the ISA bus's own order. */
static void check_none(void)
{
	assert_false(acpi_read_wiring(RSDP, view, &wiring));
	assert_int_equal(wiring.ioapics, 0);
	for (unsigned i = 0; i < ISA_INTERRUPTS; i++)
		assert_true(wiring.isa[i].pin == i && !wiring.isa[i].level && !wiring.isa[i].low);
}

static void good_tables_by_the_xsdt(void **state)
{
	(void)state;
	put_rsdp(2, 0, XSDT);
	check_good();
}

static void good_tables_by_the_rsdt(void **state)
{
	(void)state;
	put_rsdp(0, RSDT, XSDT);
	check_good();
	put_rsdp(2, RSDT, 0);
	check_good();
}

static void a_bad_xsdt_leaves_the_rsdt(void **state)
{
	(void)state;
	memory[XSDT / 0x1000].bytes[20] ^= 1;
	check_good();
}

static void a_bad_end_of_the_root_leaves_the_rsdt(void **state)
{
	(void)state;
	memory[RSDP / 0x1000].bytes[33] ^= 1; /* the second checksum is wrong */
	check_good();
}

static void no_root(void **state)
{
	(void)state;
	assert_false(acpi_read_wiring(0, view, &wiring));
	assert_false(acpi_read_wiring(0x7000, view, &wiring));
	memory[RSDP / 0x1000].bytes[0] = 'r';
	correct(RSDP, 20, 8);
	check_none();
}

static void a_wrong_checksum_of_the_root(void **state)
{
	(void)state;
	memory[RSDP / 0x1000].bytes[9] ^= 1;
	check_none();
}

static void a_wrong_checksum_of_the_table(void **state)
{
	(void)state;
	memory[MADT / 0x1000].bytes[40] ^= 1;
	check_none();
}

static void no_such_table(void **state)
{
	(void)state;
	put_table(MADT, "APIX", good, sizeof(good));
	check_none();
}

static void lengths_that_cannot_be(void **state)
{
	static const uint32_t lengths[] = { 0, 8, 35, 0x7fffffff, 0xffffffff, ACPI_TABLE_MAX + 1 };

	(void)state;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put32(memory[MADT / 0x1000].bytes + 4, lengths[i]);
		correct(MADT, memory[MADT / 0x1000].size, 9);
		check_none();
	}
	put_table(MADT, "APIC", good, 4); /* shorter than what every MADT has */
	check_none();
}

/* The addresses in a list whose length is no multiple of theirs: the rest is no address. */
static void a_list_with_a_rest(void **state)
{
	uint8_t xsdt[15];

	(void)state;
	put64(xsdt, OTHER);
	put32(xsdt + 8, MADT);
	memset(xsdt + 12, 0, 3);
	put_table(XSDT, "XSDT", xsdt, sizeof(xsdt));
	put_rsdp(2, 0, XSDT);
	check_none();
}

/* Read these bytes behind the first two words. */
static void read_entries(const uint8_t *entries, size_t size)
{
	uint8_t body[4096] = { 0 };

	memcpy(body + 8, entries, size);
	put_table(MADT, "APIC", body, 8 + size);
	assert_true(acpi_read_wiring(RSDP, view, &wiring));
}

static void entries_without_length_end_the_table(void **state)
{
	static const uint8_t zero[] = { 9, 0, 1, 12, 1, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 };
	static const uint8_t one[] = { 9, 1, 1, 12, 1, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 };

	(void)state;
	read_entries(zero, sizeof(zero));
	assert_int_equal(wiring.ioapics, 0);
	read_entries(one, sizeof(one));
	assert_int_equal(wiring.ioapics, 0);
}

static void entries_too_long_or_too_short_do_not_count(void **state)
{
	static const uint8_t cut[] = { 1, 12, 1, 0, 0, 0, 0xc0, 0xfe, 0, 0 };
	static const uint8_t small[] = { 1, 6, 1, 0, 0, 0, 2, 4, 0, 1 };
	static const uint8_t tail[] = { 1 };

	(void)state;
	read_entries(cut, sizeof(cut));
	assert_int_equal(wiring.ioapics, 0);
	read_entries(small, sizeof(small));
	assert_int_equal(wiring.ioapics, 0);
	assert_int_equal(wiring.isa[1].pin, 1);
	read_entries(tail, sizeof(tail));
	assert_int_equal(wiring.ioapics, 0);
}

static void values_that_make_no_sense_do_not_count(void **state)
{
	static const uint8_t bad[] = {
		1, 12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,             /* an I/O APIC at 0 */
		1, 12, 1, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0x80,    /* its first pin beyond all */
		2, 10, 0, 16, 2, 0, 0, 0, 0, 0,                  /* no interrupt of the ISA bus */
		2, 10, 0, 255, 2, 0, 0, 0, 0, 0,
		2, 10, 1, 3, 2, 0, 0, 0, 0, 0,                   /* no ISA bus */
		2, 10, 0, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* no pin */
	};

	(void)state;
	read_entries(bad, sizeof(bad));
	assert_int_equal(wiring.ioapics, 0);
	for (unsigned i = 0; i < ISA_INTERRUPTS; i++)
		assert_int_equal(wiring.isa[i].pin, i);
}

static void more_ioapics_than_there_is_room_for(void **state)
{
	uint8_t many[(IOAPIC_MAX + 3) * 12] = { 0 };

	(void)state;
	for (unsigned i = 0; i < IOAPIC_MAX + 3; i++) {
		many[i * 12] = 1;
		many[i * 12 + 1] = 12;
		put32(many + i * 12 + 4, 0xfec00000 + i * 0x1000);
		put32(many + i * 12 + 8, i);
	}
	read_entries(many, sizeof(many));
	assert_int_equal(wiring.ioapics, IOAPIC_MAX);
}

/*
 * Every byte of every table changed, with and without a checksum that fits: no access outside of them, no value out of
 * range.
 */
static void any_wrong_byte_does_no_harm(void **state)
{
	static const phys_t tables[] = { RSDP, RSDT, XSDT, MADT };
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };

	for (unsigned n = 0; n < sizeof(tables) / sizeof(tables[0]); n++)
		for (size_t i = 0; i < memory[tables[n] / 0x1000].size; i++)
			for (unsigned v = 0; v < 2 * sizeof(values); v++) {
				machine(state);
				memory[tables[n] / 0x1000].bytes[i] = values[v / 2];
				if (v & 1)
					correct(tables[n], tables[n] == RSDP ? 20 : memory[tables[n] / 0x1000].size,
					        tables[n] == RSDP ? 8 : 9);
				acpi_read_wiring(RSDP, view, &wiring);
				assert_in_range(wiring.ioapics, 0, IOAPIC_MAX);
				for (unsigned k = 0; k < ISA_INTERRUPTS; k++)
					assert_in_range(wiring.isa[k].pin, 0, INTERRUPT_PINS - 1);
			}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, machine, no_machine)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(good_tables_by_the_xsdt),
		CASE(good_tables_by_the_rsdt),
		CASE(a_bad_xsdt_leaves_the_rsdt),
		CASE(a_bad_end_of_the_root_leaves_the_rsdt),
		CASE(no_root),
		CASE(a_wrong_checksum_of_the_root),
		CASE(a_wrong_checksum_of_the_table),
		CASE(no_such_table),
		CASE(lengths_that_cannot_be),
		CASE(a_list_with_a_rest),
		CASE(entries_without_length_end_the_table),
		CASE(entries_too_long_or_too_short_do_not_count),
		CASE(values_that_make_no_sense_do_not_count),
		CASE(more_ioapics_than_there_is_room_for),
		CASE(any_wrong_byte_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
