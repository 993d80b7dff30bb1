/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet/client.h - a network card, for a program that the root task has started.
 *
 * The buffers of the window are the library's: half of them are with the card, to receive into, the others are for
 * packets to be sent. A packet is where the card has put it, or will fetch it.
 *
 * A program that waits for nothing else calls packet_wait(). One with clients of its own has one loop that receives
 * all messages: packet_watch() makes a thread that waits in its place, and sends it a message when there is news:
 *
 *	packet_open(&link, "network", PACKET_WINDOW_AT);
 *	packet_watch(&link);
 *	for (;;) {
 *		L4_MsgTag_t tag = L4_Wait_Timeout(until the next timer, &from);
 *
 *		if (L4_IpcSucceeded(tag) && packet_is_news(&link, from)) {
 *			if (packet_update(&link) == PACKET_RENEWED)
 *				...
 *			while (packet_receive(&link, &packet)) {
 *				copy or use what is in packet.data
 *				packet_release(&link, &packet);
 *			}
 *			packet_listen(&link);
 *		} else
 *			a client's message, or the time
 *		packet_flush(&link); // if anything was sent
 *	}
 *
 * No news can be missed: the thread waits until its message is received, and the next one comes when there is
 * anything that had not happened when packet_listen() was called. None of these calls waits but packet_open() and
 * packet_wait().
 *
 * When the driver ends, packets are lost: those under way in either direction, and all until its next instance is
 * there; packet_update() or packet_wait() then says PACKET_RENEWED, once. Nothing has to be done about it but what
 * is to be done about any lost packet. Until then there is nothing to receive, and what is sent is lost.
 *
 * All functions use message registers. One thread at a time may use a link: the one that has opened it.
 */
#ifndef PACKET_CLIENT_H
#define PACKET_CLIENT_H

#include <stdbool.h>

#include <l4/types.h>
#include <packet/protocol.h>
#include <service/root.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where a window may be: where the root task gives memory on a touch, so that a program that touches its window
 * when the driver has just ended goes on; below a disk's window, and at the far end of a hosted program's stack. A
 * program with several cards has the others' windows behind it.
 */
#define PACKET_WINDOW_AT ((void *)(ROOT_HEAP_HIGH - 0x800000))

enum { PACKET_BUFFERS = (PACKET_WINDOW - PACKET_PAGE) / PACKET_BUFFER / 2, PACKET_STACK = 4096 };

/* What a packet's bytes are, for as long as it is the caller's. */
struct packet {
	unsigned char *data;  /* PACKET_BUFFER bytes, in the window */
	unsigned int length;
	unsigned long connection; /* the library's */
};

struct packet_link {
	unsigned char address[PACKET_ADDRESS]; /* the card's */
	unsigned long renewals;		       /* how often the driver was lost */
	/* The library's. */
	const char *name;
	char *window;
	L4_ThreadId_t driver;	  /* nilthread: lost */
	unsigned long connection; /* its number */
	unsigned long put[PACKET_DIRECTIONS], taken[PACKET_DIRECTIONS]; /* entries; done ones that were looked at */
	unsigned int free_count;
	unsigned int free[PACKET_BUFFERS]; /* offsets of buffers to send from */
	bool is_told;			   /* the driver has seen all that is to be sent */
	bool is_short;			   /* the caller wanted a buffer to send from, and there was none */
	L4_ThreadId_t owner, watcher;
	L4_ThreadId_t found; /* by the watcher: the next driver; nilthread: none yet */
	bool is_gone;	     /* the same: there will be none */
	char stack[PACKET_STACK] __attribute__((aligned(16)));
};

/*
 * Connects to the driver that is the program of this name, waiting for it. window: PACKET_WINDOW_AT, or another
 * address aligned to PACKET_WINDOW where memory comes on a touch. PACKET_BUSY: another program has the card, or this
 * one has opened it less than PACKET_PAUSE ago. PACKET_GONE: there is no such program, and will be none.
 * PACKET_FAILED: the card does not answer.
 */
enum packet_status packet_open(struct packet_link *link, const char *name, void *window);

/*
 * A buffer to write a packet into: packet->data, of PACKET_BUFFER bytes, for packet_send(). False: all are under
 * way; then there will be news when half of them are free.
 */
bool packet_allocate(struct packet_link *link, struct packet *packet);

/*
 * Sends packet->length bytes, PACKET_MIN to PACKET_MAX, from packet->data: a whole Ethernet frame without checksum.
 * The buffer is not the caller's any more. The driver learns of it by packet_flush(), packet_listen() or
 * packet_wait(). False: the length is none, or the link was renewed meanwhile.
 */
bool packet_send(struct packet_link *link, const struct packet *packet);

/* The driver is to see what was sent. Costs nothing when that is nothing. */
void packet_flush(struct packet_link *link);

/* The next packet that has arrived. False: there is none. Several may be the caller's at the same time. */
bool packet_receive(struct packet_link *link, struct packet *packet);

/*
 * Gives the buffer back. False: the driver has ended since the packet was received, so what was read from it may be
 * wrong and has to be dropped.
 */
bool packet_release(struct packet_link *link, const struct packet *packet);

/*
 * Flushes, and waits for a packet to receive (PACKET_OK, also at once), or for buffers to send from if
 * packet_allocate() had none; or for the driver's next instance (PACKET_RENEWED). timeout: L4_Never, L4_ZeroTime,
 * L4_TimePeriod(); PACKET_TIMEOUT. While there is no driver it waits until there is one. PACKET_GONE: there will be
 * none. Not behind packet_watch().
 */
enum packet_status packet_wait(struct packet_link *link, L4_Time_t timeout);

/*
 * News come to the calling thread as messages, from now on. False: there was no thread to be had.
 */
bool packet_watch(struct packet_link *link);

/* Whether a message that was received from this thread is one of them. */
bool packet_is_news(const struct packet_link *link, L4_ThreadId_t from);

/*
 * To be called behind such a message, before what has arrived is received. PACKET_OK; PACKET_RENEWED; PACKET_BUSY
 * or PACKET_FAILED: the driver's next instance is there, but its card cannot be had now, news will come;
 * PACKET_GONE: there will be none.
 */
enum packet_status packet_update(struct packet_link *link);

/* Flushes; there will be a message when there is anything new. To be called once behind each message. */
void packet_listen(struct packet_link *link);

#ifdef __cplusplus
}
#endif
#endif
