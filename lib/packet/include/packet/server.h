/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet/server.h - what network drivers have in common: everything but the card.
 *
 * A driver brings its card into order, asks for its memory, and calls packet_serve(), which does not return. The
 * driver's description gives it memory for devices (`dma`): PACKET_WINDOW bytes for the client, and some for itself.
 */
#ifndef PACKET_SERVER_H
#define PACKET_SERVER_H

#include <stdbool.h>

#include <packet/protocol.h>

/*
 * The card's functions are called with what has been checked, and at most PACKET_ENTRIES buffers are with it in each
 * direction.
 */
struct packet_card {
	const char *name;	/* of the driver, in its messages */
	unsigned int interrupt; /* its number; packet_serve() runs in the thread that handles it */
	unsigned char address[PACKET_ADDRESS];

	/* From any state to ready, with no buffers: it does not touch what it had. False: it does not answer. */
	bool (*begin)(void);

	/* Gives it a buffer: a packet to send, or PACKET_BUFFER bytes to receive into. offset: for take(). */
	void (*put)(enum packet_direction direction, unsigned int offset, unsigned long physical, unsigned int length);

	/* It is to look at what it was given. */
	void (*notify)(enum packet_direction direction);

	/* The next buffer that it has done, and the length of the packet in it. False: none. */
	bool (*take)(enum packet_direction direction, unsigned int *offset, unsigned int *length);

	/*
	 * Whether it is to interrupt when it has done a buffer. What it has done before has to be looked for
	 * afterwards.
	 */
	void (*interrupts)(enum packet_direction direction, bool wanted);
};

/*
 * The driver's own part of the memory that the card can reach, of this size, zeroed, and where the card finds it. No
 * card may be writing there any more on behalf of the driver's last instance. Null: it cannot be had, and name has
 * said so.
 */
void *packet_memory(const char *name, unsigned long size, unsigned long *physical);

/* Serves a client at a time for good, behind packet_memory(). */
void packet_serve(const struct packet_card *card) __attribute__((noreturn));

#endif
