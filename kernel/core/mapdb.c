/* SPDX-License-Identifier: BSD-2-Clause */
/* core/mapdb.c - the mapping database, see core/mapdb.h. */
#include "core/mapdb.h"
#include "base/assert.h"
#include "core/frames.h"
#include "core/map.h"
#include "x86/cpu.h"

/*
 * Mappings name each other by number (frame number << 7 | slot), 0 is nobody. `place` is the page's address with, below it, the
 * level (0-1), the accesses seen (2-4), and above it (bits 48-63) nothing; `offset` counts pages of this level from the parent's
 * first byte.
 */
struct mapping {
	uint32_t parent;
	uint32_t next, prev; /* siblings; a free mapping: next free */
	uint32_t child;      /* the first of those of this size */
	uint32_t space;      /* frame number of its struct space; 0: free */
	uint32_t offset;
	uint64_t place;
};
_Static_assert(sizeof(struct mapping) == 32, "issue: at most 32 bytes a mapping");

struct shade {
	uint32_t mapping;  /* that begins at this entry, and is of its size */
	uint32_t children; /* made from this entry's part of a larger page, of this entry's size */
};
_Static_assert(sizeof(struct shade) * TABLE_ENTRIES == PAGE_SIZE, "a shade is a frame");

enum { MAPPINGS_A_FRAME = PAGE_SIZE / sizeof(struct mapping), PLACE_LEVEL = 3, PLACE_STATUS_SHIFT = 2 };

static uint32_t free_mappings;
static size_t mapping_count;
static struct ring under_way = { &under_way, &under_way };

static struct mapping *mapping_of(uint32_t number)
{
	return (struct mapping *)frame_of_number(number / MAPPINGS_A_FRAME) + number % MAPPINGS_A_FRAME;
}

static unsigned level_of(const struct mapping *m)
{
	return m->place & PLACE_LEVEL;
}

static virt_t address_of(const struct mapping *m)
{
	return ALIGN_DOWN(m->place, PAGE_SIZE);
}

static word_t size_of(const struct mapping *m)
{
	return level_size(level_of(m));
}

static struct space *space_of(const struct mapping *m)
{
	return frame_of_number(m->space);
}

static uint32_t mapping_alloc(void)
{
	if (!free_mappings) {
		void *frame = frame_alloc();

		if (!frame)
			return 0;
		for (unsigned i = 0; i < MAPPINGS_A_FRAME; i++) {
			uint32_t number = frame_number(frame) * MAPPINGS_A_FRAME + i;

			mapping_of(number)->next = free_mappings;
			free_mappings = number;
		}
	}
	uint32_t number = free_mappings;

	free_mappings = mapping_of(number)->next;
	*mapping_of(number) = (struct mapping){ 0 };
	mapping_count++;
	return number;
}

size_t mapdb_count(void)
{
	return mapping_count;
}

/* Page tables and their shades. */

static unsigned index_of(virt_t address, unsigned level)
{
	return address >> level_shift(level) & (TABLE_ENTRIES - 1);
}

/* One entry of a page table, and of its shade if the table has one. */
struct entry {
	pte_t *table;
	unsigned index, level;
};

static pte_t *pte_of(struct entry e)
{
	return &e.table[e.index];
}

static struct shade *shade_of(struct entry e)
{
	uint32_t frame = *frame_note(e.table);

	return frame ? (struct shade *)frame_of_number(frame) + e.index : NULL;
}

static bool make_shade(struct entry e)
{
	if (*frame_note(e.table) == 0) {
		void *frame = frame_alloc();

		if (!frame)
			return false;
		*frame_note(e.table) = frame_number(frame);
	}
	return true;
}

static bool is_table(pte_t pte, unsigned level)
{
	return (pte & PTE_PRESENT) && !pte_is_leaf(pte, level);
}

/* The entry of `level` for an address, or of the first level above it that has no table below. */
static struct entry find(struct space *s, virt_t address, unsigned level)
{
	struct entry e = { s->root, index_of(address, LEVELS - 1), LEVELS - 1 };

	while (e.level > level && is_table(*pte_of(e), e.level)) {
		e.table = direct_map(*pte_of(e) & PTE_ADDRESS);
		e.level--;
		e.index = index_of(address, e.level);
	}
	return e;
}

/* The mapping that the present page at an address belongs to, 0: none. */
static uint32_t cover(struct space *s, virt_t address)
{
	for (unsigned level = 0; level < LEVELS - 1; level++) {
		struct entry e = find(s, address, level);
		struct shade *shade = shade_of(e);

		if (shade && shade->mapping)
			return shade->mapping;
		level = e.level;
	}
	return 0;
}

/* What breaking up a leaf of this level needs at most, counted in page tables. */
static size_t tables_set_aside(unsigned level)
{
	return level == 0 ? 0 : level == 1 ? 1 : 1 + TABLE_ENTRIES;
}

/* Replace a leaf by a table of leaves that map the same; the frame was set aside when the leaf was made. */
static void split(struct entry e)
{
	pte_t leaf = *pte_of(e);
	pte_t *table = frame_alloc_reserved();

	if (e.level == 1)
		leaf &= ~PTE_LARGE;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		table[i] = leaf + i * level_size(e.level - 1);
	*pte_of(e) = direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

/* The entry of `level`, with tables made and leaves split on the way. False: no memory. */
static bool make_entry(struct space *s, virt_t address, unsigned level, struct entry *e)
{
	for (*e = find(s, address, level); e->level > level; *e = find(s, address, level)) {
		if (*pte_of(*e) & PTE_PRESENT) {
			split(*e);
			continue;
		}
		pte_t *table = frame_alloc();

		if (!table)
			return false;
		*pte_of(*e) = direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	}
	return true;
}

/* Nothing mapped by it, and nothing in its shade either. */
static bool table_is_empty(const pte_t *table)
{
	const word_t *shade = *frame_note(table) ? frame_of_number(*frame_note(table)) : NULL;

	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		if (table[i] || (shade && shade[i]))
			return false;
	return true;
}

static void free_table(pte_t *table)
{
	if (*frame_note(table))
		frame_free(frame_of_number(*frame_note(table)));
	frame_free(table);
}

/* Free the tables on the way to an address that have become empty. */
static void free_empty_tables(struct space *s, virt_t address, const struct cpu *cpu)
{
	for (unsigned level = 0; level < LEVELS - 1; level++) {
		struct entry above = find(s, address, level + 1);

		if (above.level > level + 1 || !is_table(*pte_of(above), above.level))
			continue;
		pte_t *table = direct_map(*pte_of(above) & PTE_ADDRESS);

		if (!table_is_empty(table))
			return;
		*pte_of(above) = 0;
		space_invalidate(s, cpu, address);
		free_table(table);
	}
}

static void clear_leaf(struct space *s, struct entry e, virt_t address, const struct cpu *cpu)
{
	*pte_of(e) = 0;
	frames_unreserve(tables_set_aside(e.level));
	space_invalidate(s, cpu, address);
}

/* Lists of siblings. */

/* Where the list begins that a child is in. */
static uint32_t *list_head(struct mapping *parent, unsigned level, virt_t source)
{
	if (level == level_of(parent))
		return &parent->child;
	struct entry e = find(space_of(parent), source, level);

	assert(e.level == level && shade_of(e));
	return &shade_of(e)->children;
}

static virt_t source_of(const struct mapping *m, const struct mapping *parent)
{
	return address_of(parent) + (virt_t)m->offset * size_of(m);
}

static void link_child(uint32_t number, uint32_t parent_number, virt_t source)
{
	struct mapping *m = mapping_of(number), *parent = mapping_of(parent_number);
	uint32_t *head = list_head(parent, level_of(m), source);

	m->parent = parent_number;
	m->offset = (uint32_t)((source - address_of(parent)) / size_of(m));
	m->next = *head;
	m->prev = 0;
	if (*head)
		mapping_of(*head)->prev = number;
	*head = number;
}

static void unlink_child(struct mapping *m)
{
	struct mapping *parent;

	if (!m->parent)
		return;
	parent = mapping_of(m->parent);
	if (m->next)
		mapping_of(m->next)->prev = m->prev;
	if (m->prev)
		mapping_of(m->prev)->next = m->next;
	else
		*list_head(parent, level_of(m), source_of(m, parent)) = m->next;
}

/* A mapping goes; revocations that stand at it stand at its parent from now on. */
static void mapping_free(uint32_t number)
{
	struct mapping *m = mapping_of(number);
	struct entry e = find(space_of(m), address_of(m), level_of(m));

	for (struct ring *link = under_way.next; link != &under_way; link = link->next) {
		struct revocation *r = CONTAINER_OF(link, struct revocation, link);

		if (r->root == number) {
			r->root = r->at = 0;
		} else if (r->at == number) {
			r->at = m->parent;
			r->offset -= (word_t)m->offset * size_of(m);
			r->phase = REVOKE_LIST;
		}
	}
	if (e.level == level_of(m) && shade_of(e) && shade_of(e)->mapping == number)
		shade_of(e)->mapping = 0;
	unlink_child(m);
	m->space = 0;
	m->next = free_mappings;
	free_mappings = number;
	mapping_count--;
}

/* Revocation. */

static void set_at(struct revocation *r, uint32_t number, word_t offset)
{
	r->at = number;
	r->offset = offset;
	r->phase = REVOKE_TAKE;
	r->position = r->part_low > offset ? r->part_low - offset : 0;
}

/* The end of the part of `at` that is meant. */
static word_t part_end(const struct revocation *r, const struct mapping *m)
{
	word_t end = r->part_high - r->offset;

	return end < size_of(m) ? end : size_of(m);
}

static word_t part_begin(const struct revocation *r)
{
	return r->part_low > r->offset ? r->part_low - r->offset : 0;
}

static unsigned accesses(pte_t pte)
{
	unsigned status = 0;

	if (pte & PTE_ACCESSED)
		status |= pte & PTE_NX ? RIGHT_R : RIGHT_R | RIGHT_X;
	if (pte & PTE_DIRTY)
		status |= RIGHT_W;
	return status;
}

/* One leaf, which is wholly meant: note its accesses, take its rights. */
static void take_leaf(struct revocation *r, struct space *s, struct entry e, virt_t address, const struct cpu *cpu)
{
	pte_t old = *pte_of(e), new = old & ~(PTE_ACCESSED | PTE_DIRTY);

	r->status |= accesses(old);
	if (r->rights & RIGHT_R) {
		clear_leaf(s, e, address, cpu);
		return;
	}
	if (r->rights & RIGHT_W)
		new &= ~PTE_WRITE;
	if (r->rights & RIGHT_X)
		new |= PTE_NX;
	if (new != old) {
		*pte_of(e) = new;
		space_invalidate(s, cpu, address);
	}
}

/* The leaf of `at` at r->position, if there is one; goes on behind it. */
static void step_take(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);
	struct space *s = space_of(m);
	word_t end = part_end(r, m);
	virt_t address = address_of(m) + r->position;

	if ((r->at == r->root && !r->flush) || r->position >= end) {
		r->status |= m->place >> PLACE_STATUS_SHIFT & RIGHTS_ALL;
		m->place &= ~(uint64_t)(RIGHTS_ALL << PLACE_STATUS_SHIFT);
		r->phase = REVOKE_LIST;
		return;
	}
	struct entry e = find(s, address, 0);
	virt_t begin = ALIGN_DOWN(address, level_size(e.level));
	word_t last = begin + level_size(e.level) - address_of(m);
	bool whole = begin - address_of(m) >= part_begin(r) && last <= end;

	if ((*pte_of(e) & PTE_PRESENT) && cover(s, address) == r->at) {
		if (!whole && r->rights) {
			split(e);
			return;
		}
		take_leaf(r, s, e, begin, cpu);
	}
	r->position = last;
}

static void descend(struct revocation *r, uint32_t child)
{
	struct mapping *c = mapping_of(child);

	set_at(r, child, r->offset + (word_t)c->offset * size_of(c));
}

static void step_list(struct revocation *r)
{
	struct mapping *m = mapping_of(r->at);

	if (m->child) {
		descend(r, m->child);
		return;
	}
	r->phase = level_of(m) ? REVOKE_SCAN : REVOKE_LEAVE;
	r->scan_level = level_of(m) ? level_of(m) - 1 : 0;
	r->position = ALIGN_DOWN(part_begin(r), level_size(r->scan_level));
}

/* Look for smaller children in one table of `at`; a table that has been emptied goes when it is left. */
static void step_scan(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);
	word_t end = part_end(r, m);
	virt_t begin = address_of(m) + r->position;
	struct entry e;

	if (r->position >= end) {
		r->phase = REVOKE_LEAVE;
		return;
	}
	e = find(space_of(m), address_of(m) + r->position, r->scan_level);
	if (e.level == r->scan_level && shade_of(e)) {
		uint32_t child = shade_of(e)->children;

		if (child) {
			descend(r, child);
			return;
		}
	}
	if (e.level == r->scan_level && r->scan_level > 0) {
		r->scan_level--; /* and what came from inside this entry */
		return;
	}
	if (e.level > r->scan_level) { /* no table, no children */
		r->position = ALIGN_DOWN(r->position, level_size(e.level)) + level_size(e.level);
	} else if (!shade_of(e)) {
		r->position = ALIGN_DOWN(r->position, level_size(1)) + level_size(1);
	} else {
		do {
			r->position += PAGE_SIZE;
			e.index++;
		} while (e.index < TABLE_ENTRIES && r->position < end && !shade_of(e)->children);
	}
	if (level_of(m) == 2 && (r->position & (level_size(1) - 1)) == 0) {
		r->scan_level = 1;
		if (r->rights & RIGHT_R)
			free_empty_tables(space_of(m), begin, cpu);
	}
}

/* Where to go on in the parent when `m` is done with. */
static void ascend(struct revocation *r, const struct mapping *m)
{
	struct mapping *parent = mapping_of(m->parent);
	word_t offset = (word_t)m->offset * size_of(m);
	uint32_t next = m->next;

	if (next) {
		set_at(r, next, r->offset);
		return;
	}
	r->at = m->parent;
	r->offset -= offset;
	if (level_of(m) == level_of(parent)) {
		r->phase = REVOKE_SCAN;
		r->scan_level = level_of(parent) ? level_of(parent) - 1 : 0;
		r->position = ALIGN_DOWN(part_begin(r), level_size(r->scan_level));
		if (!level_of(parent))
			r->phase = REVOKE_LEAVE;
		return;
	}
	r->phase = REVOKE_SCAN;
	if (level_of(m) > 0) {
		r->scan_level = level_of(m) - 1;
		r->position = offset > part_begin(r) ? offset : part_begin(r);
	} else {
		r->position = offset + PAGE_SIZE;
		r->scan_level = level_of(parent) == 2 && (r->position & (level_size(1) - 1)) == 0 ? 1 : 0;
	}
}

static void step_leave(struct revocation *r, const struct cpu *cpu)
{
	uint32_t number = r->at;
	struct mapping *m = mapping_of(number);
	struct space *s = space_of(m);
	virt_t address = address_of(m);
	virt_t part = address + part_begin(r);
	bool taken = (r->rights & RIGHT_R) && (number != r->root || r->flush);
	struct entry e;

	if (number == r->root) {
		if (m->parent)
			mapping_of(m->parent)->place |= (uint64_t)r->status << PLACE_STATUS_SHIFT;
		r->root = r->at = 0;
	} else {
		ascend(r, m);
	}
	if (!taken)
		return;
	free_empty_tables(s, part, cpu);
	e = find(s, address, level_of(m));
	if (e.level > level_of(m) || !(*pte_of(e) & PTE_PRESENT)) {
		mapping_free(number);
		free_empty_tables(s, address, cpu);
	}
}

/* Find the next mapping of the space to begin with. */
static void step_space(struct revocation *r)
{
	struct entry e = find(r->space, r->low, 0);
	virt_t end = ALIGN_DOWN(r->low, level_size(e.level)) + level_size(e.level);
	uint32_t number = *pte_of(e) & PTE_PRESENT ? cover(r->space, r->low) : 0;

	if (number) {
		struct mapping *m = mapping_of(number);

		end = address_of(m) + size_of(m);
		r->root = number;
		r->part_low = r->low - address_of(m);
		r->part_high = (end < r->high ? end : r->high) - address_of(m);
		set_at(r, number, 0);
	}
	r->low = end;
}

void mapdb_revoke_begin(struct revocation *r, struct space *s, virt_t low, virt_t high, unsigned rights, bool flush)
{
	*r = (struct revocation){ .space = s, .low = low, .high = high < USER_END ? high : USER_END, .rights = rights, .flush = flush };
	ring_insert(&under_way, &r->link);
}

void mapdb_revoke_end(struct revocation *r)
{
	ring_remove(&r->link);
}

bool mapdb_revoke(struct revocation *r, unsigned steps, struct cpu *cpu)
{
	while (r->root || r->low < r->high) {
		if (steps-- == 0)
			return false;
		if (!r->root) {
			step_space(r);
			continue;
		}
		switch (r->phase) {
		case REVOKE_TAKE:
			step_take(r, cpu);
			break;
		case REVOKE_LIST:
			step_list(r);
			break;
		case REVOKE_SCAN:
			step_scan(r, cpu);
			break;
		case REVOKE_LEAVE:
			step_leave(r, cpu);
			break;
		}
	}
	mapdb_revoke_end(r);
	return true;
}

/* Mapping. */

bool mapdb_show_sigma0(struct space *s, virt_t address, unsigned level)
{
	struct entry e = find(s, address, 0);

	if (*pte_of(e) & PTE_PRESENT)
		return true;
	level = e.level < level ? e.level : level;
	if (!make_entry(s, address, level, &e) || !frames_reserve(tables_set_aside(level)))
		return false;
	*pte_of(e) = ALIGN_DOWN(address, level_size(level)) | PTE_PRESENT | PTE_WRITE | PTE_USER |
	             (level ? PTE_LARGE : 0);
	return true;
}

/* The mapping that the source page belongs to, made if it is sigma0's first. 0: no memory. */
static uint32_t source_mapping(struct space *s, virt_t source)
{
	uint32_t number = cover(s, source);
	struct entry e = find(s, source, 0);
	struct mapping *m;

	if (number)
		return number;
	if (!make_shade(e) || !(number = mapping_alloc()))
		return 0;
	m = mapping_of(number);
	m->space = frame_number(s);
	m->place = ALIGN_DOWN(source, level_size(e.level)) | e.level;
	shade_of(e)->mapping = number;
	return number;
}

static pte_t leaf_bits(pte_t source, unsigned rights, unsigned level)
{
	pte_t bits = PTE_PRESENT | PTE_USER | (level ? PTE_LARGE : 0) | (source & (PTE_WRITE_THROUGH | PTE_UNCACHED));

	if ((rights & RIGHT_W) && (source & PTE_WRITE))
		bits |= PTE_WRITE;
	if (!(rights & RIGHT_X) || (source & PTE_NX))
		bits |= PTE_NX;
	return bits;
}

/* Is this page there already, got from the same mapping? Then it gets the rights too. */
static bool add_rights(struct space *to, virt_t target, unsigned level, phys_t phys, uint32_t parent, pte_t bits,
                       const struct cpu *cpu)
{
	struct entry e = find(to, target, level);
	pte_t *pte = pte_of(e), old = *pte;
	uint32_t number = cover(to, target);

	if (e.level != level || !(old & PTE_PRESENT) || !pte_is_leaf(old, level) || pte_phys(old, level) != phys ||
	    !number || mapping_of(number)->parent != parent)
		return false;
	*pte = (old & ~PTE_NX) | (bits & PTE_WRITE) | (old & bits & PTE_NX);
	space_invalidate(to, cpu, target);
	return true;
}

enum mapdb_result mapdb_map(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                            unsigned rights, struct cpu *cpu)
{
	struct revocation clearing;
	struct entry source_entry, entry;
	uint32_t parent, number;
	pte_t bits, source_pte;
	phys_t phys;

	if (from == to && source == target)
		return MAPDB_DONE;
	for (unsigned attempt = 0;; attempt++) {
		source_entry = find(from, source, 0);
		source_pte = *pte_of(source_entry);
		if (!(source_pte & PTE_PRESENT) || (source_pte & PTE_KERNEL_OWNED))
			return MAPDB_NOTHING;
		phys = pte_phys(source_pte, source_entry.level) + (source & (level_size(source_entry.level) - 1));
		bits = leaf_bits(source_pte, rights, level);
		parent = source_mapping(from, source);
		if (!parent)
			return MAPDB_NO_MEMORY;
		if (add_rights(to, target, level, phys, parent, bits, cpu))
			return MAPDB_DONE;
		if (attempt)
			break;
		/* What was there goes, and the source perhaps with it. */
		mapdb_revoke_begin(&clearing, to, target, target + level_size(level), RIGHTS_ALL, true);
		while (!mapdb_revoke(&clearing, ~0U, cpu))
			;
	}

	if (level)
		free_empty_tables(to, target, cpu);

	/* Make everything that is needed; what was made stays, empty, if the rest can't be had. */
	if (!make_entry(from, source, level, &source_entry) ||
	    (level < level_of(mapping_of(parent)) && !make_shade(source_entry)) ||
	    !make_entry(to, target, level, &entry) || !make_shade(entry))
		return MAPDB_NO_MEMORY;
	if (is_table(*pte_of(entry), level) || !frames_reserve(tables_set_aside(level)))
		return MAPDB_NO_MEMORY;
	number = mapping_alloc();
	if (!number) {
		frames_unreserve(tables_set_aside(level));
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(number) = (struct mapping){ .space = frame_number(to), .place = target | level };
	link_child(number, parent, source);
	shade_of(entry)->mapping = number;
	*pte_of(entry) = phys | bits;
	return MAPDB_DONE;
}

/* The whole mapping moves. `entry` is where, with its shade. */
static void grant_whole(uint32_t number, struct entry source_entry, struct space *from, struct entry entry,
                        struct space *to, virt_t target, unsigned rights, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(number);
	virt_t source = address_of(m);
	pte_t leaf = *pte_of(source_entry);

	*pte_of(entry) = (leaf & ~(PTE_WRITE | PTE_NX)) | leaf_bits(leaf, rights, level_of(m));
	shade_of(entry)->mapping = number;
	*pte_of(source_entry) = 0; /* what was set aside for it moves along */
	shade_of(source_entry)->mapping = 0;
	m->space = frame_number(to);
	m->place = target | (m->place & (PAGE_SIZE - 1));
	space_invalidate(from, cpu, source);
	free_empty_tables(from, source, cpu);
}

/*
 * Part of a mapping that is larger in the database: it becomes a mapping of its own beside that one, made from the same
 * parent. Who got the part from the granter was dispossessed before.
 */
static enum mapdb_result grant_part(uint32_t number, struct space *from, virt_t source, struct entry entry,
                                    struct space *to, virt_t target, unsigned rights, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(number);
	uint32_t parent = m->parent, part;
	struct entry source_entry, parent_entry;
	virt_t parent_source = 0;

	if (parent) {
		parent_source = source_of(m, mapping_of(parent)) + (source - address_of(m));
		if (!make_entry(space_of(mapping_of(parent)), parent_source, 0, &parent_entry) || !make_shade(parent_entry))
			return MAPDB_NO_MEMORY;
	}
	if (!make_entry(from, source, 0, &source_entry) || !(part = mapping_alloc()))
		return MAPDB_NO_MEMORY;

	/* committed: nothing below may fail */
	*mapping_of(part) = (struct mapping){ .space = frame_number(to), .place = target };
	if (parent)
		link_child(part, parent, parent_source);
	shade_of(entry)->mapping = part;
	*pte_of(entry) = (*pte_of(source_entry) & PTE_ADDRESS) | leaf_bits(*pte_of(source_entry), rights, 0);
	*pte_of(source_entry) = 0;
	space_invalidate(from, cpu, source);
	free_empty_tables(from, source, cpu);
	source_entry = find(from, address_of(m), level_of(m));
	if (!(*pte_of(source_entry) & PTE_PRESENT)) {
		mapping_free(number);
		free_empty_tables(from, source, cpu);
	}
	return MAPDB_DONE;
}

static void revoke_all(struct space *s, virt_t low, word_t size, bool flush, struct cpu *cpu)
{
	struct revocation r;

	mapdb_revoke_begin(&r, s, low, low + size, RIGHTS_ALL, flush);
	while (!mapdb_revoke(&r, ~0U, cpu))
		;
}

enum mapdb_result mapdb_grant(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct cpu *cpu)
{
	struct entry source_entry, entry;
	uint32_t number;
	bool whole;

	if (from->is_sigma0)
		return mapdb_map(from, source, to, target, level, rights, cpu);
	if (from == to && source == target)
		return MAPDB_DONE;
	revoke_all(to, target, level_size(level), true, cpu);
	source_entry = find(from, source, 0);
	number = cover(from, source);
	if (!number || !(*pte_of(source_entry) & PTE_PRESENT))
		return MAPDB_NOTHING;

	/* A page that is broken up, or granted in part, goes in the smallest parts. */
	whole = source_entry.level == level && level_of(mapping_of(number)) == level;
	if (!whole && level > 0)
		return MAPDB_NO_MEMORY;
	if (!whole)
		revoke_all(from, source, PAGE_SIZE, false, cpu);
	if (level)
		free_empty_tables(to, target, cpu);
	if (!make_entry(to, target, level, &entry) || !make_shade(entry) || is_table(*pte_of(entry), level))
		return MAPDB_NO_MEMORY;
	source_entry = find(from, source, 0);
	if (!whole)
		return grant_part(number, from, source, entry, to, target, rights, cpu);
	grant_whole(number, source_entry, from, entry, to, target, rights, cpu);
	return MAPDB_DONE;
}

static void free_tables_below(pte_t *table, unsigned level, unsigned entries)
{
	for (unsigned i = 0; i < entries; i++) {
		pte_t pte = table[i];

		if (is_table(pte, level)) {
			free_tables_below(direct_map(pte & PTE_ADDRESS), level - 1, TABLE_ENTRIES);
			free_table(direct_map(pte & PTE_ADDRESS));
		} else if ((pte & PTE_KERNEL_OWNED) && (pte & PTE_WRITE)) {
			frame_free(direct_map(pte_phys(pte, level)));
		}
		table[i] = 0;
	}
}

void mapdb_free_tables(struct space *s)
{
	free_tables_below(s->root, LEVELS - 1, TABLE_ENTRIES / 2);
}
