/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net/net.h - the network, for a program that the root task has started; servers/net is the other side.
 *
 *	struct net_socket socket;
 *	unsigned int address;
 *	char text[100];
 *	unsigned long size;
 *
 *	if (net_lookup("net", "example.org", &address) == NET_OK && net_open(&socket, "net", NET_TCP) == NET_OK &&
 *	    net_connect(&socket, address, 80) == NET_OK && net_send(&socket, "GET / HTTP/1.0\r\n\r\n", 18) == NET_OK)
 *		while (net_receive(&socket, text, sizeof(text), &size) == NET_OK && size > 0)
 *			...
 *	net_close(&socket);
 *
 * When the server ends, its sockets are gone: every call with one of them is then answered NET_GONE, at once, and so is
 * the one that waits. A program that goes on opens a new socket, which waits for the next server. All functions use
 * message registers. A call that has been given up, by a timeout or by ExchangeRegisters, has lost nothing.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>

#include <l4/types.h>
#include <net/protocol.h>

#ifdef __cplusplus
extern "C" {
#endif

struct net_socket {
	L4_ThreadId_t server; /* the one that has the socket */
	unsigned long handle;
	L4_Time_t patience; /* how long a call waits until it is NET_TIMEOUT; L4_Never at first */
};

struct net_state {
	unsigned int address, mask, gateway, name_server; /* 0: none */
	unsigned char card[6];				  /* the card's (MAC) address */
};

/*
 * `server` is the name of the server's program. It is waited for; NET_GONE: it has ended for good.
 */

/* How the interface is set up. wait: until it has an address. */
enum net_status net_state(const char *server, bool wait, struct net_state *state);

/* The address of a name, or the one that its text is: 10.0.2.2. */
enum net_status net_lookup(const char *server, const char *name, unsigned int *address);

enum net_status net_open(struct net_socket *socket, const char *server, enum net_kind kind);

/* Both directions at once. What was sent gets there still, if it can. */
enum net_status net_close(struct net_socket *socket);

/*
 * Has a port: a TCP socket then takes connections, a UDP socket gets datagrams from anybody. *port 0: any, which is in
 * *port then.
 */
enum net_status net_listen(struct net_socket *socket, unsigned int *port);

/* Waits for the next connection, which is a socket of its own. address, port: whose it is; may be null. */
enum net_status net_accept(struct net_socket *listener, struct net_socket *socket, unsigned int *address,
			   unsigned int *port);

/*
 * TCP: waits until there is a connection. Of another kind: net_send() sends there, and datagrams from elsewhere are
 * not received. Of NET_PING the port does not matter.
 */
enum net_status net_connect(struct net_socket *socket, unsigned int address, unsigned int port);

/* All of it. TCP: waits until it is in the server's hands. Else one datagram, of at most NET_DATAGRAM bytes. */
enum net_status net_send(struct net_socket *socket, const void *data, unsigned long size);
enum net_status net_send_to(struct net_socket *socket, unsigned int address, unsigned int port, const void *data,
			    unsigned long size);

/*
 * Waits. TCP: what there is, 1 to `size` bytes; *got 0: the other side will send no more. Else one datagram, *got being
 * its bytes, of which there are at most `size` in data. address, port: from where; may be null.
 */
enum net_status net_receive(struct net_socket *socket, void *data, unsigned long size, unsigned long *got);
enum net_status net_receive_from(struct net_socket *socket, void *data, unsigned long size, unsigned long *got,
				 unsigned int *address, unsigned int *port);

/* A status as a few words. */
const char *net_status_text(enum net_status status);

#ifdef __cplusplus
}
#endif
#endif
