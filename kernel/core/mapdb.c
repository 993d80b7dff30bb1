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
 *
 * What the functions below rely on:
 *  - A mapping is in the shade of its space from its making to its end, whether or not any of its page is left.
 *  - It has a page or a child, or its page table holds what others put into its holes. One that loses the last of these is freed;
 *    so a table is not empty while anything was made from it.
 *  - Only sigma0 has pages without a mapping, and only sigma0's pages come back: nothing is mapped to it.
 */
struct mapping {
	uint32_t parent;
	uint32_t next, prev; /* siblings; a free mapping: see mapping_alloc() */
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
_Static_assert(sizeof(struct shade) * TABLE_ENTRIES <= PAGE_SIZE, "a shade is a frame");

enum { MAPPINGS_A_FRAME = PAGE_SIZE / sizeof(struct mapping) };
enum { PLACE_LEVEL = 3, PLACE_STATUS_SHIFT = 2, STATUS_IN_PLACE = RIGHTS_ALL << PLACE_STATUS_SHIFT };

static uint32_t spare_frame; /* number of the first frame that has free mappings */
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

/*
 * A frame of mappings counts in its note those in use (from bit 8) and names its first free one (bits 0-7). That one holds the links
 * to the other frames that have free ones (next, prev) and the next free one of this frame, counted from its
 * neighbour on (child), so that a frame of zeros is a frame of free mappings.
 */
enum { NOTE_FIRST_FREE = 0xff, NOTE_USED_ONE = 0x100 };

static uint32_t *note_of(uint32_t frame)
{
	return frame_note(frame_of_number(frame));
}

static struct mapping *first_free(uint32_t frame)
{
	return mapping_of(frame * MAPPINGS_A_FRAME + (*note_of(frame) & NOTE_FIRST_FREE));
}

static void spare_insert(uint32_t frame)
{
	struct mapping *slot = first_free(frame);

	slot->next = spare_frame;
	slot->prev = 0;
	if (spare_frame)
		first_free(spare_frame)->prev = frame;
	spare_frame = frame;
}

static void spare_remove(uint32_t frame)
{
	const struct mapping *slot = first_free(frame);

	if (slot->next)
		first_free(slot->next)->prev = slot->prev;
	if (slot->prev)
		first_free(slot->prev)->next = slot->next;
	else
		spare_frame = slot->next;
}

static uint32_t mapping_alloc(void)
{
	if (!spare_frame) {
		void *fresh = frame_alloc();

		if (!fresh)
			return 0;
		spare_insert(frame_number(fresh));
	}
	uint32_t frame = spare_frame, slot = *note_of(frame) & NOTE_FIRST_FREE;
	struct mapping *m = first_free(frame);
	uint32_t next_slot = slot + 1 + m->child;

	if (next_slot < MAPPINGS_A_FRAME) {
		struct mapping *next = mapping_of(frame * MAPPINGS_A_FRAME + next_slot);

		next->next = m->next;
		next->prev = m->prev;
	} else {
		spare_remove(frame);
	}
	*note_of(frame) += NOTE_USED_ONE + next_slot - slot;
	*m = (struct mapping){ 0 };
	mapping_count++;
	return frame * MAPPINGS_A_FRAME + slot;
}

/* Give a mapping's memory back, and the frame with the last one. */
static void mapping_release(uint32_t number)
{
	uint32_t frame = number / MAPPINGS_A_FRAME, slot = number % MAPPINGS_A_FRAME;
	uint32_t *note = note_of(frame), old_first = *note & NOTE_FIRST_FREE;
	struct mapping *m = mapping_of(number);

	*m = (struct mapping){ .child = old_first - slot - 1 };
	if (old_first < MAPPINGS_A_FRAME) {
		m->next = first_free(frame)->next;
		m->prev = first_free(frame)->prev;
	}
	*note += slot - old_first - NOTE_USED_ONE;
	if (old_first == MAPPINGS_A_FRAME)
		spare_insert(frame);
	mapping_count--;
	if (*note < NOTE_USED_ONE) {
		spare_remove(frame);
		frame_free(frame_of_number(frame));
	}
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

/* Are these words, whose number is a multiple of eight, all 0? */
static bool words_are_zero(const word_t *words, size_t count)
{
	for (const word_t *w = words; w < words + count; w += 8)
		if (w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7])
			return false;
	return true;
}

/*
 * Nothing mapped by it, and nothing in its shade either. Who takes pages away in order finds what is left next to the one
 * taken last, so the neighbours are asked first.
 */
static bool table_is_empty(const pte_t *table, unsigned index)
{
	const word_t *shade = *frame_note(table) ? frame_of_number(*frame_note(table)) : NULL;

	if (table[index] || table[(index + 1) % TABLE_ENTRIES] || table[(index - 1) % TABLE_ENTRIES])
		return false;
	return words_are_zero(table, TABLE_ENTRIES) && (!shade || words_are_zero(shade, TABLE_ENTRIES));
}

static void free_table(pte_t *table)
{
	if (*frame_note(table))
		frame_free(frame_of_number(*frame_note(table)));
	frame_free(table);
}

static void mapping_free(uint32_t number);

/* Free the tables on the way to an address that have become empty, and mappings that nothing is left of then. */
static void free_empty_tables(struct space *s, virt_t address, const struct cpu *cpu)
{
	for (unsigned level = 0; level < LEVELS - 1; level++) {
		struct entry above = find(s, address, level + 1);

		if (above.level > level + 1 || !is_table(*pte_of(above), above.level))
			continue;
		pte_t *table = direct_map(*pte_of(above) & PTE_ADDRESS);

		if (!table_is_empty(table, index_of(address, level)))
			return;
		*pte_of(above) = 0;
		space_invalidate(s, cpu, address);
		free_table(table);

		uint32_t number = above.level < LEVELS - 1 ? mapping_at(s, address, above.level) : 0;

		if (number && !mapping_of(number)->child)
			mapping_free(number);
	}
}

/*
 * Free a mapping that nothing is left of, if it still is where it was. `all_taken`: what there is in its page table is not
 * its own.
 */
static void free_if_gone(uint32_t number, struct space *s, virt_t address, unsigned level, bool all_taken,
                         const struct cpu *cpu)
{
	struct entry e = find(s, address, level);

	if (mapping_at(s, address, level) != number || mapping_of(number)->child || (*pte_of(e) && !all_taken))
		return;
	mapping_free(number);
	free_empty_tables(s, address, cpu);
}

/* Free what was made on the way to an entry and was then not needed. */
static void drop_unused(struct space *s, virt_t address, const struct cpu *cpu)
{
	for (unsigned level = 0; level < LEVELS - 1; level++) {
		struct entry e = find(s, address, level);
		uint32_t *note = frame_note(e.table);

		if (e.level == level && *note && words_are_zero(frame_of_number(*note), TABLE_ENTRIES)) {
			frame_free(frame_of_number(*note));
			*note = 0;
		}
	}
	free_empty_tables(s, address, cpu);
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
	shade_of(find(space_of(m), address_of(m), level_of(m)))->mapping = 0;
	if (m->parent)
		mapping_of(m->parent)->place |= m->place & STATUS_IN_PLACE;
	unlink_child(m);
	mapping_release(number);
}

/* Revocation. */

/* How many entries of a table are passed in one step, when nothing is to be done with them. A table has a multiple of them. */
enum { STRIDE = TABLE_ENTRIES < 32 ? TABLE_ENTRIES : 32 };

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

/* The leaf of `at` at r->position, if there is one; goes on behind it. */
static void step_take(struct revocation *r, const struct cpu *cpu)
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
		return;
	}
	struct entry e = find(s, address, 0);
	virt_t begin = ALIGN_DOWN(address, level_size(e.level));
	word_t last = begin + level_size(e.level) - address_of(m);
	bool whole = begin - address_of(m) >= part_begin(r) && last <= end;

	if (is_user_leaf(e) && cover(s, address) == r->at) {
		if (!whole && rights) {
			split(e);
			return;
		}
		take_leaf(r, s, e, begin, rights, whole, cpu);
	}
	r->position = last;
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

static void step_leave(struct revocation *r, const struct cpu *cpu)
{
	uint32_t number = r->at;
	struct mapping *m = mapping_of(number);
	struct space *s = space_of(m);
	unsigned level = level_of(m);
	virt_t address = address_of(m);
	virt_t part = address + part_begin(r);
	bool taken = (r->rights & RIGHT_R) && (number != r->root || r->flush);
	bool all_taken = taken && whole_meant(r, m) && !s->is_sigma0;
	const struct mapping *parent = m->parent ? mapping_of(m->parent) : NULL;
	struct space *parent_space = parent ? space_of(parent) : NULL;
	virt_t source = parent ? source_of(m, parent) : 0;

	if (number == r->root) {
		pass_on_status(r);
		r->root = r->at = 0;
	} else {
		ascend(r, m, cpu);
	}
	if (!(r->rights & RIGHT_R))
		return;
	free_empty_tables(s, part, cpu);
	free_if_gone(number, s, address, level, all_taken, cpu);
	if (parent_space)
		free_empty_tables(parent_space, source, cpu); /* what it was made from may have gone before */
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
	pte_t bits = PTE_PRESENT | PTE_USER | (level ? PTE_LARGE : 0) | (source & PTE_CACHING);

	if ((rights & RIGHT_W) && (source & PTE_WRITE))
		bits |= PTE_WRITE;
	if (!(rights & RIGHT_X) || (source & PTE_NX))
		bits |= PTE_NX;
	return bits;
}

/* Is the page that `source` of `parent` gives already all there, at `target`? In which parts doesn't matter. */
static bool has_already(struct space *to, virt_t target, unsigned level, uint32_t parent, virt_t source)
{
	virt_t end = target + level_size(level);

	for (virt_t at = target; at < end;) {
		struct entry e = find(to, at, 0);
		uint32_t number = cover(to, at);

		if (!is_user_leaf(e) || !number)
			return false;
		const struct mapping *m = mapping_of(number);

		if (m->parent != parent ||
		    source_of(m, mapping_of(parent)) + (at - address_of(m)) != source + (at - target))
			return false;
		at = ALIGN_DOWN(at, level_size(e.level)) + level_size(e.level);
	}
	return true;
}

/* The page that is there already gets what `bits` has more in rights, and its caching. */
static void renew(struct space *to, virt_t target, unsigned level, pte_t bits, const struct cpu *cpu)
{
	virt_t end = target + level_size(level);

	for (virt_t at = target; at < end;) {
		struct entry e = find(to, at, 0);
		pte_t old = *pte_of(e), new = old & ~(PTE_NX | PTE_CACHING);

		new |= (bits & (PTE_WRITE | PTE_CACHING)) | (old & bits & PTE_NX);
		if (new != old && e.level > level) {
			split(e);
			continue;
		}
		if (new != old) {
			*pte_of(e) = new;
			space_invalidate(to, cpu, at);
		}
		at = ALIGN_DOWN(at, level_size(e.level)) + level_size(e.level);
	}
}

enum { CLEAR_STEPS = 4 };

/* Take a region away, a few steps at a time; true when nothing of it is left. */
static bool clear(struct revocation *r, struct space *s, virt_t low, word_t size, struct cpu *cpu)
{
	mapdb_revoke_begin(r, s, low, low + size, RIGHTS_ALL, true);
	return mapdb_revoke(r, CLEAR_STEPS, cpu);
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
 * Clear the page that is to be mapped to. `walked`: a walk through it has just ended; but in its pauses somebody may have mapped
 * something there.
 */
static enum mapdb_result clear_target(struct revocation *r, struct space *to, virt_t target, unsigned level, bool walked,
                                      struct cpu *cpu)
{
	if (level)
		free_empty_tables(to, target, cpu);
	if (walked && is_free(to, target, level))
		return MAPDB_DONE;
	struct entry e = find(to, target, level);

	if (walked && e.level == level && is_table(*pte_of(e), level)) /* not free at this size, perhaps never */
		return MAPDB_NO_MEMORY;
	if (!clear(r, to, target, level_size(level), cpu))
		return MAPDB_MORE;
	if (level)
		free_empty_tables(to, target, cpu);
	return MAPDB_DONE;
}

/* Make everything that a mapping needs; stores its place and its number. False: no memory. */
static bool make_mapping(struct space *from, virt_t source, uint32_t parent, struct space *to, virt_t target,
                         unsigned level, struct entry *entry, uint32_t *number)
{
	struct entry source_entry;

	if (!make_entry(from, source, level, &source_entry) ||
	    (level < level_of(mapping_of(parent)) && !make_shade(source_entry)) ||
	    !make_entry(to, target, level, entry) || is_table(*pte_of(*entry), level) || !make_shade(*entry) ||
	    !frames_reserve(tables_set_aside(level)))
		return false;
	*number = mapping_alloc();
	if (!*number)
		frames_unreserve(tables_set_aside(level));
	return *number != 0;
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
		if (known_parent && has_already(to, target, level, known_parent, source)) {
			renew(to, target, level, bits, cpu);
			return MAPDB_DONE;
		}
		/* What was there goes, and the source perhaps with it. */
		result = clear_target(clearing, to, target, level, walked, cpu);
		if (result != MAPDB_DONE)
			return result;
	}
	phys = pte_phys(*pte_of(source_entry), source_entry.level) + (source & (level_size(source_entry.level) - 1));
	parent = source_mapping(from, source);
	if (!parent || !make_mapping(from, source, parent, to, target, level, &entry, &number)) {
		if (parent && !known_parent)
			mapping_free(parent);
		drop_unused(from, source, cpu);
		drop_unused(to, target, cpu);
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(number) = (struct mapping){ .space = frame_number(to), .place = target | level };
	link_child(number, parent, source);
	shade_of(entry)->mapping = number;
	*pte_of(entry) = phys | bits;
	return MAPDB_DONE;
}

/* The whole mapping moves. `entry` is where, with its shade. Returns which rights the page has no longer. */
static unsigned grant_whole(uint32_t number, struct entry source_entry, struct space *from, struct entry entry,
                            struct space *to, virt_t target, unsigned rights, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(number);
	virt_t source = address_of(m);
	pte_t leaf = *pte_of(source_entry), bits = leaf_bits(leaf, rights, level_of(m));

	*pte_of(entry) = (leaf & PTE_ADDRESS) | bits;
	shade_of(entry)->mapping = number;
	*pte_of(source_entry) = 0; /* what was set aside for it moves along */
	shade_of(source_entry)->mapping = 0;
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
                                    struct space *to, virt_t target, unsigned rights, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(number);
	uint32_t parent = m->parent, part;
	unsigned level = level_of(m);
	virt_t address = address_of(m);
	struct entry source_entry, parent_entry;
	virt_t parent_source = 0;

	if (parent) {
		parent_source = source_of(m, mapping_of(parent)) + (source - address_of(m));
		if (!make_entry(space_of(mapping_of(parent)), parent_source, 0, &parent_entry) || !make_shade(parent_entry))
			return MAPDB_NO_MEMORY;
	}
	if (!make_entry(from, source, 0, &source_entry) || !(part = mapping_alloc())) {
		if (parent)
			drop_unused(space_of(mapping_of(parent)), parent_source, cpu);
		return MAPDB_NO_MEMORY;
	}

	/* committed: nothing below may fail */
	*mapping_of(part) = (struct mapping){ .space = frame_number(to), .place = target };
	if (parent)
		link_child(part, parent, parent_source);
	shade_of(entry)->mapping = part;
	*pte_of(entry) = (*pte_of(source_entry) & PTE_ADDRESS) | leaf_bits(*pte_of(source_entry), rights, 0);
	m->place |= (uint64_t)accesses(*pte_of(source_entry)) << PLACE_STATUS_SHIFT;
	*pte_of(source_entry) = 0;
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
	if (result != MAPDB_DONE)
		return result;
	source_entry = find(from, source, 0);
	number = cover(from, source);
	if (!number || !is_user_leaf(source_entry))
		return MAPDB_NOTHING;

	/* A page that is broken up, or granted in part, goes in the smallest parts. */
	whole = source_entry.level == level && level_of(mapping_of(number)) == level;
	if (!whole && level > 0)
		return MAPDB_NO_MEMORY;
	if (!make_entry(to, target, level, &entry) || is_table(*pte_of(entry), level) || !make_shade(entry))
		result = MAPDB_NO_MEMORY;
	else if (whole)
		lost = grant_whole(number, find(from, source, 0), from, entry, to, target, rights, cpu);
	else
		result = grant_part(number, from, source, entry, to, target, rights, cpu);
	if (result != MAPDB_DONE) {
		drop_unused(to, target, cpu);
		return result;
	}
	if (whole && !lost)
		return MAPDB_DONE;
	if (whole)
		mapdb_revoke_begin(clearing, to, target, target + level_size(level), lost, false);
	else
		mapdb_revoke_begin(clearing, from, source, source + PAGE_SIZE, RIGHTS_ALL, false);
	return mapdb_grant_finish(clearing, cpu) ? MAPDB_DONE : MAPDB_MORE;
}

enum mapdb_result mapdb_map(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                            unsigned rights, struct revocation *clearing, struct cpu *cpu)
{
	bool under_way = !ring_empty(&clearing->link);

	if (under_way && !mapdb_revoke(clearing, CLEAR_STEPS, cpu))
		return MAPDB_MORE;
	return map(from, source, to, target, level, rights, clearing,
	           under_way && is_cleared(clearing, to, target, level_size(level)), cpu);
}

enum mapdb_result mapdb_grant(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct revocation *clearing, struct cpu *cpu)
{
	bool under_way = !ring_empty(&clearing->link);

	if (under_way && !mapdb_revoke(clearing, CLEAR_STEPS, cpu))
		return MAPDB_MORE;
	return grant(from, source, to, target, level, rights, clearing,
	             under_way && is_cleared(clearing, to, target, level_size(level)), cpu);
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

/* The first entry of a table that leads to another one, or NULL. */
static pte_t *first_table(pte_t *table, unsigned level, unsigned entries)
{
	for (unsigned i = 0; i < entries; i++)
		if (is_table(table[i], level))
			return &table[i];
	return NULL;
}

static void free_owned_frames(const pte_t *table)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		if ((table[i] & PTE_KERNEL_OWNED) && (table[i] & PTE_WRITE))
			frame_free(direct_map(table[i] & PTE_ADDRESS));
}

bool mapdb_free_table(struct space *s)
{
	unsigned level = LEVELS - 1;
	pte_t *above = first_table(s->root, level, TABLE_ENTRIES / 2), *below;

	if (!above)
		return false;
	while (--level && (below = first_table(direct_map(*above & PTE_ADDRESS), level, TABLE_ENTRIES)))
		above = below;

	pte_t *table = direct_map(*above & PTE_ADDRESS);

	if (level == 0)
		free_owned_frames(table);
	*above = 0;
	free_table(table);
	return true;
}

/* For the debugger. */

static bool look_at(uint32_t number, unsigned depth, struct mapdb_node *n)
{
	const struct mapping *m = mapping_of(number);

	if (number)
		*n = (struct mapdb_node){ space_of(m), address_of(m), level_of(m), depth, number };
	return number != 0;
}

bool mapdb_look(struct space *s, virt_t address, struct mapdb_node *n)
{
	return look_at(cover(s, address), 0, n);
}

bool mapdb_look_above(struct mapdb_node *n)
{
	return look_at(mapping_of(n->number)->parent, n->depth, n);
}

/* The first child of `number` below its own level, from `at` on in this level, then in lower ones. `level` is one too high. */
static uint32_t smaller_child(uint32_t number, unsigned level, virt_t at)
{
	const struct mapping *m = mapping_of(number);

	for (; level-- > 0; at = address_of(m)) {
		while (at < address_of(m) + size_of(m)) {
			struct entry e = find(space_of(m), at, level);
			uint32_t child = e.level == level && shade_of(e) ? shade_of(e)->children : 0;

			if (child && mapping_of(child)->parent == number)
				return child;
			at = ALIGN_DOWN(at, level_size(e.level)) + level_size(e.level);
		}
	}
	return 0;
}

/* The sibling behind a mapping; siblings are its parent's children of one size first, then the smaller. */
static uint32_t sibling(const struct mapping *m)
{
	const struct mapping *parent = mapping_of(m->parent);

	if (m->next)
		return m->next;
	if (level_of(m) == level_of(parent))
		return smaller_child(m->parent, level_of(parent), address_of(parent));
	return smaller_child(m->parent, level_of(m) + 1, source_of(m, parent) + size_of(m));
}

bool mapdb_look_below(struct mapdb_node *n)
{
	const struct mapping *m = mapping_of(n->number);
	uint32_t child = m->child ? m->child : smaller_child(n->number, level_of(m), address_of(m));

	if (child)
		return look_at(child, n->depth + 1, n);
	for (; n->depth; n->depth--, m = mapping_of(m->parent)) {
		uint32_t next = sibling(m);

		if (next)
			return look_at(next, n->depth, n);
	}
	return false;
}
