/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/fake/base/memory_map.h - the kernel's memory map on the host: physical memory is an
 * arena of the test's, and user space ends where the lower half of the page tables does, whatever
 * their size.
 */
#ifndef FAKE_MEMORY_MAP_H
#define FAKE_MEMORY_MAP_H

#define direct_map	machine_direct_map
#define direct_map_phys machine_direct_map_phys
#include_next "base/memory_map.h"
#undef direct_map
#undef direct_map_phys
#undef USER_END
#define USER_END (PAGE_SIZE * (1UL << 4 * TABLE_LOG2) / 2)

extern unsigned char *arena;

static inline void *direct_map(phys_t address)
{
	return arena + address;
}

static inline phys_t direct_map_phys(const void *pointer)
{
	return (phys_t)((const unsigned char *)pointer - arena);
}

#endif
