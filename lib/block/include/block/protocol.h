/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block/protocol.h - what a disk driver and its clients say to each other.
 *
 * Each client program has a window: memory of the driver's that the device can reach, mapped into the client. Its
 * first page is the ring, the others are buffers, and nobody copies what is in them. The client puts requests into
 * the ring and tells the driver how many it has put there since it connected; the driver serves them in that order
 * and tells how many are done. The same program gets the same window again, whichever of its threads asks.
 *
 * When the driver ends, its clients' windows are taken back, the ring first. A client whose window lies where it gets
 * memory of its own on a touch then finds zeros: the ring's word `live` says which.
 */
#ifndef BLOCK_PROTOCOL_H
#define BLOCK_PROTOCOL_H

enum {
	BLOCK_SECTOR = 512, /* bytes */
	BLOCK_PAGE = 4096,
	BLOCK_WINDOW_LOG2 = 17,
	BLOCK_WINDOW = 1 << BLOCK_WINDOW_LOG2,
	BLOCK_BUFFERS = BLOCK_WINDOW - BLOCK_PAGE, /* bytes behind the ring */
	BLOCK_ENTRIES = 64,
};

/*
 * Labels of requests, each an L4_Call. The answer's label is an enum block_status.
 *
 * Connect: no words; the caller accepts the window. It begins anew: what was in the ring is forgotten, and the counts
 * below are 0. Answer: the disk's sectors, and the window mapped.
 *
 * Submit: how many requests were put into the ring, and how many of them the client has seen done. Answered with how
 * many are done, when that is another number, or nothing is left to do. At most one thread of a program waits:
 * another one's call ends the first one's.
 */
enum block_label {
	BLOCK_CONNECT = 0x401,
	BLOCK_SUBMIT = 0x402,
};

enum block_operation {
	BLOCK_READ,
	BLOCK_WRITE,
	BLOCK_FLUSH, /* what was written before is on the disk, and not only in its cache; the other fields are 0 */
};

enum block_status {
	BLOCK_OK = 0,
	BLOCK_MALFORMED = 1,	 /* no such operation; not a whole number of sectors within the window and the disk */
	BLOCK_NOT_CONNECTED = 2, /* no window, or not any longer: another program needed one */
	BLOCK_BUSY = 3,		 /* all windows are in use, or the disk works in this program's: later */
	BLOCK_FAILED = 4,	 /* the disk says so, or does not answer */
	BLOCK_GONE = 5,		 /* made by the client library: there is no driver any more, and will be none */
};

struct block_entry {
	unsigned int operation;
	unsigned int count;   /* sectors */
	unsigned long sector; /* the first one */
	unsigned int offset;  /* of the buffer, in bytes from the window's begin; a multiple of the sector */
	unsigned int status;  /* the driver's answer */
};

#define BLOCK_LIVE 0x6b636f6c42656341UL

/* Request n since the connection, from 0, is entry n % BLOCK_ENTRIES. */
struct block_ring {
	unsigned long live; /* BLOCK_LIVE: written by the driver when the client connects */
	struct block_entry entry[BLOCK_ENTRIES];
};

#endif
