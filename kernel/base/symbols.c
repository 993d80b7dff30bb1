/* SPDX-License-Identifier: BSD-2-Clause */
/* base/symbols.c - names of functions, from the symbol table of the kernel's ELF file. */
#include <elf.h>
#include "base/panic.h"

static const Elf64_Sym *symbols;
static size_t symbol_count;
static const char *names;
static size_t names_size;

/* A section's contents, if they lie inside the file. */
static const void *contents(const char *elf, size_t size, const Elf64_Shdr *section)
{
	if (section->sh_offset > size || section->sh_size > size - section->sh_offset)
		return NULL;
	return elf + section->sh_offset;
}

void symbols_init(const void *elf, size_t size)
{
	const Elf64_Ehdr *header = elf;
	const Elf64_Shdr *sections;

	if (size < sizeof(*header) || header->e_shoff > size ||
	    header->e_shnum > (size - header->e_shoff) / sizeof(Elf64_Shdr))
		return;
	sections = (const Elf64_Shdr *)((const char *)elf + header->e_shoff);
	for (unsigned i = 0; i < header->e_shnum; i++) {
		if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum)
			continue;
		const Elf64_Shdr *strings = &sections[sections[i].sh_link];

		symbols = contents(elf, size, &sections[i]);
		names = contents(elf, size, strings);
		names_size = strings->sh_size;
		/* If the last name ends inside the table, so does every other. */
		bool usable = symbols && names && names_size && !names[names_size - 1];

		symbol_count = usable ? sections[i].sh_size / sizeof(*symbols) : 0;
		return;
	}
}

const char *symbols_find(virt_t address, word_t *offset)
{
	const Elf64_Sym *best = NULL;

	for (size_t i = 0; i < symbol_count; i++) {
		const Elf64_Sym *s = &symbols[i];

		if (s->st_shndx == SHN_UNDEF || s->st_shndx >= SHN_LORESERVE || s->st_name >= names_size)
			continue;
		if (s->st_value <= address && (!best || s->st_value >= best->st_value))
			best = s;
	}
	*offset = best ? address - best->st_value : address;
	return best ? names + best->st_name : "?";
}
