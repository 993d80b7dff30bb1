/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/pagetable.h - four-level page tables (SDM 3A 4.5) as a data structure.
 *
 * A table is named by the kernel's pointer to its 512 entries. Levels count from the leaf: 0 maps 4 KiB, 1 maps 2 MiB,
 * 2 maps 1 GiB, 3 is the root. Nothing here flushes a TLB.
 */
#ifndef X86_PAGETABLE_H
#define X86_PAGETABLE_H

#include "base/memory_map.h"

struct account;

typedef uint64_t pte_t;

#define PTE_PRESENT  (1UL << 0)
#define PTE_WRITE    (1UL << 1)
#define PTE_USER     (1UL << 2)
#define PTE_WRITE_THROUGH (1UL << 3)
#define PTE_UNCACHED (1UL << 4)
#define PTE_ACCESSED (1UL << 5)
#define PTE_DIRTY    (1UL << 6)
#define PTE_LARGE    (1UL << 7) /* levels 1 and 2: a leaf */
#define PTE_GLOBAL   (1UL << 8)
#define PTE_KERNEL_OWNED (1UL << 9) /* ours: the frame of a user leaf is the kernel's (KIP, UTCB); never mapped on */
                                    /* in an entry that names a table: it is not this space's (x86/window.h) */
/*
 * How a page is cached: these two bits name one of the first four entries of the PAT (x86/features.c:pat_init). The
 * third bit, which would name the others, lies elsewhere in large pages than in small ones and is not used.
 */
#define PTE_CACHING  (PTE_WRITE_THROUGH | PTE_UNCACHED)
#define CACHING_WRITE_BACK      0UL
#define CACHING_WRITE_THROUGH   PTE_WRITE_THROUGH
#define CACHING_WRITE_COMBINING PTE_UNCACHED
#define CACHING_UNCACHEABLE     (PTE_UNCACHED | PTE_WRITE_THROUGH)
#define PTE_NX       (1UL << 63)
#define PTE_ADDRESS  0x000ffffffffff000UL

#ifndef TABLE_LOG2 /* host tests make tables small */
#define TABLE_LOG2 9
#endif
enum { TABLE_ENTRIES = 1 << TABLE_LOG2, LEVELS = 4 };

static inline unsigned level_shift(unsigned level)
{
	return PAGE_LOG2 + TABLE_LOG2 * level;
}

static inline word_t level_size(unsigned level)
{
	return 1UL << level_shift(level);
}

/* Of the entry for an address in a table of this level. */
static inline unsigned table_index(virt_t address, unsigned level)
{
	return address >> level_shift(level) & (TABLE_ENTRIES - 1);
}

static inline bool pte_is_leaf(pte_t pte, unsigned level)
{
	return level == 0 || (pte & PTE_LARGE);
}

/* Does it name a table of the space's own? */
static inline bool is_table(pte_t pte, unsigned level)
{
	return level > 0 && (pte & (PTE_PRESENT | PTE_LARGE | PTE_KERNEL_OWNED)) == PTE_PRESENT;
}

/* The physical address that a leaf of this level maps, without the bits inside the page. */
static inline phys_t pte_phys(pte_t pte, unsigned level)
{
	return ALIGN_DOWN(pte & PTE_ADDRESS, level_size(level));
}

/*
 * Write an entry. Who counts on frame_count() of a table, which says how many of its entries are not 0, writes all of
 * them so.
 */
void pte_set(pte_t *entry, pte_t value);

/* Fill a table with leaves that map the same as one leaf of `level` does. */
void pagetable_split(pte_t *table, pte_t leaf, unsigned level);

/*
 * The entry that decides about `address`: a present leaf, or the first entry on the way that is not present or names a
 * table which is not the space's own (no user's page). Stores its level. Never NULL, allocates nothing.
 */
pte_t *pagetable_find(pte_t *root, virt_t address, unsigned *level);

/*
 * The entry of `level` for `address`, making tables down to it, at the expense of `account`; a larger leaf on the way
 * is split into a table of equal smaller ones. NULL when out of memory; nothing is changed then. New tables are marked
 * with `table_bits` (PTE_USER or 0).
 */
pte_t *pagetable_make(pte_t *root, virt_t address, unsigned level, pte_t table_bits, struct account *account);

/* Map one page of `level`. False when out of memory. */
bool pagetable_map(pte_t *root, virt_t address, phys_t phys, unsigned level, pte_t bits, struct account *account);

#endif
