/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - the loop of a network driver: messages in, interrupts in, buffers to and from the card.
 *
 * The card interrupts only while the client waits for what that would tell. So a flood of packets costs one
 * interrupt, and then nothing until the client has seen them and waits again; and no more packets than it has given
 * empty buffers for. Answers go out with timeout zero, so no client is waited for. The card is never given an address
 * that is not within the window.
 */
#include <packet/server.h>

#include <stddef.h>

#include <device/window.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <packet/rings.h>
#include <service/root.h>
#include <string.h>

enum { NOBODY = 0 };

static const struct packet_card *card;
static unsigned long window_physical;
static struct packet_progress progress[PACKET_DIRECTIONS];

static unsigned long program; /* whose card it is; NOBODY */
static L4_ThreadId_t owner;   /* its thread that has connected */
static unsigned long connected; /* when, in microseconds */
static L4_ThreadId_t waiter;  /* its thread that waits, and for what; nilthread */
static unsigned long waits_for[PACKET_DIRECTIONS];

static char *const window = (char *)ROOT_AREA_LOW;
static volatile struct packet_rings *const rings = (volatile struct packet_rings *)ROOT_AREA_LOW;

/*
 * The rings
 */

/* False: the client's count cannot be. */
static bool put_new(enum packet_direction direction)
{
	volatile struct packet_ring *ring = &rings->ring[direction];
	struct packet_entry entry = { 0, PACKET_BUFFER };
	unsigned int count;

	if (!packet_ring_new(ring, &progress[direction], &count))
		return false;
	if (count == 0)
		return true;
	for (unsigned int i = 0; i < count; i++) {
		if (packet_ring_take(ring, &progress[direction], direction, &entry))
			card->put(direction, entry.offset, window_physical + entry.offset, entry.length);
		else
			packet_ring_done(ring, &progress[direction], entry.offset, 0);
	}
	card->notify(direction);
	return true;
}

/*
 * Who waits
 */

static void tell_waiter(enum packet_status status)
{
	L4_ThreadId_t thread = waiter;

	if (L4_IsNilThread(thread))
		return;
	waiter = L4_nilthread;
	card->interrupts(PACKET_RECEIVE, false);
	card->interrupts(PACKET_SEND, false);
	window_answer(thread, status, 0);
}

/* All that is new in the rings. */
static enum packet_status look(void)
{
	bool is_good = true;

	for (unsigned int direction = 0; direction < PACKET_DIRECTIONS; direction++) {
		packet_ring_collect(card, &rings->ring[direction], &progress[direction], direction);
		is_good = put_new(direction) && is_good;
	}
	if (is_good)
		return PACKET_OK;
	tell_waiter(PACKET_MALFORMED);
	return PACKET_MALFORMED;
}

static void wait_for_news(void)
{
	if (!L4_IsNilThread(waiter) && packet_news_or_interrupts(card, rings, progress, waits_for))
		tell_waiter(PACKET_OK);
}

static void serve_interrupt(L4_ThreadId_t interrupt)
{
	L4_LoadMR(0, 0);
	L4_Reply(interrupt); /* it may come again */
	look();
	wait_for_news();
}

/*
 * Requests
 */

static void serve_connect(L4_ThreadId_t client)
{
	unsigned long its_program = root_program_number(client), address = 0;
	unsigned long clock = L4_SystemClock().raw;
	bool is_known = program == its_program;

	if (is_known ? clock - connected < PACKET_PAUSE : program != NOBODY && root_thread_exists(owner)) {
		window_answer(client, PACKET_BUSY, 0);
		return;
	}
	tell_waiter(PACKET_NOT_CONNECTED);
	if (!is_known)
		window_take_back(window, PACKET_WINDOW_LOG2);
	if (!card->begin()) {
		program = NOBODY;
		window_answer(client, PACKET_FAILED, 0);
		return;
	}
	memset(window, 0, is_known ? PACKET_PAGE : PACKET_WINDOW);
	memset(progress, 0, sizeof(progress));
	card->interrupts(PACKET_RECEIVE, false);
	card->interrupts(PACKET_SEND, false);
	program = its_program;
	owner = client;
	connected = clock;
	rings->live = PACKET_LIVE;
	memcpy(&address, card->address, PACKET_ADDRESS);
	window_give(client, window, PACKET_WINDOW_LOG2, address);
}

static void serve_wait(L4_ThreadId_t client, unsigned long received, unsigned long sent)
{
	enum packet_status status;

	if (waiter.raw != client.raw) /* else it has had enough of waiting, and asks again */
		tell_waiter(PACKET_OK);
	status = look();
	if (status != PACKET_OK) {
		window_answer(client, status, 0);
		return;
	}
	waiter = client;
	waits_for[PACKET_RECEIVE] = received;
	waits_for[PACKET_SEND] = sent;
	wait_for_news();
}

static void serve(L4_MsgTag_t tag, L4_ThreadId_t client)
{
	L4_Msg_t msg;

	L4_MsgStore(tag, &msg);
	if (root_program_number(client) == NOBODY)
		return;
	if (L4_Label(tag) == PACKET_CONNECT && L4_UntypedWords(tag) == 0)
		serve_connect(client);
	else if (root_program_number(client) != program)
		window_answer(client, PACKET_NOT_CONNECTED, 0);
	else if (L4_Label(tag) == PACKET_LOOK && L4_UntypedWords(tag) == 0)
		window_answer(client, look(), 0);
	else if (L4_Label(tag) == PACKET_WAIT && L4_UntypedWords(tag) == 2)
		serve_wait(client, L4_MsgWord(&msg, 0), L4_MsgWord(&msg, 1));
	else
		window_answer(client, PACKET_MALFORMED, 0);
}

void *packet_memory(const char *name, unsigned long size, unsigned long *physical)
{
	unsigned long got;

	if (root_dma_memory(window, &window_physical, &got) != ROOT_OK || got < PACKET_WINDOW + size) {
		printf("%s: its description gives it no memory for the window (dma)\n", name);
		return NULL;
	}
	memset(window, 0, PACKET_WINDOW + size); /* and so all pages are there to be mapped */
	*physical = window_physical + PACKET_WINDOW;
	return window + PACKET_WINDOW;
}

void packet_serve(const struct packet_card *given)
{
	card = given;
	L4_Accept(L4_UntypedWordsAcceptor);
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait(&from);

		if (L4_IpcSucceeded(tag) && L4_ThreadNo(from) == card->interrupt)
			serve_interrupt(from);
		else if (L4_IpcSucceeded(tag))
			serve(tag, from);
	}
}
