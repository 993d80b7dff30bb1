/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/map.h - map items: pages of one space appear in another as well.
 *
 * sigma0's space is 1:1 by rule: a map item from sigma0 takes the physical address itself, whatever sigma0's
 * page table says, but never memory of the kernel's.
 */
#ifndef CORE_MAP_H
#define CORE_MAP_H

#include "core/space.h"

/*
 * What sigma0 does not have: [low, high) is the kernel's. Called at boot for each such range, at most
 * MAP_KERNEL_RANGES times.
 */
enum { MAP_KERNEL_RANGES = 32 };
void map_reserve(phys_t low, phys_t high);

/* Does sigma0 own all of [low, low + size)? */
bool map_is_sigma0s(phys_t low, word_t size);

enum map_result { MAP_DONE, MAP_MORE, MAP_NO_MEMORY };

/*
 * Map or grant `send` of `from` into the window `receive` of `to`, by X.2's rules for different sizes (fpage_match).
 * What is not mapped in `from`, or must not be mapped in `to`, is left out; rights are those of the sender's page and
 * of `send`, added to those that `to` has at the same page already. Large pages where both sides permit.
 * The complete address space as window takes ports, too.
 *
 * Works in pieces: from `*done` bytes on (0 at first), at most MAP_PIECE pages, holes or blocks of ports; MAP_MORE
 * when it must be called again. When out of memory, what was mapped by then stays.
 */
enum { MAP_PIECE = 1 };
enum map_result map_fpage(struct space *from, struct fpage send, word_t send_base, bool grant, struct space *to,
                          struct fpage receive, word_t *done, struct revocation *clearing,
                          struct cpu *cpu);

/*
 * The common map item in one piece: a page of 4 KiB of `from`, to where `to` has nothing, or this page already. `send`
 * is the item's second word, `send_base` its first; `window` is the receiver's buffer register 0, or FPAGE_COMPLETE for
 * who waits for the answer to a page fault. The item is not half done already by map_fpage().
 *
 * False: it is another item, or takes more; nothing has been changed, and map_fpage() tells what becomes of it.
 */
bool map_small(struct space *from, word_t send, struct space *to, word_t send_base, word_t window,
               const struct cpu *cpu);

/*
 * Set the caching of the pages that a space has in [*at, end), see mapdb_set_caching(); all that sigma0 owns counts
 * as its pages. At most `steps` pages or holes; MAP_MORE when it must be called again. When out of memory, the pages
 * before *at are set.
 */
enum map_result map_set_caching(struct space *s, virt_t *at, virt_t end, pte_t caching, unsigned steps,
                                struct cpu *cpu);

/* sigma0 touched memory that its page table does not show yet. False: it is not sigma0's, or no memory. */
bool map_sigma0_fault(struct space *sigma0, virt_t address);

#endif
