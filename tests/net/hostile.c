/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile.c - clients of servers/net, and another machine on its wire, that do not behave.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <net/net.h>
#include <packet/client.h>
#include <service/manage.h>

#include "../devices/role.h"

#define NET "net"

enum { SOCKETS = 16, PREY = 8 /* port of a server */, PAUSE = 10000 /* microseconds */ };

static const unsigned int loopback = NET_ADDRESS(127, 0, 0, 1);
static struct net_socket sockets[SOCKETS + 1];

/* As many as there are to be had. */
static unsigned int open_all(void)
{
	static const enum net_kind kinds[] = { NET_UDP, NET_TCP, NET_TCP, NET_TCP, NET_PING, NET_TCP };
	unsigned int count = 0;

	while (count <= SOCKETS && net_open(&sockets[count], NET, kinds[count % 6]) == NET_OK)
		count++;
	return count;
}

/*
 * Requests that make no sense
 */

static unsigned long wild(void)
{
	static const unsigned long words[] = {
		0, 1, 2, 7, 53, 80, 0xffff, 0x10000, 464, 472, 473, 1472, 1473, 0x7f000001, 1UL << 31,
		1UL << 32, 1UL << 63, 0xffffffff, ~0UL, NET_COUNT(472, 1000),
	};
	unsigned long choice = random() % (sizeof(words) / sizeof(words[0]) + 8);

	return choice < sizeof(words) / sizeof(words[0]) ? words[choice] : sockets[random() % SOCKETS].handle;
}

static void wild_message(void)
{
	unsigned int words = (unsigned int)(random() % 4 ? random() % 5 : random() % 64);
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	for (unsigned int i = 0; i < words; i++)
		L4_MsgAppendWord(&msg, i == 0 && random() % 4 ? sockets[random() % SOCKETS].handle : wild());
	/* Nearly right, in one of four: bytes as many as it says. */
	L4_Set_MsgLabel(&msg, random() % 16 ? NET_STATE + random() % 9 : random() % 0x800);
	L4_MsgLoad(&msg);
}

static char helper_stack[4096] __attribute__((aligned(16)));

/* Never takes an answer. */
static void flood(void *unused)
{
	L4_ThreadId_t server = root_lookup_wait(NET);

	(void)unused;
	for (;;) {
		wild_message();
		L4_Send_Timeout(server, L4_TimePeriod(1000));
	}
}

static int role_wild(void)
{
	unsigned long rounds = root_option("rounds", 5000);
	L4_ThreadId_t helper, server = root_lookup_wait(NET);

	root_thread_start(flood, NULL, helper_stack, sizeof(helper_stack), &helper);
	for (unsigned long i = 0; i < rounds; i++) {
		if (i % 500 == 0)
			open_all();
		wild_message();
		if (i % 2)
			L4_Call_Timeouts(server, L4_TimePeriod(1000), L4_TimePeriod(1000));
		else
			L4_Send_Timeout(server, L4_TimePeriod(1000));
	}
	printf("%s: %lu times\n", own_name, rounds);
	return 0;
}

/* Handles of others: all numbers that there can have been. */
static int role_thief(void)
{
	unsigned long found = 0;
	L4_ThreadId_t server = root_lookup_wait(NET);

	L4_Sleep(L4_TimePeriod(PAUSE));
	for (unsigned long handle = 0; handle < 20000; handle++) {
		struct net_socket socket = { server, handle, L4_Never };

		found += net_close(&socket) != NET_NO_SOCKET;
	}
	printf("%s: %lu sockets of others\n", own_name, found);
	return 0;
}

/* In its second life: those of the first, which has ended at once. */
static int role_heir(void)
{
	if (L4_Version(L4_MyGlobalId()) == 1)
		return net_open(&sockets[0], NET, NET_UDP) == NET_OK;
	return role_thief();
}

/*
 * Has all its sockets full of bytes that nobody takes, in both directions, and then does nothing.
 */
static int role_silent(void)
{
	static char text[64 * 1024];
	unsigned int count = open_all();

	for (unsigned int i = 0; i < count; i++) {
		sockets[i].patience = L4_TimePeriod(PAUSE);
		net_connect(&sockets[i], loopback, PREY);
		net_send(&sockets[i], text, sizeof(text));
	}
	L4_Sleep(L4_Never);
	return 1;
}

/*
 * Lives again and again: a program that dies with all its sockets in use must find as many the next time.
 */

static int role_mortal(void)
{
	unsigned int count = open_all(), port = 9000;
	enum net_status listening = net_listen(&sockets[1], &port);

	sockets[1].patience = L4_TimePeriod(1);
	net_accept(&sockets[1], &sockets[SOCKETS], NULL, NULL);
	for (unsigned int i = 2; i < count; i++) {
		sockets[i].patience = L4_TimePeriod(1000);
		net_connect(&sockets[i], loopback, i % 2 ? port : PREY);
		net_send(&sockets[i], sockets, sizeof(sockets));
	}
	if (count != SOCKETS || listening != NET_OK)
		printf("%s: %u sockets, port %u: %s\n", own_name, count, port, net_status_text(listening));
	return count != SOCKETS || listening != NET_OK;
}

/* The one that has it live. */
static int role_fate(void)
{
	unsigned long lives = root_option("lives", 100), worse = 0;

	for (unsigned long i = 0; i < lives; i++) {
		int status = 1;

		while (root_program_start("mortal", "") != ROOT_OK)
			L4_Sleep(L4_TimePeriod(PAUSE));
		if (random() % 4 == 0) {
			L4_Sleep(L4_TimePeriod(random() % 5000));
			root_program_stop("mortal", ROOT_STOP);
			root_program_wait("mortal", &status);
		} else if (root_program_wait("mortal", &status) == ROOT_OK) {
			worse += status != 0;
		}
	}
	printf("%s: %lu lives, %lu worse than the first\n", own_name, lives, worse);
	return 0;
}

/*
 * The wire: frames of another machine.
 */

static struct packet_link wire;
static unsigned char target[PACKET_ADDRESS];

enum { ETHERNET = 14, IP = 20, TCP = 20, PROTOCOL_TCP = 6 };

static void put(unsigned char *at, unsigned long value, unsigned int bytes)
{
	while (bytes-- > 0) {
		at[bytes] = (unsigned char)value;
		value >>= 8;
	}
}

static unsigned int sum(const unsigned char *bytes, unsigned int size, unsigned int start)
{
	for (unsigned int i = 0; i + 1 < size; i += 2)
		start += bytes[i] << 8 | bytes[i + 1];
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* From somewhere to the interface, with a right sum. */
static void put_ip(unsigned char *ip, unsigned int size, unsigned int protocol)
{
	ip[0] = 0x45;
	put(ip + 2, size, 2);
	put(ip + 4, random(), 2);
	put(ip + 6, 0, 2);
	ip[8] = 64;
	ip[9] = (unsigned char)protocol;
	put(ip + 10, 0, 2);
	put(ip + 12, NET_ADDRESS(10, 0, 2, 50 + random() % 50), 4);
	put(ip + 16, NET_ADDRESS(10, 0, 2, 15), 4);
	put(ip + 10, ~sum(ip, IP, 0) & 0xffff, 2);
}

static void put_tcp(unsigned char *ip, unsigned int size, unsigned int flags)
{
	unsigned char *tcp = ip + IP;

	put(tcp, random(), 2);
	put(tcp + 2, random() % 4 ? 7 : random() % 10000, 2);
	put(tcp + 4, random(), 4);
	put(tcp + 8, random(), 4);
	tcp[12] = 5 << 4;
	tcp[13] = (unsigned char)flags;
	put(tcp + 14, random(), 2);
	put(tcp + 16, 0, 4);
	put(tcp + 16, ~sum(tcp, size - IP, sum(ip + 12, 8, PROTOCOL_TCP + size - IP)) & 0xffff, 2);
}

/* Something; as IP; as an ARP packet; with one or more bytes wrong; the begin of a connection. Returns its length. */
static unsigned int frame(unsigned char *data, unsigned long kind)
{
	unsigned int length = 60 + (unsigned int)(random() % (PACKET_MAX - 60));

	for (unsigned int i = 0; i < length; i++)
		data[i] = (unsigned char)random();
	memcpy(data, target, PACKET_ADDRESS);
	if (kind >= 1)
		put(data + 12, kind == 2 ? 0x0806 : 0x0800, 2);
	if (kind == 2)
		put(data + ETHERNET, 0x0001080006040000UL + 1 + random() % 2, 8);
	if (kind >= 3) {
		static const unsigned char protocols[] = { 1, PROTOCOL_TCP, 17 };

		length = kind == 4 ? ETHERNET + IP + TCP : length;
		put_ip(data + ETHERNET, length - ETHERNET, kind == 4 ? PROTOCOL_TCP : protocols[random() % 3]);
	}
	if (kind == 3)
		data[ETHERNET + random() % (IP + TCP)] ^= (unsigned char)random();
	if (kind == 4)
		put_tcp(data + ETHERNET, IP + TCP, random() % 8 ? 2 : (unsigned int)random() & 0x3f);
	return length;
}

static int role_attacker(void)
{
	unsigned long frames = root_option("frames", 20000);
	struct net_state state;
	struct packet packet;

	net_state(NET, true, &state);
	memcpy(target, state.card, sizeof(target));
	if (packet_open(&wire, "network-too", PACKET_WINDOW_AT) != PACKET_OK)
		return 1;
	for (unsigned long sent = 0; sent < frames;) {
		while (packet_receive(&wire, &packet))
			packet_release(&wire, &packet);
		if (packet_allocate(&wire, &packet)) {
			packet.length = frame(packet.data, sent % 5);
			sent += packet_send(&wire, &packet);
		} else {
			packet_wait(&wire, L4_Never); /* also for the next driver */
		}
	}
	packet_flush(&wire);
	printf("%s: %lu frames\n", own_name, frames);
	return 0;
}

static const struct role roles[] = {
	{ "wild", role_wild },	   { "thief", role_thief }, { "silent", role_silent },
	{ "mortal", role_mortal }, { "fate", role_fate },   { "attacker", role_attacker },
	{ "heir", role_heir },
};

int main(void)
{
	role_find();
	return role_play(roles, sizeof(roles) / sizeof(roles[0]));
}
