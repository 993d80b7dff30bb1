/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regions.h - who owns which part of a range of numbers: physical addresses, or I/O ports.
 *
 * The range [0, limit) is cut into regions without gaps. A region knows its first number, what is
 * there, and which thread has got it (0: nobody yet); it ends where the next one starts.
 * Neighbours always differ, so the table grows with the number of different things, not with the
 * amount of memory: 64 GiB that nobody owns are one entry of 16 bytes.
 *
 * No memory is allocated and no L4 call is made here: the file compiles for the host as it is.
 */
#ifndef SIGMA0_REGIONS_H
#define SIGMA0_REGIONS_H

#include <stdbool.h>

enum region_kind {
	REGION_RESERVED = 1 << 0, /* the kernel's, or sigma0's own: never given */
	REGION_FREE = 1 << 1,     /* conventional memory */
	REGION_BOOT = 1 << 2,     /* boot modules, boot information, the root task's image */
	REGION_DEVICE = 1 << 3,   /* no RAM: device registers, firmware tables */
	REGION_SHARED = 1 << 4,   /* whoever asks may have it, any number of times */
};

struct region {
	unsigned long low;
	unsigned int kind;
	unsigned int owner; /* thread number, 0: nobody */
};

struct region_map {
	struct region *regions;
	unsigned int count;
	unsigned int capacity;
	unsigned long limit; /* first number behind the last region */
};

/* One region [0, limit) of that kind without owner. capacity is at least 1. */
void regions_init(struct region_map *map, struct region *store, unsigned int capacity,
		  unsigned long limit, enum region_kind kind);

/*
 * [low, high) becomes that kind, without owner. Numbers from limit on are ignored. False: the
 * table is full, nothing changed.
 */
bool regions_set(struct region_map *map, unsigned long low, unsigned long high,
		 enum region_kind kind);

/* The region that holds a number below limit. */
const struct region *regions_find(const struct region_map *map, unsigned long number);

/*
 * owner gets [low, high), which must consist of regions of the given kinds (an OR of region_kind)
 * that nobody else has. What it already has, it gets again. False: refused, or the table is full;
 * nothing changed.
 */
bool regions_take(struct region_map *map, unsigned long low, unsigned long high,
		  unsigned int owner, unsigned int kinds);

/*
 * owner gets the highest aligned 2^log2 block of REGION_FREE that nobody has; *low is its start.
 * False: there is none, or the table is full; nothing changed.
 */
bool regions_take_any(struct region_map *map, unsigned int log2, unsigned int owner,
		      unsigned long *low);

#endif
