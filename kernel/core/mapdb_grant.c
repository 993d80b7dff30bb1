/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_grant.c - a page granted from one space to another: whole, or as part of a larger one.
 */
#include "core/mapdb_parts.h"
#include "x86/cpu.h"

/* The whole mapping moves. `entry` is where, with its shade. Returns which rights the page has no longer. */
static unsigned grant_whole(uint32_t number, struct entry source_entry, struct space *from, struct entry entry,
                            struct space *to, virt_t target, unsigned rights, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(number);
	virt_t source = address_of(m);
	pte_t leaf = *source_entry.pte, bits = map_leaf_bits(to, leaf, rights, level_of(m));

	pte_set(entry.pte, (leaf & PTE_ADDRESS) | bits);
	shade_set(&shade_of(entry.pte)->mapping, number);
	pte_set(source_entry.pte, 0);
	shade_set(&shade_of(source_entry.pte)->mapping, 0);
	m->space = frame_number(to);
	m->place = target | (m->place & (PAGE_SIZE - 1)) | (uint64_t)accesses(leaf) << PLACE_STATUS_SHIFT;
	space_invalidate(from, cpu, source);
	mapdb_free_empty(from, source, cpu);
	return (leaf & ~bits & PTE_WRITE ? RIGHT_W : 0) | (bits & ~leaf & PTE_NX ? RIGHT_X : 0);
}

/*
 * Part of a mapping that is larger in the database: it becomes a mapping of its own beside that one, made from the
 * same parent. Who got the part from the granter still has it.
 */
static enum mapdb_result grant_part(uint32_t number, struct space *from, virt_t source, struct entry entry,
                                    struct space *to, virt_t target, unsigned rights, unsigned *budget,
                                    const struct cpu *cpu)
{
	enum mapdb_result result = MAPDB_DONE;
	struct mapping *m = mapping_of(number);
	uint32_t parent = m->parent, part;
	unsigned level = level_of(m);
	virt_t address = address_of(m);
	struct entry source_entry, parent_entry;
	virt_t parent_source = 0;

	if (parent) {
		parent_source = source_of(m, mapping_of(parent)) + (source - address_of(m));
		result = entry_make(space_of(mapping_of(parent)), parent_source, 0, &parent_entry, budget);
		if (result == MAPDB_DONE)
			result = shade_make(space_of(mapping_of(parent)), parent_entry, budget);
	}
	if (result == MAPDB_DONE)
		result = entry_make(from, source, 0, &source_entry, budget);
	if (result == MAPDB_MORE)
		return MAPDB_MORE;
	if (result != MAPDB_DONE || !(part = mapping_alloc(to))) {
		if (parent)
			tables_drop_unused(space_of(mapping_of(parent)), parent_source, cpu);
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(part) = (struct mapping){ .space = frame_number(to), .place = target };
	if (parent)
		mapping_link(part, parent, parent_source);
	shade_set(&shade_of(entry.pte)->mapping, part);
	pte_set(entry.pte, (*source_entry.pte & PTE_ADDRESS) | map_leaf_bits(to, *source_entry.pte, rights, 0));
	m->place |= (uint64_t)accesses(*source_entry.pte) << PLACE_STATUS_SHIFT;
	pte_set(source_entry.pte, 0);
	space_invalidate(from, cpu, source);
	mapdb_free_empty(from, source, cpu);
	mapping_free_if_gone(number, from, address, level, false, cpu);
	return MAPDB_DONE;
}

bool mapdb_grant_finish(struct revocation *r, struct cpu *cpu)
{
	unsigned level = 0;
	uint32_t number;

	if (!mapdb_revoke(r, CLEAR_STEPS, cpu))
		return false;
	while (level_size(level) < r->high - r->begin)
		level++;
	number = mapping_at(r->space, r->begin, level);
	if (number) /* what the walk has seen is for who asks next */
		mapping_of(number)->place |= (uint64_t)r->status << PLACE_STATUS_SHIFT;
	return true;
}

static enum mapdb_result grant(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                               unsigned rights, struct revocation *clearing, bool walked,
                               struct cpu *cpu)
{
	enum mapdb_result result;
	struct entry source_entry, entry;
	unsigned budget = BUDGET;
	uint32_t numbers[LEVELS - 1], number;
	unsigned lost = 0;
	bool whole;

	if (from->is_sigma0)
		return map_page_to(from, source, to, target, level, rights, clearing, walked, cpu);
	if (to->is_sigma0)
		return MAPDB_NOTHING;
	if (from == to && source == target)
		return MAPDB_DONE;
	result = map_clear_target(clearing, to, target, level, walked, cpu);
	if (result == MAPDB_MORE || result == MAPDB_NO_MEMORY)
		return result;
	source_entry = find_mappings(from, source, numbers);
	number = smallest(numbers);
	if (!number || !is_user_leaf(source_entry))
		return MAPDB_NOTHING;

	/* A page that is broken up, or granted in part, goes in the smallest parts. */
	whole = source_entry.level == level && level_of(mapping_of(number)) == level;
	if (!whole && level > 0)
		return MAPDB_NO_MEMORY;
	result = map_make_target(to, target, level, &entry, &budget);
	if (result == MAPDB_DONE && whole && !account_move(&from->account, &to->account, tables_set_aside(level)))
		result = MAPDB_NO_MEMORY;
	if (result == MAPDB_DONE && whole)
		lost = grant_whole(number, find(from, source, 0), from, entry, to, target, rights, cpu);
	else if (result == MAPDB_DONE)
		result = grant_part(number, from, source, entry, to, target, rights, &budget, cpu);
	if (result == MAPDB_NO_MEMORY)
		tables_drop_unused(to, target, cpu);
	if (result != MAPDB_DONE || (whole && !lost))
		return result;
	if (whole)
		mapdb_revoke_begin(clearing, to, target, target + level_size(level), lost, false);
	else
		mapdb_revoke_begin(clearing, from, source, source + PAGE_SIZE, RIGHTS_ALL, false);
	return MAPDB_MORE;
}

enum mapdb_result mapdb_grant(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct revocation *clearing, struct cpu *cpu)
{
	bool walked;

	if (!map_is_clearing_over(clearing, &walked, cpu))
		return MAPDB_MORE;
	return grant(from, source, to, target, level, rights, clearing,
	             walked && map_is_cleared(clearing, to, target, level_size(level)), cpu);
}
