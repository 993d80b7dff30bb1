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

/* The entries on the way to a page of 4 KiB that can have a page, by level. */
struct way {
	pte_t *entry[LEVELS - 1];
};

/* False: there is no table for pages of 4 KiB. */
static inline bool find_way(const struct space *s, virt_t address, struct way *way)
{
	const pte_t *above = &s->root[index_of(address, LEVELS - 1)];

	if (!(*above & PTE_PRESENT))
		return false;
	above = way->entry[2] = entry_below(above, address, 2);
	if (!is_table(*above, 2))
		return false;
	above = way->entry[1] = entry_below(above, address, 1);
	if (!is_table(*above, 1))
		return false;
	way->entry[0] = entry_below(above, address, 0);
	return true;
}

/* The smallest mapping of 2 MiB or 1 GiB around. 0: none. */
static inline uint32_t larger_mapping(const struct way *way)
{
	const struct shade *shade = shade_of(way->entry[1]);

	if (shade && shade->mapping)
		return shade->mapping;
	shade = shade_of(way->entry[2]);
	return shade ? shade->mapping : 0;
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
	struct way source_way, target_way;
	struct shade *from_shade, *to_shade;
	uint32_t parent_number, number;
	pte_t source_pte, bits;

	if (to->is_sigma0 || !find_way(from, source, &source_way) || !find_way(to, target, &target_way))
		return false;
	source_pte = *source_way.entry[0];
	if ((source_pte & (PTE_PRESENT | PTE_KERNEL_OWNED)) != PTE_PRESENT)
		return false;
	from_shade = shade_of(source_way.entry[0]);
	to_shade = shade_of(target_way.entry[0]);
	if (!from_shade || !to_shade)
		return false;
	parent_number = from_shade->mapping ? from_shade->mapping : larger_mapping(&source_way);
	if (!parent_number)
		return false;
	bits = map_leaf_bits(source_pte, rights, 0);
	if (to_shade->mapping)
		return add_rights(mapping_of(to_shade->mapping), parent_number, source, to, target, target_way.entry[0], bits,
		                  cpu);
	/* Without any mapping there is no page at the target either, nor anything made from one. */
	if (larger_mapping(&target_way) || !(number = mapping_take(to)))
		return false;

	/* committed: nothing below may fail */
	struct mapping *parent = mapping_of(parent_number);
	uint32_t *first = from_shade->mapping ? &parent->child : &from_shade->children, next = *first;

	*mapping_of(number) = (struct mapping){
		.parent = parent_number, .next = next, .space = frame_number(to),
		.offset = (uint32_t)((source - address_of(parent)) / PAGE_SIZE), .place = target,
	};
	*first = number;
	if (next)
		mapping_of(next)->prev = number;
	else if (!from_shade->mapping)
		++*frame_count(from_shade);
	to_shade->mapping = number;
	++*frame_count(to_shade);
	*target_way.entry[0] = (source_pte & PTE_ADDRESS) | bits;
	++*frame_count(target_way.entry[0]);
	return true;
}
