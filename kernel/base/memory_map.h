/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base/memory_map.h - the kernel's half of every address space. kernel/doc/memory-map.md draws it.
 *
 * The order is chosen for the path of a message: the thread control blocks are the last GiB, so that `or` with
 * a constant turns a thread id into an address whatever the user passed, and so that they, like the kernel
 * image, are reached by sign-extended 32-bit addresses.
 */
#ifndef BASE_MEMORY_MAP_H
#define BASE_MEMORY_MAP_H

#include "base/types.h"

#define USER_END    0x00007ffffffff000UL /* the last page of the lower half is never mapped (SYSRET) */
#define DIRECT_MAP  0xffff800000000000UL /* all RAM but the image, and nothing else */
#define CPU_AREAS   0xffffff0000000000UL /* one CPU_AREA_SIZE a CPU */
#define DEVICE_MAP  0xffffff0000200000UL /* the local APIC's registers, then those of the I/O APICs, a page each */
#define KERNEL_LINK 0xffffffff80000000UL /* the image */
#define TCB_ARRAY   0xffffffffc0000000UL /* 2^20 slots of 1 KiB */

enum { CPU_MAX = 32, CPU_AREA_SIZE = 64 << 10 };

/* Inside a CPU's area. What is not named is not mapped: it guards the stack above it. */
enum {
	CPU_TEXT = 0x0000,       /* its copy of the system-call entry */
	CPU_DATA = 0x1000,       /* struct cpu, at a constant distance from that copy */
	CPU_IO_BITMAP = 0x2000,  /* two pages, those of the loaded address space */
	CPU_IO_END = 0x4000,     /* a page of ones: the processor reads one byte behind the bitmap */
	CPU_STACK = 0x6000,
	CPU_STACK_TOP = 0x8000,
	CPU_IST_NMI_TOP = 0xa000,
	CPU_IST_DB_TOP = 0xc000,
	CPU_IST_MC_TOP = 0xe000,
	CPU_IST_DF_TOP = 0x10000,
};

static inline void *direct_map(phys_t address)
{
	return (void *)(DIRECT_MAP + address);
}

/* The inverse of direct_map(). */
static inline phys_t direct_map_phys(const void *pointer)
{
	return (phys_t)pointer - DIRECT_MAP;
}

#endif
