/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_disk.c - a store on a disk, by the block protocol (lib/block).
 *
 * Its window lies among the pager's own addresses. A driver that ends and comes back is the business of the client's
 * side there: a page that was written is on the disk.
 */
#include <pager/store.h>

#include <block/client.h>
#include <pager/pager.h>
#include <service/root.h>

enum { SECTORS = PAGER_PAGE / BLOCK_SECTOR };

static struct block_disk disk;

static bool disk_read(struct store *store, unsigned long page, void *frame)
{
	return block_read(&disk, (store->base + page) * SECTORS, SECTORS, frame) == BLOCK_OK;
}

static bool disk_write(struct store *store, unsigned long page, const void *frame)
{
	return block_write(&disk, (store->base + page) * SECTORS, SECTORS, frame) == BLOCK_OK;
}

static bool disk_flush(struct store *store)
{
	(void)store;
	return block_flush(&disk) == BLOCK_OK;
}

static bool store_on_disk(struct store *store, unsigned long first, unsigned long pages)
{
	/* A window is as aligned as it is large. */
	unsigned long window = (pager_addresses(2 * BLOCK_WINDOW) + BLOCK_WINDOW - 1) & -(unsigned long)BLOCK_WINDOW;

	*store = (struct store){
		.pages = pages, .read = disk_read, .write = disk_write, .flush = disk_flush, .base = first,
	};
	return block_open(&disk, "disk", (void *)window, 1) == BLOCK_OK && first <= disk.sectors / SECTORS &&
	       pages <= disk.sectors / SECTORS - first;
}

bool store_open(struct store *store, unsigned long pages)
{
	if (root_option("disk", 0) > 0)
		return store_on_disk(store, root_option("first", 0), pages);
	store_in_memory(store, pages);
	return true;
}
