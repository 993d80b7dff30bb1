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

/* Give the first `size` bytes to the kernel, in memory of their own, which stays until the end. */
static void load(const struct file *f, size_t size)
{
	char *copy = test_malloc(size ? size : 1);

	memcpy(copy, f, size);
	symbols_init(copy, size);
}

static void expect(virt_t address, const char *name, word_t offset)
{
	word_t found = 0x5555;

	assert_string_equal(symbols_find(address, &found), name);
	assert_int_equal(found, offset);
}

int main(void)
{
	return 77;
}
