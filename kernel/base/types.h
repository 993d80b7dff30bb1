/* SPDX-License-Identifier: BSD-2-Clause */
/* base/types.h - the scalar types of the kernel, and the few macros that everybody needs. */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long word_t; /* a machine word */
typedef unsigned long phys_t; /* a physical address */
typedef unsigned long virt_t; /* a virtual address, kernel or user */
typedef unsigned long usec_t; /* microseconds since boot */

#define USEC_NEVER ~0UL

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#define COUNT_OF(array)                     (sizeof(array) / sizeof((array)[0]))
#define ALIGN_DOWN(value, size)             ((value) & ~((word_t)(size) - 1))
#define ALIGN_UP(value, size)               ALIGN_DOWN((value) + (word_t)(size) - 1, size)

/* For the ways that have to be short. What does not return, above all: compilers take that for rare. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* For what seldom runs: compiled to be small, apart from the rest, and what calls it is taken for seldom, too. */
#define SELDOM __attribute__((cold))

enum { PAGE_LOG2 = 12, PAGE_SIZE = 1 << PAGE_LOG2 };

#endif
