/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_parts.h - what the files of the mapping database (core/mapdb_*.c) share; else only for the debugger.
 *
 * Mappings name each other by number (core/record.h), 0 is nobody. `place` is the page's address with, below it, the
 * level (0-1), the accesses seen (2-4), and above it (bits 48-63) nothing; `offset` counts pages of this level from
 * the parent's first byte.
 *
 * What the functions below rely on:
 *  - A mapping is in the shade of its space from its making to its end, whether or not any of its page is left.
 *  - It has a page or a child, or its page table holds what others put into its holes. One that loses the last of
 *    these is freed; so a table is not empty while anything was made from it.
 *  - Only sigma0 has pages without a mapping, and only sigma0's pages come back: nothing is mapped to it.
 */
#ifndef CORE_MAPDB_PARTS_H
#define CORE_MAPDB_PARTS_H

#include "core/frames.h"
#include "core/mapdb.h"
#include "core/record.h"

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
_Static_assert(sizeof(struct shade) == sizeof(pte_t), "what belongs to an entry is as far into its frame");

enum { MAPPINGS_A_FRAME = PAGE_SIZE / sizeof(struct mapping) };
_Static_assert(MAPPINGS_A_FRAME * sizeof(struct mapping) == PAGE_SIZE, "mapping_of() counts on it");
enum { PLACE_LEVEL = 3, PLACE_STATUS_SHIFT = 2, STATUS_IN_PLACE = RIGHTS_ALL << PLACE_STATUS_SHIFT };

static inline struct mapping *mapping_of(uint32_t number)
{
	return (struct mapping *)frame_of_number(0) + number; /* a frame has a power of two of them */
}

static inline unsigned level_of(const struct mapping *m)
{
	return m->place & PLACE_LEVEL;
}

static inline virt_t address_of(const struct mapping *m)
{
	return ALIGN_DOWN(m->place, PAGE_SIZE);
}

static inline word_t size_of(const struct mapping *m)
{
	return level_size(level_of(m));
}

static inline struct space *space_of(const struct mapping *m)
{
	return frame_of_number(m->space);
}

static inline virt_t source_of(const struct mapping *m, const struct mapping *parent)
{
	return address_of(parent) + (virt_t)m->offset * size_of(m);
}

/* Page tables and their shades. */

/* One entry of a page table. */
struct entry {
	pte_t *pte;
	unsigned level;
};

/* What the shade of its table, if that has one, says about an entry. */
static inline struct shade *shade_of(const pte_t *entry)
{
	uint32_t frame = *frame_note(entry);

	return frame ? (struct shade *)((char *)frame_of_number(frame) + ((word_t)entry & (PAGE_SIZE - 1))) : NULL;
}

/* The entry for an address in the table that an entry is. */
static inline pte_t *entry_below(const pte_t *entry, virt_t address, unsigned level)
{
	return (pte_t *)direct_map(*entry & PTE_ADDRESS) + table_index(address, level);
}

/* The way to an entry, step by step: from the top, down as long as there are tables. */
static inline struct entry top_entry(const struct space *s, virt_t address)
{
	return (struct entry){ &s->root[table_index(address, LEVELS - 1)], LEVELS - 1 };
}

static inline struct entry step_down(struct entry e, virt_t address)
{
	return (struct entry){ entry_below(e.pte, address, e.level - 1), e.level - 1 };
}

/* core/mapdb_table.c: as find() and find_mappings() below, from the top. */
struct entry walk(const struct space *s, virt_t address, unsigned level);
struct entry walk_mappings(struct space *s, virt_t address, uint32_t number[LEVELS - 1]);

/*
 * Most walks end in the table in which the one before ended. So each space remembers that, if it has a shade, until the
 * table, the shade, or a mapping around them goes.
 */
static inline bool is_recent(const struct space *s, virt_t address)
{
	return s->recent.last_byte == (address | (level_size(1) - 1));
}

static inline void forget_recent(struct space *s)
{
	s->recent.last_byte = 0;
}

/* The entry of `level` for an address, or of the first level above it that has no table below. */
static inline struct entry find(struct space *s, virt_t address, unsigned level)
{
	if (level == 0 && is_recent(s, address))
		return (struct entry){ s->recent.table + table_index(address, 0), 0 };
	return walk(s, address, level);
}

/* The same of level 0; stores the mapping of each level that the address is in, 0 where there is none. */
static inline struct entry find_mappings(struct space *s, virt_t address, uint32_t number[LEVELS - 1])
{
	if (!is_recent(s, address))
		return walk_mappings(s, address, number);
	number[0] = s->recent.shade[table_index(address, 0)].mapping;
	number[1] = s->recent.around[1];
	number[2] = s->recent.around[2];
	return (struct entry){ s->recent.table + table_index(address, 0), 0 };
}

/* Of these the one that the user's page there belongs to: the smallest, others have a hole there. */
static inline uint32_t smallest(const uint32_t number[LEVELS - 1])
{
	return number[0] ? number[0] : number[1] ? number[1] : number[2];
}

/* The same for who needs no more. 0: none. */
static inline uint32_t cover(struct space *s, virt_t address)
{
	uint32_t number[LEVELS - 1];

	find_mappings(s, address, number);
	return smallest(number);
}

/* Nothing mapped by it, and nothing in its shade either. */
static inline bool table_is_empty(const pte_t *table)
{
	uint32_t shade = *frame_note(table);

	return *frame_count(table) == 0 && (!shade || *frame_count(frame_of_number(shade)) == 0);
}

/* The mapping of this level that an address is in, whether or not its page is still there. 0: none. */
static inline uint32_t mapping_at(struct space *s, virt_t address, unsigned level)
{
	struct entry e = find(s, address, level);
	const struct shade *shade = shade_of(e.pte);

	return e.level == level && shade ? shade->mapping : 0;
}

/* Is there a page in this entry, and is it the user's, not one of the kernel's that happens to be in his reach? */
static inline bool is_user_leaf(struct entry e)
{
	return (*e.pte & (PTE_PRESENT | PTE_KERNEL_OWNED)) == PTE_PRESENT && pte_is_leaf(*e.pte, e.level);
}

/* An entry of `to` made from another one, of the same size or larger: its bits but for the address. */
static inline pte_t map_leaf_bits(const struct space *to, pte_t source, unsigned rights, unsigned level)
{
	pte_t bits = to->leaf_bits | (level ? PTE_LARGE : 0) | (source & PTE_CACHING);

	if ((rights & RIGHT_W) && (source & PTE_WRITE))
		bits |= PTE_WRITE;
	if (!(rights & RIGHT_X) || (source & PTE_NX))
		bits |= PTE_NX;
	return bits;
}

/* An entry whose page is mapped once more: it has the rights of both, and the caching of the new one. */
static inline pte_t add_leaf_bits(pte_t old, pte_t bits)
{
	return (old & ~(PTE_NX | PTE_CACHING)) | (bits & (PTE_WRITE | PTE_CACHING)) | (old & bits & PTE_NX);
}

/* core/mapdb_table.c */

/*
 * How many frames one call may fill with tables and shades; what takes more is gone on with in the next one, and
 * finds there what was made. Breaking up a page takes all of it.
 */
enum { BUDGET = 2 };

/* Write a word of a shade. A shade counts those that are not 0, as a table does. */
void shade_set(uint32_t *word, uint32_t value);

/* Give a table its shade. */
enum mapdb_result shade_make(struct space *s, struct entry e, unsigned *budget);

/* What breaking up a leaf of this level needs at most, counted in page tables. */
size_t tables_set_aside(unsigned level);

/* Replace a leaf by a table of leaves that map the same; the frame was set aside when the leaf was made. */
void entry_split(struct entry e);

/* The entry of `level`, with tables made and leaves split on the way. */
enum mapdb_result entry_make(struct space *s, virt_t address, unsigned level, struct entry *e, unsigned *budget);

/* Take the page out of an entry, with what was set aside for it. */
void entry_clear(struct space *s, struct entry e, virt_t address, const struct cpu *cpu);

/*
 * Free the tables below `top` on the way to an address that are empty, and mappings that nothing is left of then.
 * Were there any?
 */
bool tables_free_below(unsigned top, struct space *s, virt_t address, const struct cpu *cpu);

/* Free what was made on the way to an entry and was then not needed. */
void tables_drop_unused(struct space *s, virt_t address, const struct cpu *cpu);

/* core/mapdb_mapping.c */

/* Those that have begun and have not ended. */
extern struct ring revocations_under_way;

/* How many there are. */
extern size_t mapping_count;

/* Room for a mapping, with anything in it, of a space for whose next one no frame is needed. */
static inline uint32_t mapping_take(struct space *s)
{
	mapping_count++;
	return record_take(&s->records[RECORD_MAPPING], RECORD_MAPPING_LOG2);
}

/* Room for a mapping of a space, with anything in it. 0: no memory. */
uint32_t mapping_alloc(struct space *s);

/* Make a mapping, whose place is filled in, the child of another one, made from `source` of that. */
void mapping_link(uint32_t number, uint32_t parent_number, virt_t source);

/* The accesses to a page that a revocation has seen are news for those above its root, too. */
void mapping_pass_status(struct revocation *r);

/*
 * A mapping without pages and children goes, out of its entry of the shade; revocations that stand at it stand at its
 * parent from now on.
 */
void mapping_free(uint32_t number, struct shade *shade);

/*
 * Free a mapping that nothing is left of, if it still is where it was. `all_taken`: what there is in its page table
 * is not its own. Did tables go with it?
 */
static inline bool mapping_free_if_gone(uint32_t number, struct space *s, virt_t address, unsigned level,
                                        bool all_taken, const struct cpu *cpu)
{
	struct entry e = find(s, address, level);

	if (*e.pte && !all_taken)
		return false;
	struct shade *shade = shade_of(e.pte);

	if (e.level > level || !shade || shade->mapping != number || mapping_of(number)->child)
		return false;
	mapping_free(number, shade);
	return table_is_empty(e.pte) && mapdb_free_empty(s, address, cpu);
}

/* core/mapdb_revoke.c */

/*
 * How many entries of a table are passed in one step, when nothing is to be done with them. A table has a
 * multiple of them.
 */
enum { STRIDE = TABLE_ENTRIES < 16 ? TABLE_ENTRIES : 16 };

/* May it be reached in the same step as the entry before it? */
static inline bool is_in_stride(const pte_t *entry)
{
	return (word_t)entry % (STRIDE * sizeof(pte_t)) != 0;
}

/* The accesses that an entry has seen. */
unsigned accesses(pte_t pte);

/* core/mapdb_map.c */

enum { EXTEND_STEPS = 4, FIRST_STEPS = 2, CLEAR_STEPS = 3 };

/*
 * If such a walk is under way, do a piece of it, and nothing else in this call: false. Otherwise stores whether the
 * last call has ended one.
 */
bool map_is_clearing_over(struct revocation *r, bool *walked, struct cpu *cpu);

/* Has the walk just ended that took this away? */
bool map_is_cleared(const struct revocation *r, const struct space *s, virt_t low, word_t size);

/*
 * Clear the page that is to be mapped to; MAPDB_NOTHING: it was free. `walked`: a walk through it has just ended; but
 * in its pauses somebody may have mapped something there. Without one, what was mapped on from a hole of a larger page
 * has to go, too.
 */
enum mapdb_result map_clear_target(struct revocation *r, struct space *to, virt_t target, unsigned level, bool walked,
                                   struct cpu *cpu);

/* Make the entry that a page is to be mapped to, and its shade. */
enum mapdb_result map_make_target(struct space *to, virt_t target, unsigned level, struct entry *entry,
                                  unsigned *budget);

/* As mapdb_map(), in one piece. `walked`: a walk that clears the target has just ended. */
enum mapdb_result map_page_to(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct revocation *clearing, bool walked, struct cpu *cpu);

#endif
