/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.h - requests of clients, and answers to those that wait.
 */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <l4/message.h>
#include <l4/types.h>

#include "socket.h"

/* What an operation returns whose answer comes later: no status of the protocol. */
#define NET_WAITS ((enum net_status)0x100)

/* A message from a client, its tag as received. */
void request_serve(L4_ThreadId_t client, L4_MsgTag_t tag);

/* Something has come in: who waits for it is answered. */
void request_receiver_news(struct socket *socket);

/* It is connected, has room to send, or is neither any more, as the status says: who waits for that is answered. */
void request_sender_news(struct socket *socket, enum net_status status);

/* The interface has got an address. */
void request_address_news(void);

/* From time to time: sockets go whose threads are no more, or that take too long to close. */
void request_age(void);

/* The card has room again. */
void request_card_news(void);

#endif
