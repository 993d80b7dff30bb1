/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.c - stores in memory: the pager's own, and boot modules.
 */
#include <pager/store.h>

#include <string.h>

#include <pager/pager.h>
#include <service/root.h>

static bool memory_read(struct store *store, unsigned long page, void *frame)
{
	pager_copy(frame, (const void *)(store->base + page * PAGER_PAGE));
	return true;
}

static bool memory_write(struct store *store, unsigned long page, const void *frame)
{
	pager_copy((void *)(store->base + page * PAGER_PAGE), frame);
	return true;
}

void store_in_memory(struct store *store, unsigned long pages)
{
	*store = (struct store){
		.pages = pages,
		.read = memory_read,
		.write = memory_write,
		.base = pager_addresses(pages * PAGER_PAGE),
	};
}

/* The module's page is mapped to a window, copied, and replaced there by the next one. */
static bool file_read(struct store *store, unsigned long page, void *frame)
{
	unsigned long offset = page * PAGER_PAGE, bytes = store->file_bytes - offset;

	if (root_file_page(store->file, offset, (void *)store->base) != ROOT_OK)
		return false;
	pager_copy(frame, (const void *)store->base);
	if (bytes < PAGER_PAGE)
		memset((char *)frame + bytes, 0, PAGER_PAGE - bytes);
	return true;
}

bool store_of_file(struct store *store, const char *name)
{
	*store = (struct store){ .read = file_read };
	if (root_file(name, &store->file, &store->file_bytes) != ROOT_OK)
		return false;
	store->pages = (store->file_bytes + PAGER_PAGE - 1) / PAGER_PAGE;
	store->base = pager_addresses(PAGER_PAGE);
	return true;
}
