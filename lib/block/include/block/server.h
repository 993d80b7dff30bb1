/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block/server.h - what disk drivers have in common: everything but the device.
 *
 * A driver brings its device into order, asks for its memory, and calls block_serve(), which does not return. One
 * request is with the device at a time. The driver's description gives it memory for devices (`dma`): BLOCK_WINDOW
 * bytes for each client program, and as many for itself.
 */
#ifndef BLOCK_SERVER_H
#define BLOCK_SERVER_H

#include <stdbool.h>

#include <block/protocol.h>

struct block_device {
	const char *name;	/* in its messages */
	unsigned int interrupt; /* its number; block_serve() runs in the thread that handles it */
	unsigned long sectors;

	/* Begins a request that has been checked. physical: where the device finds the buffer. */
	void (*start)(enum block_operation operation, unsigned long sector, unsigned int count, unsigned long physical);

	/* The interrupt came: whether the request is done, and then how it ended. It may come for nothing. */
	bool (*is_done)(enum block_status *status);

	/* The device has not answered for BLOCK_PATIENCE: it is to forget the request. */
	void (*reset)(void);
};

enum { BLOCK_PATIENCE = 10000000 }; /* microseconds */

/*
 * The driver's own part of the memory that the device can reach, zeroed, and where the device finds it. No device may
 * be writing there any more on behalf of the driver's last instance. Null: it cannot be had, and name has said so.
 */
void *block_memory(const char *name, unsigned long *physical);

/* Serves clients for good, behind block_memory(). */
void block_serve(const struct block_device *device) __attribute__((noreturn));

#endif
