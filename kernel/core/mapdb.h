/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb.h - the mapping database: who got which page from whom.
 *
 * A mapping is a page (4 KiB, 2 MiB or 1 GiB) of one space. Mappings that were made from it are its children,
 * so that every page of sigma0's is the root of a tree.
 *
 *  - A mapping takes 32 bytes. Beside each page table of a space that holds mappings lies a *shade*: for each
 *    entry the mapping that begins there, and the first of the smaller pages that were mapped on from there.
 *  - A child of its parent's size is in the parent's list. For a smaller child the parent's page is split in its
 *    page table (not in the database), and the child is in the list of the entry it came from.
 *  - Part of a large page can be taken away: its page is split and has a hole, and the mapping stays for the rest. So
 *    taking away needs no memory but page tables, and those are set aside when a large page is mapped. It never fails.
 */
#ifndef CORE_MAPDB_H
#define CORE_MAPDB_H

#include "core/fpage.h"
#include "core/revocation.h"
#include "core/space.h"

enum mapdb_result { MAPDB_DONE, MAPDB_MORE, MAPDB_NOTHING, MAPDB_NO_MEMORY };

/*
 * Map the page of 4 KiB << 9 * level at `source` in `from` to `target` in `to`, both aligned; the source page
 * is at least that large, and present. What was mapped there before is taken away, unless it is this same page
 * got from the same place: then rights are added, and its caching is the source's. Rights beyond those of the
 * source are not given. MAPDB_MORE: it takes longer, for there is much to clear, to make or to add rights to; call
 * again with the same arguments, or give up with mapdb_revoke_end(). MAPDB_NOTHING: the source was lost when the
 * target was cleared. MAPDB_NO_MEMORY: nothing changed but that.
 */
enum mapdb_result mapdb_map(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                            unsigned rights, struct revocation *clearing, struct cpu *cpu);

/*
 * The same for a page of 4 KiB where it needs no more than a few stores; mapdb_map() begins with it. False: it needs
 * more, or is not possible; nothing has been changed.
 */
bool mapdb_map_small(struct space *from, virt_t source, struct space *to, virt_t target, unsigned rights,
                     const struct cpu *cpu);

/*
 * sigma0 has every page without having it in its page table: show it the one of at most this level that holds
 * the address, unless something is there already. False: no memory.
 */
bool mapdb_show_sigma0(struct space *sigma0, virt_t address, unsigned level);

/*
 * As mapdb_map(), but the page leaves `from`: the mapping moves, with everything that was made from it, and is
 * from now on made from what the granter's was made from. Of a page that is larger in the database only that
 * part is granted, and who got the part from the granter before loses it. The page keeps its rights as far as
 * `rights` has them, and what was made from it no others. sigma0 keeps what it grants. After MAPDB_MORE it may be
 * that the page is granted and only those who got it from the granter have still too much: then `clearing` is under
 * way without its flush bit, and mapdb_grant_finish() must be called until it returns true. Who doesn't leaves it to
 * them.
 */
enum mapdb_result mapdb_grant(struct space *from, virt_t source, struct space *to, virt_t target, unsigned level,
                              unsigned rights, struct revocation *clearing, struct cpu *cpu);
bool mapdb_grant_finish(struct revocation *clearing, struct cpu *cpu);

/* Begin to take `rights` of [low, high) away. */
void mapdb_revoke_begin(struct revocation *r, struct space *s, virt_t low, virt_t high, unsigned rights, bool flush);

/*
 * Work through at most `steps` mappings; true when nothing is left. Between two calls anything may happen, even to the
 * mappings that are being worked on; what is derived meanwhile from a page that was not reached yet is found, and from
 * one that was, has no more rights than that.
 */
bool mapdb_revoke(struct revocation *r, unsigned steps, struct cpu *cpu);

/* Give up a revocation that is under way. */
void mapdb_revoke_end(struct revocation *r);

/*
 * Set the caching (PTE_CACHING) of the pages that a space has in [*at, end), not of those that others got from
 * them; both are multiples of the page size, in user space. Looks at no more than `steps` pages and moves *at on;
 * false: call again. The processor's caches are the caller's to flush.
 */
bool mapdb_set_caching(struct space *s, virt_t *at, virt_t end, pte_t caching, unsigned steps, const struct cpu *cpu);

/*
 * Free the page tables of a space that is loaded nowhere and whose mappings were all revoked: some entries from *at on.
 * Moves *at, which begins with 0; true when all are free.
 */
bool mapdb_free_tables(struct space *s, virt_t *at);

/* Free the tables on the way to an address that have become empty. Were there any? */
bool mapdb_free_empty(struct space *s, virt_t address, const struct cpu *cpu);

/*
 * What a space has granted stays when the space goes, but not at its expense: whoever has it pays for its records, or
 * loses it. All of the space's own is gone. Does one step; false: work through `r`, which may have been begun, and call
 * again.
 */
bool mapdb_bequeath(struct space *s, struct revocation *r);

/* How many mappings there are. */
size_t mapdb_count(void);

#endif
