/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet/protocol.h - what a network driver and its client say to each other.
 *
 * The client has a window: memory of the driver's that the card can reach, mapped into the client. Its first page
 * has two rings, the others are buffers; the card reads and writes these, and nobody copies what is in them. Into
 * the one ring the client puts packets to be sent, into the other one empty buffers to receive into. When an entry
 * is done, the driver has put there which buffer that was, and the packet's length. All counts are in the window,
 * so messages only say that something is new; neither side can miss it, because who waits says what it has seen.
 *
 * One program has the card at a time. When the driver ends, the window is taken back. A client whose window lies
 * where it gets memory of its own on a touch then finds zeros: the word `live` says which.
 */
#ifndef PACKET_PROTOCOL_H
#define PACKET_PROTOCOL_H

enum {
	PACKET_MIN = 14,   /* bytes of a packet: Ethernet's header, ... */
	PACKET_MAX = 1514, /* ... and with 1500 bytes behind it; no checksum (FCS) */
	PACKET_BUFFER = 2048,
	PACKET_PAGE = 4096,
	PACKET_WINDOW_LOG2 = 18,
	PACKET_WINDOW = 1 << PACKET_WINDOW_LOG2,
	PACKET_ENTRIES = 64, /* of each ring */
	PACKET_ADDRESS = 6,  /* bytes of a card's (MAC) address */
	PACKET_PAUSE = 10000, /* microseconds */
};

/*
 * Labels of requests, each an L4_Call. The answer's label is an enum packet_status.
 *
 * Connect: no words; the caller accepts the window. It begins anew: the rings are empty, all counts 0. The card is
 * its program's until the thread that has connected is no more. A program may do it once in PACKET_PAUSE. Answer: the
 * card's address, its first byte lowest, and the window mapped.
 *
 * Look: no words. The driver looks at the rings, and answers when it has told the card.
 *
 * Wait: how many packets the client has received, and a number of packets sent. The same, but answered when more
 * have been received than that, or so many have been sent. At most one thread of a program waits: another one's
 * request ends the first one's.
 *
 * The answers to Look and Wait have no words.
 */
enum packet_label {
	PACKET_CONNECT = 0x451,
	PACKET_LOOK = 0x452,
	PACKET_WAIT = 0x453,
};

enum packet_status {
	PACKET_OK = 0,
	PACKET_MALFORMED = 1,	  /* no such request; a count in the window that cannot be */
	PACKET_NOT_CONNECTED = 2, /* another program has the card, or nobody */
	PACKET_BUSY = 3,	  /* another program has the card; or this one has just got it: later */
	PACKET_FAILED = 4,	  /* the card does not answer */
	/* These are made by the client library. */
	PACKET_GONE = 5,    /* there is no driver any more, and will be none */
	PACKET_RENEWED = 6, /* the driver was another one: what was under way is lost */
	PACKET_TIMEOUT = 7,
};

struct packet_entry {
	unsigned int offset; /* of the buffer, in bytes from the window's begin */
	unsigned int length; /* bytes of the packet; 0, of the driver: it is no such buffer */
};

#define PACKET_LIVE 0x74656b636150UL

/* Entry n since the connection, from 0, is entry[n % PACKET_ENTRIES]. */
struct packet_ring {
	unsigned long put;  /* written by the client: how many entries it has put here */
	unsigned long done; /* written by the driver: how many of these are done, in whatever order */
	struct packet_entry entry[PACKET_ENTRIES];
};

/* The two rings. */
enum packet_direction {
	PACKET_SEND,	/* packets; done: that buffer is free again */
	PACKET_RECEIVE, /* empty buffers of PACKET_BUFFER bytes; done: a packet is in that one */
	PACKET_DIRECTIONS,
};

struct packet_rings {
	unsigned long live; /* PACKET_LIVE: written by the driver when the client connects */
	struct packet_ring ring[PACKET_DIRECTIONS];
};
_Static_assert(sizeof(struct packet_rings) <= PACKET_PAGE, "the rings are the first page");

#endif
