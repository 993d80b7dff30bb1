/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * datagram.c - UDP, and echo requests with the answers to them (RFC 792).
 *
 * What arrives is put into the socket's ring behind a head that says how long it is and from where; what does not fit
 * is lost, as datagrams may be. An echo request has the socket's number as its identifier, and counts.
 */
#include "datagram.h"

#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/icmp.h>
#include <lwip/raw.h>
#include <lwip/udp.h>

#include "card.h"
#include "request.h"

enum { ECHO_HEADER = sizeof(struct icmp_echo_hdr) };

static u16_t echo_identifier(const struct socket *socket)
{
	return lwip_htons((u16_t)(socket->handle % SOCKETS + 1));
}

/* The datagram begins so many bytes behind the begin of the pbuf. */
static void keep(struct socket *socket, const struct pbuf *pbuf, unsigned int from, const ip_addr_t *address,
		 unsigned int port)
{
	struct datagram datagram = {
		.size = pbuf->tot_len - from,
		.address = lwip_ntohl(ip_2_ip4(address)->addr),
		.port = port,
	};

	if (datagram.size > NET_DATAGRAM || sizeof(datagram) + datagram.size > ring_room(&socket->ring))
		return;
	ring_put(&socket->ring, &datagram, sizeof(datagram));
	for (; pbuf; pbuf = pbuf->next) {
		unsigned int skip = from < pbuf->len ? from : pbuf->len;

		ring_put(&socket->ring, (const char *)pbuf->payload + skip, pbuf->len - skip);
		from -= skip;
	}
	request_receiver_news(socket);
}

static void udp_arrived(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf, const ip_addr_t *address, u16_t port)
{
	(void)pcb;
	keep(argument, pbuf, 0, address, port);
	pbuf_free(pbuf);
}

/* Every ICMP packet comes here; it is this socket's, or others have to see it: 0. */
static u8_t icmp_arrived(void *argument, struct raw_pcb *pcb, struct pbuf *pbuf, const ip_addr_t *address)
{
	struct socket *socket = argument;
	unsigned int from = ip_current_header_tot_len();
	struct icmp_echo_hdr header;

	(void)pcb;
	if (pbuf_copy_partial(pbuf, &header, ECHO_HEADER, (u16_t)from) != ECHO_HEADER || header.type != ICMP_ER ||
	    header.id != echo_identifier(socket))
		return 0;
	keep(socket, pbuf, from + ECHO_HEADER, address, 0);
	pbuf_free(pbuf);
	return 1;
}

enum net_status datagram_open(struct socket *socket)
{
	if (socket->kind == NET_PING) {
		socket->raw = raw_new(IP_PROTO_ICMP);
		if (socket->raw)
			raw_recv(socket->raw, icmp_arrived, socket);
		return socket->raw ? NET_OK : NET_EXHAUSTED;
	}
	socket->udp = udp_new();
	if (socket->udp)
		udp_recv(socket->udp, udp_arrived, socket);
	return socket->udp ? NET_OK : NET_EXHAUSTED;
}

enum net_status datagram_listen(struct socket *socket, unsigned int *port)
{
	if (socket->kind == NET_PING)
		return NET_MALFORMED;
	if (udp_bind(socket->udp, IP4_ADDR_ANY, (u16_t)*port) != ERR_OK)
		return NET_IN_USE;
	*port = socket->udp->local_port;
	return NET_OK;
}

enum net_status datagram_connect(struct socket *socket, unsigned int address, unsigned int port)
{
	ip_addr_t to = IPADDR4_INIT(lwip_htonl(address));
	err_t error = socket->kind == NET_PING ? raw_connect(socket->raw, &to) :
						 udp_connect(socket->udp, &to, (u16_t)port);

	return error == ERR_OK ? NET_OK : error == ERR_USE ? NET_EXHAUSTED : NET_UNREACHABLE;
}

/*
 * Sending
 */

static void forget_parts(struct socket *socket)
{
	if (socket->parts)
		pbuf_free(socket->parts);
	socket->parts = NULL;
}

static bool begin(struct socket *socket, unsigned int size)
{
	pbuf_layer layer = socket->kind == NET_PING ? PBUF_IP : PBUF_TRANSPORT;
	unsigned int header = socket->kind == NET_PING ? ECHO_HEADER : 0;

	forget_parts(socket);
	socket->parts = pbuf_alloc(layer, (u16_t)(header + size), PBUF_RAM);
	socket->parts_size = header;
	return socket->parts;
}

static err_t send_echo(struct socket *socket, const ip_addr_t *to)
{
	struct icmp_echo_hdr *header = socket->parts->payload;

	*header = (struct icmp_echo_hdr){
		.type = ICMP_ECHO,
		.id = echo_identifier(socket),
		.seqno = lwip_htons(++socket->sequence),
	};
	header->chksum = inet_chksum_pbuf(socket->parts);
	return to ? raw_sendto(socket->raw, socket->parts, to) : raw_send(socket->raw, socket->parts);
}

static err_t send_udp(struct socket *socket, const ip_addr_t *to, unsigned int port)
{
	return to ? udp_sendto(socket->udp, socket->parts, to, (u16_t)port) : udp_send(socket->udp, socket->parts);
}

enum net_status datagram_send(struct socket *socket, unsigned int address, unsigned int port, const void *data,
			      unsigned int here, unsigned long later)
{
	ip_addr_t to = IPADDR4_INIT(lwip_htonl(address));
	const ip_addr_t *given = address ? &to : NULL;
	err_t error;

	if (later > NET_DATAGRAM || here + later > NET_DATAGRAM)
		return NET_MALFORMED;
	if (!socket->parts || socket->parts_size + here + later != socket->parts->tot_len) {
		if (!card_has_room())
			return NET_WAITS;
		if (!begin(socket, here + (unsigned int)later))
			return NET_EXHAUSTED;
	}
	pbuf_take_at(socket->parts, data, (u16_t)here, (u16_t)socket->parts_size);
	socket->parts_size += here;
	if (later > 0)
		return NET_OK;
	error = socket->kind == NET_PING ? send_echo(socket, given) : send_udp(socket, given, port);
	forget_parts(socket);
	switch (error) {
	case ERR_OK:
		return NET_OK;
	case ERR_MEM:
		return NET_EXHAUSTED;
	default:
		return NET_UNREACHABLE;
	}
}

void datagram_close(struct socket *socket)
{
	forget_parts(socket);
	if (socket->kind == NET_PING)
		raw_remove(socket->raw);
	else
		udp_remove(socket->udp);
	socket_free(socket);
}
