/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net/protocol.h - what the network server (servers/net) and its clients say to each other.
 *
 * All is words: each request is an L4_Call, and what is to be sent or was received is in the message itself, NET_PART
 * bytes at most. So nothing is mapped or shared, no page of anybody's can be missing, and clients that the root task
 * confines, who cannot send anything else, have the network, too.
 *
 * A socket has a handle, a word that means something to its program only. It belongs to the thread that has opened or
 * accepted it, and is closed when that thread is no more; all threads of the program may use it. At most one thread
 * waits for what comes in at a socket, and one for what goes out: another one's call ends the first one's.
 *
 * Addresses are numbers: 10.0.2.15 is 0x0a00020f, NET_ADDRESS(10, 0, 2, 15).
 */
#ifndef NET_PROTOCOL_H
#define NET_PROTOCOL_H

#define NET_ADDRESS(a, b, c, d) ((unsigned int)(a) << 24 | (b) << 16 | (c) << 8 | (d))

enum {
	NET_PART = 59 * 8,	 /* bytes in one message: behind MR4 to the last, MR63 */
	NET_DATAGRAM = 1472,	 /* bytes of one datagram, which are several parts */
	NET_NAME = 256,		 /* bytes of a name with its final zero */
};

/*
 * Labels of requests. The answer's label is an enum net_status. README.md has a table of the words.
 */
enum net_label {
	NET_STATE = 0x461,
	NET_LOOKUP,
	NET_OPEN,
	NET_CLOSE,
	NET_LISTEN,
	NET_ACCEPT,
	NET_CONNECT,
	NET_SEND,
	NET_RECEIVE,
};

enum net_kind {
	NET_TCP,
	NET_UDP,
	NET_PING, /* datagrams are echo requests, and the answers to them */
};

enum net_status {
	NET_OK = 0,
	NET_MALFORMED = 1,   /* no such request; not with these words, or a socket of this kind or state */
	NET_NO_SOCKET = 2,   /* the handle is none of this program's, or not any longer */
	NET_EXHAUSTED = 3,   /* this program has all the sockets that it may have, or there is no memory left: later */
	NET_IN_USE = 4,	     /* another socket has that port */
	NET_NOT_FOUND = 5,   /* no such name */
	NET_UNREACHABLE = 6, /* no way there, no address of our own, or no answer */
	NET_REFUSED = 7,     /* nobody listens there */
	NET_RESET = 8,	     /* the connection has been broken off */
	NET_REPLACED = 9,    /* another thread has called since */
	NET_BUSY = 10,	     /* a name is being looked up for this program already */
	/* These are made by the client library. */
	NET_GONE = 11,	     /* that server has ended, and its sockets with it */
	NET_TIMEOUT = 12,
};

/* A count of bytes in the message, and how many bytes of the same datagram are in later ones. */
#define NET_COUNT(here, later) ((unsigned long)(here) | (unsigned long)(later) << 32)
#define NET_HERE(count)	       ((count) & 0xffffffff)
#define NET_LATER(count)       ((count) >> 32)

#endif
