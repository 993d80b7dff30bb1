/* SPDX-License-Identifier: BSD-2-Clause */
/* core/map.c - map items, see core/map.h. */
#include "core/map.h"
#include "base/assert.h"
#include "x86/cpu.h"

static struct {
	phys_t low, high;
} kernel_range[MAP_KERNEL_RANGES];
static unsigned kernel_ranges;

void map_reserve(phys_t low, phys_t high)
{
	assert(kernel_ranges < MAP_KERNEL_RANGES);
	kernel_range[kernel_ranges].low = low;
	kernel_range[kernel_ranges++].high = high;
}

bool map_is_sigma0s(phys_t low, word_t size)
{
	if ((low + size - 1) >> cpu_features.physical_bits)
		return false;
	for (unsigned i = 0; i < kernel_ranges; i++)
		if (low < kernel_range[i].high && kernel_range[i].low < low + size)
			return false;
	return true;
}

static unsigned largest_level(void)
{
	return cpu_features.pages_1g ? 2 : 1;
}

/* What a space has at an address: a leaf, its level and (as if it were the entry) its bits. */
struct source {
	pte_t pte;
	unsigned level;
};

/* sigma0's page at an address: as large as lies wholly outside the kernel's memory. */
static struct source sigma0_page(phys_t address)
{
	struct source s = { .pte = 0, .level = largest_level() };

	if (address >> cpu_features.physical_bits)
		return (struct source){ .pte = 0, .level = LEVELS - 1 };
	while (s.level && !map_is_sigma0s(ALIGN_DOWN(address, level_size(s.level)), level_size(s.level)))
		s.level--;
	phys_t page = ALIGN_DOWN(address, level_size(s.level));

	if (map_is_sigma0s(page, level_size(s.level)))
		s.pte = page | PTE_PRESENT | PTE_WRITE | PTE_USER;
	return s;
}

static struct source find_source(struct space *from, virt_t address)
{
	struct source s;

	if (from->is_sigma0 && fpage_contains(from->kip_area, address, 1)) /* sigma0 gives the KIP to who asks for it */
		return (struct source){ .pte = direct_map_phys(kip_page) | PTE_PRESENT | PTE_USER, .level = 0 };
	if (from->is_sigma0)
		return sigma0_page(address);
	if (address >= USER_END) /* 48 bits of a flexpage reach into what is not the user's */
		return (struct source){ .pte = 0, .level = LEVELS - 1 };
	s.pte = *pagetable_find(from->root, address, &s.level);
	if (!(s.pte & PTE_PRESENT) || !(s.pte & PTE_USER) || (s.pte & PTE_KERNEL_OWNED))
		s.pte = 0;
	return s;
}

static pte_t rights_bits(unsigned rights, pte_t source)
{
	pte_t bits = PTE_PRESENT | PTE_USER | (source & (PTE_WRITE_THROUGH | PTE_UNCACHED));

	if ((rights & RIGHT_W) && (source & PTE_WRITE))
		bits |= PTE_WRITE;
	if (!(rights & RIGHT_X) || (source & PTE_NX))
		bits |= PTE_NX;
	return bits;
}

/*
 * Map one page of at most `level` at `address`; returns the level that was mapped (smaller where `to` already has a
 * table), or LEVELS when out of memory.
 */
static unsigned map_page(struct space *to, virt_t address, phys_t phys, unsigned level, pte_t bits, struct cpu *cpu)
{
	unsigned found;
	pte_t *entry = pagetable_find(to->root, address, &found);
	pte_t old = *entry;

	if (found < level)
		level = found; /* there is a table already */
	if ((old & PTE_PRESENT) && pte_phys(old, found) + (address & (level_size(found) - 1)) == phys) {
		bits |= old & PTE_WRITE; /* the same page again: rights add up */
		if (!(old & PTE_NX))
			bits &= ~PTE_NX;
		bits |= old & (PTE_ACCESSED | PTE_DIRTY);
	}
	if (!pagetable_map(to->root, address, phys, level, bits))
		return LEVELS;
	if (old & PTE_PRESENT)
		space_invalidate(to, cpu, address);
	return level;
}

static bool map_memory(struct space *from, virt_t source, struct space *to, virt_t destination, word_t size,
                       unsigned rights, struct cpu *cpu)
{
	word_t step;

	for (word_t done = 0; done < size; done += step) {
		virt_t at = source + done, target = destination + done;
		struct source page = find_source(from, at);
		unsigned level = page.level;

		if (!page.pte) { /* a hole in the source, as wide as its level says */
			step = level_size(level) - (at & (level_size(level) - 1));
			continue;
		}
		while (level && (((at | target) & (level_size(level) - 1)) || level_size(level) > size - done ||
		                 level > largest_level() || !space_is_mappable(to, target, level_size(level))))
			level--;
		step = level_size(level);
		if (!space_is_mappable(to, target, step))
			continue;

		phys_t phys = pte_phys(page.pte, page.level) + (at & (level_size(page.level) - 1));

		level = map_page(to, target, phys, level, rights_bits(rights, page.pte), cpu);
		if (level == LEVELS)
			return false;
		step = level_size(level);
	}
	return true;
}

bool map_fpage(struct space *from, struct fpage send, word_t send_base, struct space *to, struct fpage receive,
               struct cpu *cpu)
{
	word_t source, destination;
	unsigned size_log2;

	if (send.kind != receive.kind || send.kind == FPAGE_NIL || send.rights == 0)
		return true;
	size_log2 = fpage_match(send, receive, send_base, &source, &destination);
	if (send.kind == FPAGE_IO) {
		struct fpage ports = { .kind = FPAGE_IO, .size_log2 = size_log2, .base = source };

		/* Ports have no other names: they can only be mapped to where they are. */
		return source != destination || space_allow_ports(to, ports, from->is_sigma0 ? NULL : from, cpu);
	}
	return map_memory(from, source, to, destination, 1UL << size_log2, send.rights, cpu);
}

bool map_sigma0_fault(struct space *sigma0, virt_t address, struct cpu *cpu)
{
	if (address >= USER_END || !space_is_mappable(sigma0, ALIGN_DOWN(address, PAGE_SIZE), PAGE_SIZE))
		return false;
	struct source page = sigma0_page(address);

	return page.pte && map_page(sigma0, ALIGN_DOWN(address, PAGE_SIZE), ALIGN_DOWN(address, PAGE_SIZE), 0,
	                            rights_bits(RIGHTS_ALL, page.pte), cpu) != LEVELS;
}
