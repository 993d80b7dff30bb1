/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block/windows.h - the driver's side of the rings: whose window is which, and whose request is next.
 *
 * A program has one window at most, so one that asks for many leaves the others theirs; one request is served for
 * each program in turn, so a full ring delays the others by one request each. A window whose program has nothing to
 * do goes to the next that asks when there is no other, the one unused for longest first.
 *
 * Nothing in a ring is believed: an entry is copied, then checked. Pure: compiles for the host.
 */
#ifndef BLOCK_WINDOWS_H
#define BLOCK_WINDOWS_H

#include <stdbool.h>

#include <block/protocol.h>

enum { BLOCK_WINDOWS_MAX = 16, BLOCK_NOBODY = 0 };

struct block_window {
	unsigned long program;		/* BLOCK_NOBODY: unused */
	unsigned long submitted, done, seen; /* requests since the connection */
	unsigned long used;		/* when it was last asked for something */
	unsigned long waiter;		/* the thread whose submit has not been answered; 0: none */
};

struct block_windows {
	unsigned int count;
	unsigned int turn; /* the window that was served last */
	unsigned long clock;
	struct block_window window[BLOCK_WINDOWS_MAX];
};

/* The program's window; null: it has none. */
struct block_window *block_window_of(struct block_windows *windows, unsigned long program);

/* A window for the program, its own if it has one, with all counts 0. Null: all are in use. */
struct block_window *block_window_connect(struct block_windows *windows, unsigned long program);

/* False: these counts cannot be. */
bool block_window_submit(struct block_windows *windows, struct block_window *window, unsigned long submitted,
			 unsigned long seen);

/* Whether the client is to be answered now. */
bool block_window_has_news(const struct block_window *window);

/* The window whose request is next; null: there is nothing to do. */
struct block_window *block_window_next(struct block_windows *windows);

/*
 * Copies the window's next entry from its ring, which the client may be writing; checks it for a disk of so many
 * sectors.
 */
enum block_status block_window_entry(const struct block_window *window, const volatile struct block_ring *ring,
				     unsigned long sectors, struct block_entry *entry);

/* The next entry is done. */
void block_window_done(struct block_window *window, volatile struct block_ring *ring, enum block_status status);

#endif
