/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_table.c - the mapping database's page tables and shades: made on the way to an entry, freed when empty.
 */
#include "core/mapdb_parts.h"
#include "x86/cpu.h"

struct entry walk(const struct space *s, virt_t address, unsigned level)
{
	struct entry e = top_entry(s, address);

	/* Not a loop: so the compiler knows the level, and the shifts, at each step. */
	if (e.level == level || !is_table(*e.pte, e.level))
		return e;
	e = step_down(e, address);
	if (e.level == level || !is_table(*e.pte, e.level))
		return e;
	e = step_down(e, address);
	if (e.level == level || !is_table(*e.pte, e.level))
		return e;
	return step_down(e, address);
}

struct entry walk_mappings(struct space *s, virt_t address, uint32_t number[LEVELS - 1])
{
	struct entry e = top_entry(s, address);
	struct shade *shade = NULL;

	number[0] = number[1] = number[2] = 0;
	while (is_table(*e.pte, e.level)) {
		e = step_down(e, address);
		shade = shade_of(e.pte);
		if (shade)
			number[e.level] = shade->mapping;
	}
	if (e.level == 0 && shade)
		s->recent = (struct recent_table){
			.last_byte = address | (level_size(1) - 1),
			.table = e.pte - table_index(address, 0),
			.shade = shade - table_index(address, 0),
			.around = { [1] = number[1], [2] = number[2] },
		};
	return e;
}

void shade_set(uint32_t *word, uint32_t value)
{
	*frame_count(word) += (uint32_t)(value != 0) - (*word != 0);
	*word = value;
}

enum mapdb_result shade_make(struct space *s, struct entry e, unsigned *budget)
{
	if (*frame_note(e.pte))
		return MAPDB_DONE;
	if (*budget == 0)
		return MAPDB_MORE;
	void *frame = account_alloc(&s->account);

	if (!frame)
		return MAPDB_NO_MEMORY;
	--*budget;
	*frame_note(e.pte) = frame_number(frame);
	return MAPDB_DONE;
}

size_t tables_set_aside(unsigned level)
{
	return level == 0 ? 0 : level == 1 ? 1 : 1 + TABLE_ENTRIES;
}

void entry_split(struct entry e)
{
	pte_t *table = account_alloc_reserved();

	pagetable_split(table, *e.pte, e.level);
	*e.pte = direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

enum mapdb_result entry_make(struct space *s, virt_t address, unsigned level, struct entry *e, unsigned *budget)
{
	for (*e = find(s, address, level); e->level > level; *e = find(s, address, level)) {
		bool breaks_up = *e->pte & PTE_PRESENT;

		if (*budget < (breaks_up ? BUDGET : 1))
			return MAPDB_MORE;
		if (breaks_up) {
			entry_split(*e);
			*budget = 0;
			continue;
		}
		pte_t *table = account_alloc(&s->account);

		if (!table)
			return MAPDB_NO_MEMORY;
		--*budget;
		pte_set(e->pte, direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER);
	}
	return MAPDB_DONE;
}

static void table_free(struct space *s, pte_t *table)
{
	forget_recent(s);
	if (*frame_note(table))
		account_free(&s->account, frame_of_number(*frame_note(table)));
	account_free(&s->account, table);
}

bool tables_free_below(unsigned top, struct space *s, virt_t address, const struct cpu *cpu)
{
	struct entry lowest = { .level = LEVELS };
	bool any = false;

	if (top > 0)
		lowest = find(s, address, 0);
	if (lowest.level >= top || !table_is_empty(lowest.pte))
		return false;
	for (unsigned level = lowest.level; level < top; level++) {
		struct entry above = find(s, address, level + 1);

		if (above.level > level + 1 || !is_table(*above.pte, above.level))
			continue;
		pte_t *table = direct_map(*above.pte & PTE_ADDRESS);

		if (!table_is_empty(table))
			break;
		any = true;
		pte_set(above.pte, 0);
		space_invalidate(s, cpu, address);
		table_free(s, table);

		struct shade *shade = shade_of(above.pte);

		if (shade && shade->mapping && !mapping_of(shade->mapping)->child)
			mapping_free(shade->mapping, shade);
	}
	return any;
}

bool mapdb_free_empty(struct space *s, virt_t address, const struct cpu *cpu)
{
	return tables_free_below(LEVELS - 1, s, address, cpu);
}

SELDOM void tables_drop_unused(struct space *s, virt_t address, const struct cpu *cpu)
{
	for (unsigned level = 0; level < LEVELS - 1; level++) {
		struct entry e = find(s, address, level);
		uint32_t *note = frame_note(e.pte);

		if (e.level == level && *note && *frame_count(frame_of_number(*note)) == 0) {
			forget_recent(s);
			account_free(&s->account, frame_of_number(*note));
			*note = 0;
		}
	}
	mapdb_free_empty(s, address, cpu);
}

void entry_clear(struct space *s, struct entry e, virt_t address, const struct cpu *cpu)
{
	*e.pte = 0;
	--*frame_count(e.pte);
	if (e.level)
		account_unreserve(&s->account, tables_set_aside(e.level));
	space_invalidate(s, cpu, address);
}

/* Free the tables that end at an address; all below them are free. */
static void free_tables_behind(struct space *s, virt_t end)
{
	for (unsigned level = 1; level < LEVELS && end % level_size(level) == 0; level++) {
		struct entry above = find(s, end - 1, level);
		pte_t pte = *above.pte;

		if (above.level > level || !is_table(pte, level))
			continue;
		pte_set(above.pte, 0);
		table_free(s, direct_map(pte & PTE_ADDRESS));
	}
}

bool mapdb_free_tables(struct space *s, virt_t *at)
{
	struct entry e = find(s, *at, 0);

	if (*at >= USER_END)
		return true;
	do {
		*at += level_size(e.level);
		e.pte++;
	} while (is_in_stride(e.pte) && *at < USER_END && !is_table(*e.pte, e.level));
	free_tables_behind(s, *at < USER_END ? *at : ALIGN_UP(*at, level_size(LEVELS - 1)));
	return *at >= USER_END;
}

SELDOM bool mapdb_set_caching(struct space *s, virt_t *at, virt_t end, pte_t caching, unsigned steps,
                              const struct cpu *cpu)
{
	while (*at < end) {
		struct entry e = find(s, *at, 0);
		word_t size = level_size(e.level);
		virt_t begin = ALIGN_DOWN(*at, size);

		if (steps-- == 0)
			return false;
		if (is_user_leaf(e) && (*e.pte & PTE_CACHING) != caching) {
			if (begin < *at || end - begin < size) {
				entry_split(e);
				continue;
			}
			*e.pte = (*e.pte & ~PTE_CACHING) | caching;
			space_invalidate(s, cpu, begin);
		}
		*at = begin + size;
	}
	return true;
}
