/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h - what does it cost to flush a tree of 100,000 mappings at its root?
 *
 *     the page in bench
 *      +- 32 mappings in the partner
 *          +- 32 each in bench            1,024
 *              +- 96 or 97 each in the partner    98,944
 */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <stdbool.h>

#include <l4/types.h>

#include "measure.h"

enum { TREE_MAPPINGS = 100000 };

enum tree_answer { TREE_DONE, TREE_FAILED, TREE_TOO_LARGE };

/* Makes the tree. TREE_TOO_LARGE: the machine is too small for it. */
enum tree_answer tree_build(L4_ThreadId_t partner);

/* Flushes its root; nothing is left of it then. */
void tree_flush(void);

/* Makes the tree and flushes it between marks, for the footprint plugin. */
enum tree_answer tree_footprint(L4_ThreadId_t partner);

/* The same end by another way: the partner maps a page over the root. False: the call failed. */
bool tree_cover(L4_ThreadId_t partner);

/* The flush of a whole tree, divided by the number of its mappings, some times. */
enum tree_answer tree_measure(L4_ThreadId_t partner, struct figures *per_mapping);

#endif
