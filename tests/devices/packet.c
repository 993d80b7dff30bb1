/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.c - clients of network drivers: what it is to do is the first word behind the program's name, and "card="
 * says with which of the drivers network0, network1 and so on.
 *
 * Peers send each other numbered packets of all sizes, by a protocol that survives loss: each packet says which
 * number is expected next, and whose numbers are not confirmed for a while sends them again. They begin when they
 * have heard of each other. All bytes follow from the number, so nothing can be mistaken for something else.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <packet/client.h>
#include <service/manage.h>
#include <string.h>

#include "role.h"

static struct packet_link link;

/* Several links have their windows behind each other. */
static enum packet_status open_card(struct packet_link *opened, unsigned int card, unsigned int window)
{
	static const char *const drivers[] = { "network0", "network1", "network2", "network3" };

	return packet_open(opened, drivers[card], (char *)PACKET_WINDOW_AT + window * PACKET_WINDOW);
}

static enum packet_status open_own(void)
{
	return open_card(&link, (unsigned int)root_option("card", 0), 0);
}

static unsigned long now(void)
{
	unsigned int low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long)high << 32 | low;
}

/*
 * Peers
 */

enum { TYPE = 0xb588, MIN = 60, SIZES = PACKET_MAX + 1 - MIN, NO_NUMBER = 0xffffffff };

struct message {
	unsigned char to[PACKET_ADDRESS], from[PACKET_ADDRESS];
	unsigned short type;
	unsigned short reserved;
	unsigned int number;  /* NO_NUMBER: nothing but what follows */
	unsigned int expected; /* the number that is expected from the receiver; all before have come */
	unsigned char bytes[];
};

static unsigned int count;		       /* of packets to send, and to receive */
static unsigned int under_way;		       /* of them, at most */
static unsigned int next, confirmed, expected; /* numbers */
static unsigned long wrong, missed, again;     /* packets */
static bool is_heard;			       /* the other one is there */
static unsigned long hold;		       /* microseconds */

static unsigned int size_of(unsigned int number)
{
	return MIN + (number == NO_NUMBER ? 0 : number * 7 % SIZES);
}

static unsigned char byte_of(unsigned int number, unsigned int index)
{
	return (unsigned char)((number * 2654435761U >> 13) + index);
}

static bool send_number(unsigned int number)
{
	struct packet packet;
	struct message *message;

	if (!packet_allocate(&link, &packet))
		return false;
	packet.length = size_of(number);
	message = (struct message *)packet.data;
	memset(message->to, 0xff, PACKET_ADDRESS);
	memcpy(message->from, link.address, PACKET_ADDRESS);
	message->type = TYPE;
	message->reserved = 0;
	message->number = number;
	message->expected = expected;
	for (unsigned int i = 0; i < packet.length - sizeof(*message); i++)
		message->bytes[i] = byte_of(number, i);
	packet_send(&link, &packet);
	return true;
}

static bool is_right(const struct message *message, unsigned int length)
{
	unsigned char difference = 0;

	if (length != size_of(message->number))
		return false;
	for (unsigned int i = 0; i < length - sizeof(*message); i++)
		difference |= message->bytes[i] ^ byte_of(message->number, i);
	return difference == 0;
}

static void take_message(const struct message *message)
{
	is_heard = true;
	if (message->expected > confirmed && message->expected <= next)
		confirmed = message->expected;
	if (message->number == NO_NUMBER)
		return;
	if (message->number == expected)
		expected++;
	else if (message->number > expected)
		missed++;
}

/* Whether there is anything to confirm. Some packets it holds for a while, so that the driver may end meanwhile. */
static bool take_all(void)
{
	bool has_number = false;
	struct packet packet;

	while (packet_receive(&link, &packet)) {
		struct message message;
		bool right;

		if (hold > 0 && random() % 8 == 0)
			L4_Sleep(L4_TimePeriod(hold));
		memcpy(&message, packet.data, sizeof(message));
		right = message.type == TYPE && is_right((struct message *)packet.data, packet.length);
		if (!packet_release(&link, &packet))
			continue;
		if (right)
			take_message(&message);
		else
			wrong++;
		has_number = has_number || message.number != NO_NUMBER;
	}
	return has_number;
}

static void send_what_is_due(bool is_waited_for)
{
	bool sent = false;

	while (is_heard && next < count && next - confirmed < under_way && send_number(next)) {
		next++;
		sent = true;
	}
	if (is_waited_for && !sent)
		send_number(NO_NUMBER);
}

/*
 * The driver is killed
 */

static char killer_stack[4096] __attribute__((aligned(16)));
static unsigned int kills_wanted, kills;

/* Each card's driver in turn, and now and then the server that gives them their devices. */
static void run_killer(void *unused)
{
	static const char *const victims[] = { "network0", "network1", "network0", "network1", "pci" };

	(void)unused;
	while (kills < kills_wanted) {
		while (expected < (kills + 1) * (count / (kills_wanted + 1)))
			L4_Sleep(L4_TimePeriod(50));
		L4_Sleep(L4_TimePeriod(1 + random() % 1000));
		if (root_program_stop(victims[kills % 5], ROOT_STOP_AS_FAILED) == ROOT_OK)
			kills++;
		else
			L4_Sleep(L4_TimePeriod(100));
	}
	L4_Sleep(L4_Never);
}

static bool start_killer(void)
{
	L4_ThreadId_t killer;

	kills_wanted = (unsigned int)root_option("kills", 0);
	return kills_wanted == 0 ||
	       root_thread_start(run_killer, NULL, killer_stack, sizeof(killer_stack), &killer) == ROOT_OK;
}

/*
 * Two ways to wait
 */

/*
 * Microseconds: how often the other one is called until it answers; for how long it may still want to be told something
 * at the end; after which numbers are sent again.
 */
enum { CALL = 100000, LINGER = 2000000 };
static unsigned long patience;
static unsigned long called, heard, progress; /* when; progress: a number was confirmed */

static bool has_all(void)
{
	return confirmed == count && expected == count;
}

static bool goes_on(void)
{
	return !has_all() || L4_SystemClock().raw - heard < LINGER;
}

/* To wait for packets. */
static L4_Time_t pause(void)
{
	return L4_TimePeriod(!is_heard ? CALL : has_all() ? LINGER : patience);
}

static void serve_packets(enum packet_status status)
{
	const unsigned int before = confirmed;
	unsigned long clock = L4_SystemClock().raw;
	bool is_waited_for = status == PACKET_OK && take_all();

	if (is_waited_for)
		heard = clock;
	if (!is_heard && clock - called >= CALL) {
		called = clock;
		is_waited_for = true;
	}
	if (confirmed != before)
		progress = clock;
	if (clock - progress >= patience && !has_all()) {
		progress = clock;
		again += next - confirmed;
		next = confirmed;
		is_waited_for = true;
	}
	send_what_is_due(is_waited_for);
}

static int tell_numbers(void)
{
	printf("%s: %u packets sent, %u received, %lu wrong, %lu missed, %lu again\n", own_name, confirmed, expected,
	       wrong, missed, again);
	if (kills > 0)
		printf("%s: drivers killed %u times\n", own_name, kills);
	return 0;
}

/* For packets only. */
static int role_peer(void)
{
	if (open_own() != PACKET_OK || !start_killer())
		return 1;
	send_number(NO_NUMBER);
	while (goes_on())
		serve_packets(packet_wait(&link, pause()));
	return tell_numbers();
}

static char client_stack[4096] __attribute__((aligned(16)));
static L4_ThreadId_t server;
static unsigned long answers;

static void run_client(void *unused)
{
	(void)unused;
	for (;;) {
		L4_LoadMR(0, 0);
		answers += L4_IpcSucceeded(L4_Call(server)) ? 1 : 0;
		L4_Sleep(L4_TimePeriod(20000));
	}
}

/* For packets, clients, and the time. */
static void serve_all(void)
{
	L4_ThreadId_t from;

	while (goes_on()) {
		L4_MsgTag_t tag = L4_Wait_Timeout(pause(), &from);

		if (L4_IpcSucceeded(tag) && packet_is_news(&link, from)) {
			serve_packets(packet_update(&link));
			packet_listen(&link);
		} else if (L4_IpcSucceeded(tag)) {
			L4_LoadMR(0, 0);
			L4_Reply(from);
		}
		serve_packets(PACKET_TIMEOUT); /* whatever has come, it may be time */
		packet_flush(&link);
	}
}

static int role_server(void)
{
	L4_ThreadId_t client;

	server = L4_Myself();
	if (open_own() != PACKET_OK || !start_killer() || !packet_watch(&link) ||
	    root_thread_start(run_client, NULL, client_stack, sizeof(client_stack), &client) != ROOT_OK)
		return 1;
	send_number(NO_NUMBER);
	packet_flush(&link);
	serve_all();
	printf("%s: its client was %s\n", own_name, answers > 10 ? "served" : "not served");
	return tell_numbers();
}

/*
 * A card has one program
 */

static int role_first(void)
{
	printf("%s: status %d\n", own_name, open_own());
	L4_Sleep(L4_Never);
	return 1;
}

static int role_second(void)
{
	enum packet_status beside, then;

	while ((beside = open_own()) == PACKET_OK) /* the first one has not come so far */
		L4_Sleep(L4_TimePeriod(1000));
	root_program_stop("first", ROOT_STOP);
	then = open_own();
	printf("%s: status %d, without the first one %d\n", own_name, beside, then);
	return 0;
}

/*
 * A flood
 */

static int role_flood(void)
{
	struct packet packet;

	if (open_own() != PACKET_OK)
		return 1;
	for (unsigned int rest = count; rest > 0;) {
		if (!packet_allocate(&link, &packet)) {
			packet_wait(&link, L4_Never);
			continue;
		}
		packet.length = PACKET_MAX;
		packet_send(&link, &packet);
		rest--;
	}
	packet_flush(&link);
	printf("%s: all sent\n", own_name);
	return 0;
}

/* Takes what comes, and does nothing else. */
static int role_sink(void)
{
	struct packet packet;

	if (open_own() != PACKET_OK)
		return 1;
	for (;;) {
		packet_wait(&link, L4_Never);
		while (packet_receive(&link, &packet))
			packet_release(&link, &packet);
	}
}

/* Takes nothing until there is no more news of it; then it takes all that has come. */
static int role_lazy(void)
{
	struct packet packet;
	unsigned int taken = 0;

	if (open_own() != PACKET_OK)
		return 1;
	packet_wait(&link, L4_Never);
	for (unsigned int i = 0; i < 100; i++) {
		L4_Sleep(L4_TimePeriod(1000));
		packet_wait(&link, L4_ZeroTime);
	}
	while (packet_receive(&link, &packet))
		taken++;
	printf("%s: %u packets\n", own_name, taken);
	return 0;
}

/*
 * Clients that make no sense
 */

static const unsigned int wild[] = { 0,	   1,	 13,   14,   60,   1514, 1515, 2048, 4095, 4096, 4097, 260096,
				     260097, 262143, 262144, 262145, 1U << 31, ~0U, -4096U, -2048U };

static unsigned int any(void)
{
	return wild[random() % (sizeof(wild) / sizeof(wild[0]))];
}

static void scribble(void)
{
	struct packet_rings *rings = (struct packet_rings *)link.window;

	for (unsigned int direction = 0; direction < PACKET_DIRECTIONS; direction++) {
		struct packet_ring *ring = &rings->ring[direction];

		for (unsigned int i = 0; i < PACKET_ENTRIES; i++)
			ring->entry[i] = (struct packet_entry){ any(), any() };
		ring->put = ring->done + (random() % 4 ? random() % (PACKET_ENTRIES + 1) : any());
	}
}

static void run_scribbler(void *unused)
{
	(void)unused;
	for (;;) {
		scribble();
		if (random() % 16 == 0)
			L4_Sleep(L4_TimePeriod(100));
	}
}

static void run_flooder(void *unused)
{
	(void)unused;
	for (;;) {
		load_words(random() % 2 ? PACKET_LOOK : PACKET_WAIT, random() % 3, random(), random());
		L4_Send_Timeout(link.driver, L4_TimePeriod(1000));
	}
}

static void run_connector(void *unused)
{
	(void)unused;
	for (;;) {
		L4_Accept(L4_MapGrantItems(L4_FpageLog2((L4_Word_t)link.window, PACKET_WINDOW_LOG2)));
		load_words(PACKET_CONNECT, 0, 0, 0);
		L4_Call_Timeouts(link.driver, L4_TimePeriod(1000), L4_TimePeriod(1000));
	}
}

static int role_hostile(void)
{
	enum { HELPERS = 8 };
	static void (*const helpers[])(void *) = { run_scribbler, run_flooder, run_connector };
	static char stacks[HELPERS][4096] __attribute__((aligned(16)));
	const unsigned int rounds = (unsigned int)root_option("rounds", 500);
	L4_ThreadId_t helper[HELPERS];

	if (open_own() != PACKET_OK)
		return 1;
	for (unsigned int i = 0; i < HELPERS; i++)
		root_thread_start(helpers[i % 3], NULL, stacks[i], sizeof(stacks[i]), &helper[i]);
	for (unsigned int i = 0; i < rounds; i++) {
		scribble();
		load_words(random() % 8 ? PACKET_LOOK + random() % 2 : any(), random() % 4, any(), any());
		if (i % 2)
			L4_Call_Timeouts(link.driver, L4_TimePeriod(1000), L4_TimePeriod(1000));
		else
			L4_Send_Timeout(link.driver, L4_TimePeriod(1000));
	}
	for (unsigned int i = 0; i < HELPERS; i++)
		root_thread_delete(helper[i]);
	L4_Sleep(L4_TimePeriod(PACKET_PAUSE));
	printf("%s: %u times, then status %d\n", own_name, rounds, open_own());
	return 0;
}

/* How much later than it wanted a better thread wakes and has its driver's answer, beside all that. */
static int role_beside(void)
{
	enum { PAUSE = 200 };
	unsigned long longest = 0, sum = 0;

	if (open_own() != PACKET_OK)
		return 1;
	L4_Sleep(L4_TimePeriod(100000)); /* the others have started */
	for (unsigned int i = 0; i < count; i++) {
		unsigned long due = now() + PAUSE * 1000, late;

		L4_Sleep(L4_TimePeriod(PAUSE));
		packet_wait(&link, L4_ZeroTime);
		late = now() - due;
		longest = late > longest ? late : longest;
		sum += late;
	}
	printf("BENCH name=packet.beside unit=instructions max=%lu mean=%lu\n", longest, sum / count);
	printf("%s: %s\n", own_name,
	       longest < root_option("max", 0) && sum / count < root_option("mean", 0) ? "in time" : "late");
	return 0;
}

/*
 * What it costs: one program with both cards, so that nobody else runs
 */

/* A wait that has ended for its client has ended for the driver: it does not answer the next one with it. */
static void wait_in_vain(void)
{
	unsigned int whole = 0;

	for (unsigned int i = 0; i < 3; i++) {
		unsigned long begin = now();

		whole += packet_wait(&link, L4_TimePeriod(10000)) == PACKET_TIMEOUT && now() - begin >= 10000000;
	}
	printf("%s: waited in vain %u times\n", own_name, whole);
}

static int role_cost(void)
{
	static const unsigned int packets[] = { 1, 32 };
	static struct packet_link other;
	struct packet packet;

	if (open_card(&link, 0, 0) != PACKET_OK || open_card(&other, 1, 1) != PACKET_OK)
		return 1;
	packet_wait(&other, L4_ZeroTime);
	wait_in_vain();
	for (unsigned int round = 0; round < 4; round++) { /* the first ones warm up */
		const unsigned int n = packets[round % 2];
		unsigned long begin = now(), sent, arrived, received;
		unsigned int taken = 0;

		for (unsigned int i = 0; i < n && packet_allocate(&link, &packet); i++) {
			packet.length = PACKET_MAX;
			packet_send(&link, &packet);
		}
		packet_flush(&link);
		sent = now();
		L4_Sleep(L4_TimePeriod(10000));
		arrived = now();
		packet_wait(&other, L4_Never);
		for (; packet_receive(&other, &packet); taken++)
			packet_release(&other, &packet);
		packet_wait(&other, L4_ZeroTime); /* the buffers are the card's again */
		received = now();
		if (taken != n)
			printf("%s: %u packets of %u\n", own_name, taken, n);
		else if (round >= 2)
			printf("BENCH name=packet.send packets=%u unit=instructions value=%lu\n"
			       "BENCH name=packet.receive packets=%u unit=instructions value=%lu\n",
			       n, (sent - begin) / n, n, (received - arrived) / n);
	}
	return 0;
}

/*
 * The host of QEMU's user network answers ARP (RFC 826)
 */

struct arp {
	unsigned char to[PACKET_ADDRESS], from[PACKET_ADDRESS];
	unsigned short type, hardware, protocol;
	unsigned char hardware_size, protocol_size;
	unsigned short operation; /* all with the more significant byte first */
	unsigned char sender[PACKET_ADDRESS], sender_ip[4], target[PACKET_ADDRESS], target_ip[4];
};
_Static_assert(sizeof(struct arp) == 42, "no padding");

enum { ARP = 0x0608, ETHERNET = 0x0100, IP = 0x0008, REQUEST = 0x0100, ANSWER = 0x0200 };

static bool is_answer(const struct arp *arp)
{
	static const unsigned char host[4] = { 10, 0, 2, 2 };

	return arp->type == ARP && arp->operation == ANSWER && memcmp(arp->sender_ip, host, 4) == 0 &&
	       memcmp(arp->to, link.address, PACKET_ADDRESS) == 0;
}

static int role_arp(void)
{
	struct arp request = {
		.type = ARP,
		.hardware = ETHERNET,
		.protocol = IP,
		.hardware_size = PACKET_ADDRESS,
		.protocol_size = 4,
		.operation = REQUEST,
		.sender_ip = { 10, 0, 2, 15 },
		.target_ip = { 10, 0, 2, 2 },
	};
	struct packet packet;
	bool answered = false;

	if (open_own() != PACKET_OK || !packet_allocate(&link, &packet))
		return 1;
	memset(request.to, 0xff, PACKET_ADDRESS);
	memcpy(request.from, link.address, PACKET_ADDRESS);
	memcpy(request.sender, link.address, PACKET_ADDRESS);
	memset(packet.data, 0, MIN);
	memcpy(packet.data, &request, sizeof(request));
	packet.length = MIN;
	packet_send(&link, &packet);
	while (!answered && packet_wait(&link, L4_TimePeriod(10000000)) == PACKET_OK)
		while (packet_receive(&link, &packet)) {
			answered = answered || is_answer((const struct arp *)packet.data);
			packet_release(&link, &packet);
		}
	printf("%s: address %02x:%02x:%02x:%02x:%02x:%02x, %s\n", own_name, link.address[0], link.address[1],
	       link.address[2], link.address[3], link.address[4], link.address[5],
	       answered ? "answered" : "no answer");
	return 0;
}

static const struct role roles[] = {
	{ "peer", role_peer },	   { "server", role_server },	{ "first", role_first },   { "second", role_second },
	{ "flood", role_flood },   { "sink", role_sink },	{ "lazy", role_lazy },	   { "cost", role_cost },
	{ "hostile", role_hostile }, { "beside", role_beside }, { "arp", role_arp },
};

int main(void)
{
	role_find();
	count = (unsigned int)root_option("count", 1000);
	patience = root_option("patience", 20000000);
	hold = root_option("hold", 0);
	under_way = (unsigned int)root_option("under-way", 48);
	return role_play(roles, sizeof(roles) / sizeof(roles[0]));
}
