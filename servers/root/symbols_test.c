/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols_test.c - a small symbol table, and what is left of it when bytes are changed or cut off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <elf.h>
#include <cmocka.h>

#include "symbols.h"

enum { SYMBOLS = 5, ROUNDS = 20000 };

struct image {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	Elf64_Sym symbols[SYMBOLS];
	char names[24];
};

static struct image image;

static int setup(void **state)
{
	(void)state;
	memset(&image, 0, sizeof(image));
	memcpy(image.header.e_ident, ELFMAG, SELFMAG);
	image.header.e_ident[EI_CLASS] = ELFCLASS64;
	image.header.e_shoff = offsetof(struct image, sections);
	image.header.e_shentsize = sizeof(Elf64_Shdr);
	image.header.e_shnum = 3;
	image.sections[1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB, .sh_offset = offsetof(struct image, symbols),
					  .sh_size = sizeof(image.symbols), .sh_link = 2 };
	image.sections[2] = (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = offsetof(struct image, names),
					  .sh_size = sizeof(image.names) };
	memcpy(image.names, "\0main\0helper\0_start\0x", 22);
	image.symbols[1] = (Elf64_Sym){ .st_name = 1, .st_info = STT_FUNC, .st_value = 0x400100, .st_size = 0x40 };
	image.symbols[2] = (Elf64_Sym){ .st_name = 6, .st_info = STT_FUNC, .st_value = 0x400140, .st_size = 0x10 };
	image.symbols[3] = (Elf64_Sym){ .st_name = 13, .st_info = STT_NOTYPE, .st_value = 0x400200 };
	image.symbols[4] = (Elf64_Sym){ .st_name = 20, .st_info = STT_OBJECT, .st_value = 0x400150, .st_size = 8 };
	return 0;
}

static void expect(unsigned long address, const char *name, unsigned long offset)
{
	struct symbol symbol;

	assert_true(symbol_find(&symbol, &image, sizeof(image), address));
	assert_string_equal(symbol.name, name);
	assert_int_equal(symbol.offset, offset);
}

static void functions_are_found(void **state)
{
	(void)state;
	expect(0x400100, "main", 0);
	expect(0x40013f, "main", 0x3f);
	expect(0x400140, "helper", 0);
	expect(0x400300, "_start", 0x100);
}

static void other_addresses_have_no_function(void **state)
{
	struct symbol symbol;

	(void)state;
	assert_false(symbol_find(&symbol, &image, sizeof(image), 0));
	assert_false(symbol_find(&symbol, &image, sizeof(image), 0x4000ff));
	assert_false(symbol_find(&symbol, &image, sizeof(image), 0x400152));
	assert_false(symbol_find(&symbol, &image, sizeof(image), 0x500000));
}

static void files_without_symbols(void **state)
{
	struct symbol symbol;

	(void)state;
	image.sections[1].sh_type = SHT_PROGBITS;
	assert_false(symbol_find(&symbol, &image, sizeof(image), 0x400100));
	setup(NULL);
	image.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_false(symbol_find(&symbol, &image, sizeof(image), 0x400100));
	assert_false(symbol_find(&symbol, "text", 4, 0x400100));
}

/* The sanitizer sees every read beyond the file. */
static void damaged_files_do_no_harm(void **state)
{
	(void)state;
	srand(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		size_t size = rand() % 3 ? sizeof(image) : rand() % sizeof(image);
		unsigned char *copy = malloc(size + 1);
		struct symbol symbol;

		memcpy(copy, &image, size);
		for (unsigned int changes = rand() % 4; size > 0 && changes > 0; changes--)
			copy[rand() % size] = (unsigned char)(rand() % 2 ? rand() : 0xff);
		copy = realloc(copy, size ? size : 1);
		if (symbol_find(&symbol, copy, size, 0x400120))
			assert_true(strlen(symbol.name) < SYMBOL_NAME_MAX);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(functions_are_found, setup),
		cmocka_unit_test_setup(other_addresses_have_no_function, setup),
		cmocka_unit_test_setup(files_without_symbols, setup),
		cmocka_unit_test_setup(damaged_files_do_no_harm, setup),
	};

	return cmocka_run_group_tests_name("root/symbols", tests, NULL, NULL);
}
