/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.h - what does it cost to map a page, and to take it back?
 */
#ifndef BENCH_MAP_H
#define BENCH_MAP_H

#include <stdbool.h>

#include <l4/types.h>

#include "measure.h"

enum { MAP_ROUNDS_MAX = 10000 };

struct map_figures {
	struct figures map, unmap;
};

enum map_answer { MAP_DONE, MAP_FAILED, MAP_NO_MEMORY };

/* A page of 4 KiB, of which neighbours are mapped in the partner already. */
enum map_answer map_small(L4_ThreadId_t partner, unsigned int rounds, struct map_figures *figures);

/* The same where the partner has nothing near it: page tables come and go with it. */
enum map_answer map_alone(L4_ThreadId_t partner, unsigned int rounds, struct map_figures *figures);

/* A page of 2 MiB. MAP_NO_MEMORY: the root task has none. */
enum map_answer map_large(L4_ThreadId_t partner, unsigned int rounds, struct map_figures *figures);

#endif
