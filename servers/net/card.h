/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * card.h - the network card, between lib/packet and lwIP.
 */
#ifndef NET_CARD_H
#define NET_CARD_H

#include <stdbool.h>

#include <l4/types.h>

struct netif;

/* lwIP's interface of the card that is driven by the program of this name, which is waited for. Null: there is none. */
struct netif *card_begin(const char *driver);

/* The same interface; it has no address before that. */
const struct netif *card_interface(void);

/* Whether a message from this thread is about the card, and what is to be done then. */
bool card_is_news(L4_ThreadId_t from);
void card_news(void);

/* What has arrived goes to lwIP. False: there is more of it. To be called each time before messages are waited for. */
bool card_poll(void);

/* Whether clients may send datagrams: the last buffers are for TCP and what lwIP itself has to say. */
bool card_has_room(void);

#endif
