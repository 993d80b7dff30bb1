/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/pagetable.c - see x86/pagetable.h. */
#include "x86/pagetable.h"
#include "base/string.h"
#include "core/account.h"
#include "core/frames.h"

static pte_t *table_of(pte_t pte)
{
	return direct_map(pte & PTE_ADDRESS);
}

void pte_set(pte_t *entry, pte_t value)
{
	*frame_count(entry) += (uint32_t)(value != 0) - (*entry != 0);
	*entry = value;
}

void pagetable_split(pte_t *table, pte_t leaf, unsigned level)
{
	pte_t step = level_size(level - 1);

	if (level == 1)
		leaf &= ~PTE_LARGE;
	*frame_count(table) = TABLE_ENTRIES;
	for (pte_t *entry = table; entry < table + TABLE_ENTRIES; entry += 8, leaf += step) {
		entry[0] = leaf;
		entry[1] = leaf += step;
		entry[2] = leaf += step;
		entry[3] = leaf += step;
		entry[4] = leaf += step;
		entry[5] = leaf += step;
		entry[6] = leaf += step;
		entry[7] = leaf += step;
	}
}

pte_t *pagetable_find(pte_t *root, virt_t address, unsigned *level)
{
	pte_t *table = root;

	for (*level = LEVELS - 1;; --*level) {
		pte_t *entry = &table[table_index(address, *level)];

		if (!is_table(*entry, *level))
			return entry;
		table = table_of(*entry);
	}
}

SELDOM pte_t *pagetable_make(pte_t *root, virt_t address, unsigned level, pte_t table_bits, struct account *account)
{
	unsigned from = LEVELS - 1;
	pte_t *entry = &root[table_index(address, from)];

	while (from > level && (*entry & PTE_PRESENT) && !pte_is_leaf(*entry, from))
		entry = &table_of(*entry)[table_index(address, --from)];
	if (from > level && !account_reserve(account, from - level))
		return NULL;

	/* committed: nothing below may fail */
	for (; from > level; from--) {
		pte_t *table = account_alloc_reserved();

		if (*entry & PTE_PRESENT)
			pagetable_split(table, *entry, from);
		else
			words_fill(table, 0, TABLE_ENTRIES);
		pte_set(entry, direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | table_bits);
		entry = &table[table_index(address, from - 1)];
	}
	return entry;
}

SELDOM bool pagetable_map(pte_t *root, virt_t address, phys_t phys, unsigned level, pte_t bits, struct account *account)
{
	pte_t *entry = pagetable_make(root, address, level, bits & PTE_USER, account);

	if (!entry)
		return false;
	pte_set(entry, phys | bits | PTE_PRESENT | (level ? PTE_LARGE : 0));
	return true;
}
