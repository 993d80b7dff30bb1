/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - TCP.
 *
 * The window that lwIP announces is no larger than a socket's ring, so what arrives always has room there; as the
 * client takes it, the window opens again. What the client sends lwIP copies, until the other side has it.
 *
 * A socket that is closed stays its program's until all that was sent is acknowledged, or the program needs it. After
 * that lwIP keeps a control block for a while, which goes when somebody needs one.
 */
#include "stream.h"

#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/tcp.h>
#include <service/root.h>

#include "hooks.h"
#include "request.h"

/* Whose control block goes when others need one: first those of connections that are closed, then of begun ones. */
enum { PRIORITY_CLOSED = TCP_PRIO_MIN, PRIORITY_BEGUN };
enum { CLOSING_MAX = 10000 /* milliseconds */ };

_Static_assert(TCP_WND <= RING_SIZE, "the window fits into the ring");

/* lwIP forgets the socket, whose control block will be closed or broken off next. */
static struct tcp_pcb *detach(struct socket *socket)
{
	struct tcp_pcb *pcb = socket->tcp;

	tcp_arg(pcb, NULL);
	if (socket->state != SOCKET_LISTENING) {
		tcp_recv(pcb, NULL);
		tcp_sent(pcb, NULL);
		tcp_err(pcb, NULL);
	}
	socket->tcp = NULL;
	return pcb;
}

static void break_off(struct socket *socket)
{
	tcp_abort(detach(socket));
	socket_free(socket);
}

struct socket *stream_make_socket(L4_ThreadId_t owner, enum net_kind kind)
{
	struct socket *socket = socket_new(owner, kind), *closing;

	if (socket)
		return socket;
	closing = socket_closing(root_program_number(owner));
	if (!closing)
		return NULL;
	break_off(closing);
	return socket_new(owner, kind);
}

/*
 * What lwIP says
 */

/* All that was sent is there: the rest is lwIP's business, as long as it has control blocks for everybody. */
static void close_if_done(struct socket *socket)
{
	struct tcp_pcb *pcb = socket->tcp;

	if (pcb->unsent || pcb->unacked)
		return;
	tcp_setprio(pcb, PRIORITY_CLOSED);
	tcp_close(detach(socket));
	socket_free(socket);
}

static err_t received(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
	struct socket *socket = argument;

	(void)error;
	if (!pbuf) {
		socket->has_ended = true;
	} else if (socket->state == SOCKET_CLOSING) {
		tcp_recved(pcb, pbuf->tot_len);
	} else {
		if (pbuf->tot_len > ring_room(&socket->ring))
			return ERR_MEM;
		for (struct pbuf *part = pbuf; part; part = part->next)
			ring_put(&socket->ring, part->payload, part->len);
	}
	if (pbuf)
		pbuf_free(pbuf);
	request_receiver_news(socket);
	return ERR_OK;
}

static err_t sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
	struct socket *socket = argument;

	(void)pcb;
	(void)size;
	if (socket->state == SOCKET_CLOSING)
		close_if_done(socket);
	else
		request_sender_news(socket, NET_OK);
	return ERR_OK;
}

/* There is no control block any more. */
static void failed(void *argument, err_t error)
{
	struct socket *socket = argument;

	socket->tcp = NULL;
	if (socket->state == SOCKET_CLOSING || socket->listener) {
		socket_free(socket);
		return;
	}
	socket->broken = socket->state != SOCKET_CONNECTING ? NET_RESET :
			 error == ERR_RST		    ? NET_REFUSED :
							      NET_UNREACHABLE;
	socket->state = SOCKET_BROKEN;
	request_receiver_news(socket);
	request_sender_news(socket, socket->broken);
}

static err_t connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
	struct socket *socket = argument;

	(void)pcb;
	(void)error;
	socket->state = SOCKET_CONNECTED;
	request_sender_news(socket, NET_OK);
	return ERR_OK;
}

static void attach(struct socket *socket, struct tcp_pcb *pcb)
{
	socket->tcp = pcb;
	tcp_arg(pcb, socket);
	tcp_recv(pcb, received);
	tcp_sent(pcb, sent);
	tcp_err(pcb, failed);
	tcp_nagle_disable(pcb); /* clients say when there is more */
	ip_set_option(pcb, SOF_REUSEADDR);
}

static err_t arrived(void *argument, struct tcp_pcb *pcb, err_t error)
{
	struct socket *listener = argument, *socket;

	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	socket = stream_make_socket(listener->owner, NET_TCP);
	if (!socket)
		return ERR_MEM; /* lwIP breaks it off */
	attach(socket, pcb);
	tcp_setprio(pcb, TCP_PRIO_NORMAL);
	socket->state = SOCKET_CONNECTED;
	socket->listener = listener;
	tcp_backlog_delayed(pcb);
	request_receiver_news(listener);
	return ERR_OK;
}

/*
 * When as many have begun a connection as a listener may have, and do not go on, the one that did so first gives way to
 * the next. Who begins many to keep others out would have to be faster than their answers.
 */
err_t stream_admit(struct tcp_pcb *pcb)
{
	const struct tcp_pcb_listen *listener = (struct tcp_pcb_listen *)pcb;
	struct tcp_pcb *first = NULL;

	if (pcb->state != LISTEN || listener->accepts_pending < listener->backlog)
		return ERR_OK;
	for (struct tcp_pcb *begun = tcp_active_pcbs; begun; begun = begun->next)
		if (begun->state == SYN_RCVD && begun->listener == listener)
			first = begun; /* the list has the last one in front */
	if (first)
		tcp_abandon(first, false);
	return ERR_OK;
}

/*
 * What clients want
 */

enum net_status stream_open(struct socket *socket)
{
	struct tcp_pcb *pcb = tcp_new();

	if (!pcb)
		return NET_EXHAUSTED;
	attach(socket, pcb);
	return NET_OK;
}

static bool has_listener(unsigned int port)
{
	for (struct tcp_pcb_listen *pcb = tcp_listen_pcbs.listen_pcbs; pcb; pcb = pcb->next)
		if (pcb->local_port == port)
			return true;
	return false;
}

enum net_status stream_listen(struct socket *socket, unsigned int *port)
{
	struct tcp_pcb *pcb;

	if (socket->state != SOCKET_OPEN)
		return NET_MALFORMED;
	/* lwIP would find out too late: a control block cannot be bound twice. */
	if (has_listener(*port) || tcp_bind(socket->tcp, IP4_ADDR_ANY, (u16_t)*port) != ERR_OK)
		return NET_IN_USE;
	tcp_setprio(socket->tcp, PRIORITY_BEGUN);
	pcb = tcp_listen_with_backlog(socket->tcp, WAITING_MAX);
	if (!pcb) {
		tcp_close(detach(socket));
		socket->state = SOCKET_BROKEN;
		socket->broken = NET_EXHAUSTED;
		return NET_EXHAUSTED;
	}
	socket->tcp = pcb;
	socket->state = SOCKET_LISTENING;
	tcp_accept(pcb, arrived);
	*port = pcb->local_port;
	return NET_OK;
}

enum net_status stream_connect(struct socket *socket, unsigned int address, unsigned int port)
{
	ip_addr_t to = IPADDR4_INIT(lwip_htonl(address));

	if (socket->state != SOCKET_OPEN || port == 0)
		return NET_MALFORMED;
	switch (tcp_connect(socket->tcp, &to, (u16_t)port, connected)) {
	case ERR_OK:
		socket->state = SOCKET_CONNECTING;
		return NET_WAITS;
	case ERR_MEM:
	case ERR_BUF:
		return NET_EXHAUSTED;
	default:
		return NET_UNREACHABLE;
	}
}

enum net_status stream_send(struct socket *socket, const void *data, unsigned int here, unsigned long later,
			    unsigned int *taken)
{
	struct tcp_pcb *pcb = socket->tcp;

	if (socket->state == SOCKET_BROKEN)
		return socket->broken;
	if (socket->state != SOCKET_CONNECTED)
		return NET_MALFORMED;
	*taken = here < tcp_sndbuf(pcb) ? here : tcp_sndbuf(pcb);
	if (tcp_write(pcb, data, (u16_t)*taken, TCP_WRITE_FLAG_COPY) != ERR_OK)
		*taken = 0;
	if (later == 0 || *taken < here || tcp_sndbuf(pcb) < SEND_SIZE / 2)
		tcp_output(pcb);
	if (*taken > 0 || here == 0)
		return NET_OK;
	/* What is on its way makes room. If nothing is, nothing would ever tell. */
	return pcb->unsent || pcb->unacked ? NET_WAITS : NET_EXHAUSTED;
}

void stream_taken(struct socket *socket, unsigned int size)
{
	ring_drop(&socket->ring, size);
	if (socket->tcp)
		tcp_recved(socket->tcp, (u16_t)size);
}

void stream_accepted(struct socket *socket)
{
	socket->listener = NULL;
	tcp_backlog_accepted(socket->tcp);
}

void stream_partner(const struct socket *socket, unsigned int *address, unsigned int *port)
{
	*address = lwip_ntohl(ip_2_ip4(&socket->tcp->remote_ip)->addr);
	*port = socket->tcp->remote_port;
}

void stream_close(struct socket *socket)
{
	struct socket *connection;

	switch (socket->state) {
	case SOCKET_LISTENING:
		while ((connection = socket_next_connection(socket)))
			break_off(connection);
		tcp_close(detach(socket));
		socket_free(socket);
		break;
	case SOCKET_CONNECTED:
		tcp_recved(socket->tcp, (u16_t)socket->ring.count);
		socket->state = SOCKET_CLOSING;
		socket->closed = sys_now();
		close_if_done(socket);
		break;
	case SOCKET_BROKEN:
		socket_free(socket);
		break;
	default:
		break_off(socket);
	}
}

void stream_flush(struct socket *socket)
{
	if (socket->state == SOCKET_CONNECTED || socket->state == SOCKET_CLOSING)
		tcp_output(socket->tcp);
}

void stream_age(struct socket *socket)
{
	if (socket->state == SOCKET_CLOSING && sys_now() - socket->closed > CLOSING_MAX)
		break_off(socket);
}
