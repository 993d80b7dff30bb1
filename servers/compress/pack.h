/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.h - pages in a store, compressed.
 *
 * A page is compressed by LZ4 into as few eighths of a page as it needs, or kept as it is. Of a slot in a page with
 * others the store's page is read, changed, and written.
 */
#ifndef COMPRESS_PACK_H
#define COMPRESS_PACK_H

#include <stdbool.h>

#include <pager/store.h>

/* Ready, with all of the store. */
void pack_init(struct store *store);

/* Stores a page. *slot is where, for the functions below. False: there is no room, or the store fails. */
bool pack_put(const void *frame, unsigned long *slot);

/* The page that was stored there. False: the store fails, or what it has is not what was stored. */
bool pack_get(unsigned long slot, void *frame);

/* What is stored there is not needed any more. */
void pack_drop(unsigned long slot);

/* Pages stored, and pages of the store that they take. */
void pack_usage(unsigned long *stored, unsigned long *taken);

#endif
