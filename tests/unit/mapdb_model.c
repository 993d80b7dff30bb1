/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/mapdb_model.c - see tests/unit/mapdb_model.h. It includes core/record.c to see its
 * lists. */
#include "mapdb_model.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/string.h"
#include "core/mapdb_parts.h"
#include "core/record.c"
#include "x86/cpu_data.h"

enum { ARENA_FRAMES = 24576 };

unsigned char *arena;
struct space *spaces[SPACES];
struct cpu *test_cpu;
static size_t frames_at_begin;
static unsigned long operations;

struct slot {
	bool there;
	uint8_t rights;
	uint8_t seen;	 /* accesses to it and to what was made from it that nobody has asked for */
	uint8_t claimed; /* by which of the revocations under way, when they began */
	uint32_t frame;
	unsigned long stamp; /* when it was made, or got rights */
	struct slot *parent, *child, *next, *prev;
};
static struct slot slots[SPACES][PAGES];
static struct slot *const slots_end = (struct slot *)(&slots + 1);

static struct walk {
	bool under_way;
	struct revocation r;
	unsigned space, low, high, rights;
	bool flush;
	unsigned long begun;

	/* It clears the way for a page that is to be mapped or granted, to the range. */
	bool is_transfer, grant,
	    granted; /* granted: only who got it from the granter is still to lose it */
	unsigned from, source, level, transfer_rights;
} walks[REVOCATIONS];

static bool
    gave_up; /* a revocation, which may have left mappings without pages, and empty tables */

/* What a processor would remember, if it ran all spaces at once: filled by accesses, emptied by
 * space_invalidate(). */
static struct cached {
	pte_t pte; /* 0: nothing */
	unsigned level;
} tlb[SPACES][PAGES];

void model_fail(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fprintf(stderr, "after %lu operations: ", operations);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	abort();
}

#define REQUIRE(condition)                                                                         \
	((condition) ? (void)0                                                                     \
		     : model_fail("%s:%d: '%s' does not hold", __FILE__, __LINE__, #condition))

/* What the kernel files need from the rest of the kernel. */

void panic(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fprintf(stderr, "panic after %lu operations: ", operations);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	abort();
}

void words_fill(word_t *to, word_t value, size_t words)
{
	REQUIRE(value == 0);
	memset(to, 0, words * sizeof(word_t));
}

static unsigned space_number(const struct space *s)
{
	unsigned i = 0;

	while (i < SPACES && spaces[i] != s)
		i++;
	return i;
}

static unsigned pages_of(unsigned level)
{
	return (unsigned)(level_size(level) / PAGE_SIZE);
}

void space_invalidate(const struct space *s, const struct cpu *cpu, virt_t address)
{
	unsigned n = space_number(s);
	size_t page = address / PAGE_SIZE;

	REQUIRE(cpu == test_cpu);
	if (n == SPACES || page >= PAGES || !tlb[n][page].pte)
		return;
	unsigned level = tlb[n][page].level;
	size_t first = ALIGN_DOWN(page, pages_of(level));

	for (size_t i = first; i < first + pages_of(level); i++)
		if (tlb[n][i].level == level)
			tlb[n][i].pte = 0;
}

static struct space *new_space(bool is_sigma0)
{
	struct account account = {0};
	struct space *s = account_alloc(&account);

	REQUIRE(s);
	s->leaf_bits = PTE_PRESENT | PTE_USER;
	s->root = account_alloc(&account);
	REQUIRE(s->root);
	s->account = account;
	s->is_sigma0 = is_sigma0;
	return s;
}

static void free_space(unsigned n)
{
	struct account account;
	virt_t at = 0;

	while (!mapdb_free_tables(spaces[n], &at))
		;
	while (!mapdb_bequeath(spaces[n], NULL))
		;
	account = spaces[n]->account;
	account_free(&account, spaces[n]->root);
	account_free(&account, spaces[n]);
	REQUIRE(account_used(&account) == 0);
	spaces[n] = NULL;
	memset(tlb[n], 0, sizeof(tlb[n]));
}

/* Users' memory is full of table entries that lead back into it: who takes a page, or nothing, for
 * a table, gets lost. */
static void make_traps(void)
{
	pte_t *trap = (pte_t *)arena;

	for (size_t i = 0; i < (size_t)PAGES * PAGE_SIZE / sizeof(*trap); i++)
		trap[i] = PTE_PRESENT | PTE_WRITE | PTE_USER;
}

void model_begin(void)
{
	static struct cpu cpu;

	test_cpu = &cpu;
	if (!arena) {
		arena = aligned_alloc(PAGE_SIZE, (size_t)ARENA_FRAMES * PAGE_SIZE);
		make_traps();
		frames_init((phys_t)PAGES * PAGE_SIZE, (phys_t)ARENA_FRAMES * PAGE_SIZE);
	}
	operations = 0;
	gave_up = false;
	frames_at_begin = frames_free();
	memset(slots, 0, sizeof(slots));
	memset(tlb, 0, sizeof(tlb));
	for (unsigned i = 0; i < SPACES; i++)
		spaces[i] = new_space(i == 0);
	for (unsigned page = 0; page < PAGES; page++)
		slots[0][page] = (struct slot){.there = true, .rights = RIGHTS_ALL, .frame = page};
}

/* sigma0's page tables show pages that nobody has. */
static void hide_sigma0(pte_t *table, unsigned level)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		if (is_table(table[i], level)) {
			hide_sigma0(direct_map(table[i] & PTE_ADDRESS), level - 1);
		} else if (table[i]) {
			account_unreserve(&spaces[0]->account, tables_set_aside(level));
			pte_set(&table[i], 0);
		}
	}
}

void model_end(void)
{
	for (unsigned i = 0; i < REVOCATIONS; i++)
		model_give_up(i);
	for (unsigned i = 0; i < SPACES; i++)
		model_revoke(i, 0, PAGES, RIGHTS_ALL, true);
	REQUIRE(mapdb_count() == 0);
	REQUIRE(ring_empty(&revocations_under_way));
	hide_sigma0(spaces[0]->root, LEVELS - 1);
	for (unsigned i = 0; i < SPACES; i++)
		free_space(i);
	REQUIRE(frames_free() == frames_at_begin);
}

/* The model alone. */

static void slot_unlink(struct slot *s)
{
	if (!s->parent)
		return;
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		s->parent->child = s->next;
	s->parent = s->next = s->prev = NULL;
}

static void slot_link(struct slot *s, struct slot *parent)
{
	s->parent = parent;
	s->prev = NULL;
	s->next = parent->child;
	if (s->next)
		s->next->prev = s;
	parent->child = s;
}

/* The slot loses its page; a ghost goes with its last child, its parent perhaps too. */
static void slot_take(struct slot *s)
{
	s->there = false;
	s->rights = s->seen = 0;
	while (s && !s->there && !s->child) {
		struct slot *parent = s->parent;

		slot_unlink(s);
		s->claimed = 0;
		s = parent;
	}
}

static bool is_sigma0s(const struct slot *s)
{
	return s < slots[1];
}

/* Take rights from what was made from a slot, and (`self`) from itself; returns the accesses seen.
 */
static unsigned slot_revoke(struct slot *s, unsigned rights, bool self)
{
	unsigned seen = s->seen;
	struct slot *next;

	s->seen = 0;
	for (struct slot *c = s->child; c; c = next) {
		next = c->next;
		seen |= slot_revoke(c, rights, true);
	}
	if (!self || is_sigma0s(s))
		return seen;
	if (rights & RIGHT_R) {
		if (s->there || s->parent)
			slot_take(s);
	} else {
		s->rights &= ~rights;
	}
	return seen;
}

static unsigned slots_revoke(unsigned space, unsigned low, unsigned high, unsigned rights,
			     bool flush)
{
	unsigned seen = 0;

	for (unsigned page = low; page < high; page++)
		if (slots[space][page].there || slots[space][page].child)
			seen |= slot_revoke(&slots[space][page], rights, flush);
	return seen;
}

/* The database, page by page. */

struct leaf {
	pte_t pte;
	unsigned level;
	uint32_t mapping;
};

static struct leaf leaf_of(unsigned space, unsigned page)
{
	virt_t address = (virt_t)page * PAGE_SIZE;
	struct leaf leaf = {.level = 0};

	leaf.pte = *pagetable_find(spaces[space]->root, address, &leaf.level);
	leaf.mapping = cover(spaces[space], address);
	return leaf;
}

static unsigned rights_of(pte_t pte)
{
	if (!(pte & PTE_PRESENT))
		return 0;
	return RIGHT_R | (pte & PTE_WRITE ? RIGHT_W : 0) | (pte & PTE_NX ? 0 : RIGHT_X);
}

static uint32_t frame_of(struct leaf leaf, unsigned page)
{
	return (uint32_t)(pte_phys(leaf.pte, leaf.level) / PAGE_SIZE + page % pages_of(leaf.level));
}

int model_leaf_level(unsigned space, unsigned page)
{
	struct leaf leaf = leaf_of(space, page);

	return leaf.pte & PTE_PRESENT ? (int)leaf.level : -1;
}

unsigned model_rights(unsigned space, unsigned page)
{
	return slots[space][page].rights;
}

/* The slot that a mapping's parent is the page of. */
static struct slot *parent_slot(uint32_t number, unsigned page)
{
	const struct mapping *m = mapping_of(number), *parent;
	virt_t source;

	if (!m->parent)
		return NULL;
	parent = mapping_of(m->parent);
	source = source_of(m, parent) + ((virt_t)page * PAGE_SIZE - address_of(m));
	unsigned space = space_number(space_of(parent));

	REQUIRE(space < SPACES);
	return &slots[space][source / PAGE_SIZE];
}

static bool unfinished(void);

/* Nobody has more than who he got it from, when no walk is on its way to take it. */
static void compare_pages(unsigned space, unsigned low, unsigned high)
{
	if (space == 0)
		return;
	for (unsigned page = low; page < high; page++) {
		const struct slot *s = &slots[space][page];
		struct leaf leaf = leaf_of(space, page);

		if (rights_of(leaf.pte) != s->rights)
			model_fail("space %u page %u: rights %u, should be %u", space, page,
				   rights_of(leaf.pte), s->rights);
		if (!s->there)
			continue;
		REQUIRE(leaf.pte & PTE_USER);
		REQUIRE(leaf.mapping);
		REQUIRE(frame_of(leaf, page) == s->frame);
		REQUIRE(parent_slot(leaf.mapping, page) == s->parent);
		REQUIRE(unfinished() || !s->parent || !s->parent->there ||
			!(s->rights & ~s->parent->rights));
		REQUIRE(mapping_of(leaf.mapping)->space == frame_number(spaces[space]));
	}
}

/* The whole database. */

struct tally {
	size_t mappings, children, tables, reserved;
};

static void check_list(struct tally *t, uint32_t first, uint32_t owner_level, struct space *s,
		       virt_t source, bool own)
{
	for (uint32_t number = first, prev = 0; number;
	     prev = number, number = mapping_of(number)->next) {
		const struct mapping *m = mapping_of(number), *parent;

		REQUIRE(m->space && m->parent);
		parent = mapping_of(m->parent);
		REQUIRE(m->prev == prev);
		REQUIRE(m->parent == mapping_of(first)->parent);
		REQUIRE(level_of(m) == owner_level);
		REQUIRE(parent->space == frame_number(s));
		REQUIRE(own == (level_of(parent) == level_of(m)));
		REQUIRE(level_of(parent) >= level_of(m));
		REQUIRE(source_of(m, parent) == source);
		REQUIRE(source >= address_of(parent) &&
			source - address_of(parent) < size_of(parent));
		REQUIRE(mapping_at(s, source, level_of(parent)) == m->parent);
		t->children++;
	}
}

static bool any_under_way(void)
{
	bool any = false;

	for (unsigned i = 0; i < REVOCATIONS; i++)
		any |= walks[i].under_way;
	return any;
}

static bool unfinished(void)
{
	return gave_up || any_under_way();
}

static void check_table(struct tally *t, unsigned space, pte_t *table, unsigned level, virt_t base,
			unsigned entries)
{
	struct space *s = spaces[space];
	unsigned used = 0, shade_used = 0;

	for (unsigned i = 0; i < entries; i++) {
		virt_t address = base + i * level_size(level);
		const struct shade *shade = shade_of(&table[i]);

		if (shade && shade->mapping) {
			const struct mapping *m = mapping_of(shade->mapping);

			REQUIRE(level < LEVELS - 1);
			REQUIRE(m->space == frame_number(s));
			REQUIRE(address_of(m) == address && level_of(m) == level);
			REQUIRE(table[i] || m->child || unfinished());
			t->mappings++;
			check_list(t, m->child, level, s, address, true);
		}
		if (shade)
			check_list(t, shade->children, level, s, address, false);
		used += table[i] != 0;
		shade_used += shade ? (shade->mapping != 0) + (shade->children != 0) : 0;
		if (is_table(table[i], level)) {
			pte_t *below = direct_map(table[i] & PTE_ADDRESS);

			REQUIRE(level > 0);
			REQUIRE(space == 0 || unfinished() || !table_is_empty(below));
			t->tables += 1 + (*frame_note(below) != 0);
			check_table(t, space, below, level - 1, address, TABLE_ENTRIES);
		} else if (table[i]) {
			REQUIRE(table[i] & PTE_PRESENT);
			REQUIRE(!level == !(table[i] & PTE_LARGE));
			t->reserved += tables_set_aside(level);
			REQUIRE(space == 0 || cover(s, address));
		}
	}
	REQUIRE(*frame_count(table) == used);
	if (*frame_note(table))
		REQUIRE(*frame_count(frame_of_number(*frame_note(table))) == shade_used);
}

/* The frames of mappings of a space in one of its two lists. */
static size_t mapping_frames(const struct space *s, uint32_t first, bool full, size_t *in_use)
{
	size_t frames = 0;

	for (uint32_t frame = first, prev = 0; frame; prev = frame, frame = note(frame)[RECORD_NEXT]) {
		uint32_t used = note(frame)[RECORD_STATE] / RECORD_USED_ONE;

		REQUIRE(note(frame)[RECORD_PREV] == prev);
		REQUIRE(owner_of(frame) == s);
		REQUIRE(used > 0 && full == (used == MAPPINGS_A_FRAME));
		*in_use += used;
		frames++;
	}
	return frames;
}

static void check_tlb(void)
{
	for (unsigned space = 0; space < SPACES; space++)
		for (unsigned page = 0; page < PAGES; page++) {
			const struct cached *c = &tlb[space][page];
			struct leaf leaf;

			if (!c->pte)
				continue;
			leaf = leaf_of(space, page);
			REQUIRE(leaf.pte & PTE_PRESENT);
			REQUIRE(!(rights_of(c->pte) & ~rights_of(leaf.pte)));
			REQUIRE(!(c->pte & ~leaf.pte & (PTE_ACCESSED | PTE_DIRTY)));
			REQUIRE(frame_of((struct leaf){c->pte, c->level, 0}, page) ==
				frame_of(leaf, page));
		}
}

void model_check(void)
{
	struct tally t = {0};
	size_t with_parent = 0, in_use = 0, frames = 0;

	for (unsigned i = 0; i < SPACES; i++) {
		const struct records *records = &spaces[i]->records[RECORD_MAPPING];

		compare_pages(i, 0, PAGES);
		t.tables += 2;
		check_table(&t, i, spaces[i]->root, LEVELS - 1, 0, TABLE_ENTRIES / 2);
		t.tables += mapping_frames(spaces[i], records->spare, false, &in_use);
		t.tables += mapping_frames(spaces[i], records->full, true, &in_use);
		REQUIRE(spaces[i]->account.frames == t.tables + t.reserved - frames);
		frames = t.tables + t.reserved;
	}
	REQUIRE(t.mappings == mapdb_count());
	REQUIRE(in_use == mapdb_count());
	REQUIRE(frames_free() == frames_at_begin - frames);
	for (unsigned i = 1; i < SPACES; i++)
		for (unsigned page = 0; page < PAGES; page++) {
			struct leaf leaf = leaf_of(i, page);

			if (leaf.mapping &&
			    address_of(mapping_of(leaf.mapping)) == (virt_t)page * PAGE_SIZE)
				REQUIRE(mapping_of(leaf.mapping)->parent);
		}
	/* Whoever is in a shade and has a parent is in exactly one list: as many are counted in
	 * lists as have parents. */
	for (unsigned i = 0; i < SPACES; i++)
		for (unsigned page = 0; page < PAGES; page++)
			for (unsigned level = 0; level < LEVELS - 1; level++) {
				uint32_t number =
				    page % pages_of(level)
					? 0
					: mapping_at(spaces[i], (virt_t)page * PAGE_SIZE, level);

				with_parent += number && mapping_of(number)->parent;
			}
	REQUIRE(t.children == with_parent);
	check_tlb();
}

/* Revocations under way. */

static bool in_range(const struct walk *w, const struct slot *s)
{
	return s >= &slots[w->space][w->low] && s < &slots[w->space][w->high];
}

static bool may_lose(const struct slot *s, unsigned rights)
{
	for (unsigned i = 0; i < REVOCATIONS; i++) {
		const struct walk *w = &walks[i];

		if (!w->under_way || ((rights & ~w->rights) && !(w->rights & RIGHT_R)))
			continue;
		if (w->flush && (in_range(w, s) || (s->claimed & 1 << i)))
			return true;
		for (const struct slot *above = s->parent; above; above = above->parent)
			if (in_range(w, above) || (above->claimed & 1 << i))
				return true;
	}
	return false;
}

/* Take over what revocations under way have done. Children first, so that the ways up are still
 * there. */
static void adopt_slot(unsigned space, unsigned page)
{
	struct slot *s = &slots[space][page];
	struct leaf leaf = leaf_of(space, page);
	unsigned rights = rights_of(leaf.pte);

	if (!s->there || rights == s->rights)
		return;
	REQUIRE(!(rights & ~s->rights));
	REQUIRE(may_lose(s, s->rights & ~rights));
	if (rights)
		s->rights = (uint8_t)rights;
	else
		slot_take(s);
}

static void adopt(void)
{
	for (unsigned space = 1; space < SPACES; space++)
		for (unsigned page = 0; page < PAGES; page++) {
			struct slot *s = &slots[space][page];
			unsigned rights =
			    s->there ? rights_of(leaf_of(space, page).pte) : s->rights;

			if (rights != s->rights)
				REQUIRE(may_lose(s, s->rights & ~rights));
		}
	for (unsigned space = 1; space < SPACES; space++)
		for (unsigned page = 0; page < PAGES; page++)
			adopt_slot(space, page);
}

static void require_lost(const struct walk *w, const struct slot *s, bool self)
{
	if (self && s->there && s->stamp < w->begun && (s->rights & w->rights))
		model_fail("space %u page %u still has rights %u, revocation of %u is over",
			   (unsigned)((s - slots[0]) / PAGES), (unsigned)((s - slots[0]) % PAGES),
			   s->rights, w->rights);
	for (const struct slot *c = s->child; c; c = c->next)
		require_lost(w, c, true);
}

/* A revocation may or may not have noted, by now, the accesses to what it is to go through. Those
 * above it still wait for them. */
static void forget_seen(unsigned i)
{
	for (struct slot *s = &slots[0][0]; s != slots_end; s++)
		if (in_range(&walks[i], s) || (s->claimed & 1 << i))
			slot_revoke(s, 0, false);
}

static void claim(unsigned i)
{
	for (struct slot *s = &slots[0][0]; s != slots_end; s++) {
		s->claimed &= (uint8_t) ~(1 << i);
		if (in_range(&walks[i], s) && s->there)
			s->claimed |= (uint8_t)(1 << i);
	}
	forget_seen(i);
}

void model_start(unsigned i, unsigned space, unsigned low, unsigned high, unsigned rights,
		 bool flush)
{
	struct walk *w = &walks[i];

	REQUIRE(!w->under_way);
	operations++;
	*w = (struct walk){.under_way = true,
			   .space = space,
			   .low = low,
			   .high = high,
			   .rights = rights,
			   .flush = flush,
			   .begun = operations};
	mapdb_revoke_begin(&w->r, spaces[space], (virt_t)low * PAGE_SIZE, (virt_t)high * PAGE_SIZE,
			   rights, flush);
	claim(i);
}

void model_start_transfer(unsigned i, bool grant, unsigned from, unsigned source, unsigned to,
			  unsigned target, unsigned level, unsigned rights)
{
	struct walk *w = &walks[i];

	REQUIRE(!w->under_way);
	operations++;
	*w = (struct walk){.under_way = true,
			   .space = to,
			   .low = target,
			   .high = target + pages_of(level),
			   .rights = RIGHTS_ALL,
			   .flush = true,
			   .begun = operations,
			   .is_transfer = true,
			   .grant = grant,
			   .from = from,
			   .source = source,
			   .level = level,
			   .transfer_rights = rights};
	ring_init(&w->r.link);
	claim(i);
}

static bool continue_transfer(unsigned i);

bool model_continue(unsigned i, unsigned steps)
{
	struct walk *w = &walks[i];

	REQUIRE(w->under_way);
	if (w->is_transfer)
		return continue_transfer(i);
	bool done = mapdb_revoke(&w->r, steps, test_cpu);

	operations++;
	adopt();
	forget_seen(i);
	if (!done)
		return false;
	w->under_way = false;
	for (unsigned page = w->low; page < w->high; page++)
		require_lost(w, &slots[w->space][page], w->flush && w->space != 0);
	return true;
}

void model_give_up(unsigned i)
{
	if (walks[i].under_way) {
		forget_seen(i);
		mapdb_revoke_end(&walks[i].r);
		gave_up = true;
	}
	walks[i].under_way = false;
}

bool model_is_under_way(unsigned i)
{
	return walks[i].under_way;
}

/* Operations in one piece. */

unsigned model_revoke(unsigned space, unsigned low, unsigned high, unsigned rights, bool flush)
{
	struct revocation r;
	unsigned seen;

	operations++;
	mapdb_revoke_begin(&r, spaces[space], (virt_t)low * PAGE_SIZE, (virt_t)high * PAGE_SIZE,
			   rights, flush);
	while (!mapdb_revoke(&r, 1000, test_cpu))
		;
	seen = slots_revoke(space, low, high, rights, flush);
	compare_pages(space, low, high);
	if (!any_under_way() && (seen & ~r.status))
		model_fail("space %u [%u, %u): accesses %u, should be %u at least", space, low,
			   high, r.status, seen);
	return r.status;
}

void model_renew_space(unsigned space)
{
	for (unsigned i = 0; i < REVOCATIONS; i++)
		if (walks[i].space == space || (walks[i].is_transfer && walks[i].from == space))
			model_give_up(i);
	model_revoke(space, 0, PAGES, RIGHTS_ALL, true);
	for (unsigned page = 0; page < PAGES; page++)
		REQUIRE(!slots[space][page].child);
	free_space(space);
	spaces[space] = new_space(false);
}

static bool all_same(const struct slot *source, const struct slot *target, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		if (!target[i].there || target[i].parent != &source[i])
			return false;
	return true;
}

static bool all_there(const struct slot *s, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		if (!s[i].there)
			return false;
	return true;
}

static enum mapdb_result slots_map(unsigned from, unsigned source, unsigned to, unsigned target,
				   unsigned pages, unsigned rights, bool no_memory)
{
	struct slot *s = &slots[from][source], *t = &slots[to][target];

	if (to == 0)
		return MAPDB_NOTHING;
	if (s == t)
		return MAPDB_DONE;
	if (!all_there(s, pages))
		return MAPDB_NOTHING;
	if (all_same(s, t, pages)) {
		for (unsigned i = 0; i < pages; i++) {
			unsigned added = (rights | RIGHT_R) & s[i].rights;

			t[i].stamp = added & ~t[i].rights ? operations : t[i].stamp;
			t[i].rights |= (uint8_t)added;
		}
		return MAPDB_DONE;
	}
	slots_revoke(to, target, target + pages, RIGHTS_ALL, true);
	if (!all_there(s, pages))
		return MAPDB_NOTHING;
	if (no_memory)
		return MAPDB_NO_MEMORY;
	for (unsigned i = 0; i < pages; i++) {
		t[i] = (struct slot){.there = true,
				     .rights = (uint8_t)((rights | RIGHT_R) & s[i].rights),
				     .frame = s[i].frame,
				     .stamp = operations};
		slot_link(&t[i], &s[i]);
	}
	return MAPDB_DONE;
}

/* What a mapping over another one clears the way with. */
static struct revocation clearing = {.link = {&clearing.link, &clearing.link}};

enum mapdb_result model_map(unsigned from, unsigned source, unsigned to, unsigned target,
			    unsigned level, unsigned rights)
{
	virt_t address = (virt_t)source * PAGE_SIZE;
	enum mapdb_result result, expected;
	struct leaf leaf;

	operations++;
	if (from == 0 && !mapdb_show_sigma0(spaces[0], address, level))
		return MAPDB_NO_MEMORY;
	leaf = leaf_of(from, source);
	do
		result = mapdb_map(spaces[from], address, spaces[to], (virt_t)target * PAGE_SIZE,
				   level, rights, &clearing, test_cpu);
	while (result == MAPDB_MORE);
	if (to != 0 && !(from == to && source == target) && (leaf.pte & PTE_PRESENT) &&
	    leaf.level < level) {
		REQUIRE(result == MAPDB_NO_MEMORY); /* the caller must try a smaller page */
		return result;
	}
	expected =
	    slots_map(from, source, to, target, pages_of(level), rights, result == MAPDB_NO_MEMORY);
	if (result != expected)
		model_fail("map %u %u -> %u %u level %u: %d, should be %d", from, source, to,
			   target, level, result, expected);
	compare_pages(to, target, target + pages_of(level));
	return result;
}

static void stamp_all(struct slot *s)
{
	s->stamp = operations;
	for (struct slot *c = s->child; c; c = c->next)
		stamp_all(c);
}

/* A part of a larger page leaves behind what was made from it, in the slot of a ghost. */
static enum mapdb_result slots_grant(unsigned from, unsigned source, unsigned to, unsigned target,
				     unsigned level, unsigned rights, bool part, bool no_memory)
{
	struct slot *s = &slots[from][source], *t = &slots[to][target];
	unsigned pages = pages_of(level);

	slots_revoke(to, target, target + pages, RIGHTS_ALL, true);
	if (!s->there)
		return MAPDB_NOTHING;
	for (unsigned i = 0; i < pages && !no_memory; i++) {
		struct slot *parent = s[i].parent, *child = part ? NULL : s[i].child;

		for (unsigned n = 0; n < REVOCATIONS;
		     n++) /* a revocation that has begun with it follows it */
			if (walks[n].under_way && in_range(&walks[n], &s[i]))
				s[i].claimed |= (uint8_t)(1 << n);
		t[i] = s[i];
		t[i].rights &= (uint8_t)(rights | RIGHT_R);
		t[i].seen = part ? 0 : t[i].seen;
		t[i].child = child;
		t[i].parent = t[i].next = t[i].prev = NULL;
		slot_link(&t[i], parent);
		for (struct slot *c = child; c; c = c->next)
			c->parent = &t[i];
		s[i].child = part ? s[i].child : NULL;
		slot_take(&s[i]);
		stamp_all(&t[i]);
	}
	return no_memory ? MAPDB_NO_MEMORY : MAPDB_DONE;
}

enum mapdb_result model_grant(unsigned from, unsigned source, unsigned to, unsigned target,
			      unsigned level, unsigned rights)
{
	virt_t address = (virt_t)source * PAGE_SIZE;
	enum mapdb_result result, expected;
	struct leaf leaf = leaf_of(from, source);
	bool part = leaf.mapping && level == 0 && level_of(mapping_of(leaf.mapping)) > 0;
	unsigned had = slots[from][source].rights;

	if (from == 0)
		return model_map(from, source, to, target, level, rights);
	operations++;
	do
		result = mapdb_grant(spaces[from], address, spaces[to], (virt_t)target * PAGE_SIZE,
				     level, rights, &clearing, test_cpu);
	while (result == MAPDB_MORE && (clearing.flush || ring_empty(&clearing.link)));
	if (result == MAPDB_MORE) {
		while (!mapdb_grant_finish(&clearing, test_cpu))
			;
		result = MAPDB_DONE;
	}
	if (to == 0) {
		REQUIRE(result == MAPDB_NOTHING);
		return result;
	}
	if (from == to && source == target) {
		REQUIRE(result == MAPDB_DONE);
		return result;
	}
	expected =
	    slots_grant(from, source, to, target, level, rights, part, result == MAPDB_NO_MEMORY);
	if (result == MAPDB_NO_MEMORY && level > 0)
		expected = result; /* the caller tries a smaller page, and finds out that there is none */
	if (part && result == MAPDB_DONE)
		slots_revoke(from, source, source + 1, RIGHTS_ALL,
			     false); /* who got the part from the granter loses it */
	else if (result == MAPDB_DONE)
		slots_revoke(to, target, target + pages_of(level), had & ~slots[to][target].rights,
			     false); /* no rights to the page but its own */
	if (result != expected)
		model_fail("grant %u %u -> %u %u level %u: %d, should be %d", from, source, to,
			   target, level, result, expected);
	compare_pages(to, target, target + pages_of(level));
	compare_pages(from, source, source + pages_of(level));
	return result;
}

/* The page is granted; from now on the walk takes from those who got it from the granter. */
static void follow_grant(struct walk *w, bool part, unsigned had)
{
	w->flush = false;
	w->rights = part ? RIGHTS_ALL : had & ~slots[w->space][w->low].rights;
	if (part) {
		w->space = w->from;
		w->low = w->source;
		w->high = w->low + 1;
	}
}

/* One call more; true when it is done. */
static bool continue_transfer(unsigned i)
{
	struct walk *w = &walks[i];
	virt_t source = (virt_t)w->source * PAGE_SIZE, target = (virt_t)w->low * PAGE_SIZE;
	struct leaf leaf = leaf_of(w->from, w->source);
	bool part = leaf.mapping && w->level == 0 && level_of(mapping_of(leaf.mapping)) > 0;
	unsigned pages = pages_of(w->level);
	enum mapdb_result result;

	operations++;
	/* It would be added rights, or not, depending on what the walk has reached, which the model
	 * does not know. */
	if (!w->grant && all_same(&slots[w->from][w->source], &slots[w->space][w->low], pages)) {
		model_give_up(i);
		return true;
	}
	if (w->granted)
		result = mapdb_grant_finish(&w->r, test_cpu) ? MAPDB_DONE : MAPDB_MORE;
	else
		result = (w->grant ? mapdb_grant : mapdb_map)(spaces[w->from], source,
							      spaces[w->space], target, w->level,
							      w->transfer_rights, &w->r, test_cpu);
	if (w->grant && !w->granted &&
	    (result == MAPDB_DONE || (result == MAPDB_MORE && !ring_empty(&w->r.link) && !w->r.flush))) {
		unsigned had = slots[w->from][w->source].rights;

		w->granted = true;
		REQUIRE(slots_grant(w->from, w->source, w->space, w->low, w->level,
				    w->transfer_rights, part, false) == MAPDB_DONE);
		compare_pages(w->space, w->low, w->high);
		follow_grant(w, part, had);
		claim(i);
	} else if (!w->grant && result == MAPDB_DONE) {
		slots_revoke(w->space, w->low, w->high, RIGHTS_ALL, true);
		REQUIRE(slots_map(w->from, w->source, w->space, w->low, pages, w->transfer_rights,
				  false) == MAPDB_DONE);
		compare_pages(w->space, w->low, w->high);
	}
	adopt();
	forget_seen(i);
	w->under_way = result == MAPDB_MORE;
	REQUIRE(w->under_way || ring_empty(&w->r.link));
	if (w->granted && !w->under_way)
		for (unsigned n = w->low; n < w->high; n++)
			for (const struct slot *c = slots[w->space][n].child; c; c = c->next)
				REQUIRE(!(c->rights & ~slots[w->space][n].rights) || unfinished());
	return !w->under_way;
}

bool model_access(unsigned space, unsigned page, unsigned access)
{
	struct slot *s = &slots[space][page];
	unsigned level, first;
	pte_t *pte = pagetable_find(spaces[space]->root, (virt_t)page * PAGE_SIZE, &level);

	if (space == 0 || !(rights_of(*pte) & access))
		return false;
	*pte |= PTE_ACCESSED | (access == RIGHT_W ? PTE_DIRTY : 0);
	for (; s; s = s->parent)
		s->seen |= (uint8_t)(access | RIGHT_R);
	first = page - page % pages_of(level);
	for (unsigned i = first; i < first + pages_of(level); i++)
		tlb[space][i] = (struct cached){*pte, level};
	return true;
}

/* Operations at random. */

unsigned choose(struct choices *c, unsigned n)
{
	if (c->bytes) {
		if (!c->left)
			return 0;
		c->left--;
		return *c->bytes++ % n;
	}
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return (unsigned)((c->random >> 20) % n);
}

static unsigned choose_page(struct choices *c, unsigned level)
{
	unsigned page = choose(c, 256);

	if (PAGES > 256)
		page |= choose(c, PAGES / 256) * 256;
	return page - page % pages_of(level);
}

static unsigned choose_level(struct choices *c)
{
	static const uint8_t levels[] = {0, 0, 0, 0, 1, 1, 2, 2};
	unsigned level = levels[choose(c, COUNT_OF(levels))];

	return level < LEVEL_MAX ? level : LEVEL_MAX;
}

static unsigned choose_rights(struct choices *c)
{
	static const uint8_t rights[] = {7, 7, 7, 5, 6, 4, 7, 3};

	return rights[choose(c, COUNT_OF(rights))];
}

static void choose_transfer(struct choices *c, bool grant, bool in_pieces)
{
	unsigned from = choose(c, SPACES), to = choose(c, 16) ? 1 + choose(c, SPACES - 1) : 0,
		 level = choose_level(c);
	unsigned source = choose_page(c, 0), target, rights = choose_rights(c);
	int there;

	if (choose(c, 16)) /* mostly something that is there */
		for (unsigned i = 0; i < PAGES && !slots[from][source].there; i++)
			source = (source + 1) % PAGES;
	there = model_leaf_level(from, source);
	if (from != 0 && there >= 0 && (level > (unsigned)there || choose(c, 2)) && choose(c, 16))
		level = (unsigned)there;
	source -= source % pages_of(level);
	target = choose_page(c, level);
	if (!in_pieces) {
		(grant ? model_grant : model_map)(from, source, to, target, level, rights);
		return;
	}
	unsigned i = choose(c, REVOCATIONS);

	for (unsigned n = 0; n < PAGES && !slots[to][target].child;
	     n++) /* with something to clear away */
		target = (target + 1) % PAGES;
	target -= target % pages_of(level);
	if (from != 0 && from != to && to != 0 && !model_is_under_way(i))
		model_start_transfer(i, grant, from, source, to, target, level, rights);
}

static void choose_range(struct choices *c, unsigned *low, unsigned *high)
{
	unsigned kind = choose(c, 8);

	if (kind < 6) {
		unsigned level = choose_level(c);

		*low = choose_page(c, level);
		*high = *low + pages_of(level);
	} else {
		*low = choose_page(c, 0);
		*high = *low + 1 + choose(c, kind == 6 ? 20 : 100);
		*high = *high < PAGES ? *high : PAGES;
	}
}

static void choose_revocation(struct choices *c, bool in_pieces)
{
	static const uint8_t rights[] = {7, 7, 7, 7, 2, 1, 3, 0};
	unsigned space = choose(c, SPACES), low, high, take = rights[choose(c, COUNT_OF(rights))],
		 i = choose(c, REVOCATIONS);
	bool flush = choose(c, 2);

	choose_range(c, &low, &high);
	if (space == 0) { /* what sigma0 takes from itself, it has again */
		take = RIGHTS_ALL;
		flush = flush && choose(c, 4) == 0;
	}
	if (!in_pieces)
		model_revoke(space, low, high, take, flush);
	else if (!model_is_under_way(i))
		model_start(i, space, low, high, take, flush);
}

static void choose_step(struct choices *c)
{
	unsigned i = choose(c, REVOCATIONS), steps = 1 + choose(c, 40);

	if (!model_is_under_way(i))
		return;
	if (choose(c, 200) == 0)
		model_give_up(i);
	else
		model_continue(i, steps);
}

/* Leave so few frames that the operation may run out of them. */
static void choose_poverty(struct choices *c)
{
	size_t left = choose(c, 8), aside = frames_free() > left ? frames_free() - left : 0;

	REQUIRE(frames_reserve(aside));
	choose_transfer(c, choose(c, 4) == 0, false);
	frames_unreserve(aside);
}

/* The same for one space, which has a quota meanwhile. */
static void choose_quota(struct choices *c)
{
	struct account *a = &spaces[1 + choose(c, SPACES - 1)]->account;

	REQUIRE(account_set_quota(a, a->frames + choose(c, 8)));
	choose_transfer(c, choose(c, 4) == 0, false);
	REQUIRE(a->frames <= a->quota);
	REQUIRE(account_set_quota(a, 0));
}

void model_operation(struct choices *c)
{
	unsigned kind = choose(c, 256);

	if (kind < 120)
		choose_transfer(c, false, false);
	else if (kind < 140)
		choose_transfer(c, true, false);
	else if (kind < 170)
		choose_revocation(c, false);
	else if (kind < 200)
		model_access(choose(c, SPACES), choose_page(c, 0), 1U << choose(c, 3));
	else if (kind < 203)
		choose_revocation(c, true);
	else if (kind < 206)
		choose_transfer(c, choose(c, 2), true);
	else if (kind < 220)
		choose_step(c);
	else if (kind < 221)
		model_renew_space(1 + choose(c, SPACES - 1));
	else if (choose(c, 2))
		choose_poverty(c);
	else
		choose_quota(c);
}
