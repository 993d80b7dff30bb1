/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_symbols.c - names of addresses, from a made-up ELF file and from broken ones.
 *
 * The files lie in memory that ends where they end, so that reading behind them is found.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/panic.h"

enum { SECTIONS = 3, SYMBOLS = 6, NAMES_SIZE = 32 };

struct file {
	Elf64_Ehdr header;
	Elf64_Shdr section[SECTIONS]; /* none, symbols, their names */
	Elf64_Sym symbol[SYMBOLS];
	char names[NAMES_SIZE];
};

#define BASE 0xffffffff80000000UL

static void file_make(struct file *f)
{
	static const char names[NAMES_SIZE] = "\0first\0second\0third\0absolute";

	memset(f, 0, sizeof(*f));
	memcpy(f->names, names, sizeof(names));
	f->header.e_shoff = offsetof(struct file, section);
	f->header.e_shnum = SECTIONS;
	f->section[1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
				      .sh_offset = offsetof(struct file, symbol),
				      .sh_size = sizeof(f->symbol),
				      .sh_link = 2 };
	f->section[2] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
				      .sh_offset = offsetof(struct file, names),
				      .sh_size = NAMES_SIZE };
	/* not in the order of addresses */
	f->symbol[1] = (Elf64_Sym){ .st_name = 7, .st_shndx = 1, .st_value = BASE + 0x200 };
	f->symbol[2] = (Elf64_Sym){ .st_name = 1, .st_shndx = 1, .st_value = BASE + 0x100 };
	f->symbol[3] = (Elf64_Sym){ .st_name = 14, .st_shndx = 1, .st_value = BASE + 0x300 };
	f->symbol[4] = (Elf64_Sym){ .st_name = 20, .st_shndx = SHN_ABS, .st_value = BASE + 0x280 };
	f->symbol[5] = (Elf64_Sym){ .st_name = 20, .st_shndx = SHN_UNDEF, .st_value = BASE + 0x290 };
}

static void *kept[1024];
static size_t kept_count;

/* Give the first `size` bytes to the kernel, in memory of their own. It keeps them for good. */
static void load(const struct file *f, size_t size)
{
	char *copy = malloc(size ? size : 1);

	assert_true(copy && kept_count < COUNT_OF(kept));
	kept[kept_count++] = copy;
	memcpy(copy, f, size);
	symbols_init(copy, size);
}

static void expect(virt_t address, const char *name, word_t offset)
{
	word_t found = 0x5555;

	assert_string_equal(symbols_find(address, &found), name);
	assert_int_equal(found, offset);
}

static void without_a_file_nothing_is_known(void **state)
{
	(void)state;
	expect(BASE + 0x100, "?", BASE + 0x100);
}

static void a_file_that_is_cut_off_says_nothing(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	for (size_t size = 0; size < sizeof(f); size++) {
		load(&f, size);
		expect(BASE + 0x150, "?", BASE + 0x150);
	}
}

static void tables_outside_of_the_file_are_not_read(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	f.header.e_shoff = ~0UL - 8;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);

	file_make(&f);
	f.header.e_shnum = 0xffff;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);

	file_make(&f);
	f.section[1].sh_offset = ~0UL - 8;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);

	file_make(&f);
	f.section[1].sh_size = ~0UL;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);

	file_make(&f);
	f.section[1].sh_link = SECTIONS;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);

	file_make(&f);
	f.section[2].sh_size = sizeof(f);
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);
}

static void a_file_without_symbols_says_nothing(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	f.section[1].sh_type = SHT_PROGBITS;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);

	file_make(&f);
	f.header.e_shnum = 0;
	load(&f, sizeof(f));
	expect(BASE + 0x150, "?", BASE + 0x150);
}

static void names_that_do_not_end_inside_their_table_are_not_read(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	memset(f.names + 20, 'x', NAMES_SIZE - 20);
	f.symbol[3].st_name = 20;
	load(&f, sizeof(f));
	expect(BASE + 0x350, "?", BASE + 0x350);

	file_make(&f);
	f.section[2].sh_size = 0;
	load(&f, sizeof(f));
	expect(BASE + 0x350, "?", BASE + 0x350);
}

static void a_name_outside_of_the_names_is_no_name(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	f.symbol[1].st_name = NAMES_SIZE;
	load(&f, sizeof(f));
	expect(BASE + 0x250, "first", 0x150);
}

static void an_address_belongs_to_the_last_symbol_not_above_it(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	load(&f, sizeof(f));
	expect(BASE + 0x100, "first", 0);
	expect(BASE + 0x1ff, "first", 0xff);
	expect(BASE + 0x200, "second", 0);
	expect(BASE + 0x300, "third", 0);
	expect(~0UL, "third", ~0UL - BASE - 0x300);
}

static void absolute_and_undefined_symbols_are_passed_over(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	load(&f, sizeof(f));
	expect(BASE + 0x2a0, "second", 0xa0);
}

static void an_address_below_all_symbols_is_not_known(void **state)
{
	struct file f;

	(void)state;
	file_make(&f);
	load(&f, sizeof(f));
	expect(0x400000, "?", 0x400000);
}

/* The file that was loaded stays: those that leave nothing behind come first. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_nothing_is_known),
		cmocka_unit_test(a_file_that_is_cut_off_says_nothing),
		cmocka_unit_test(tables_outside_of_the_file_are_not_read),
		cmocka_unit_test(a_file_without_symbols_says_nothing),
		cmocka_unit_test(names_that_do_not_end_inside_their_table_are_not_read),
		cmocka_unit_test(a_name_outside_of_the_names_is_no_name),
		cmocka_unit_test(an_address_belongs_to_the_last_symbol_not_above_it),
		cmocka_unit_test(absolute_and_undefined_symbols_are_passed_over),
		cmocka_unit_test(an_address_below_all_symbols_is_not_known),
	};

	return cmocka_run_group_tests_name("kernel_symbols", tests, NULL, NULL);
}
