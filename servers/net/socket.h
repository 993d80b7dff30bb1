/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - the table of sockets: whose they are, and who waits for what at them.
 *
 * A program has PROGRAM_SOCKETS_MAX at most, those included that it has closed and whose bytes are still on their way.
 * Each is the thread's that has opened or accepted it, and is taken away when that one is no more.
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <stdbool.h>

#include <l4/types.h>
#include <net/protocol.h>

#include "ring.h"

struct pbuf;
struct raw_pcb;
struct tcp_pcb;
struct udp_pcb;

enum socket_state {
	SOCKET_FREE,
	SOCKET_OPEN,	   /* datagrams may be sent and received; TCP: neither listening nor connected */
	SOCKET_LISTENING,  /* TCP, up to the end */
	SOCKET_CONNECTING,
	SOCKET_CONNECTED,
	SOCKET_BROKEN,	   /* `broken` says why; there is no control block any more */
	SOCKET_CLOSING,	   /* its program has closed it; bytes are on their way */
};

struct socket {
	enum socket_state state;
	enum net_kind kind;
	unsigned long handle;
	L4_ThreadId_t owner;
	L4_ThreadId_t receiver; /* who waits for bytes, a datagram or a connection; nilthread: nobody */
	L4_ThreadId_t sender;	/* who waits until it is connected or there is room to send; nilthread: nobody */
	unsigned long receiver_room; /* bytes that the receiver has room for */
	union { /* lwIP's control block, which has the socket as its argument */
		struct tcp_pcb *tcp;
		struct udp_pcb *udp;
		struct raw_pcb *raw;
	};
	/* TCP */
	struct socket *listener; /* this one has taken the connection, and nobody has accepted it yet */
	enum net_status broken;
	bool has_ended; /* the other side sends no more */
	unsigned int closed; /* when, in milliseconds */
	/* Datagrams. In the ring each has a struct datagram before it. */
	unsigned int received;	 /* bytes of the oldest one that the client has */
	struct pbuf *parts;	 /* one to be sent, whose parts are not all there; null: none */
	unsigned int parts_size; /* bytes of it that are there */
	unsigned int address, port; /* to whom */
	unsigned short sequence; /* of the last echo request */

	struct ring ring;
};

struct datagram {
	unsigned int size, address, port;
};

/* The program's own socket of this handle; null: it has none. */
struct socket *socket_find(unsigned long program, unsigned long handle);

/* A socket, state SOCKET_OPEN, nothing else. Null: the program, or all together, have as many as they may have. */
struct socket *socket_new(L4_ThreadId_t owner, enum net_kind kind);

/* It is nobody's any more. lwIP must not have it as an argument. */
void socket_free(struct socket *socket);

/* The oldest connection of a listener that has not been accepted; null: there is none. */
struct socket *socket_next_connection(const struct socket *listener);

/* The program's socket that has been closing for longest; null: none is. */
struct socket *socket_closing(unsigned long program);

/* Calls the function for each socket that is not free. */
void sockets_each(void (*function)(struct socket *socket));

/* The thread waits for nothing any more, at no socket. */
void sockets_forget_call(L4_ThreadId_t thread);

#endif
