/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * card.c - the network card, between lib/packet and lwIP.
 *
 * What arrives is copied before lwIP sees it, because the buffers are the driver's: when it ends, they are gone, and
 * what TCP has acknowledged could not be had again. What is sent is copied once, into the buffer that the card reads.
 *
 * Clients' datagrams leave RESERVE buffers to everybody else, so a client that sends as fast as it can waits, and
 * connections and answers of lwIP's own do not.
 */
#include "card.h"

#include <stdio.h>
#include <string.h>

#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <netif/ethernet.h>
#include <packet/client.h>

#include "request.h"

enum { RESERVE = 16, ROUND = 64 /* packets, until others have their turn */ };

static struct packet_link card;
static struct netif netif;
static bool is_there, is_to_listen;
static struct packet reserve[RESERVE];
static unsigned int reserve_count;

static bool allocate(struct packet *packet)
{
	if (packet_allocate(&card, packet))
		return true;
	if (reserve_count == 0)
		return false;
	*packet = reserve[--reserve_count];
	return true;
}

static err_t output(struct netif *unused, struct pbuf *pbuf)
{
	struct packet packet;

	(void)unused;
	if (pbuf->tot_len > PACKET_MAX)
		return ERR_BUF;
	if (!allocate(&packet))
		return ERR_MEM;
	packet.length = pbuf_copy_partial(pbuf, packet.data, pbuf->tot_len, 0);
	packet_send(&card, &packet);
	return ERR_OK;
}

static err_t begin(struct netif *made)
{
	made->name[0] = 'e';
	made->name[1] = 'n';
	made->mtu = PACKET_MAX - SIZEOF_ETH_HDR;
	made->hwaddr_len = PACKET_ADDRESS;
	memcpy(made->hwaddr, card.address, PACKET_ADDRESS);
	made->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	made->output = etharp_output;
	made->linkoutput = output;
	return ERR_OK;
}

struct netif *card_begin(const char *driver)
{
	if (packet_open(&card, driver, PACKET_WINDOW_AT) != PACKET_OK || !packet_watch(&card))
		return NULL;
	netif_add_noaddr(&netif, NULL, begin, ethernet_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
	is_there = true;
	return &netif;
}

const struct netif *card_interface(void)
{
	return &netif;
}

bool card_is_news(L4_ThreadId_t from)
{
	return is_there && packet_is_news(&card, from);
}

void card_news(void)
{
	enum packet_status status = packet_update(&card);

	is_to_listen = true;
	if (status == PACKET_GONE)
		printf("net: there is no driver any more\n");
	if (status == PACKET_RENEWED)
		reserve_count = 0;
	if (status == PACKET_RENEWED || status == PACKET_OK)
		request_card_news();
}

static void input(struct packet *packet)
{
	struct pbuf *pbuf = pbuf_alloc(PBUF_RAW, (u16_t)packet->length, PBUF_POOL);

	if (pbuf)
		pbuf_take(pbuf, packet->data, (u16_t)packet->length);
	/* The card that has gone has left zeros. */
	if (packet_release(&card, packet) && pbuf)
		netif.input(pbuf, &netif);
	else if (pbuf)
		pbuf_free(pbuf);
}

bool card_poll(void)
{
	struct packet packet;
	unsigned int count = 0;

	if (!is_there)
		return false;
	while (count < ROUND && packet_receive(&card, &packet)) {
		input(&packet);
		count++;
	}
	if (count == ROUND) {
		packet_flush(&card);
		return true;
	}
	if (is_to_listen)
		packet_listen(&card);
	else
		packet_flush(&card);
	is_to_listen = false;
	return false;
}

bool card_has_room(void)
{
	if (!is_there)
		return true;
	while (reserve_count < RESERVE && packet_allocate(&card, &reserve[reserve_count]))
		reserve_count++;
	return reserve_count == RESERVE;
}
