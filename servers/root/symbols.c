/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.c - reading an ELF64 symbol table.
 *
 * A symbol counts for its size; one of size 0 (assembly has such) up to the next, but not further than NEAR bytes.
 * Fields are fetched byte by byte at checked offsets, as in elf.c.
 */
#include "symbols.h"

#include "elf.h"

enum {
	EHDR_SIZE = 64,
	E_CLASS = 4,
	CLASS_64 = 2,
	E_SHOFF = 40,
	E_SHENTSIZE = 58,
	E_SHNUM = 60,

	SHDR_SIZE = 64,
	SH_TYPE = 4,
	SH_OFFSET = 24,
	SH_SIZE = 32,
	SH_LINK = 40,
	SHT_SYMTAB = 2,

	SYM_SIZE = 24,
	ST_NAME = 0,
	ST_INFO = 4,
	ST_VALUE = 8,
	ST_SIZE = 16,
	STT_NOTYPE = 0,
	STT_FUNC = 2,

	NEAR = 1 << 16,
};

struct bytes {
	const unsigned char *start;
	size_t size;
};

static unsigned long field(const unsigned char *at, unsigned int bytes)
{
	unsigned long value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

/* The bytes of a section, by its number. Empty: there is no such section in the file. */
static struct bytes section(struct bytes file, unsigned long number)
{
	unsigned long table = field(file.start + E_SHOFF, 8), count = field(file.start + E_SHNUM, 2);
	const unsigned char *header;
	unsigned long offset, size;

	if (number >= count || table > file.size || count * SHDR_SIZE > file.size - table)
		return (struct bytes){ file.start, 0 };
	header = file.start + table + number * SHDR_SIZE;
	offset = field(header + SH_OFFSET, 8);
	size = field(header + SH_SIZE, 8);
	if (offset > file.size || size > file.size - offset)
		return (struct bytes){ file.start, 0 };
	return (struct bytes){ file.start + offset, size };
}

/* The symbols, and the names that they refer to. False: the file has none. */
static bool find_tables(struct bytes file, struct bytes *symbols, struct bytes *names)
{
	unsigned long table = field(file.start + E_SHOFF, 8), count = field(file.start + E_SHNUM, 2);

	if (field(file.start + E_SHENTSIZE, 2) != SHDR_SIZE || table > file.size ||
	    count * SHDR_SIZE > file.size - table)
		return false;
	for (unsigned long i = 0; i < count; i++) {
		const unsigned char *header = file.start + table + i * SHDR_SIZE;

		if (field(header + SH_TYPE, 4) != SHT_SYMTAB)
			continue;
		*symbols = section(file, i);
		*names = section(file, field(header + SH_LINK, 4));
		return true;
	}
	return false;
}

static bool holds(const unsigned char *entry, unsigned long address)
{
	unsigned long value = field(entry + ST_VALUE, 8), size = field(entry + ST_SIZE, 8);
	unsigned int type = entry[ST_INFO] & 0xf;

	return value != 0 && (type == STT_FUNC || (type == STT_NOTYPE && size == 0)) && address >= value &&
	       address - value < (size ? size : NEAR);
}

static void copy_name(char *to, struct bytes names, unsigned long offset)
{
	unsigned int i = 0;

	for (; i < SYMBOL_NAME_MAX - 1 && offset < names.size && names.start[offset] > ' '; i++)
		to[i] = (char)names.start[offset++];
	to[i] = 0;
}

bool symbol_find(struct symbol *symbol, const void *start, size_t size, unsigned long address)
{
	struct bytes file = { start, size }, symbols, names;
	const unsigned char *best = NULL;

	if (!elf_is(start, size) || size < EHDR_SIZE || file.start[E_CLASS] != CLASS_64 ||
	    !find_tables(file, &symbols, &names))
		return false;
	for (size_t at = 0; symbols.size - at >= SYM_SIZE; at += SYM_SIZE) {
		const unsigned char *entry = symbols.start + at;

		if (holds(entry, address) &&
		    (!best || field(entry + ST_VALUE, 8) > field(best + ST_VALUE, 8)))
			best = entry;
	}
	if (!best)
		return false;
	symbol->offset = address - field(best + ST_VALUE, 8);
	copy_name(symbol->name, names, field(best + ST_NAME, 4));
	return symbol->name[0] != 0;
}
