/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_small.c - the common case of mapdb_map(): a page of 4 KiB to where nothing is, or this page already.
 *
 * What core/mapdb_map.c does in steps, each of which may find something in its way, is here one check of all that could
 * be, and then the stores. So what is looked for here is not what is allowed, but what is simple: tables and shades on
 * both sides, a free record in a frame of the receiver's, no larger mapping around the target. Whatever else there is,
 * nothing has been changed, and the general way finds out what to do.
 */
#include "core/mapdb_parts.h"

/* Where a page of 4 KiB is, or could be. */
struct place {
	pte_t *entry;
	struct shade *shade;
	uint32_t cover;
};

/* False: there is no table of small pages there, or it has no shade. */
static inline bool find_place(struct space *s, virt_t address, struct place *place)
{
	uint32_t number[LEVELS - 1];

	if (!is_recent(s, address))
		walk_mappings(s, address, number);
	if (!is_recent(s, address))
		return false;
	place->entry = s->recent.table + table_index(address, 0);
	place->shade = s->recent.shade + table_index(address, 0);
	place->cover = place->shade->mapping;
	if (!place->cover)
		place->cover = s->recent.around[1] ? s->recent.around[1] : s->recent.around[2];
	return true;
}

/* The page is there already: it gets the rights, too. False: that is another page, or another's. */
static inline bool add_rights(const struct mapping *m, uint32_t parent_number, virt_t source, struct space *to,
                              virt_t target, pte_t *entry, pte_t bits, const struct cpu *cpu)
{
	pte_t old = *entry, new = add_leaf_bits(old, bits);

	if (m->parent != parent_number || source_of(m, mapping_of(parent_number)) != source || !(old & PTE_PRESENT))
		return false;
	if (new != old) {
		*entry = new;
		space_invalidate(to, cpu, target);
	}
	return true;
}

bool mapdb_map_small(struct space *from, virt_t source, struct space *to, virt_t target, unsigned rights,
                     const struct cpu *cpu)
{
	struct place origin, place;
	pte_t leaf, bits;

	if (to->is_sigma0 || !find_place(from, source, &origin) || !find_place(to, target, &place) || !origin.cover)
		return false;
	leaf = *origin.entry;
	if ((leaf & (PTE_PRESENT | PTE_KERNEL_OWNED)) != PTE_PRESENT)
		return false;
	bits = map_leaf_bits(to, leaf, rights, 0);
	if (place.shade->mapping)
		return add_rights(mapping_of(place.cover), origin.cover, source, to, target, place.entry, bits, cpu);
	/* Without any mapping there is no page at the target either, nor anything made from one. */
	if (place.cover || record_takes_frame(&to->records[RECORD_MAPPING]))
		return false;

	/* committed: nothing below may fail */
	struct mapping *parent = mapping_of(origin.cover), *m;
	uint32_t *first = &parent->child, next, number = mapping_take(to);

	if (!origin.shade->mapping) {
		first = &origin.shade->children;
		*frame_count(first) += !*first;
	}
	next = *first;
	*first = number;
	if (next)
		mapping_of(next)->prev = number;
	m = mapping_of(number);
	m->parent = origin.cover;
	m->next = next;
	m->prev = 0;
	m->child = 0;
	m->space = frame_number(to);
	m->offset = (uint32_t)((source - address_of(parent)) / PAGE_SIZE);
	m->place = target;
	place.shade->mapping = number;
	++*frame_count(place.shade);
	*place.entry = (leaf & PTE_ADDRESS) | bits;
	++*frame_count(place.entry);
	return true;
}
