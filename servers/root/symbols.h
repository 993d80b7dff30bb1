/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.h - the function that an address of a program belongs to, from the symbol table of its file.
 *
 * The file is not trusted. Pure: compiles for the host.
 */
#ifndef ROOT_SYMBOLS_H
#define ROOT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

enum { SYMBOL_NAME_MAX = 64 }; /* bytes with the final zero; longer ones are cut */

struct symbol {
	char name[SYMBOL_NAME_MAX];
	unsigned long offset; /* of the address, from the function's first byte */
};

/* The function with the highest address not above this one. False: the file has no symbol table, or none fits. */
bool symbol_find(struct symbol *symbol, const void *file, size_t size, unsigned long address);

#endif
