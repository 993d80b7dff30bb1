/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/store.h - where pages are that have no frame: a few functions, so that a pager does not know whether it is
 * memory, a boot module or a disk.
 *
 * A store is pages by number. Reading and writing wait for the store's medium, and for nobody else.
 */
#ifndef PAGER_STORE_H
#define PAGER_STORE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct store {
	unsigned long pages;
	/* False: it cannot be done; the frame may hold anything then. */
	bool (*read)(struct store *store, unsigned long page, void *frame);
	bool (*write)(struct store *store, unsigned long page, const void *frame); /* null: it cannot be written */
	bool (*flush)(struct store *store); /* what was written before is safe then; null: it is at once */
	unsigned long base; /* the store's own */
	unsigned long file_bytes;
	unsigned int file;
};

/* Memory of the pager's own, zeros at first. It counts against the pager's quota when it is written. */
void store_in_memory(struct store *store, unsigned long pages);

/*
 * As the command line says. `disk=1 first=N`: on the disk of the driver that is called "disk" (lib/block), from its
 * page N on. Otherwise in memory. False: there is no disk, or not so much of it.
 */
bool store_open(struct store *store, unsigned long pages);

/* A boot module, read-only, zeros behind its end. False: there is none of this name. */
bool store_of_file(struct store *store, const char *name);

#ifdef __cplusplus
}
#endif
#endif
