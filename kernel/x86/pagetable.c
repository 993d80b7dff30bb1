/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/pagetable.c - see x86/pagetable.h. */
#include "x86/pagetable.h"
#include "core/frames.h"

static unsigned index_of(virt_t address, unsigned level)
{
	return address >> level_shift(level) & (TABLE_ENTRIES - 1);
}

static pte_t *table_of(pte_t pte)
{
	return direct_map(pte & PTE_ADDRESS);
}

pte_t *pagetable_find(pte_t *root, virt_t address, unsigned *level)
{
	pte_t *table = root;

	for (*level = LEVELS - 1;; --*level) {
		pte_t *entry = &table[index_of(address, *level)];

		if (!(*entry & PTE_PRESENT) || pte_is_leaf(*entry, *level))
			return entry;
		table = table_of(*entry);
	}
}

/* Replace a leaf of `level` by a table of leaves that map the same. */
static bool split(pte_t *entry, unsigned level, pte_t table_bits)
{
	pte_t *table = frame_alloc();
	pte_t leaf = *entry;
	pte_t step = level_size(level - 1);

	if (!table)
		return false;
	if (level - 1 == 0)
		leaf &= ~PTE_LARGE;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		table[i] = leaf + i * step;
	*entry = direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | table_bits;
	return true;
}

pte_t *pagetable_make(pte_t *root, virt_t address, unsigned level, pte_t table_bits)
{
	pte_t *table = root;

	for (unsigned l = LEVELS - 1;; l--) {
		pte_t *entry = &table[index_of(address, l)];

		if (l == level)
			return entry;
		if (!(*entry & PTE_PRESENT)) {
			pte_t *below = frame_alloc();

			if (!below)
				return NULL;
			*entry = direct_map_phys(below) | PTE_PRESENT | PTE_WRITE | table_bits;
		} else if (pte_is_leaf(*entry, l) && !split(entry, l, table_bits)) {
			return NULL;
		}
		table = table_of(*entry);
	}
}

bool pagetable_map(pte_t *root, virt_t address, phys_t phys, unsigned level, pte_t bits)
{
	pte_t *entry = pagetable_make(root, address, level, bits & PTE_USER);

	if (!entry)
		return false;
	*entry = phys | bits | PTE_PRESENT | (level ? PTE_LARGE : 0);
	return true;
}
