/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/tree.c - one page's tree in the mapping database: who got it from whom. */
#include "core/mapdb_parts.h"
#include "kdb/kdb.h"

enum { SHOWN_MAX = 100 };

/*
 * The first child of `number` of a lower level than its own, from `at` on in the level below `level`, then in the
 * next ones. 0: none.
 */
static uint32_t smaller_child(uint32_t number, unsigned level, virt_t at)
{
	const struct mapping *m = mapping_of(number);

	for (; level-- > 0; at = address_of(m)) {
		while (at < address_of(m) + size_of(m)) {
			struct entry e = find(space_of(m), at, level);
			uint32_t child = e.level == level && shade_of(e.pte) ? shade_of(e.pte)->children : 0;

			if (child && mapping_of(child)->parent == number)
				return child;
			at = ALIGN_DOWN(at, level_size(e.level)) + level_size(e.level);
		}
	}
	return 0;
}

/* Siblings are their parent's children of its own size, then the smaller ones. 0: it is the last. */
static uint32_t sibling(const struct mapping *m)
{
	const struct mapping *parent = mapping_of(m->parent);

	if (m->next)
		return m->next;
	if (level_of(m) == level_of(parent))
		return smaller_child(m->parent, level_of(parent), address_of(parent));
	return smaller_child(m->parent, level_of(m) + 1, source_of(m, parent) + size_of(m));
}

/* The next of all that was made from the one at depth 0, parents before children. 0: that was the last. */
static uint32_t next_below(uint32_t number, unsigned *depth)
{
	const struct mapping *m = mapping_of(number);
	uint32_t child = m->child ? m->child : smaller_child(number, level_of(m), address_of(m)), next;

	if (child) {
		++*depth;
		return child;
	}
	for (; *depth; --*depth, m = mapping_of(m->parent))
		if ((next = sibling(m)))
			return next;
	return 0;
}

static void print_mapping(const char *before, uint32_t number, const char *behind)
{
	const struct mapping *m = mapping_of(number);

	print("%sspace %lu 0x%lx %lu KiB%s\n", before, kdb_space_name(space_of(m)), address_of(m), size_of(m) / 1024,
	      behind);
}

KDB_COMMAND(tree, "THREAD ADDRESS",
            "who got this page from whom: the way up to its root, and what is below it, 100 at most")
{
	const struct tcb *t = kdb_thread(&words);
	unsigned depth = 0, shown = 0;
	virt_t address;
	uint32_t number, above;

	if (!t)
		return;
	number = kdb_number(&words, &address) && address < USER_END ? cover(t->space, address) : 0;
	if (!number) {
		print("space %lu has no mapping there\n", kdb_space_name(t->space));
		return;
	}
	for (above = number; (above = mapping_of(above)->parent);)
		print_mapping("  from ", above, "");
	print_mapping("  ", number, " (asked for)");
	while ((number = next_below(number, &depth))) {
		if (shown++ == SHOWN_MAX) {
			print("  and more\n");
			return;
		}
		for (unsigned i = 0; i < depth; i++)
			print("  ");
		print_mapping("  ", number, "");
	}
}
