/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * datagram.h - UDP, and echo requests with the answers to them; as stream.h.
 */
#ifndef NET_DATAGRAM_H
#define NET_DATAGRAM_H

#include "socket.h"

enum net_status datagram_open(struct socket *socket);

/* UDP: has a port of its own. *port 0: any, which is in *port then. */
enum net_status datagram_listen(struct socket *socket, unsigned int *port);

enum net_status datagram_connect(struct socket *socket, unsigned int address, unsigned int port);

/*
 * Bytes of a datagram, of which `later` more will come with the next calls; with the last ones it is sent. Address 0:
 * to whom the socket is connected.
 */
enum net_status datagram_send(struct socket *socket, unsigned int address, unsigned int port, const void *data,
			      unsigned int here, unsigned long later);

void datagram_close(struct socket *socket);

#endif
