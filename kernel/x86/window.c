/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/window.c - see x86/window.h. */
#include "x86/window.h"
#include "base/assert.h"
#include "core/frames.h"
#include "core/space.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

enum { ROOT_ENTRY = 0, REGION_ENTRY = WINDOW_REGION >> WINDOW_REGION_LOG2, DIRECTORY_LEVEL = 1 };

static pte_t *directory;

/* But for what the processor notes in them. */
static bool same(pte_t a, pte_t b)
{
	return ((a ^ b) & ~PTE_ACCESSED) == 0;
}

/* Supervisor's, and no table that whoever walks through a large space's tables would go down into. */
static pte_t region_pte(void)
{
	return direct_map_phys(directory) | PTE_PRESENT | PTE_WRITE | PTE_KERNEL_OWNED;
}

bool window_init(void)
{
	pte_t *entry = pagetable_make(kernel_root, WINDOW_REGION, 2, 0, &kernel_account);

	directory = account_alloc(&kernel_account);
	if (!entry || !directory)
		return false;
	*entry = region_pte();
	return true;
}

pte_t *window_entry(virt_t address)
{
	return &directory[table_index(address, DIRECTORY_LEVEL)];
}

/* What stands in the small space's own directory for an address; 0: no table. */
static pte_t own_entry(const struct space *s, virt_t address)
{
	const pte_t *table = s->root;

	for (unsigned level = LEVELS - 1; level > DIRECTORY_LEVEL; level--) {
		pte_t pte = table[table_index(address, level)];

		if (!(pte & PTE_PRESENT))
			return 0;
		table = direct_map(pte & PTE_ADDRESS);
	}
	return table[table_index(address, DIRECTORY_LEVEL)] & ~PTE_USER;
}

/* Forget everything, under all tags, global pages and what is remembered of tables included. SDM 3A 4.10.4.1 */
static void forget_all(void)
{
	word_t cr4 = cr4_read();

	cr4_write(cr4 & ~(word_t)CR4_PGE);
	cr4_write(cr4);
}

static void load_kernel_root(struct cpu *cpu)
{
	cpu->loaded_cr3 = direct_map_phys(kernel_root);
	cr3_write(cpu->loaded_cr3);
}

static struct space *loaded_space(const struct cpu *cpu)
{
	return space_of_root(direct_map(cpu->loaded_cr3 & PTE_ADDRESS));
}

/* The directory's entry in the tables of a large space. NULL: it has nothing of its own around there, so no table. */
static pte_t *region_entry(const struct space *s)
{
	pte_t root_entry = s->root[ROOT_ENTRY];

	assert(!s->is_sigma0); /* window_prepare() */
	return root_entry & PTE_PRESENT ? (pte_t *)direct_map(root_entry & PTE_ADDRESS) + REGION_ENTRY : NULL;
}

bool window_repair(const struct space *s, virt_t address, struct cpu *cpu)
{
	const struct space *loaded = loaded_space(cpu);
	pte_t *entry = loaded ? region_entry(loaded) : NULL, own;

	if (loaded && !entry) {
		load_kernel_root(cpu);
		return true;
	}
	if (entry && !*entry) {
		*entry = region_pte(); /* not counted: the table goes when nothing else is in it */
		return true;
	}
	if (address >= s->end)
		return false;
	entry = window_entry(s->base + address);
	own = own_entry(s, address);
	if (same(*entry, own))
		return false;
	*entry = own;
	return true;
}

void window_prepare(struct cpu *cpu)
{
	if (cpu->loaded_cr3 == cpu->sigma0_cr3)
		load_kernel_root(cpu);
}

void window_forget(const struct space *s, virt_t address)
{
	pte_t *entry = window_entry(s->base + address);

	if (*entry && !same(*entry, own_entry(s, address))) { /* the page table is gone */
		*entry = 0;
		forget_all();
	} else {
		invlpg(s->base + address);
	}
}

void window_clear(const struct space *s)
{
	for (virt_t at = 0; at < s->end; at += level_size(DIRECTORY_LEVEL))
		*window_entry(s->base + at) = 0;
	forget_all();
}
