/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - what the kernel interface page says about physical memory, as a region map.
 *
 * Pure: it reads the structure it is given and fills the map.
 */
#ifndef SIGMA0_MEMORY_H
#define SIGMA0_MEMORY_H

#include <abi/kip.h>
#include "regions.h"

/*
 * Fills a fresh map of physical memory from the memory descriptors of kip, in their order: later
 * ones override earlier ones. What no descriptor names is device memory. False: the map is too
 * small.
 */
bool memory_describe(struct region_map *map, const struct kip *kip);

#endif
