/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/space.h - address spaces.
 *
 * A space is a page table, the places of its KIP and UTCB area, its I/O permissions and the ring of its
 * threads. It comes into being with its first thread and goes with its last. The upper half of every page table
 * is the kernel's, shared.
 */
#ifndef CORE_SPACE_H
#define CORE_SPACE_H

#include "base/ring.h"
#include "core/account.h"
#include "core/fpage.h"
#include "core/portdb.h"
#include "core/record.h"
#include "core/small_word.h"
#include "core/tcb.h"
#include "x86/pagetable.h"

struct shade;

/* The table of pages of 4 KiB that the mapping database looked at last, and what goes with it (core/mapdb_parts.h). */
struct recent_table {
	virt_t last_byte;        /* of the 2 MiB that it is for; 0: there is none */
	pte_t *table;
	struct shade *shade;
	uint32_t around[LEVELS - 1]; /* the mappings of levels 1 and 2 around it, by level; 0: none */
};

struct space {
	pte_t *root;             /* page table */
	word_t cr3;              /* its address and tag (x86/pcid.h) */
	virt_t end;              /* behind its last address */
	word_t page_max;         /* the size of its largest pages */
	pte_t leaf_bits;         /* of every page */
	virt_t base;             /* of a small space: where its slot begins in the window; 0: a large space */
	struct account account;  /* of the kernel's memory */
	struct records records[RECORD_KINDS];
	struct recent_table recent;
	struct ring threads;     /* tcb.space_link; their order means nothing */
	unsigned thread_count;   /* how many that are */
	unsigned active_threads; /* those with a UTCB */
	struct fpage kip_area;   /* nil until SpaceControl or the kernel sets it */
	struct fpage utcb_area;
	const struct tcb *area_setter; /* who was last to begin to make room for areas here; not to be followed */
	word_t redirector;       /* gets what this space's threads send to others; NIL_THREAD: nobody does */
	bool privileged;         /* sigma0 and root task: may call the privileged system calls */
	bool is_sigma0;          /* owns all memory that is not the kernel's, 1:1 */
	word_t *io_bitmap[2];    /* the frames at CPU_IO_BITMAP; NULL: no ports */
	uint32_t *port_nodes;    /* core/portdb.c: the first of each block; NULL: none */
	struct port_revocation ports_going; /* while the space is being destroyed */
	virt_t tables_gone;      /* likewise: up to where its page tables are freed */
};

/* A new space without threads; NULL when out of memory. */
struct space *space_create(void);

/*
 * Free everything a space has; it has no threads. That takes long: begin once, with a revocation to work with,
 * then go on, a bounded piece at a time, until it returns true. The space is gone then.
 */
void space_destroy_begin(struct space *s, struct revocation *r, struct cpu *cpu);
bool space_destroy(struct space *s, struct revocation *r, struct cpu *cpu);

/* The space has no areas from now on, so no thread of it can become active; none is. */
void space_drop_areas(struct space *s, struct cpu *cpu);

/*
 * Map the KIP and set the areas of a space that has none. False when out of memory; nothing is changed then. Nothing is
 * mapped there, and the caller has checked the flexpages.
 */
bool space_set_areas(struct space *s, struct fpage kip_area, struct fpage utcb_area, struct cpu *cpu);

/*
 * The kernel's pointer to the UTCB at a user address in the UTCB area, backed by memory from the first one in a page
 * until the last has been put back. NULL when out of memory; nothing is changed then.
 * In a small space that is not what the program sees, but what the kernel makes of it (core/small.h).
 */
struct utcb *space_get_utcb(struct space *s, virt_t utcb);
void space_put_utcb(struct space *s, virt_t utcb, const struct cpu *cpu);

/* The UTCB at an address in the UTCB area of s, or NULL: nobody's is in that page. */
struct utcb *space_find_utcb(const struct space *s, virt_t utcb);

/* What a program in a small space sees at an address where it has a UTCB. */
struct small_utcb *space_small_utcb(const struct space *s, virt_t utcb);

/*
 * May a page of this size be mapped there? It must be in the space, and outside of the kernel's areas and of the
 * window.
 */
bool space_is_mappable(const struct space *s, virt_t low, word_t size);

/* Does the direct map show this frame? It shows RAM; a user may have device memory, too. */
bool space_is_ram(phys_t frame);

/*
 * Copy up to `size` bytes at a user address into the kernel; returns how many could be read before the first that is
 * not mapped for the user, or is not RAM.
 */
size_t space_read(const struct space *s, virt_t address, void *to, size_t size);

/* Give the space a bitmap of ports, with none allowed, unless it has one. False when out of memory. */
enum { SPACE_BITMAP_FRAMES = 5 };
bool space_own_ports(struct space *s, struct cpu *cpu);

/* The bitmap's word for a block of ports (core/portdb.h), a set bit: forbidden. The space has a bitmap. */
word_t *space_port_bits(const struct space *s, uint32_t block);

/* sigma0 touched ports, which it has by rule: allow them. False when out of memory. */
bool space_allow_ports(struct space *s, struct fpage ports, struct cpu *cpu);

/* May a thread of the space run at this address? */
static inline bool space_has_code(const struct space *s, virt_t address)
{
	return address < s->end;
}

/* The space that this page table is of, or NULL: it is the kernel's own. */
struct space *space_of_root(const pte_t *root);

/*
 * Make a space a small one, with a slot (abi/small.h) that nobody else has, or, with a size of 0, a large one again.
 * False: it has areas, or pages; or the slot is in use, in part or as a whole.
 */
bool space_set_slot(struct space *s, struct small_slot slot);

/* An entry of this space's page table has changed: forget what the processor remembers of it. */
void space_invalidate(const struct space *s, const struct cpu *cpu, virt_t address);

/*
 * The page table of the kernel alone: what every new space's upper half is copied from, and what the idle CPU
 * falls back to.
 */
extern pte_t *kernel_root;

/*
 * The frame that every large space shows as its kernel interface page, and the one of small spaces; NULL: there are
 * none.
 */
extern struct kip *kip_page;
extern struct small_kip *small_kip_page;

#endif
