/* SPDX-License-Identifier: BSD-2-Clause */
/* core/mapdb.c - the mapping database, see core/mapdb.h. */
#include "core/mapdb.h"
#include "base/assert.h"
#include "core/frames.h"
#include "core/map.h"
#include "core/record.h"
#include "x86/cpu.h"

/*
 * Mappings name each other by number (core/record.h), 0 is nobody. `place` is the page's address with, below it, the
 * level (0-1), the accesses seen (2-4), and above it (bits 48-63) nothing; `offset` counts pages of this level from the parent's
 * first byte.
 *
 * What the functions below rely on:
 *  - A mapping is in the shade of its space from its making to its end, whether or not any of its page is left.
 *  - It has a page or a child, or its page table holds what others put into its holes. One that loses the last of these is freed;
 *    so a table is not empty while anything was made from it.
 *  - Only sigma0 has pages without a mapping, and only sigma0's pages come back: nothing is mapped to it.
 */
struct mapping {
	uint32_t parent;
	uint32_t next, prev; /* siblings */
	uint32_t child;      /* the first of those of this size */
	uint32_t space;      /* frame number of its struct space; 0: free */
	uint32_t offset;
	uint64_t place;
};
_Static_assert(sizeof(struct mapping) == 1 << RECORD_MAPPING_LOG2, "issue: at most 32 bytes a mapping");

struct shade {
	uint32_t mapping;  /* that begins at this entry, and is of its size */
	uint32_t children; /* made from this entry's part of a larger page, of this entry's size */
};
_Static_assert(sizeof(struct shade) * TABLE_ENTRIES <= PAGE_SIZE, "a shade is a frame");

enum { MAPPINGS_A_FRAME = PAGE_SIZE / sizeof(struct mapping) };
enum { PLACE_LEVEL = 3, PLACE_STATUS_SHIFT = 2, STATUS_IN_PLACE = RIGHTS_ALL << PLACE_STATUS_SHIFT };

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

static uint32_t mapping_alloc(struct space *s)
{
	uint32_t number = record_alloc(s, RECORD_MAPPING);

	mapping_count += number != 0;
	return number;
}

static void mapping_release(uint32_t number)
{
	record_free(RECORD_MAPPING, number);
	mapping_count--;
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

/* Write a word of a shade. A shade counts those that are not 0, as a table does. */
static void shade_set(uint32_t *word, uint32_t value)
{
	uint16_t *used = frame_count((void *)ALIGN_DOWN((word_t)word, PAGE_SIZE));

	*used = (uint16_t)(*used + (value != 0) - (*word != 0));
	*word = value;
}

/*
 * How many frames one call may fill with tables and shades; what takes more is gone on with in the next one, and finds there
 * what was made. Breaking up a page takes all of it.
 */
enum { BUDGET = 3 };

static enum mapdb_result make_shade(struct space *s, struct entry e, unsigned *budget)
{
	if (*frame_note(e.table))
		return MAPDB_DONE;
	if (*budget == 0)
		return MAPDB_MORE;
	void *frame = account_alloc(&s->account);

	if (!frame)
		return MAPDB_NO_MEMORY;
	--*budget;
	*frame_note(e.table) = frame_number(frame);
	return MAPDB_DONE;
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

/* The mapping of this level that an address is in, whether or not its page is still there. 0: none. */
static uint32_t mapping_at(struct space *s, virt_t address, unsigned level)
{
	struct entry e = find(s, address, level);

	return e.level == level && shade_of(e) ? shade_of(e)->mapping : 0;
}

/* Is there a page in this entry, and is it the user's, not one of the kernel's that happens to be in his reach? */
static bool is_user_leaf(struct entry e)
{
	return (*pte_of(e) & PTE_PRESENT) && !(*pte_of(e) & PTE_KERNEL_OWNED) && pte_is_leaf(*pte_of(e), e.level);
}

/* The mapping that the user's page at an address belongs to: the smallest there is, others have a hole there. 0: none. */
static uint32_t cover(struct space *s, virt_t address)
{
	uint32_t number = 0;

	for (unsigned level = 0; !number && level < LEVELS - 1; level++)
		number = mapping_at(s, address, level);
	return number;
}

/* What breaking up a leaf of this level needs at most, counted in page tables. */
static size_t tables_set_aside(unsigned level)
{
	return level == 0 ? 0 : level == 1 ? 1 : 1 + TABLE_ENTRIES;
}

/* Replace a leaf by a table of leaves that map the same; the frame was set aside when the leaf was made. */
static void split(struct entry e)
{
	pte_t *table = account_alloc_reserved();

	pagetable_split(table, *pte_of(e), e.level);
	*pte_of(e) = direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

/* The entry of `level`, with tables made and leaves split on the way. */
static enum mapdb_result make_entry(struct space *s, virt_t address, unsigned level, struct entry *e, unsigned *budget)
{
	for (*e = find(s, address, level); e->level > level; *e = find(s, address, level)) {
		bool breaks_up = *pte_of(*e) & PTE_PRESENT;

		if (*budget < (breaks_up ? BUDGET : 1))
			return MAPDB_MORE;
		if (breaks_up) {
			split(*e);
			*budget = 0;
			continue;
		}
		pte_t *table = account_alloc(&s->account);

		if (!table)
			return MAPDB_NO_MEMORY;
		--*budget;
		pte_set(pte_of(*e), direct_map_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER);
	}
	return MAPDB_DONE;
}

/* Nothing mapped by it, and nothing in its shade either. */
static bool table_is_empty(const pte_t *table)
{
	uint32_t shade = *frame_note(table);

	return *frame_count(table) == 0 && (!shade || *frame_count(frame_of_number(shade)) == 0);
}

static void free_table(struct space *s, pte_t *table)
{
	if (*frame_note(table))
		account_free(&s->account, frame_of_number(*frame_note(table)));
	account_free(&s->account, table);
}

static void mapping_free(uint32_t number);

/*
 * Free the tables below `top` on the way to an address that are empty, and mappings that nothing is left of then. Were there any?
 */
static bool free_empty_below(unsigned top, struct space *s, virt_t address, const struct cpu *cpu)
{
	bool any = false;

	for (unsigned level = 0; level < top; level++) {
		struct entry above = find(s, address, level + 1);

		if (above.level > level + 1 || !is_table(*pte_of(above), above.level))
			continue;
		pte_t *table = direct_map(*pte_of(above) & PTE_ADDRESS);

		if (!table_is_empty(table))
			break;
		any = true;
		pte_set(pte_of(above), 0);
		space_invalidate(s, cpu, address);
		free_table(s, table);

		uint32_t number = above.level < LEVELS - 1 ? mapping_at(s, address, above.level) : 0;

		if (number && !mapping_of(number)->child)
			mapping_free(number);
	}
	return any;
}

static bool free_empty_tables(struct space *s, virt_t address, const struct cpu *cpu)
{
	return free_empty_below(LEVELS - 1, s, address, cpu);
}

/*
 * Free a mapping that nothing is left of, if it still is where it was. `all_taken`: what there is in its page table is not
 * its own. Did tables go with it?
 */
static bool free_if_gone(uint32_t number, struct space *s, virt_t address, unsigned level, bool all_taken,
                         const struct cpu *cpu)
{
	struct entry e = find(s, address, level);

	if (mapping_at(s, address, level) != number || mapping_of(number)->child || (*pte_of(e) && !all_taken))
		return false;
	mapping_free(number);
	return free_empty_tables(s, address, cpu);
}

/* Free what was made on the way to an entry and was then not needed. */
static void drop_unused(struct space *s, virt_t address, const struct cpu *cpu)
{
	for (unsigned level = 0; level < LEVELS - 1; level++) {
		struct entry e = find(s, address, level);
		uint32_t *note = frame_note(e.table);

		if (e.level == level && *note && *frame_count(frame_of_number(*note)) == 0) {
			account_free(&s->account, frame_of_number(*note));
			*note = 0;
		}
	}
	free_empty_tables(s, address, cpu);
}

static void clear_leaf(struct space *s, struct entry e, virt_t address, const struct cpu *cpu)
{
	pte_set(pte_of(e), 0);
	account_unreserve(&s->account, tables_set_aside(e.level));
	space_invalidate(s, cpu, address);
}

/* Lists of siblings. */

/* The entry of the shade in which the list begins that a child is in. NULL: it begins in the parent. */
static struct shade *list_shade(const struct mapping *parent, unsigned level, virt_t source)
{
	if (level == level_of(parent))
		return NULL;
	struct entry e = find(space_of(parent), source, level);

	assert(e.level == level && shade_of(e));
	return shade_of(e);
}

/* Let that list begin with this one. */
static void set_first(struct mapping *parent, struct shade *shade, uint32_t number)
{
	if (shade)
		shade_set(&shade->children, number);
	else
		parent->child = number;
}

static virt_t source_of(const struct mapping *m, const struct mapping *parent)
{
	return address_of(parent) + (virt_t)m->offset * size_of(m);
}

static void link_child(uint32_t number, uint32_t parent_number, virt_t source)
{
	struct mapping *m = mapping_of(number), *parent = mapping_of(parent_number);
	struct shade *shade = list_shade(parent, level_of(m), source);

	m->parent = parent_number;
	m->offset = (uint32_t)((source - address_of(parent)) / size_of(m));
	m->next = shade ? shade->children : parent->child;
	m->prev = 0;
	if (m->next)
		mapping_of(m->next)->prev = number;
	set_first(parent, shade, number);
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
		set_first(parent, list_shade(parent, level_of(m), source_of(m, parent)), m->next);
}

/* The accesses to a page that a revocation has seen are news for those above its root, too. */
static void pass_on_status(struct revocation *r)
{
	uint32_t parent = mapping_of(r->root)->parent;

	if (parent)
		mapping_of(parent)->place |= (uint64_t)r->tree_status << PLACE_STATUS_SHIFT;
	r->status |= r->tree_status;
	r->tree_status = 0;
}

/* A mapping without pages and children goes; revocations that stand at it stand at its parent from now on. */
static void mapping_free(uint32_t number)
{
	struct mapping *m = mapping_of(number);

	for (struct ring *link = under_way.next; link != &under_way; link = link->next) {
		struct revocation *r = CONTAINER_OF(link, struct revocation, link);

		if (r->root == number) {
			pass_on_status(r);
			r->root = r->at = 0;
		} else if (r->root && r->at == number) {
			r->at = m->parent;
			r->offset -= (word_t)m->offset * size_of(m);
			r->phase = REVOKE_LIST;
		}
	}
	shade_set(&shade_of(find(space_of(m), address_of(m), level_of(m)))->mapping, 0);
	if (m->parent)
		mapping_of(m->parent)->place |= m->place & STATUS_IN_PLACE;
	unlink_child(m);
	mapping_release(number);
}

/* Revocation. */

/* How many entries of a table are passed in one step, when nothing is to be done with them. A table has a multiple of them. */
enum { STRIDE = TABLE_ENTRIES < 16 ? TABLE_ENTRIES : 16 };

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

/*
 * One leaf: note its accesses, take its rights. Rights can only be taken from a whole leaf; the accesses to one that is
 * meant in part are kept for who asks for the other parts.
 */
static void take_leaf(struct revocation *r, struct space *s, struct entry e, virt_t address, unsigned rights,
                      bool whole, const struct cpu *cpu)
{
	pte_t old = *pte_of(e), new = old;

	r->tree_status |= accesses(old);
	if (rights & RIGHT_R) {
		clear_leaf(s, e, address, cpu);
		return;
	}
	if (whole)
		new &= ~(PTE_ACCESSED | PTE_DIRTY);
	if (rights & RIGHT_W)
		new &= ~PTE_WRITE;
	if (rights & RIGHT_X)
		new |= PTE_NX;
	if (new != old) {
		*pte_of(e) = new;
		space_invalidate(s, cpu, address);
	}
}

/* Is all of `at` meant? */
static bool whole_meant(const struct revocation *r, const struct mapping *m)
{
	return part_begin(r) == 0 && part_end(r, m) == size_of(m);
}

/* The leaf of `at` at r->position, if there is one; goes on behind it. True: that was long, a page was broken up. */
static bool step_take(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);
	struct space *s = space_of(m);
	unsigned rights = r->at != r->root || r->flush ? r->rights : 0;
	word_t end = part_end(r, m);
	virt_t address = address_of(m) + r->position;

	if (r->position >= end) {
		r->tree_status |= m->place >> PLACE_STATUS_SHIFT & RIGHTS_ALL;
		if (whole_meant(r, m))
			m->place &= ~(uint64_t)STATUS_IN_PLACE;
		r->phase = REVOKE_LIST;
		return false;
	}
	struct entry e = find(s, address, 0);
	virt_t begin = ALIGN_DOWN(address, level_size(e.level));
	word_t last = begin + level_size(e.level) - address_of(m);
	bool whole = begin - address_of(m) >= part_begin(r) && last <= end;

	if (is_user_leaf(e) && cover(s, address) == r->at) {
		if (!whole && rights) {
			split(e);
			return true;
		}
		take_leaf(r, s, e, begin, rights, whole, cpu);
	}
	r->position = last;
	return false;
}

static void descend(struct revocation *r, uint32_t child)
{
	struct mapping *c = mapping_of(child);

	set_at(r, child, r->offset + (word_t)c->offset * size_of(c));
}

static void begin_scan(struct revocation *r, const struct mapping *m)
{
	r->phase = level_of(m) ? REVOKE_SCAN : REVOKE_LEAVE;
	r->scan_level = level_of(m) ? level_of(m) - 1 : 0;
	r->position = ALIGN_DOWN(part_begin(r), level_size(r->scan_level));
}

static void step_list(struct revocation *r)
{
	struct mapping *m = mapping_of(r->at);

	if (m->child)
		descend(r, m->child);
	else
		begin_scan(r, m);
}

/* Go on looking for smaller children from `position` on; a table that is left behind goes if it has been emptied. */
static void scan_on(struct revocation *r, word_t position, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);

	r->position = position;
	if (level_of(m) < 2 || (position % level_size(1) && position < part_end(r, m)))
		return;
	r->scan_level = 1;
	if (r->rights & RIGHT_R)
		free_empty_tables(space_of(m), address_of(m) + position - PAGE_SIZE, cpu);
}

/* The first smaller child of `at` that was made from an entry. There may be others' children, in a hole of its page. */
static uint32_t own_child(const struct revocation *r, const struct shade *shade)
{
	return shade->children && mapping_of(shade->children)->parent == r->at ? shade->children : 0;
}

/* Look for smaller children in one entry of a table of `at`: first those of the entry's size, then what came from inside. */
static void step_scan(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);
	word_t position = r->position, end = part_end(r, m);
	struct entry e = find(space_of(m), address_of(m) + position, r->scan_level);
	const struct shade *shade = shade_of(e);

	if (position >= end) {
		r->phase = REVOKE_LEAVE;
	} else if (e.level > r->scan_level) { /* no table, no children */
		scan_on(r, ALIGN_DOWN(position, level_size(e.level)) + level_size(e.level), cpu);
	} else if (shade && own_child(r, shade)) {
		descend(r, shade->children);
	} else if (r->scan_level) {
		r->scan_level--;
		if (position < part_begin(r))
			r->position = part_begin(r);
	} else if (!shade) {
		scan_on(r, ALIGN_DOWN(position, level_size(1)) + level_size(1), cpu);
	} else {
		do {
			position += PAGE_SIZE;
			shade++;
		} while (position % (STRIDE * PAGE_SIZE) && position < end && !own_child(r, shade));
		scan_on(r, position, cpu);
	}
}

/* Where to go on when `m` is done with: at its next sibling, or in its parent behind its list. */
static void ascend(struct revocation *r, const struct mapping *m, const struct cpu *cpu)
{
	const struct mapping *parent = mapping_of(m->parent);
	word_t offset = (word_t)m->offset * size_of(m);

	if (m->next) {
		set_at(r, m->next, r->offset);
		return;
	}
	r->at = m->parent;
	r->offset -= offset;
	if (level_of(m) == level_of(parent)) {
		begin_scan(r, parent);
		return;
	}
	r->phase = REVOKE_SCAN;
	r->scan_level = 0;
	if (level_of(m) == 0)
		scan_on(r, offset + PAGE_SIZE, cpu);
	else
		r->position = offset > part_begin(r) ? offset : part_begin(r);
}

/* True: that was long, tables were freed. */
static bool step_leave(struct revocation *r, const struct cpu *cpu)
{
	bool long_step = false;
	uint32_t number = r->at;
	struct mapping *m = mapping_of(number);
	struct space *s = space_of(m);
	unsigned level = level_of(m);
	virt_t address = address_of(m);
	virt_t part = address + part_begin(r);
	bool taken = (r->rights & RIGHT_R) && (number != r->root || r->flush);
	bool all_taken = taken && whole_meant(r, m) && !s->is_sigma0;
	const struct mapping *parent = m->parent ? mapping_of(m->parent) : NULL;
	/* Only of a larger page is there a table that can lose its last child. */
	struct space *parent_space = parent && level_of(parent) > level ? space_of(parent) : NULL;
	virt_t source = parent_space ? source_of(m, parent) : 0;

	if (number == r->root) {
		pass_on_status(r);
		r->root = r->at = 0;
	} else {
		ascend(r, m, cpu);
	}
	if (!(r->rights & RIGHT_R))
		return false;
	if (level)
		long_step = free_empty_tables(s, part, cpu);
	long_step |= free_if_gone(number, s, address, level, all_taken, cpu);
	if (parent_space) /* what it was made from may have gone before */
		long_step |= free_empty_tables(parent_space, source, cpu);
	return long_step;
}

/* Find the next mapping of the space to begin with: at each address the larger first, then those in its holes. */
static void step_space(struct revocation *r)
{
	for (unsigned level = LEVELS - 1; level-- > 0;) {
		uint32_t number = r->begun[level] > r->low ? 0 : mapping_at(r->space, r->low, level);

		if (number) {
			virt_t address = address_of(mapping_of(number)), end = address + level_size(level);

			r->begun[level] = end;
			r->root = number;
			r->part_low = r->low - address;
			r->part_high = (end < r->high ? end : r->high) - address;
			set_at(r, number, 0);
			return;
		}
	}
	struct entry e = find(r->space, r->low, 0);
	const struct shade *shade = shade_of(e);
	word_t size = level_size(e.level);
	unsigned begin = e.index;

	r->low = ALIGN_DOWN(r->low, size);
	do {
		r->low += size;
		e.index++;
	} while (e.index % STRIDE && r->low < r->high && !is_table(*pte_of(e), e.level) &&
	         !(shade && shade[e.index - begin].mapping));
}

void mapdb_revoke_begin(struct revocation *r, struct space *s, virt_t low, virt_t high, unsigned rights, bool flush)
{
	*r = (struct revocation){ .space = s, .begin = low, .low = low, .high = high < USER_END ? high : USER_END,
	                          .rights = rights, .flush = flush };
	ring_insert(&under_way, &r->link);
}

void mapdb_revoke_end(struct revocation *r)
{
	if (r->root)
		pass_on_status(r);
	r->root = 0;
	r->ended = false;
	r->extended = 0;
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
			if (step_take(r, cpu))
				return false;
			break;
		case REVOKE_LIST:
			step_list(r);
			break;
		case REVOKE_SCAN:
			step_scan(r, cpu);
			break;
		case REVOKE_LEAVE:
			if (step_leave(r, cpu))
				return false;
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
	unsigned budget = LEVELS - 1;

	if (*pte_of(e) & PTE_PRESENT)
		return true;
	level = e.level < level ? e.level : level;
	if (make_entry(s, address, level, &e, &budget) != MAPDB_DONE ||
	    !account_reserve(&s->account, tables_set_aside(level)))
		return false;
	pte_set(pte_of(e), ALIGN_DOWN(address, level_size(level)) | PTE_PRESENT | PTE_WRITE | PTE_USER |
	                           (level ? PTE_LARGE : 0));
	return true;
}

/* The mapping that a page of sigma0's belongs to, made when it is first given away. 0: no memory. */
static uint32_t source_mapping(struct space *s, virt_t source)
{
	uint32_t number;
	struct entry e = find(s, source, 0);
	unsigned budget = 1;
	struct mapping *m;

	if (make_shade(s, e, &budget) != MAPDB_DONE || !(number = mapping_alloc(s)))
		return 0;
	m = mapping_of(number);
	m->space = frame_number(s);
	m->place = ALIGN_DOWN(source, level_size(e.level)) | e.level;
	shade_set(&shade_of(e)->mapping, number);
	return number;
}

static pte_t leaf_bits(pte_t source, unsigned rights, unsigned level)
{
	pte_t bits = PTE_PRESENT | PTE_USER | (level ? PTE_LARGE : 0) | (source & PTE_CACHING);

	if ((rights & RIGHT_W) && (source & PTE_WRITE))
		bits |= PTE_WRITE;
	if (!(rights & RIGHT_X) || (source & PTE_NX))
		bits |= PTE_NX;
	return bits;
}

/* Is what is at `at` in this space, in part or as a whole, the page that `source` of `parent` gives? */
static bool has_already(struct space *to, virt_t at, uint32_t parent, virt_t source)
{
	uint32_t number = cover(to, at);

	if (!number || mapping_of(number)->parent != parent)
		return false;
	const struct mapping *m = mapping_of(number);

	return source_of(m, mapping_of(parent)) + (at - address_of(m)) == source;
}

enum { EXTEND_STEPS = 4, FIRST_STEPS = 2, CLEAR_STEPS = 3 };

/*
 * Is the page that is to be mapped already there? In which parts doesn't matter. If so they get the rights of the new mapping, too;
 * part by part, for if a later one is not the same page, then what was there goes. MAPDB_NOTHING: it is not.
 */
static enum mapdb_result extend(struct revocation *r, struct space *to, virt_t target, unsigned level, uint32_t parent,
                                virt_t source, pte_t bits, const struct cpu *cpu)
{
	virt_t end = target + level_size(level), at = target < r->extended && r->extended < end ? r->extended : target;

	for (unsigned steps = 0; at < end; steps++) {
		struct entry e = find(to, at, 0);
		pte_t old = *pte_of(e), new = old & ~(PTE_NX | PTE_CACHING);

		if (!is_user_leaf(e) || !has_already(to, at, parent, source + (at - target)))
			return MAPDB_NOTHING;
		r->extended = at;
		if (steps == EXTEND_STEPS)
			return MAPDB_MORE;
		new |= (bits & (PTE_WRITE | PTE_CACHING)) | (old & bits & PTE_NX);
		if (new != old && e.level > level) {
			split(e);
			steps = EXTEND_STEPS - 1;
			continue;
		}
		if (new != old) {
			*pte_of(e) = new;
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

/*
 * If such a walk is under way, do a piece of it, and nothing else in this call: false. Otherwise stores whether the last call
 * has ended one.
 */
static bool is_clearing_over(struct revocation *r, bool *walked, struct cpu *cpu)
{
	*walked = r->ended;
	r->ended = false;
	if (ring_empty(&r->link))
		return true;
	r->ended = mapdb_revoke(r, CLEAR_STEPS, cpu);
	return false;
}

/* Has the walk just ended that took this away? */
static bool is_cleared(const struct revocation *r, const struct space *s, virt_t low, word_t size)
{
	return r->space == s && r->begin <= low && low + size <= r->high && r->flush;
}

/* Is there nothing in the way of a page of this level? */
static bool is_free(struct space *s, virt_t address, unsigned level)
{
	struct entry e = find(s, address, level);

	return !is_user_leaf(e) && !is_table(*pte_of(e), e.level) && !mapping_at(s, address, level);
}

/*
 * Clear the page that is to be mapped to; MAPDB_NOTHING: it was free. `walked`: a walk through it has just ended; but in its pauses somebody may have mapped
 * something there. Without one, what was mapped on from a hole of a larger page has to go, too.
 */
static enum mapdb_result clear_target(struct revocation *r, struct space *to, virt_t target, unsigned level, bool walked,
                                      struct cpu *cpu)
{
	free_empty_below(level, to, target, cpu);
	if ((walked || !cover(to, target)) && is_free(to, target, level))
		return MAPDB_NOTHING;
	struct entry e = find(to, target, level);

	if (walked && e.level == level && is_table(*pte_of(e), level)) /* not free at this size, perhaps never */
		return MAPDB_NO_MEMORY;
	if (!clear(r, to, target, level_size(level), cpu))
		return MAPDB_MORE;
	free_empty_below(level, to, target, cpu);
	return MAPDB_DONE;
}

/* Make the entry that a page is to be mapped to, and its shade. */
static enum mapdb_result make_target(struct space *to, virt_t target, unsigned level, struct entry *entry,
                                     unsigned *budget)
{
	enum mapdb_result result = make_entry(to, target, level, entry, budget);

	if (result != MAPDB_DONE)
		return result;
	return is_table(*pte_of(*entry), level) ? MAPDB_NO_MEMORY : make_shade(to, *entry, budget);
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
	result = make_entry(from, source, level, &source_entry, &budget);
	if (result == MAPDB_DONE && level < level_of(mapping_of(parent)))
		result = make_shade(from, source_entry, &budget);
	if (result == MAPDB_DONE)
		result = make_target(to, target, level, entry, &budget);
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

static enum mapdb_result map(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
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
		source_entry = find(from, source, 0);
		if (!is_user_leaf(source_entry))
			return MAPDB_NOTHING;
		if (source_entry.level < level)
			return MAPDB_NO_MEMORY;
		bits = leaf_bits(*pte_of(source_entry), rights, level);
		known_parent = cover(from, source);
		if (cleared)
			break;
		if (known_parent) {
			result = extend(clearing, to, target, level, known_parent, source, bits, cpu);
			if (result != MAPDB_NOTHING)
				return result;
		}
		/* What was there goes, and the source perhaps with it. */
		result = clear_target(clearing, to, target, level, walked, cpu);
		if (result == MAPDB_NOTHING)
			break;
		if (result != MAPDB_DONE)
			return result;
	}
	phys = pte_phys(*pte_of(source_entry), source_entry.level) + (source & (level_size(source_entry.level) - 1));
	parent = known_parent ? known_parent : source_mapping(from, source);
	result = parent ? make_mapping(from, source, parent, to, target, level, known_parent ? BUDGET : 0, &entry, &number)
	                : MAPDB_NO_MEMORY;
	if (result == MAPDB_MORE)
		return MAPDB_MORE;
	if (result != MAPDB_DONE) {
		if (parent && !known_parent)
			mapping_free(parent);
		drop_unused(from, source, cpu);
		drop_unused(to, target, cpu);
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(number) = (struct mapping){ .space = frame_number(to), .place = target | level };
	link_child(number, parent, source);
	shade_set(&shade_of(entry)->mapping, number);
	pte_set(pte_of(entry), phys | bits);
	return MAPDB_DONE;
}

/* The whole mapping moves. `entry` is where, with its shade. Returns which rights the page has no longer. */
static unsigned grant_whole(uint32_t number, struct entry source_entry, struct space *from, struct entry entry,
                            struct space *to, virt_t target, unsigned rights, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(number);
	virt_t source = address_of(m);
	pte_t leaf = *pte_of(source_entry), bits = leaf_bits(leaf, rights, level_of(m));

	pte_set(pte_of(entry), (leaf & PTE_ADDRESS) | bits);
	shade_set(&shade_of(entry)->mapping, number);
	pte_set(pte_of(source_entry), 0);
	shade_set(&shade_of(source_entry)->mapping, 0);
	m->space = frame_number(to);
	m->place = target | (m->place & (PAGE_SIZE - 1)) | (uint64_t)accesses(leaf) << PLACE_STATUS_SHIFT;
	space_invalidate(from, cpu, source);
	free_empty_tables(from, source, cpu);
	return (leaf & ~bits & PTE_WRITE ? RIGHT_W : 0) | (bits & ~leaf & PTE_NX ? RIGHT_X : 0);
}

/*
 * Part of a mapping that is larger in the database: it becomes a mapping of its own beside that one, made from the same
 * parent. Who got the part from the granter still has it.
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
		result = make_entry(space_of(mapping_of(parent)), parent_source, 0, &parent_entry, budget);
		if (result == MAPDB_DONE)
			result = make_shade(space_of(mapping_of(parent)), parent_entry, budget);
	}
	if (result == MAPDB_DONE)
		result = make_entry(from, source, 0, &source_entry, budget);
	if (result == MAPDB_MORE)
		return MAPDB_MORE;
	if (result != MAPDB_DONE || !(part = mapping_alloc(to))) {
		if (parent)
			drop_unused(space_of(mapping_of(parent)), parent_source, cpu);
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(part) = (struct mapping){ .space = frame_number(to), .place = target };
	if (parent)
		link_child(part, parent, parent_source);
	shade_set(&shade_of(entry)->mapping, part);
	pte_set(pte_of(entry), (*pte_of(source_entry) & PTE_ADDRESS) | leaf_bits(*pte_of(source_entry), rights, 0));
	m->place |= (uint64_t)accesses(*pte_of(source_entry)) << PLACE_STATUS_SHIFT;
	pte_set(pte_of(source_entry), 0);
	space_invalidate(from, cpu, source);
	free_empty_tables(from, source, cpu);
	free_if_gone(number, from, address, level, false, cpu);
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
	uint32_t number;
	unsigned lost = 0;
	bool whole;

	if (from->is_sigma0)
		return map(from, source, to, target, level, rights, clearing, walked, cpu);
	if (to->is_sigma0)
		return MAPDB_NOTHING;
	if (from == to && source == target)
		return MAPDB_DONE;
	result = clear_target(clearing, to, target, level, walked, cpu);
	if (result == MAPDB_MORE || result == MAPDB_NO_MEMORY)
		return result;
	source_entry = find(from, source, 0);
	number = cover(from, source);
	if (!number || !is_user_leaf(source_entry))
		return MAPDB_NOTHING;

	/* A page that is broken up, or granted in part, goes in the smallest parts. */
	whole = source_entry.level == level && level_of(mapping_of(number)) == level;
	if (!whole && level > 0)
		return MAPDB_NO_MEMORY;
	result = make_target(to, target, level, &entry, &budget);
	if (result == MAPDB_DONE && whole && !account_move(&from->account, &to->account, tables_set_aside(level)))
		result = MAPDB_NO_MEMORY;
	if (result == MAPDB_DONE && whole)
		lost = grant_whole(number, find(from, source, 0), from, entry, to, target, rights, cpu);
	else if (result == MAPDB_DONE)
		result = grant_part(number, from, source, entry, to, target, rights, &budget, cpu);
	if (result == MAPDB_NO_MEMORY)
		drop_unused(to, target, cpu);
	if (result != MAPDB_DONE || (whole && !lost))
		return result;
	if (whole)
		mapdb_revoke_begin(clearing, to, target, target + level_size(level), lost, false);
	else
		mapdb_revoke_begin(clearing, from, source, source + PAGE_SIZE, RIGHTS_ALL, false);
	return MAPDB_MORE;
}

enum mapdb_result mapdb_map(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                            unsigned rights, struct revocation *clearing, struct cpu *cpu)
{
	enum mapdb_result result;
	bool walked;

	if (!is_clearing_over(clearing, &walked, cpu))
		return MAPDB_MORE;
	result = map(from, source, to, target, level, rights, clearing,
	             walked && is_cleared(clearing, to, target, level_size(level)), cpu);
	if (result != MAPDB_MORE)
		clearing->extended = 0;
	return result;
}

enum mapdb_result mapdb_grant(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct revocation *clearing, struct cpu *cpu)
{
	bool walked;

	if (!is_clearing_over(clearing, &walked, cpu))
		return MAPDB_MORE;
	return grant(from, source, to, target, level, rights, clearing,
	             walked && is_cleared(clearing, to, target, level_size(level)), cpu);
}

bool mapdb_set_caching(struct space *s, virt_t *at, virt_t end, pte_t caching, unsigned steps, const struct cpu *cpu)
{
	while (*at < end) {
		struct entry e = find(s, *at, 0);
		word_t size = level_size(e.level);
		virt_t begin = ALIGN_DOWN(*at, size);

		if (steps-- == 0)
			return false;
		if (is_user_leaf(e) && (*pte_of(e) & PTE_CACHING) != caching) {
			if (begin < *at || end - begin < size) {
				split(e);
				continue;
			}
			*pte_of(e) = (*pte_of(e) & ~PTE_CACHING) | caching;
			space_invalidate(s, cpu, begin);
		}
		*at = begin + size;
	}
	return true;
}

/* Free the tables that end at an address; all below them are free. */
static void free_tables_behind(struct space *s, virt_t end)
{
	for (unsigned level = 1; level < LEVELS && end % level_size(level) == 0; level++) {
		struct entry above = find(s, end - 1, level);
		pte_t pte = *pte_of(above);

		if (above.level > level || !is_table(pte, level))
			continue;
		pte_set(pte_of(above), 0);
		free_table(s, direct_map(pte & PTE_ADDRESS));
	}
}

bool mapdb_free_tables(struct space *s, virt_t *at)
{
	struct entry e = find(s, *at, 0);

	if (*at >= USER_END)
		return true;
	do {
		*at += level_size(e.level);
		e.index++;
	} while (e.index % STRIDE && *at < USER_END && !is_table(*pte_of(e), e.level));
	free_tables_behind(s, *at < USER_END ? *at : ALIGN_UP(*at, level_size(LEVELS - 1)));
	return *at >= USER_END;
}

void mapdb_free_empty(struct space *s, virt_t address, const struct cpu *cpu)
{
	free_empty_tables(s, address, cpu);
}

bool mapdb_bequeath(struct space *s, struct revocation *r)
{
	uint32_t frame = record_frame_left(s, RECORD_MAPPING);
	const struct mapping *m;

	if (!frame)
		return true;
	for (m = mapping_of(frame * MAPPINGS_A_FRAME); !m->space;)
		m++;
	if (!record_bequeath(RECORD_MAPPING, frame, space_of(m)))
		mapdb_revoke_begin(r, space_of(m), address_of(m), address_of(m) + size_of(m), RIGHTS_ALL, true);
	return false;
}
