/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - a program as it lies in a store: pages, regions, registers, and never half of one.
 *
 * An image has an area of the store: two copies of three pages that describe it (a *header*, the floating-point
 * registers, and a *map* of which page is in which slot), then two slots for each page. A new checkpoint writes pages
 * that have changed into those slots that the last complete one does not use, then the other copy of the three pages,
 * the header last. The header has a sequence number and a checksum over all three. So at any moment one copy is
 * whole, whenever it all ends: image_test.c ends it after every single write.
 *
 * Pure: compiles for the host.
 */
#ifndef CHECKPOINT_IMAGE_H
#define CHECKPOINT_IMAGE_H

#include <stdbool.h>

#include <pager/clients.h>
#include <pager/store.h>

enum {
	IMAGE_PAGES = 256, /* of one program */
	IMAGE_COPIES = 2,
	IMAGE_DESCRIPTION = 3,
	IMAGE_AREA = IMAGE_COPIES * (IMAGE_DESCRIPTION + IMAGE_PAGES), /* pages of the store */
	IMAGE_FRAME = 26, /* registers as in an exception message, from 1 on */
	IMAGE_FPU = 512,
};

/* What is to be kept beside pages. */
struct image_state {
	unsigned long name, owner; /* the name is the owner's: root_program_number() */
	unsigned long interval;
	unsigned long region_count;
	struct {
		unsigned long low, high, rights;
	} region[PAGER_REGIONS_MAX];
	unsigned long frame[IMAGE_FRAME];
	unsigned long fpu_words; /* of fpu[]; 0: as at the start of a thread */
	unsigned long fpu[IMAGE_FPU];
};

struct image {
	struct store *store;
	unsigned long base;     /* first page of its area */
	unsigned long sequence; /* of the last complete checkpoint; 0: there is none */
	struct image_state state; /* of that one */
	struct image_entry {
		unsigned long number;
		unsigned char complete, next; /* slot 1 or 2 in the last checkpoint, in the one being made; 0: none */
	} entry[IMAGE_PAGES];
};

/* Reads what is in the area: the newest checkpoint that is whole, or none. */
void image_open(struct image *image, struct store *store, unsigned long base);

/* There is no checkpoint any more, and the area is free. False: the store fails. */
bool image_forget(struct image *image);

/* A new checkpoint begins: all pages are as in the last one, until they are put. */
void image_begin(struct image *image);

/* A page's contents in the checkpoint being made. False: no room, or the store fails. */
bool image_put(struct image *image, unsigned long number, const void *frame);

/* The checkpoint is complete. False: the store fails; then the last one is still the last one. */
bool image_complete(struct image *image, const struct image_state *state);

/* The checkpoint being made is given up. */
void image_give_up(struct image *image);

/* A page of the last complete checkpoint. *found: it has that page. False: the store fails. */
bool image_get(struct image *image, unsigned long number, void *frame, bool *found);

#endif
