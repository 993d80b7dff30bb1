/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - where the questions have their pages: which of bench's own they map, and where to.
 *
 * The addresses to map to are free in every program that the root task starts. They lie 1 GiB
 * apart, so that what one question maps shares no page table with what another one does.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <service/root.h>

enum { PAGE = 4096, PAGE_LOG2 = 12, LARGE_LOG2 = 21 };

/* bench's own: pages of its heap, and a large page that must be asked for. */
#define MEMORY_PAGE      ROOT_HEAP_LOW
#define MEMORY_NEIGHBOUR (ROOT_HEAP_LOW + PAGE)
#define MEMORY_ROOT      (ROOT_HEAP_LOW + 2 * PAGE)
#define MEMORY_LARGE     ROOT_LARGE_LOW
/* Shared with the partner, at the same address there. */
#define MEMORY_STAMPS    (ROOT_HEAP_LOW + 3 * PAGE)
/* The partner's own: what it maps as a pager. */
#define MEMORY_FAULT     (ROOT_HEAP_LOW + (2UL << 20))

/* Where map.c maps to, and the three levels of the tree of tree.c. */
#define WINDOW_PAGE   0x2000000000UL
#define WINDOW_LARGE  0x2040000000UL
#define WINDOW_FIRST  0x2080000000UL
#define WINDOW_SECOND 0x20c0000000UL
#define WINDOW_THIRD  0x2100000000UL

/* Where traps.c has page faults. */
#define WINDOW_FAULT  0x2140000000UL

#endif
