/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - the requests of protocol.h as calls.
 *
 * What is longer than a message goes in several, one after the other.
 */
#include <net/net.h>

#include <abi/protocol.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <service/root.h>
#include <string.h>

enum { WORD = sizeof(L4_Word_t), SEND_WORDS = 4, RECEIVED_WORDS = 3 };

static unsigned int words_of(unsigned long bytes)
{
	return (unsigned int)((bytes + WORD - 1) / WORD);
}

/* The first words of a request; more may follow by the caller's doing. */
static void begin(L4_Msg_t *msg, unsigned int count, unsigned long first, unsigned long second, unsigned long third)
{
	const unsigned long words[] = { first, second, third };

	L4_MsgClear(msg);
	for (unsigned int i = 0; i < count; i++)
		L4_MsgAppendWord(msg, words[i]);
}

/* An answer that says NET_OK has at least `least` words. */
static enum net_status call_until(L4_ThreadId_t server, L4_Time_t patience, enum net_label label, L4_Msg_t *msg,
				  unsigned int least)
{
	L4_MsgTag_t tag;

	if (L4_IsNilThread(server))
		return NET_GONE;
	L4_Set_MsgLabel(msg, label);
	L4_MsgLoad(msg);
	tag = L4_Call_Timeouts(server, L4_Never, patience);
	if (L4_IpcFailed(tag))
		return (L4_ErrorCode() & 0xf) >> 1 == IPC_TIMEOUT ? NET_TIMEOUT : NET_GONE;
	L4_MsgStore(tag, msg);
	if (L4_Label(tag) == NET_OK && L4_UntypedWords(tag) < least)
		return NET_GONE;
	return (enum net_status)L4_Label(tag);
}

static enum net_status call(L4_ThreadId_t server, enum net_label label, L4_Msg_t *msg, unsigned int least)
{
	return call_until(server, L4_Never, label, msg, least);
}

static enum net_status call_socket(struct net_socket *socket, enum net_label label, L4_Msg_t *msg, unsigned int least)
{
	return call_until(socket->server, socket->patience, label, msg, least);
}

enum net_status net_state(const char *server, bool wait, struct net_state *state)
{
	enum net_status status;
	L4_Msg_t msg;

	begin(&msg, 1, wait, 0, 0);
	status = call(root_lookup_wait(server), NET_STATE, &msg, 5);
	if (status != NET_OK)
		return status;
	state->address = (unsigned int)L4_MsgWord(&msg, 0);
	state->mask = (unsigned int)L4_MsgWord(&msg, 1);
	state->gateway = (unsigned int)L4_MsgWord(&msg, 2);
	state->name_server = (unsigned int)L4_MsgWord(&msg, 3);
	for (unsigned int i = 0; i < sizeof(state->card); i++)
		state->card[i] = (unsigned char)(L4_MsgWord(&msg, 4) >> 8 * i);
	return NET_OK;
}

enum net_status net_lookup(const char *server, const char *name, unsigned int *address)
{
	unsigned long length = strlen(name);
	enum net_status status;
	L4_Msg_t msg;

	if (length >= NET_NAME)
		return NET_NOT_FOUND;
	begin(&msg, 1, length, 0, 0);
	for (unsigned int i = 0; i < words_of(length); i++)
		L4_MsgAppendWord(&msg, 0);
	memcpy(&msg.msg[2], name, length);
	status = call(root_lookup_wait(server), NET_LOOKUP, &msg, 1);
	*address = status == NET_OK ? (unsigned int)L4_MsgWord(&msg, 0) : 0;
	return status;
}

enum net_status net_open(struct net_socket *socket, const char *server, enum net_kind kind)
{
	enum net_status status;
	L4_Msg_t msg;

	*socket = (struct net_socket){ .server = root_lookup_wait(server), .patience = L4_Never };
	begin(&msg, 1, kind, 0, 0);
	status = call(socket->server, NET_OPEN, &msg, 1);
	socket->handle = status == NET_OK ? L4_MsgWord(&msg, 0) : 0;
	return status;
}

enum net_status net_close(struct net_socket *socket)
{
	L4_Msg_t msg;

	begin(&msg, 1, socket->handle, 0, 0);
	return call_socket(socket, NET_CLOSE, &msg, 0);
}

enum net_status net_listen(struct net_socket *socket, unsigned int *port)
{
	enum net_status status;
	L4_Msg_t msg;

	begin(&msg, 2, socket->handle, *port, 0);
	status = call_socket(socket, NET_LISTEN, &msg, 1);
	if (status == NET_OK)
		*port = (unsigned int)L4_MsgWord(&msg, 0);
	return status;
}

enum net_status net_accept(struct net_socket *listener, struct net_socket *socket, unsigned int *address,
			   unsigned int *port)
{
	enum net_status status;
	L4_Msg_t msg;

	begin(&msg, 1, listener->handle, 0, 0);
	status = call_socket(listener, NET_ACCEPT, &msg, 3);
	if (status != NET_OK)
		return status;
	*socket = (struct net_socket){ listener->server, L4_MsgWord(&msg, 0), L4_Never };
	if (address)
		*address = (unsigned int)L4_MsgWord(&msg, 1);
	if (port)
		*port = (unsigned int)L4_MsgWord(&msg, 2);
	return NET_OK;
}

enum net_status net_connect(struct net_socket *socket, unsigned int address, unsigned int port)
{
	L4_Msg_t msg;

	begin(&msg, 3, socket->handle, address, port);
	return call_socket(socket, NET_CONNECT, &msg, 0);
}

/* One part; *taken of it are in the server's hands. */
static enum net_status send_part(struct net_socket *socket, unsigned int address, unsigned int port,
				 unsigned long count, const char *data, unsigned long *taken)
{
	enum net_status status;
	L4_Msg_t msg;

	begin(&msg, 3, socket->handle, address, port);
	L4_MsgAppendWord(&msg, count);
	for (unsigned int i = 0; i < words_of(NET_HERE(count)); i++)
		L4_MsgAppendWord(&msg, 0);
	memcpy(&msg.msg[1 + SEND_WORDS], data, NET_HERE(count));
	status = call_socket(socket, NET_SEND, &msg, 1);
	*taken = status == NET_OK ? L4_MsgWord(&msg, 0) : 0;
	return status;
}

enum net_status net_send_to(struct net_socket *socket, unsigned int address, unsigned int port, const void *data,
			    unsigned long size)
{
	enum net_status status = NET_OK;
	unsigned long sent = 0;

	do {
		unsigned long rest = size - sent, here = rest < NET_PART ? rest : NET_PART, taken;

		status = send_part(socket, address, port, NET_COUNT(here, rest - here), (const char *)data + sent,
				   &taken);
		sent += taken <= here ? taken : here;
	} while (status == NET_OK && sent < size);
	return status;
}

enum net_status net_send(struct net_socket *socket, const void *data, unsigned long size)
{
	return net_send_to(socket, 0, 0, data, size);
}

enum net_status net_receive_from(struct net_socket *socket, void *data, unsigned long size, unsigned long *got,
				 unsigned int *address, unsigned int *port)
{
	unsigned long later;

	*got = 0;
	do {
		enum net_status status;
		unsigned long here, room = *got < size ? size - *got : 0;
		L4_Msg_t msg;

		begin(&msg, 2, socket->handle, room, 0);
		status = call_socket(socket, NET_RECEIVE, &msg, RECEIVED_WORDS);
		if (status != NET_OK)
			return status;
		here = NET_HERE(L4_MsgWord(&msg, 0));
		later = NET_LATER(L4_MsgWord(&msg, 0));
		if (here > NET_PART)
			return NET_GONE;
		memcpy((char *)data + size - room, &msg.msg[1 + RECEIVED_WORDS], here < room ? here : room);
		*got += here;
		if (address)
			*address = (unsigned int)L4_MsgWord(&msg, 1);
		if (port)
			*port = (unsigned int)L4_MsgWord(&msg, 2);
	} while (later > 0);
	return NET_OK;
}

enum net_status net_receive(struct net_socket *socket, void *data, unsigned long size, unsigned long *got)
{
	return net_receive_from(socket, data, size, got, NULL, NULL);
}

const char *net_status_text(enum net_status status)
{
	static const char *const texts[] = {
		[NET_OK] = "done",
		[NET_MALFORMED] = "not possible",
		[NET_NO_SOCKET] = "no such socket",
		[NET_EXHAUSTED] = "no sockets left",
		[NET_IN_USE] = "port in use",
		[NET_NOT_FOUND] = "no such name",
		[NET_UNREACHABLE] = "not reachable",
		[NET_REFUSED] = "refused",
		[NET_RESET] = "connection broken off",
		[NET_REPLACED] = "another thread asked",
		[NET_BUSY] = "busy with another name",
		[NET_GONE] = "the network server has ended",
		[NET_TIMEOUT] = "no answer",
	};

	return status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "unknown status";
}
