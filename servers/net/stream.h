/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.h - TCP: what sockets of that kind can do, between request.c and lwIP.
 *
 * A status is the answer; NET_WAITS: there will be one. What comes from the network ends in request_receiver_news()
 * and request_sender_news().
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "socket.h"

enum net_status stream_open(struct socket *socket);

/* Takes connections. *port 0: any, which is in *port then. */
enum net_status stream_listen(struct socket *socket, unsigned int *port);

enum net_status stream_connect(struct socket *socket, unsigned int address, unsigned int port);

/* *taken: how many bytes of `here` are taken; `later` bytes will come with the next calls, so there is no hurry. */
enum net_status stream_send(struct socket *socket, const void *data, unsigned int here, unsigned long later,
			    unsigned int *taken);

/* The client has taken so many bytes out of the ring. */
void stream_taken(struct socket *socket, unsigned int size);

/* A connection has been accepted. */
void stream_accepted(struct socket *socket);
void stream_partner(const struct socket *socket, unsigned int *address, unsigned int *port);

/* The client has closed it, or is no more. */
void stream_close(struct socket *socket);

/* As socket_new(); a socket of the same program that is being closed may have to give way. */
struct socket *stream_make_socket(L4_ThreadId_t owner, enum net_kind kind);

/* The card has room again. */
void stream_flush(struct socket *socket);

/* From time to time: what is being closed and takes too long is broken off. */
void stream_age(struct socket *socket);

#endif
