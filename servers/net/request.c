/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - requests of clients, and answers to those that wait.
 *
 * No answer is waited for: L4_Reply has the timeout zero, and what a client did not take is still there for its next
 * call. A thread waits for one thing at a time, so whatever it calls ends its call before. What has come in is told
 * apart from the state of the socket, so that a call and the event may come in any order.
 */
#include "request.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/thread.h>
#include <lwip/dns.h>
#include <lwip/netif.h>
#include <service/root.h>

#include "card.h"
#include "datagram.h"
#include "stream.h"

enum { WORD = sizeof(L4_Word_t), SEND_WORDS = 4, RECEIVED_WORDS = 3 };

/* Of each program: who waits for an address, and who for the address of a name. */
static L4_ThreadId_t address_waiter[PROGRAMS + 1], name_waiter[PROGRAMS + 1];
static bool name_busy[PROGRAMS + 1];

/*
 * Answers. False: the client does not wait.
 */

static bool reply(L4_ThreadId_t client, enum net_status status, L4_Msg_t *msg)
{
	L4_Set_MsgLabel(msg, status);
	L4_MsgLoad(msg);
	return L4_IpcSucceeded(L4_Reply(client));
}

static bool answer(L4_ThreadId_t client, enum net_status status, unsigned int count, unsigned long first,
		   unsigned long second, unsigned long third)
{
	const unsigned long words[] = { first, second, third };
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	for (unsigned int i = 0; i < count; i++)
		L4_MsgAppendWord(&msg, words[i]);
	return reply(client, status, &msg);
}

static L4_ThreadId_t take(L4_ThreadId_t *waiter)
{
	L4_ThreadId_t thread = *waiter;

	*waiter = L4_nilthread;
	return thread;
}

/* Another thread's call comes in this one's place. */
static void replace(L4_ThreadId_t *waiter, L4_ThreadId_t client)
{
	L4_ThreadId_t before = take(waiter);

	if (!L4_IsNilThread(before))
		answer(before, NET_REPLACED, 0, 0, 0, 0);
	*waiter = client;
}

/* Bytes of the ring as a message. */
static bool answer_bytes(L4_ThreadId_t client, struct socket *socket, unsigned int from, unsigned int here,
			 unsigned int later, unsigned int address, unsigned int port)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, NET_COUNT(here, later));
	L4_MsgAppendWord(&msg, address);
	L4_MsgAppendWord(&msg, port);
	for (unsigned int i = 0; i < here; i += WORD)
		L4_MsgAppendWord(&msg, 0);
	ring_peek(&socket->ring, from, &msg.msg[1 + RECEIVED_WORDS], here);
	return reply(client, NET_OK, &msg);
}

/*
 * What comes in at a socket. Nothing of it is the client's before the answer has been taken.
 */

static void give_connection(struct socket *listener, struct socket *connection)
{
	L4_ThreadId_t client = take(&listener->receiver);
	unsigned int address, port;

	stream_partner(connection, &address, &port);
	if (!answer(client, NET_OK, 3, connection->handle, address, port))
		return;
	connection->owner = client;
	stream_accepted(connection);
}

static void give_bytes(struct socket *socket)
{
	unsigned int size = socket->ring.count;

	if (size > socket->receiver_room)
		size = (unsigned int)socket->receiver_room;
	if (size > NET_PART)
		size = NET_PART;
	if (answer_bytes(take(&socket->receiver), socket, 0, size, 0, 0, 0))
		stream_taken(socket, size);
}

static void give_datagram(struct socket *socket)
{
	struct datagram datagram;
	unsigned int here;

	ring_peek(&socket->ring, 0, &datagram, sizeof(datagram));
	here = datagram.size - socket->received;
	if (here > NET_PART)
		here = NET_PART;
	if (!answer_bytes(take(&socket->receiver), socket, sizeof(datagram) + socket->received, here,
			  datagram.size - socket->received - here, datagram.address, datagram.port))
		return;
	socket->received += here;
	if (socket->received < datagram.size)
		return;
	ring_drop(&socket->ring, sizeof(datagram) + datagram.size);
	socket->received = 0;
}

void request_receiver_news(struct socket *socket)
{
	struct socket *connection;

	if (L4_IsNilThread(socket->receiver))
		return;
	if (socket->state == SOCKET_LISTENING) {
		connection = socket_next_connection(socket);
		if (connection)
			give_connection(socket, connection);
	} else if (socket->kind != NET_TCP) {
		if (socket->ring.count > 0)
			give_datagram(socket);
	} else if (socket->ring.count > 0) {
		give_bytes(socket);
	} else if (socket->state == SOCKET_BROKEN && !socket->has_ended) {
		answer(take(&socket->receiver), socket->broken, 0, 0, 0, 0);
	} else if (socket->has_ended) {
		answer(take(&socket->receiver), NET_OK, RECEIVED_WORDS, 0, 0, 0);
	}
}

void request_sender_news(struct socket *socket, enum net_status status)
{
	if (!L4_IsNilThread(socket->sender))
		answer(take(&socket->sender), status, 1, 0, 0, 0);
}

static void close_socket(struct socket *socket)
{
	replace(&socket->receiver, L4_nilthread);
	replace(&socket->sender, L4_nilthread);
	if (socket->kind == NET_TCP)
		stream_close(socket);
	else
		datagram_close(socket);
}

/*
 * What comes with time
 */

static void age(struct socket *socket)
{
	if (socket->state == SOCKET_CLOSING)
		stream_age(socket);
	else if (!root_thread_exists(socket->owner))
		close_socket(socket);
}

void request_age(void)
{
	sockets_each(age);
}

static void flush(struct socket *socket)
{
	if (socket->kind == NET_TCP)
		stream_flush(socket);
	else
		request_sender_news(socket, NET_OK);
}

void request_card_news(void)
{
	sockets_each(flush);
}

/*
 * The interface, and names
 */

static void answer_state(L4_ThreadId_t client)
{
	const struct netif *netif = card_interface();
	unsigned long card = 0;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, lwip_ntohl(netif_ip4_addr(netif)->addr));
	L4_MsgAppendWord(&msg, lwip_ntohl(netif_ip4_netmask(netif)->addr));
	L4_MsgAppendWord(&msg, lwip_ntohl(netif_ip4_gw(netif)->addr));
	L4_MsgAppendWord(&msg, lwip_ntohl(ip_2_ip4(dns_getserver(0))->addr));
	memcpy(&card, netif->hwaddr, netif->hwaddr_len);
	L4_MsgAppendWord(&msg, card);
	reply(client, NET_OK, &msg);
}

void request_address_news(void)
{
	for (unsigned int program = 0; program <= PROGRAMS; program++)
		if (!L4_IsNilThread(address_waiter[program]))
			answer_state(take(&address_waiter[program]));
}

static void serve_state(L4_ThreadId_t client, unsigned long program, unsigned long wait)
{
	if (wait && ip4_addr_isany(netif_ip4_addr(card_interface())))
		replace(&address_waiter[program], client);
	else
		answer_state(client);
}

static void name_found(const char *name, const ip_addr_t *address, void *argument)
{
	unsigned long program = (unsigned long)argument;
	L4_ThreadId_t client = take(&name_waiter[program]);

	(void)name;
	name_busy[program] = false;
	if (L4_IsNilThread(client))
		return;
	if (address)
		answer(client, NET_OK, 1, lwip_ntohl(ip_2_ip4(address)->addr), 0, 0);
	else
		answer(client, NET_NOT_FOUND, 0, 0, 0, 0);
}

static void serve_lookup(L4_ThreadId_t client, unsigned long program, L4_Msg_t *msg, unsigned int words)
{
	unsigned long length = L4_MsgWord(msg, 0);
	char name[NET_NAME];
	ip_addr_t address;

	if (length >= NET_NAME || words != 1 + (length + WORD - 1) / WORD) {
		answer(client, NET_MALFORMED, 0, 0, 0, 0);
		return;
	}
	memcpy(name, &msg->msg[2], length);
	name[length] = 0;
	if (name_busy[program]) {
		answer(client, NET_BUSY, 0, 0, 0, 0);
		return;
	}
	switch (dns_gethostbyname(name, &address, name_found, (void *)program)) {
	case ERR_OK:
		answer(client, NET_OK, 1, lwip_ntohl(ip_2_ip4(&address)->addr), 0, 0);
		break;
	case ERR_INPROGRESS:
		name_busy[program] = true;
		name_waiter[program] = client;
		break;
	case ERR_MEM:
		answer(client, NET_EXHAUSTED, 0, 0, 0, 0);
		break;
	case ERR_VAL:
		answer(client, NET_UNREACHABLE, 0, 0, 0, 0); /* nobody to ask */
		break;
	default:
		answer(client, NET_NOT_FOUND, 0, 0, 0, 0);
	}
}

/*
 * Sockets
 */

static enum net_status open_socket(L4_ThreadId_t client, unsigned long kind, struct socket **socket)
{
	enum net_status status;

	if (kind > NET_PING)
		return NET_MALFORMED;
	*socket = socket_new(client, (enum net_kind)kind);
	if (!*socket) {
		request_age();
		*socket = stream_make_socket(client, (enum net_kind)kind);
	}
	if (!*socket)
		return NET_EXHAUSTED;
	status = kind == NET_TCP ? stream_open(*socket) : datagram_open(*socket);
	if (status != NET_OK)
		socket_free(*socket);
	return status;
}

static void serve_open(L4_ThreadId_t client, unsigned long kind)
{
	struct socket *socket;
	enum net_status status = open_socket(client, kind, &socket);

	answer(client, status, status == NET_OK, status == NET_OK ? socket->handle : 0, 0, 0);
}

static enum net_status listen_at(struct socket *socket, unsigned int *port)
{
	return socket->kind == NET_TCP ? stream_listen(socket, port) : datagram_listen(socket, port);
}

static void serve_listen(L4_ThreadId_t client, struct socket *socket, unsigned long wanted)
{
	unsigned int port = (unsigned int)wanted;
	enum net_status status = wanted > 0xffff ? NET_MALFORMED : listen_at(socket, &port);

	if (status == NET_IN_USE) {
		request_age(); /* by somebody who is no more? */
		status = listen_at(socket, &port);
	}
	answer(client, status, 1, port, 0, 0);
}

static void serve_connect(L4_ThreadId_t client, struct socket *socket, unsigned long address, unsigned long port)
{
	enum net_status status = NET_MALFORMED;

	if (address <= 0xffffffff && port <= 0xffff)
		status = socket->kind == NET_TCP ? stream_connect(socket, (unsigned int)address, (unsigned int)port) :
						   datagram_connect(socket, (unsigned int)address, (unsigned int)port);
	if (status == NET_WAITS)
		socket->sender = client;
	else
		answer(client, status, 0, 0, 0, 0);
}

static void serve_send(L4_ThreadId_t client, struct socket *socket, L4_Msg_t *msg, unsigned int words)
{
	unsigned long address = L4_MsgWord(msg, 1), port = L4_MsgWord(msg, 2), count = L4_MsgWord(msg, 3);
	unsigned int here = (unsigned int)NET_HERE(count), taken = here;
	const void *data = &msg->msg[1 + SEND_WORDS];
	enum net_status status = NET_MALFORMED;

	if (here > NET_PART || words != SEND_WORDS + (here + WORD - 1) / WORD || address > 0xffffffff || port > 0xffff)
		;
	else if (socket->kind == NET_TCP)
		status = stream_send(socket, data, here, NET_LATER(count), &taken);
	else
		status = datagram_send(socket, (unsigned int)address, (unsigned int)port, data, here, NET_LATER(count));
	if (status == NET_WAITS)
		replace(&socket->sender, client);
	else
		answer(client, status, 1, taken, 0, 0);
}

static void serve_receive(L4_ThreadId_t client, struct socket *socket, unsigned long room)
{
	bool is_connection = socket->state == SOCKET_CONNECTED || socket->state == SOCKET_BROKEN;

	if (socket->kind == NET_TCP && (!is_connection || room == 0)) {
		answer(client, NET_MALFORMED, 0, 0, 0, 0);
		return;
	}
	replace(&socket->receiver, client);
	socket->receiver_room = room;
	request_receiver_news(socket);
}

static void serve_accept(L4_ThreadId_t client, struct socket *socket)
{
	if (socket->state != SOCKET_LISTENING) {
		answer(client, NET_MALFORMED, 0, 0, 0, 0);
		return;
	}
	replace(&socket->receiver, client);
	request_receiver_news(socket);
}

static void serve_close(L4_ThreadId_t client, struct socket *socket)
{
	close_socket(socket);
	answer(client, NET_OK, 0, 0, 0, 0);
}

/* The words of a request; of those with a name or bytes the least. */
static unsigned int words_wanted(unsigned long label)
{
	switch (label) {
	case NET_STATE:
	case NET_LOOKUP:
	case NET_OPEN:
	case NET_CLOSE:
	case NET_ACCEPT:
		return 1;
	case NET_LISTEN:
	case NET_RECEIVE:
		return 2;
	case NET_CONNECT:
		return 3;
	case NET_SEND:
		return SEND_WORDS;
	default:
		return ~0U;
	}
}

static void serve_socket(L4_ThreadId_t client, struct socket *socket, unsigned long label, L4_Msg_t *msg,
			 unsigned int words)
{
	switch (label) {
	case NET_CLOSE:
		serve_close(client, socket);
		break;
	case NET_LISTEN:
		serve_listen(client, socket, L4_MsgWord(msg, 1));
		break;
	case NET_ACCEPT:
		serve_accept(client, socket);
		break;
	case NET_CONNECT:
		serve_connect(client, socket, L4_MsgWord(msg, 1), L4_MsgWord(msg, 2));
		break;
	case NET_SEND:
		serve_send(client, socket, msg, words);
		break;
	default:
		serve_receive(client, socket, L4_MsgWord(msg, 1));
	}
}

/* Whatever this thread has called before, it does not wait for any more. */
static void forget_call(L4_ThreadId_t client, unsigned long program)
{
	sockets_forget_call(client);
	if (L4_IsThreadEqual(address_waiter[program], client))
		address_waiter[program] = L4_nilthread;
	if (L4_IsThreadEqual(name_waiter[program], client))
		name_waiter[program] = L4_nilthread;
}

void request_serve(L4_ThreadId_t client, L4_MsgTag_t tag)
{
	unsigned long program = root_program_number(client), label = L4_Label(tag);
	unsigned int words = L4_UntypedWords(tag), wanted = words_wanted(label);
	bool is_longer = label == NET_LOOKUP || label == NET_SEND;
	struct socket *socket;
	L4_Msg_t msg;

	L4_MsgStore(tag, &msg);
	if (program == 0 || program > PROGRAMS)
		return;
	forget_call(client, program);
	if (words < wanted || (words > wanted && !is_longer)) {
		answer(client, NET_MALFORMED, 0, 0, 0, 0);
		return;
	}
	switch (label) {
	case NET_STATE:
		serve_state(client, program, L4_MsgWord(&msg, 0));
		return;
	case NET_LOOKUP:
		serve_lookup(client, program, &msg, words);
		return;
	case NET_OPEN:
		serve_open(client, L4_MsgWord(&msg, 0));
		return;
	}
	socket = socket_find(program, L4_MsgWord(&msg, 0));
	if (socket && !L4_IsThreadEqual(socket->owner, client) && !root_thread_exists(socket->owner)) {
		close_socket(socket); /* of a thread that is no more, or of an earlier life of the program */
		socket = NULL;
	}
	if (socket)
		serve_socket(client, socket, label, &msg, words);
	else
		answer(client, NET_NO_SOCKET, 0, 0, 0, 0);
}
