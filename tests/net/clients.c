/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients.c - clients of servers/net that behave: what each is to do is its role.
 *
 * What is sent is a pattern that says where in the stream it belongs, so nothing can be mistaken for something else.
 */
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <net/net.h>
#include <service/manage.h>

#include "../devices/role.h"

#define NET "net"

enum { KIB = 1024, CONNECTIONS_MAX = 16, CHUNK_MAX = 16 * KIB, PAUSE = 10000, SECOND = 1000000 /* microseconds */ };

static unsigned long wrong; /* bytes */

static unsigned char pattern(unsigned long stream, unsigned long at)
{
	return (unsigned char)((at + 1) * 0x9e3779b97f4a7c15UL >> 56 ^ at ^ stream);
}

static void wait_for_address(void)
{
	struct net_state state;

	while (net_state(NET, true, &state) != NET_OK)
		L4_Sleep(L4_TimePeriod(PAUSE));
}

/* Nobody may listen there yet. */
static enum net_status connect_to(struct net_socket *socket, unsigned int address, unsigned int port)
{
	for (;;) {
		enum net_status status = net_open(socket, NET, NET_TCP);

		if (status == NET_OK)
			status = net_connect(socket, address, port);
		if (status != NET_REFUSED)
			return status;
		net_close(socket);
		L4_Sleep(L4_TimePeriod(PAUSE));
	}
}

/*
 * Somebody is killed meanwhile, so often that the last time comes shortly before the end.
 */

static char killer_stack[4096] __attribute__((aligned(16)));
static unsigned long kills, kills_wanted;
static volatile unsigned long done, all; /* bytes */
static const char *victim;

static void run_killer(void *unused)
{
	(void)unused;
	while (kills < kills_wanted) {
		while (done < (kills + 1) * all / (kills_wanted + 1))
			L4_Sleep(L4_TimePeriod(50));
		L4_Sleep(L4_TimePeriod(1 + random() % 1000));
		if (root_program_stop(victim, ROOT_STOP_AS_FAILED) == ROOT_OK)
			kills++;
		else
			L4_Sleep(L4_TimePeriod(100));
	}
	L4_Sleep(L4_Never);
}

static void start_killer(const char *program)
{
	L4_ThreadId_t killer;

	victim = program;
	kills_wanted = root_option("kills", 0);
	if (kills_wanted > 0)
		root_thread_start(run_killer, NULL, killer_stack, sizeof(killer_stack), &killer);
}

/*
 * Echoes
 */

static struct net_socket sockets[CONNECTIONS_MAX];
static unsigned char chunk[CHUNK_MAX];

static enum net_status send_pattern(unsigned long stream, unsigned long from, unsigned long size)
{
	for (unsigned long i = 0; i < size; i++)
		chunk[i] = pattern(stream, from + i);
	return net_send(&sockets[stream], chunk, size);
}

static enum net_status check_pattern(unsigned long stream, unsigned long from, unsigned long size)
{
	while (size > 0) {
		unsigned long got;
		enum net_status status = net_receive(&sockets[stream], chunk, size, &got);

		if (status == NET_OK && got == 0)
			status = NET_RESET;
		if (status != NET_OK)
			return status;
		for (unsigned long i = 0; i < got; i++)
			wrong += chunk[i] != pattern(stream, from + i);
		from += got;
		size -= got;
		done += got;
	}
	return NET_OK;
}

/* to, port, size (KiB), connections, kills (of the card's driver) */
static int role_echo(void)
{
	unsigned int address = (unsigned int)root_option("to", NET_ADDRESS(127, 0, 0, 1));
	unsigned int port = (unsigned int)root_option("port", 7);
	unsigned long connections = root_option("connections", 1), size = root_option("size", KIB) * KIB;
	enum net_status status = NET_OK;

	all = connections * size;
	if (address != NET_ADDRESS(127, 0, 0, 1))
		wait_for_address();
	for (unsigned long i = 0; i < connections && status == NET_OK; i++)
		status = connect_to(&sockets[i], address, port);
	start_killer("network");
	for (unsigned long at = 0; at < size && status == NET_OK; at += CHUNK_MAX / connections) {
		unsigned long rest = size - at, part = CHUNK_MAX / connections < rest ? CHUNK_MAX / connections : rest;

		for (unsigned long i = 0; i < connections && status == NET_OK; i++)
			status = send_pattern(i, at, part);
		for (unsigned long i = 0; i < connections && status == NET_OK; i++)
			status = check_pattern(i, at, part);
	}
	for (unsigned long i = 0; i < connections; i++)
		net_close(&sockets[i]);
	printf("%s: %lu connections, %lu KiB each way, %s, %lu bytes wrong, %lu kills\n", own_name, connections,
	       done / KIB, net_status_text(status), wrong, kills);
	return 0;
}

/* Until the datagram in `chunk` is back, or nothing comes. */
static bool is_back(unsigned long size)
{
	static unsigned char back[NET_DATAGRAM + 1];
	unsigned long got;

	while (net_receive(&sockets[0], back, sizeof(back), &got) == NET_OK)
		if (got == size && memcmp(back, chunk, got) == 0)
			return true;
	return false;
}

/* The same in datagrams, one at a time, of all lengths. A lost one is sent again. */
static int role_datagrams(void)
{
	unsigned long size = root_option("size", KIB) * KIB, at = 0, tries = 0;

	if (net_open(&sockets[0], NET, NET_UDP) != NET_OK ||
	    net_connect(&sockets[0], NET_ADDRESS(127, 0, 0, 1), 7) != NET_OK)
		return 1;
	sockets[0].patience = L4_TimePeriod(SECOND);
	while (at < size && tries++ < 2000) {
		unsigned long part = 4 + at * 7 % (NET_DATAGRAM - 3);

		if (send_pattern(0, at, part) == NET_OK && is_back(part))
			at += part;
	}
	printf("%s: %lu KiB in datagrams, %s\n", own_name, size / KIB, at >= size ? "all there" : "most lost");
	return 0;
}

/*
 * The server for these: port 7 or another, TCP and UDP, as many connections as there are sockets for. A client that
 * does not take what comes back stops it.
 */

/* Only what comes in is not waited for. */
static enum net_status look(struct net_socket *socket, unsigned long *got, unsigned int *address, unsigned int *port)
{
	enum net_status status;

	socket->patience = L4_TimePeriod(100);
	status = net_receive_from(socket, chunk, sizeof(chunk), got, address, port);
	socket->patience = L4_Never;
	return status;
}

static void echo_datagram(struct net_socket *socket)
{
	unsigned int address, port;
	unsigned long got;

	if (look(socket, &got, &address, &port) == NET_OK)
		net_send_to(socket, address, port, chunk, got);
}

/* False: the connection is at its end. */
static bool echo_bytes(struct net_socket *socket)
{
	unsigned long got;
	enum net_status status = look(socket, &got, NULL, NULL);

	if (status == NET_TIMEOUT)
		return true;
	return status == NET_OK && got > 0 && net_send(socket, chunk, got) == NET_OK;
}

static void serve_until_gone(void)
{
	struct net_socket listener, datagrams;
	unsigned long connections = 0;
	unsigned int port = (unsigned int)root_option("port", 7), datagram_port = port;

	if (net_open(&listener, NET, NET_TCP) != NET_OK || net_listen(&listener, &port) != NET_OK ||
	    net_open(&datagrams, NET, NET_UDP) != NET_OK || net_listen(&datagrams, &datagram_port) != NET_OK)
		return;
	listener.patience = L4_TimePeriod(100);
	for (;;) {
		enum net_status status = NET_TIMEOUT;

		if (connections < CONNECTIONS_MAX - 2)
			status = net_accept(&listener, &sockets[connections], NULL, NULL);
		if (status == NET_GONE)
			return;
		connections += status == NET_OK;
		echo_datagram(&datagrams);
		for (unsigned long i = 0; i < connections;) {
			if (echo_bytes(&sockets[i])) {
				i++;
				continue;
			}
			net_close(&sockets[i]);
			sockets[i] = sockets[--connections];
		}
	}
}

static int role_serve(void)
{
	while (!L4_IsNilThread(root_lookup_wait(NET))) {
		serve_until_gone();
		L4_Sleep(L4_TimePeriod(PAUSE));
	}
	return 1;
}

/*
 * The network server is killed; who uses it connects anew.
 */

static int role_reconnect(void)
{
	unsigned long size = root_option("size", KIB) * KIB, at = 0, reconnects = 0;
	enum net_status status = NET_GONE;

	all = size;
	start_killer(NET);
	while (at < size) {
		while (status != NET_OK) {
			reconnects++;
			net_close(&sockets[0]);
			status = connect_to(&sockets[0], NET_ADDRESS(127, 0, 0, 1), 7);
		}
		status = send_pattern(0, at, KIB);
		if (status == NET_OK)
			status = check_pattern(0, at, KIB);
		at += status == NET_OK ? KIB : 0;
	}
	printf("%s: %lu KiB each way, %lu bytes wrong, %lu kills, %s\n", own_name, at / KIB, wrong, kills,
	       reconnects > kills ? "a new connection after each" : "too few connections");
	return 0;
}

/*
 * Names: a server that says of every one that it is 10.1.2.3 (RFC 1035), but of those that begin with `no`; and its
 * client.
 */

static int role_names(void)
{
	static const unsigned char answer[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 2, 3 };
	enum { HEADER = 12, QUERY_MAX = 300 };
	unsigned char query[QUERY_MAX + sizeof(answer)];
	unsigned int port = 53, address, from;
	struct net_socket socket;
	unsigned long got;

	if (net_open(&socket, NET, NET_UDP) != NET_OK || net_listen(&socket, &port) != NET_OK)
		return 1;
	while (net_receive_from(&socket, query, QUERY_MAX, &got, &address, &from) == NET_OK) {
		bool is_there = got > HEADER + 3 && memcmp(query + HEADER + 1, "no", 2) != 0;

		query[2] = 0x81;
		query[3] = is_there ? 0x80 : 0x83;
		query[7] = is_there;
		memcpy(query + got, answer, sizeof(answer));
		net_send_to(&socket, address, from, query, is_there ? got + sizeof(answer) : got);
	}
	return 1;
}

static int role_lookup(void)
{
	unsigned int address;
	enum net_status first = net_lookup(NET, "pecan.example", &address), number, none, empty;

	printf("%s: pecan.example is %u.%u.%u.%u, status %u\n", own_name, address >> 24, address >> 16 & 0xff,
	       address >> 8 & 0xff, address & 0xff, first);
	number = net_lookup(NET, "10.0.2.2", &address);
	printf("%s: 10.0.2.2 is 0x%x, status %u\n", own_name, address, number);
	none = net_lookup(NET, "no.example", &address);
	empty = net_lookup(NET, "", &address);
	printf("%s: no.example status %u, no name at all status %u\n", own_name, none, empty);
	return 0;
}

/*
 * A file from the emulator's server (TFTP, RFC 1350), whose lines are the numbers from 1 on: datagrams over the card.
 */

static int role_tftp(void)
{
	enum { SERVER_PORT = 69, BLOCK = 512, HEADER = 4, TRIES = 100 };
	static unsigned char message[] = "\0\1numbers\0octet"; /* then what acknowledges the last block */
	unsigned char packet[HEADER + BLOCK];
	unsigned long number = 0, line = 1, bytes = 0, got = 0, size = sizeof(message);
	unsigned int block = 1, any = 0, address, port = SERVER_PORT;
	const unsigned int server = NET_ADDRESS(10, 0, 2, 2);
	struct net_socket socket;

	wait_for_address();
	if (net_open(&socket, NET, NET_UDP) != NET_OK || net_listen(&socket, &any) != NET_OK)
		return 1;
	socket.patience = L4_TimePeriod(SECOND);
	for (unsigned int tries = 0; tries < TRIES; tries++) {
		net_send_to(&socket, server, port, message, size);
		/* An answer to what was sent twice comes twice. */
		while (net_receive_from(&socket, packet, sizeof(packet), &got, &address, &port) == NET_OK &&
		       got >= HEADER && packet[1] == 3) {
			if (packet[2] != (block >> 8 & 0xff) || packet[3] != (block & 0xff))
				continue;
			for (unsigned long i = HEADER; i < got; i++, bytes++) {
				if (packet[i] != '\n') {
					number = number * 10 + packet[i] - '0';
					continue;
				}
				wrong += number != line++;
				number = 0;
			}
			memcpy(message, packet, HEADER);
			message[1] = 4;
			size = HEADER;
			block++;
			tries = 0;
			break;
		}
		if (block > 1 && got < sizeof(packet))
			break;
	}
	printf("%s: %lu bytes, %lu lines, %lu wrong\n", own_name, bytes, line - 1, wrong);
	return 0;
}

/* Until somebody connects to port 9. */
static int role_wait(void)
{
	struct net_socket listener, socket;
	unsigned int port = 9;

	if (net_open(&listener, NET, NET_TCP) != NET_OK || net_listen(&listener, &port) != NET_OK)
		return 1;
	return net_accept(&listener, &socket, NULL, NULL) == NET_OK && net_close(&socket) == NET_OK ? 0 : 1;
}

static const struct role roles[] = {
	{ "echo", role_echo },	 { "datagrams", role_datagrams }, { "serve", role_serve },
	{ "names", role_names }, { "reconnect", role_reconnect }, { "lookup", role_lookup },
	{ "tftp", role_tftp },	 { "wait", role_wait },
};

int main(void)
{
	role_find();
	return role_play(roles, sizeof(roles) / sizeof(roles[0]));
}
