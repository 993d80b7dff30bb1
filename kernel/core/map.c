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
		return (struct source){ .pte = *pagetable_find(from->root, address, &s.level) };
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

/* Was there no memory for a page of this level here, or for a smaller one? */
static bool is_too_large(const struct revocation *clearing, virt_t at, unsigned level)
{
	return (clearing->too_large & ~(PAGE_SIZE - 1UL)) == at && clearing->too_large != at &&
	       level >= (clearing->too_large & (PAGE_SIZE - 1));
}

/* Map one page. Without memory for a large one: MAPDB_MORE, and the next piece takes a smaller one. */
static enum mapdb_result map_page(struct space *from, virt_t at, struct space *to, virt_t target, unsigned level,
                                  struct source page, unsigned rights, bool grant, struct revocation *clearing,
                                  struct cpu *cpu)
{
	enum mapdb_result (*move)(struct space *, virt_t, struct space *, virt_t, unsigned, unsigned,
	                          struct revocation *, struct cpu *) = grant ? mapdb_grant : mapdb_map;
	enum mapdb_result result = MAPDB_NO_MEMORY;

	if (show_source(from, at, level, page.level))
		result = move(from, at, to, target, level, rights, clearing, cpu);
	if (result != MAPDB_NO_MEMORY || level == 0)
		return result;
	clearing->too_large = at | level;
	return MAPDB_MORE;
}

static enum map_result map_memory(struct space *from, virt_t source, struct space *to, virt_t destination, word_t size,
                                  unsigned rights, bool grant, word_t *done, struct revocation *clearing,
                                  struct cpu *cpu)
{
	for (unsigned pages = 0; *done < size; pages++) {
		virt_t at = source + *done, target = destination + *done;

		if (!ring_empty(&clearing->link) && !clearing->flush && !mapdb_grant_finish(clearing, cpu))
			return MAP_MORE;
		struct source page = find_source(from, at);
		unsigned level = page.level;

		if (pages == MAP_PIECE)
			return MAP_MORE;
		if (!page.pte) { /* a hole in the source, as wide as its level says */
			*done += level_size(level) - (at & (level_size(level) - 1));
			continue;
		}
		while (level && (((at | target) & (level_size(level) - 1)) || level_size(level) > size - *done ||
		                 level > largest_level() || !space_is_mappable(to, target, level_size(level)) ||
		                 is_too_large(clearing, at, level)))
			level--;
		enum mapdb_result result = MAPDB_NOTHING;

		if (space_is_mappable(to, target, level_size(level)))
			result = map_page(from, at, to, target, level, page, rights, grant, clearing, cpu);
		if (result == MAPDB_MORE || result == MAPDB_NO_MEMORY)
			return result == MAPDB_MORE ? MAP_MORE : MAP_NO_MEMORY;
		*done += level_size(level);
	}
	return MAP_DONE;
}

/* Ports have no other names: what is in both flexpages is mapped, to where it is. */
SELDOM static enum map_result map_ports(struct space *from, struct fpage send, struct space *to, struct fpage receive,
                                        bool grant, word_t *done, struct cpu *cpu)
{
	struct fpage ports = send.size_log2 < receive.size_log2 ? send : receive;
	word_t low = ports.base + *done, end = ports.base + fpage_size(ports);
	word_t high = ALIGN_DOWN(low, PORT_BLOCK) + MAP_PIECE * PORT_BLOCK;

	if (!fpages_overlap(send, receive))
		return MAP_DONE;
	if (high > end)
		high = end;
	switch (portdb_map(from, to, (uint32_t)low, (uint32_t)high, grant, cpu)) {
	case PORTDB_NO_MEMORY:
		return MAP_NO_MEMORY;
	case PORTDB_MORE:
		return MAP_MORE;
	case PORTDB_DONE:
		break;
	}
	*done += high - low;
	return high < end ? MAP_MORE : MAP_DONE;
}

enum map_result map_fpage(struct space *from, struct fpage send, word_t send_base, bool grant, struct space *to,
                          struct fpage receive, word_t *done, struct revocation *clearing, struct cpu *cpu)
{
	word_t source, destination;
	unsigned size_log2;

	if (send.kind == FPAGE_IO && receive.kind == FPAGE_MEMORY && receive.size_log2 == FPAGE_COMPLETE_LOG2)
		receive = (struct fpage){ .kind = FPAGE_IO, .size_log2 = IO_PORTS_LOG2 };
	if (send.kind != receive.kind || send.kind == FPAGE_NIL || send.rights == 0)
		return MAP_DONE;
	if (send.kind == FPAGE_IO)
		return map_ports(from, send, to, receive, grant, done, cpu);
	size_log2 = fpage_match(send, receive, send_base, &source, &destination);
	return map_memory(from, source, to, destination, 1UL << size_log2, send.rights, grant, done, clearing, cpu);
}

/* Is the page in this area of the kernel's? An area that there is not yet contains page 0. */
static inline bool is_in_area(struct fpage area, virt_t page)
{
	return !((page ^ area.base) >> area.size_log2);
}

bool map_small(struct space *from, word_t send, struct space *to, word_t send_base, word_t window,
               const struct cpu *cpu)
{
	virt_t source, target;

	if (!fpage_match_page(send, window, send_base, &source, &target) || (source | target) >= USER_END ||
	    is_in_area(to->kip_area, target) || is_in_area(to->utcb_area, target))
		return false;
	return mapdb_map_small(from, source, to, target, send & RIGHTS_ALL, cpu);
}

SELDOM enum map_result map_set_caching(struct space *s, virt_t *at, virt_t end, pte_t caching, unsigned steps,
                                       struct cpu *cpu)
{
	if (!s->is_sigma0)
		return mapdb_set_caching(s, at, end, caching, steps, cpu) ? MAP_DONE : MAP_MORE;
	while (*at < end) {
		struct source page = sigma0_page(*at);
		unsigned level = page.level;

		if (steps-- == 0)
			return MAP_MORE;
		if (!page.pte || !space_is_mappable(s, *at, PAGE_SIZE)) {
			word_t size = page.pte ? PAGE_SIZE : level_size(level);

			*at = ALIGN_DOWN(*at, size) + size;
			continue;
		}
		while (level > 1 || (level && ((*at & (level_size(level) - 1)) || level_size(level) > end - *at)))
			level--;
		if (!mapdb_show_sigma0(s, *at, level))
			return MAP_NO_MEMORY;
		mapdb_set_caching(s, at, end, caching, 1, cpu);
	}
	return MAP_DONE;
}

SELDOM bool map_sigma0_fault(struct space *sigma0, virt_t address)
{
	if (address >= USER_END || !space_is_mappable(sigma0, ALIGN_DOWN(address, PAGE_SIZE), PAGE_SIZE))
		return false;
	return sigma0_page(address).pte && mapdb_show_sigma0(sigma0, address, 0);
}
