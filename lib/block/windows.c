/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * windows.c - counts, turns, and the check of what a client has put into its ring.
 */
#include <block/windows.h>

#include <stddef.h>

struct block_window *block_window_of(struct block_windows *windows, unsigned long program)
{
	for (unsigned int i = 0; i < windows->count; i++)
		if (windows->window[i].program == program)
			return &windows->window[i];
	return NULL;
}

static bool is_idle(const struct block_window *window)
{
	return window->done == window->submitted;
}

/* The one unused for longest. */
static struct block_window *idle_window(struct block_windows *windows)
{
	struct block_window *oldest = NULL;

	for (unsigned int i = 0; i < windows->count; i++) {
		struct block_window *window = &windows->window[i];

		if (is_idle(window) && (!oldest || window->used < oldest->used))
			oldest = window;
	}
	return oldest;
}

struct block_window *block_window_connect(struct block_windows *windows, unsigned long program)
{
	struct block_window *window = block_window_of(windows, program);

	if (!window)
		window = block_window_of(windows, BLOCK_NOBODY);
	if (!window)
		window = idle_window(windows);
	if (window)
		*window = (struct block_window){ .program = program, .used = ++windows->clock };
	return window;
}

bool block_window_submit(struct block_windows *windows, struct block_window *window, unsigned long submitted,
			 unsigned long seen)
{
	/* Counts only grow, by a ring at most; differences are right even if they wrap around. */
	if (submitted - window->done > BLOCK_ENTRIES || submitted - window->submitted > BLOCK_ENTRIES ||
	    window->done - seen > BLOCK_ENTRIES)
		return false;
	window->submitted = submitted;
	window->seen = seen;
	window->used = ++windows->clock;
	return true;
}

bool block_window_has_news(const struct block_window *window)
{
	return window->done != window->seen || is_idle(window);
}

struct block_window *block_window_next(struct block_windows *windows)
{
	for (unsigned int i = 1; i <= windows->count; i++) {
		unsigned int index = (windows->turn + i) % windows->count;
		struct block_window *window = &windows->window[index];

		if (window->program != BLOCK_NOBODY && !is_idle(window)) {
			windows->turn = index;
			return window;
		}
	}
	return NULL;
}

static bool is_within(const struct block_entry *entry, unsigned long sectors)
{
	return entry->count > 0 && entry->count <= BLOCK_BUFFERS / BLOCK_SECTOR && entry->offset % BLOCK_SECTOR == 0 &&
	       entry->offset >= BLOCK_PAGE && entry->offset <= BLOCK_WINDOW - entry->count * BLOCK_SECTOR &&
	       entry->sector < sectors && entry->count <= sectors - entry->sector;
}

enum block_status block_window_entry(const struct block_window *window, const volatile struct block_ring *ring,
				     unsigned long sectors, struct block_entry *entry)
{
	const volatile struct block_entry *theirs = &ring->entry[window->done % BLOCK_ENTRIES];

	entry->operation = theirs->operation;
	entry->count = theirs->count;
	entry->sector = theirs->sector;
	entry->offset = theirs->offset;
	if (entry->operation == BLOCK_FLUSH)
		return entry->count == 0 && entry->sector == 0 && entry->offset == 0 ? BLOCK_OK : BLOCK_MALFORMED;
	return entry->operation <= BLOCK_WRITE && is_within(entry, sectors) ? BLOCK_OK : BLOCK_MALFORMED;
}

void block_window_done(struct block_window *window, volatile struct block_ring *ring, enum block_status status)
{
	ring->entry[window->done % BLOCK_ENTRIES].status = status;
	window->done++;
}
