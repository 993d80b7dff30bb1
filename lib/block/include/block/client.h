/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block/client.h - a disk, for a program that the root task has started.
 *
 * block_read() and block_write() are all that most programs need. Who wants several requests under way, or none of
 * their bytes copied, submits requests: each has a buffer of the window, which `fill` fills before it is written, and
 * which `take` uses behind a read.
 *
 * When the driver ends, all that it has not acknowledged is submitted again to its next instance, whose buffers are
 * empty: so `fill` and `take` may be called more than once for one request, and must do the same each time. A request
 * is done when block_wait() returns it, and not before. One thread at a time may use a disk.
 */
#ifndef BLOCK_CLIENT_H
#define BLOCK_CLIENT_H

#include <stdbool.h>

#include <block/protocol.h>
#include <l4/types.h>
#include <service/root.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where a window may be: where the root task gives memory on a touch, so that a program that touches its window when
 * the driver has just ended goes on. A program with several disks has the others' windows below it.
 */
#define BLOCK_WINDOW_AT ((void *)(ROOT_HEAP_HIGH - BLOCK_WINDOW))

enum { BLOCK_SLOTS_MAX = 31 };

struct block_request {
	enum block_operation operation;
	unsigned long sector;
	unsigned int count; /* sectors, at most block_request_sectors() */
	void (*fill)(struct block_request *request, void *buffer);	 /* of a write */
	void (*take)(struct block_request *request, const void *buffer); /* of a read */
	void *argument;			    /* the caller's */
	enum block_status status;	    /* when block_wait() has returned it */
};

struct block_disk {
	const char *name;
	char *window;
	L4_ThreadId_t driver;
	unsigned int slots;
	unsigned long sectors;	  /* of the disk, each BLOCK_SECTOR bytes */
	unsigned long reconnects; /* how often the driver was lost */
	unsigned long submitted, done, taken; /* since the connection: by the caller, by the driver, by block_wait() */
	struct block_request *request[BLOCK_SLOTS_MAX];
};

/*
 * Connects to the driver that is the program of this name, waiting for it. slots: how many requests may be under way,
 * 1 to BLOCK_SLOTS_MAX; they share the window's buffers alike. BLOCK_GONE: there is no such program, and will be
 * none.
 */
enum block_status block_open(struct block_disk *disk, const char *name, void *window, unsigned int slots);

/* The most sectors of one request. */
unsigned int block_request_sectors(const struct block_disk *disk);

/*
 * Puts a request into the ring; the driver learns of it by block_wait() at the latest. False: all slots are in use.
 * *request must stay until block_wait() has returned it.
 */
bool block_submit(struct block_disk *disk, struct block_request *request);

/* Tells the driver, waits for the oldest request and returns it; null: there is none. */
struct block_request *block_wait(struct block_disk *disk);

/* Waiting, with memory of the caller's, any number of sectors. Nothing else may be under way. */
enum block_status block_read(struct block_disk *disk, unsigned long sector, unsigned long count, void *data);
enum block_status block_write(struct block_disk *disk, unsigned long sector, unsigned long count, const void *data);
enum block_status block_flush(struct block_disk *disk);

#ifdef __cplusplus
}
#endif
#endif
