/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_revoke.c - rights taken away: a walk over the tree of what was made from a page, in steps.
 */
#include "core/mapdb_parts.h"
#include "x86/cpu.h"

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

unsigned accesses(pte_t pte)
{
	unsigned status = 0;

	if (pte & PTE_ACCESSED)
		status |= pte & PTE_NX ? RIGHT_R : RIGHT_R | RIGHT_X;
	if (pte & PTE_DIRTY)
		status |= RIGHT_W;
	return status;
}

static unsigned rights_to_take(const struct revocation *r)
{
	return r->at != r->root || r->flush ? r->rights : 0;
}

/* A leaf of `at`: note its accesses, take its rights. */
static void take_leaf(struct revocation *r, struct space *s, struct entry e, virt_t address, const struct cpu *cpu)
{
	unsigned rights = rights_to_take(r);
	pte_t old = *e.pte, new = old & ~(PTE_ACCESSED | PTE_DIRTY);

	r->tree_status |= accesses(old);
	if (rights & RIGHT_R) {
		entry_clear(s, e, address, cpu);
		return;
	}
	if (rights & RIGHT_W)
		new &= ~PTE_WRITE;
	if (rights & RIGHT_X)
		new |= PTE_NX;
	if (new != old) {
		*e.pte = new;
		space_invalidate(s, cpu, address);
	}
}

/* Is all of `at` meant? */
static bool whole_meant(const struct revocation *r, const struct mapping *m)
{
	return part_begin(r) == 0 && part_end(r, m) == size_of(m);
}

static void descend(struct revocation *r, uint32_t child)
{
	struct mapping *c = mapping_of(child);

	set_at(r, child, r->offset + (word_t)c->offset * size_of(c));
}

static void begin_scan(struct revocation *r, const struct mapping *m)
{
	r->phase = REVOKE_LEAVE;
	if (level_of(m) == 0)
		return;
	r->phase = REVOKE_SCAN;
	r->scan_level = level_of(m) - 1;
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
		mapdb_free_empty(space_of(m), address_of(m) + position - PAGE_SIZE, cpu);
}

/*
 * The first smaller child of `at` that was made from an entry. There may be others' children, in a hole of its
 * page.
 */
static uint32_t own_child(const struct revocation *r, const struct shade *shade)
{
	return shade->children && mapping_of(shade->children)->parent == r->at ? shade->children : 0;
}

/*
 * Look for smaller children in one entry of a table of `at`: first those of the entry's size, then what came
 * from inside.
 */
static void step_scan(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);
	word_t position = r->position, end = part_end(r, m);
	struct entry e = find(space_of(m), address_of(m) + position, r->scan_level);
	const struct shade *shade = shade_of(e.pte);

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

/* What others put into its holes may be all that there is in the page table of a mapping that was taken as a whole. */
static bool all_is_taken(const struct revocation *r, const struct mapping *m)
{
	return rights_to_take(r) & RIGHT_R && whole_meant(r, m) && !space_of(m)->is_sigma0;
}

/* True: that was long, tables were freed. */
static bool step_leave(struct revocation *r, const struct cpu *cpu)
{
	bool long_step = false, all_taken = false;
	uint32_t number = r->at;
	struct mapping *m = mapping_of(number);
	struct space *s = space_of(m), *parent_space = NULL;
	unsigned level = level_of(m);
	virt_t address = address_of(m), part = address + part_begin(r), source = 0;

	if (r->rights & RIGHT_R) {
		const struct mapping *parent = mapping_of(m->parent);

		all_taken = all_is_taken(r, m);
		/* Only such a page has a table that can lose its last child. */
		if (m->parent && level_of(parent) > level) {
			parent_space = space_of(parent);
			source = source_of(m, parent);
		}
	}
	if (number == r->root) {
		mapping_pass_status(r);
		r->root = r->at = 0;
	} else {
		ascend(r, m, cpu);
	}
	if (!(r->rights & RIGHT_R))
		return false;
	if (level)
		long_step = mapdb_free_empty(s, part, cpu);
	long_step |= mapping_free_if_gone(number, s, address, level, all_taken, cpu);
	if (parent_space) /* what it was made from may have gone before */
		long_step |= mapdb_free_empty(parent_space, source, cpu);
	return long_step;
}

/* What was seen earlier of a mapping; who is asked about a part only keeps it for who asks for the others. */
static void take_status(struct revocation *r, struct mapping *m, bool whole)
{
	r->tree_status |= m->place >> PLACE_STATUS_SHIFT & RIGHTS_ALL;
	if (whole)
		m->place &= ~(uint64_t)STATUS_IN_PLACE;
}

/* A page of 4 KiB: all of it in one step, and without children it is left, too. True: that was long. */
static bool step_take_small(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);
	struct space *s = space_of(m);
	struct entry e = find(s, address_of(m), 0);

	if (is_user_leaf(e))
		take_leaf(r, s, e, address_of(m), cpu);
	take_status(r, m, true);
	if (!m->child)
		return step_leave(r, cpu);
	descend(r, m->child);
	return false;
}

/*
 * The leaf of `at` at r->position, if there is one; goes on behind it. Rights can only be taken from a whole leaf; the
 * accesses to one that is meant in part are kept for who asks for the other parts. True: that was long, a page was
 * broken up.
 */
static bool step_take(struct revocation *r, const struct cpu *cpu)
{
	struct mapping *m = mapping_of(r->at);

	if (level_of(m) == 0)
		return step_take_small(r, cpu);

	struct space *s = space_of(m);
	word_t end = part_end(r, m);
	virt_t address = address_of(m) + r->position;
	uint32_t numbers[LEVELS - 1];

	if (r->position >= end) {
		take_status(r, m, whole_meant(r, m));
		r->phase = REVOKE_LIST;
		return false;
	}
	struct entry e = find_mappings(s, address, numbers);
	virt_t begin = ALIGN_DOWN(address, level_size(e.level));
	word_t last = begin + level_size(e.level) - address_of(m);
	bool whole = begin - address_of(m) >= part_begin(r) && last <= end;

	if (is_user_leaf(e) && smallest(numbers) == r->at) {
		if (!whole && rights_to_take(r)) {
			entry_split(e);
			return true;
		}
		if (whole)
			take_leaf(r, s, e, begin, cpu);
		else
			r->tree_status |= accesses(*e.pte);
	}
	r->position = last;
	return false;
}

/* The next mapping of the space to begin with: at each address the larger first, then those in its holes. */
static void begin_tree(struct revocation *r, uint32_t number)
{
	const struct mapping *m = mapping_of(number);
	virt_t address = address_of(m), end = address + size_of(m);

	r->begun[level_of(m)] = end;
	r->root = number;
	r->part_low = r->low - address;
	r->part_high = (end < r->high ? end : r->high) - address;
	set_at(r, number, 0);
	if (level_of(m) == 0)
		r->low = end;
}

/* Find it, if it is near. */
static void step_space(struct revocation *r)
{
	uint32_t number[LEVELS - 1];
	struct entry e = find_mappings(r->space, r->low, number);

	for (unsigned level = LEVELS - 1; level-- > 0;)
		if (number[level] && r->begun[level] <= r->low) {
			begin_tree(r, number[level]);
			return;
		}

	const struct shade *shade = shade_of(e.pte);
	word_t size = level_size(e.level);
	unsigned passed = 0;

	if (e.level == 0 && (!shade || *frame_count(shade) == 0)) { /* none begins in all of the table */
		r->low = ALIGN_DOWN(r->low, level_size(1)) + level_size(1);
		return;
	}
	r->low = ALIGN_DOWN(r->low, size);
	do {
		r->low += size;
		passed++;
	} while (is_in_stride(e.pte + passed) && r->low < r->high && !is_table(e.pte[passed], e.level) &&
	         !(shade && shade[passed].mapping));
}

void mapdb_revoke_begin(struct revocation *r, struct space *s, virt_t low, virt_t high, unsigned rights, bool flush)
{
	r->space = s;
	r->begin = r->low = low;
	r->high = high < USER_END ? high : USER_END;
	r->rights = rights;
	r->flush = flush;
	r->status = r->tree_status = 0;
	r->begun[0] = r->begun[1] = r->begun[2] = 0;
	r->root = r->at = 0;
	r->ended = false;
	r->extended = 0;
	ring_insert(&revocations_under_way, &r->link);
}

void mapdb_revoke_end(struct revocation *r)
{
	if (r->root)
		mapping_pass_status(r);
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
		if (!r->root)
			step_space(r);
		if (!r->root)
			continue;
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
