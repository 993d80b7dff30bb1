/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_map.c - a page mapped from one space to another.
 */
#include "core/mapdb_parts.h"
#include "x86/cpu.h"

bool mapdb_show_sigma0(struct space *s, virt_t address, unsigned level)
{
	struct entry e = find(s, address, 0);
	unsigned budget = LEVELS - 1;

	if (*e.pte & PTE_PRESENT)
		return true;
	level = e.level < level ? e.level : level;
	if (entry_make(s, address, level, &e, &budget) != MAPDB_DONE ||
	    !account_reserve(&s->account, tables_set_aside(level)))
		return false;
	pte_set(e.pte, ALIGN_DOWN(address, level_size(level)) | PTE_PRESENT | PTE_WRITE | PTE_USER |
	                           (level ? PTE_LARGE : 0));
	return true;
}

/* The mapping that a page of sigma0's belongs to, made when it is first given away. 0: no memory. */
static uint32_t source_mapping(struct space *s, virt_t source)
{
	uint32_t number;
	struct entry e = find(s, source, 0);
	unsigned budget = 1;

	if (shade_make(s, e, &budget) != MAPDB_DONE || !(number = mapping_alloc(s)))
		return 0;
	*mapping_of(number) = (struct mapping){
		.space = frame_number(s), .place = ALIGN_DOWN(source, level_size(e.level)) | e.level
	};
	shade_set(&shade_of(e.pte)->mapping, number);
	return number;
}

/* Is what is at `at` in a mapping, in part or as a whole, the page that `source` of `parent` gives? */
static bool is_same(uint32_t number, virt_t at, uint32_t parent, virt_t source)
{
	if (!number || mapping_of(number)->parent != parent)
		return false;
	const struct mapping *m = mapping_of(number);

	return source_of(m, mapping_of(parent)) + (at - address_of(m)) == source;
}

/*
 * Is the page that is to be mapped already there? In which parts doesn't matter. If so they get the rights of the
 * new mapping, too; part by part, for if a later one is not the same page, then what was there goes. MAPDB_NOTHING:
 * it is not.
 */
static enum mapdb_result extend(struct revocation *r, struct space *to, virt_t target, unsigned level, uint32_t parent,
                                virt_t source, pte_t bits, const struct cpu *cpu)
{
	virt_t end = target + level_size(level), at = target < r->extended && r->extended < end ? r->extended : target;

	for (unsigned steps = 0; at < end; steps++) {
		uint32_t number[LEVELS - 1];
		struct entry e = find_mappings(to, at, number);
		pte_t old = *e.pte, new = add_leaf_bits(old, bits);

		if (!is_user_leaf(e) || !is_same(smallest(number), at, parent, source + (at - target)))
			return MAPDB_NOTHING;
		r->extended = at;
		if (steps == EXTEND_STEPS)
			return MAPDB_MORE;
		if (new != old && e.level > level) {
			entry_split(e);
			steps = EXTEND_STEPS - 1;
			continue;
		}
		if (new != old) {
			*e.pte = new;
			space_invalidate(to, cpu, at);
		}
		at = ALIGN_DOWN(at, level_size(e.level)) + level_size(e.level);
	}
	return MAPDB_DONE;
}

/* Take a region away, a few steps at a time; true when nothing of it is left. */
static bool clear(struct revocation *r, struct space *s, virt_t low, word_t size, struct cpu *cpu)
{
	mapdb_revoke_begin(r, s, low, low + size, RIGHTS_ALL, true);
	return mapdb_revoke(r, FIRST_STEPS, cpu);
}

bool map_is_clearing_over(struct revocation *r, bool *walked, struct cpu *cpu)
{
	*walked = r->ended;
	r->ended = false;
	if (ring_empty(&r->link))
		return true;
	r->ended = mapdb_revoke(r, CLEAR_STEPS, cpu);
	return false;
}

bool map_is_cleared(const struct revocation *r, const struct space *s, virt_t low, word_t size)
{
	return r->space == s && r->begin <= low && low + size <= r->high && r->flush;
}

enum mapdb_result map_clear_target(struct revocation *r, struct space *to, virt_t target, unsigned level, bool walked,
                                   struct cpu *cpu)
{
	uint32_t number[LEVELS - 1];
	struct entry e;

	tables_free_below(level, to, target, cpu);
	e = find_mappings(to, target, number);
	if ((walked || !smallest(number)) && e.level >= level && !is_user_leaf(e) && !number[level])
		return MAPDB_NOTHING;
	if (walked && e.level < level) /* not free at this size, perhaps never */
		return MAPDB_NO_MEMORY;
	if (!clear(r, to, target, level_size(level), cpu))
		return MAPDB_MORE;
	tables_free_below(level, to, target, cpu);
	return MAPDB_DONE;
}

enum mapdb_result map_make_target(struct space *to, virt_t target, unsigned level, struct entry *entry,
                                  unsigned *budget)
{
	enum mapdb_result result = entry_make(to, target, level, entry, budget);

	if (result != MAPDB_DONE)
		return result;
	return is_table(*entry->pte, level) ? MAPDB_NO_MEMORY : shade_make(to, *entry, budget);
}

/* Make everything that a mapping needs; stores its place and its number. */
static enum mapdb_result make_mapping(struct space *from, virt_t source, uint32_t parent, struct space *to,
                                      virt_t target, unsigned level, unsigned budget, struct entry *entry,
                                      uint32_t *number)
{
	struct entry source_entry;
	enum mapdb_result result;

	if (!account_has(&to->account, tables_set_aside(level)))
		return MAPDB_NO_MEMORY;
	result = entry_make(from, source, level, &source_entry, &budget);
	if (result == MAPDB_DONE && level < level_of(mapping_of(parent)))
		result = shade_make(from, source_entry, &budget);
	if (result == MAPDB_DONE)
		result = map_make_target(to, target, level, entry, &budget);
	if (result != MAPDB_DONE)
		return result;
	if (!account_reserve(&to->account, tables_set_aside(level)))
		return MAPDB_NO_MEMORY;
	*number = mapping_alloc(to);
	if (*number)
		return MAPDB_DONE;
	account_unreserve(&to->account, tables_set_aside(level));
	return MAPDB_NO_MEMORY;
}

enum mapdb_result map_page_to(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct revocation *clearing, bool walked, struct cpu *cpu)
{
	struct entry source_entry, entry;
	enum mapdb_result result;
	uint32_t parent, known_parent, number;
	pte_t bits;
	phys_t phys;

	if (to->is_sigma0)
		return MAPDB_NOTHING;
	if (from == to && source == target)
		return MAPDB_DONE;
	for (bool cleared = false;; cleared = true) {
		uint32_t numbers[LEVELS - 1];

		source_entry = find_mappings(from, source, numbers);
		if (!is_user_leaf(source_entry))
			return MAPDB_NOTHING;
		if (source_entry.level < level)
			return MAPDB_NO_MEMORY;
		bits = map_leaf_bits(to, *source_entry.pte, rights, level);
		known_parent = smallest(numbers);
		if (cleared)
			break;
		if (known_parent) {
			result = extend(clearing, to, target, level, known_parent, source, bits, cpu);
			if (result != MAPDB_NOTHING)
				return result;
		}
		/* What was there goes, and the source perhaps with it. */
		result = map_clear_target(clearing, to, target, level, walked, cpu);
		if (result == MAPDB_NOTHING)
			break;
		if (result != MAPDB_DONE)
			return result;
	}
	phys = pte_phys(*source_entry.pte, source_entry.level) + (source & (level_size(source_entry.level) - 1));
	parent = known_parent ? known_parent : source_mapping(from, source);
	result = MAPDB_NO_MEMORY;
	if (parent)
		result = make_mapping(from, source, parent, to, target, level, known_parent ? BUDGET : 0, &entry,
		                      &number);
	if (result == MAPDB_MORE)
		return MAPDB_MORE;
	if (result != MAPDB_DONE) {
		if (parent && !known_parent)
			mapping_free(parent, shade_of(source_entry.pte));
		tables_drop_unused(from, source, cpu);
		tables_drop_unused(to, target, cpu);
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(number) = (struct mapping){ .space = frame_number(to), .place = target | level };
	mapping_link(number, parent, source);
	shade_set(&shade_of(entry.pte)->mapping, number);
	pte_set(entry.pte, phys | bits);
	return MAPDB_DONE;
}

enum mapdb_result mapdb_map(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                            unsigned rights, struct revocation *clearing, struct cpu *cpu)
{
	enum mapdb_result result;
	bool walked;

	if (!map_is_clearing_over(clearing, &walked, cpu))
		return MAPDB_MORE;
	if (level == 0 && mapdb_map_small(from, source, to, target, rights, cpu)) {
		clearing->extended = 0;
		return MAPDB_DONE;
	}
	result = map_page_to(from, source, to, target, level, rights, clearing,
	             walked && map_is_cleared(clearing, to, target, level_size(level)), cpu);
	if (result != MAPDB_MORE)
		clearing->extended = 0;
	return result;
}
