/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/misc.h - attributes of memory, and processors.
 *
 * MemoryControl and ProcessorControl are privileged: only sigma0, sigma1 and the root task may
 * call them.
 */
#ifndef L4_MISC_H
#define L4_MISC_H

#include <l4/types.h>
#include <l4/syscalls.h>

/* How the processor caches pages. */
#define L4_DefaultMemory        0
#define L4_UncacheableMemory    1
#define L4_WriteCombiningMemory 2
#define L4_WriteThroughMemory   5
#define L4_WriteProtectedMemory 6
#define L4_WriteBackMemory      7

L4_INLINE L4_Word_t L4_Set_PageAttribute(L4_Fpage_t f, L4_Word_t attribute)
{
	L4_Word_t attributes[4];

	attributes[0] = attribute;
	attributes[1] = attributes[2] = attributes[3] = L4_DefaultMemory;
	L4_LoadMR(0, f.raw & ~0xfUL);
	return L4_MemoryControl(0, attributes);
}

/* The low access bits of each flexpage select one of four attributes. */
L4_INLINE L4_Word_t L4_Set_PageAttributes(L4_Word_t n, L4_Fpage_t *fpages,
					  const L4_Word_t *attributes)
{
	L4_LoadMRs(0, (int)n, &fpages->raw);
	return L4_MemoryControl(n - 1, attributes);
}

#endif
