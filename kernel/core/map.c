/* SPDX-License-Identifier: BSD-2-Clause */
/* core/map.c - map items, see core/map.h. */
#include "core/map.h"
#include "base/assert.h"
#include "core/mapdb.h"
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
		return (struct source){ .pte = direct_map_phys(kip_page) | PTE_PRESENT | PTE_USER | PTE_KERNEL_OWNED, .level = 0 };
	if (from->is_sigma0)
		return sigma0_page(address);
	if (address >= USER_END) /* 48 bits of a flexpage reach into what is not the user's */
		return (struct source){ .pte = 0, .level = LEVELS - 1 };
	s.pte = *pagetable_find(from->root, address, &s.level);
	if (!(s.pte & PTE_PRESENT) || !(s.pte & PTE_USER) || (s.pte & PTE_KERNEL_OWNED))
		s.pte = 0;
	return s;
}

/* Put sigma0's page into its page table, at least at `level`; 2 MiB pages where that costs nothing more. */
static bool show_source(struct space *from, virt_t address, unsigned level, unsigned largest)
{
	unsigned wish = level ? level : largest ? 1 : 0;

	return !from->is_sigma0 || mapdb_show_sigma0(from, address, wish) || mapdb_show_sigma0(from, address, level);
}

/* The kernel interface page has no owner: who gets it from sigma0 sees the kernel's frame. */
static bool map_kip(struct space *to, virt_t target)
{
	return pagetable_map(to->root, target, direct_map_phys(kip_page), 0, PTE_USER | PTE_KERNEL_OWNED);
}

/* Map one page of at most `level`; stores the level it came to. */
static enum mapdb_result map_page(struct space *from, virt_t at, struct space *to, virt_t target, unsigned *level,
                                  struct source page, unsigned rights, bool grant, struct cpu *cpu)
{
	enum mapdb_result (*move)(struct space *, virt_t, struct space *, virt_t, unsigned, unsigned, struct cpu *) =
	        grant ? mapdb_grant : mapdb_map;
	enum mapdb_result result;

	if (page.pte & PTE_KERNEL_OWNED)
		return map_kip(to, target) ? MAPDB_DONE : MAPDB_NO_MEMORY;
	for (;; --*level) {
		result = show_source(from, at, *level, page.level)
		                 ? move(from, at, to, target, *level, rights, cpu) : MAPDB_NO_MEMORY;
		if (result != MAPDB_NO_MEMORY || *level == 0)
			return result;
	}
}

static enum map_result map_memory(struct space *from, virt_t source, struct space *to, virt_t destination, word_t size,
                                  unsigned rights, bool grant, word_t *done, struct cpu *cpu)
{
	for (unsigned pages = 0; *done < size; pages++) {
		virt_t at = source + *done, target = destination + *done;
		struct source page = find_source(from, at);
		unsigned level = page.level;

		if (pages == MAP_PIECE)
			return MAP_MORE;
		if (!page.pte) { /* a hole in the source, as wide as its level says */
			*done += level_size(level) - (at & (level_size(level) - 1));
			continue;
		}
		while (level && (((at | target) & (level_size(level) - 1)) || level_size(level) > size - *done ||
		                 level > largest_level() || !space_is_mappable(to, target, level_size(level))))
			level--;
		if (space_is_mappable(to, target, level_size(level)) &&
		    map_page(from, at, to, target, &level, page, rights, grant, cpu) == MAPDB_NO_MEMORY)
			return MAP_NO_MEMORY;
		*done += level_size(level);
	}
	return MAP_DONE;
}

static bool map_ports(struct space *from, struct fpage ports, struct space *to, bool grant, struct cpu *cpu)
{
	if (!space_allow_ports(to, ports, from->is_sigma0 ? NULL : from, cpu))
		return false;
	if (grant && !from->is_sigma0 && from != to)
		space_forbid_ports(from, ports);
	return true;
}

enum map_result map_fpage(struct space *from, struct fpage send, word_t send_base, bool grant, struct space *to,
                          struct fpage receive, word_t *done, struct cpu *cpu)
{
	word_t source, destination;
	unsigned size_log2;

	if (send.kind != receive.kind || send.kind == FPAGE_NIL || send.rights == 0)
		return MAP_DONE;
	size_log2 = fpage_match(send, receive, send_base, &source, &destination);
	if (send.kind == FPAGE_IO) {
		struct fpage ports = { .kind = FPAGE_IO, .size_log2 = size_log2, .base = source };

		/* Ports have no other names: they can only be mapped to where they are. */
		return source != destination || map_ports(from, ports, to, grant, cpu) ? MAP_DONE : MAP_NO_MEMORY;
	}
	return map_memory(from, source, to, destination, 1UL << size_log2, send.rights, grant, done, cpu);
}

bool map_sigma0_fault(struct space *sigma0, virt_t address)
{
	if (address >= USER_END || !space_is_mappable(sigma0, ALIGN_DOWN(address, PAGE_SIZE), PAGE_SIZE))
		return false;
	return sigma0_page(address).pte && mapdb_show_sigma0(sigma0, address, 0);
}
