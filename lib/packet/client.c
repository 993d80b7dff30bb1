/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - buffers out and in, and what to do when the driver has gone: begin anew.
 *
 * The first half of the window's buffers is put into the ring to receive, and again whenever one is given back; the
 * others are in `free` while nobody has them. What is read from the window counts only if the ring's word `live` is
 * still set afterwards.
 */
#include <packet/client.h>

#include <stddef.h>

#include <abi/protocol.h>
#include <device/window.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <string.h>

enum { PAUSE_MICROSECONDS = 1000, SHORT_UNTIL = PACKET_BUFFERS / 2 };

static volatile struct packet_rings *rings_of(const struct packet_link *link)
{
	return (volatile struct packet_rings *)link->window;
}

static bool is_lost(const struct packet_link *link)
{
	return L4_IsNilThread(link->driver) || rings_of(link)->live != PACKET_LIVE;
}

static void put(struct packet_link *link, enum packet_direction direction, unsigned int offset, unsigned int length)
{
	volatile struct packet_ring *ring = &rings_of(link)->ring[direction];
	volatile struct packet_entry *entry = &ring->entry[link->put[direction] % PACKET_ENTRIES];

	entry->offset = offset;
	entry->length = length;
	ring->put = ++link->put[direction]; /* behind the entry */
}

/* The next entry that is done. False: none, or the driver has ended before this one was read. */
static bool take(struct packet_link *link, enum packet_direction direction, struct packet_entry *taken)
{
	volatile struct packet_ring *ring = &rings_of(link)->ring[direction];
	volatile struct packet_entry *entry = &ring->entry[link->taken[direction] % PACKET_ENTRIES];

	if (ring->done == link->taken[direction])
		return false;
	taken->offset = entry->offset;
	taken->length = entry->length;
	if (is_lost(link))
		return false;
	link->taken[direction]++;
	return true;
}

static struct packet packet_at(const struct packet_link *link, unsigned int offset, unsigned int length)
{
	return (struct packet){ (unsigned char *)link->window + offset, length, link->connection };
}

static unsigned int offset_of(const struct packet_link *link, const struct packet *packet)
{
	return (unsigned int)(packet->data - (unsigned char *)link->window);
}

static bool is_current(const struct packet_link *link, const struct packet *packet)
{
	return packet->connection == link->connection && !is_lost(link);
}

/*
 * The driver
 */

static void begin(struct packet_link *link)
{
	unsigned int offset = PACKET_PAGE;

	link->connection++;
	link->is_told = true;
	link->is_short = false;
	for (unsigned int direction = 0; direction < PACKET_DIRECTIONS; direction++)
		link->put[direction] = link->taken[direction] = 0;
	for (unsigned int i = 0; i < PACKET_BUFFERS; i++, offset += PACKET_BUFFER)
		put(link, PACKET_RECEIVE, offset, 0);
	for (link->free_count = 0; link->free_count < PACKET_BUFFERS; offset += PACKET_BUFFER)
		link->free[link->free_count++] = offset;
}

/* One attempt. PACKET_NOT_CONNECTED: this driver has ended, too. */
static enum packet_status connect(struct packet_link *link, L4_ThreadId_t driver)
{
	unsigned long status, address;

	link->driver = L4_nilthread;
	if (!window_connect(driver, PACKET_CONNECT, link->window, PACKET_WINDOW_LOG2, &status, &address))
		return PACKET_NOT_CONNECTED;
	if (status != PACKET_OK)
		return (enum packet_status)status;
	link->driver = driver;
	memcpy(link->address, &address, PACKET_ADDRESS);
	begin(link);
	return PACKET_OK;
}

/* Waiting for the driver, and if is_patient also until its card can be had. */
static enum packet_status find_driver(struct packet_link *link, bool is_patient)
{
	for (;;) {
		L4_ThreadId_t driver = root_lookup_wait(link->name);
		enum packet_status status;

		if (L4_IsNilThread(driver))
			return PACKET_GONE;
		status = connect(link, driver);
		if (status == PACKET_OK || (status != PACKET_NOT_CONNECTED && !is_patient))
			return status;
		L4_Sleep(L4_TimePeriod(PAUSE_MICROSECONDS));
	}
}

static enum packet_status find_again(struct packet_link *link)
{
	link->renewals++;
	return find_driver(link, true) == PACKET_OK ? PACKET_RENEWED : PACKET_GONE;
}

/* Asks the driver to look at the rings. */
static void look(struct packet_link *link)
{
	unsigned long status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	link->is_told = true;
	if (!window_call(link->driver, PACKET_LOOK, L4_Never, &msg, &status) || status != PACKET_OK)
		link->driver = L4_nilthread;
}

/* PACKET_NOT_CONNECTED: the driver has ended. */
static enum packet_status wait(const struct packet_link *link, L4_Time_t timeout)
{
	/* More than there are buffers is never reached. */
	unsigned long to_be_sent = link->is_short ? SHORT_UNTIL : PACKET_BUFFERS + 1;
	unsigned long status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, link->taken[PACKET_RECEIVE]);
	L4_MsgAppendWord(&msg, link->taken[PACKET_SEND] + to_be_sent);
	if (window_call(link->driver, PACKET_WAIT, timeout, &msg, &status))
		return status == PACKET_OK ? PACKET_OK : PACKET_NOT_CONNECTED;
	return (L4_ErrorCode() & 0xf) >> 1 == IPC_TIMEOUT ? PACKET_TIMEOUT : PACKET_NOT_CONNECTED;
}

enum packet_status packet_open(struct packet_link *link, const char *name, void *window)
{
	*link = (struct packet_link){ .name = name, .window = window };
	return find_driver(link, false);
}

/*
 * Packets
 */

bool packet_allocate(struct packet_link *link, struct packet *packet)
{
	struct packet_entry entry;

	if (link->free_count == 0)
		while (take(link, PACKET_SEND, &entry))
			link->free[link->free_count++] = entry.offset;
	link->is_short = link->free_count == 0;
	if (link->is_short)
		return false;
	*packet = packet_at(link, link->free[--link->free_count], 0);
	return true;
}

bool packet_send(struct packet_link *link, const struct packet *packet)
{
	if (!is_current(link, packet))
		return false;
	if (packet->length < PACKET_MIN || packet->length > PACKET_MAX) {
		link->free[link->free_count++] = offset_of(link, packet);
		return false;
	}
	put(link, PACKET_SEND, offset_of(link, packet), packet->length);
	link->is_told = false;
	return true;
}

void packet_flush(struct packet_link *link)
{
	if (!link->is_told && !is_lost(link))
		look(link);
}

bool packet_receive(struct packet_link *link, struct packet *packet)
{
	struct packet_entry entry;

	if (!take(link, PACKET_RECEIVE, &entry))
		return false;
	*packet = packet_at(link, entry.offset, entry.length);
	return true;
}

bool packet_release(struct packet_link *link, const struct packet *packet)
{
	if (!is_current(link, packet))
		return false;
	put(link, PACKET_RECEIVE, offset_of(link, packet), 0);
	return true;
}

/*
 * News
 */

/* That there are buffers again is said once. */
static bool has_news(struct packet_link *link)
{
	volatile struct packet_rings *rings = rings_of(link);
	bool has_buffers = link->is_short &&
			   rings->ring[PACKET_SEND].done - link->taken[PACKET_SEND] >= SHORT_UNTIL;

	if (has_buffers)
		link->is_short = false;
	return has_buffers || rings->ring[PACKET_RECEIVE].done != link->taken[PACKET_RECEIVE];
}

enum packet_status packet_wait(struct packet_link *link, L4_Time_t timeout)
{
	packet_flush(link);
	if (!is_lost(link) && !has_news(link)) {
		if (timeout.raw == L4_ZeroTime.raw)
			look(link); /* who does not wait would not hear an answer either */
		else if (wait(link, timeout) == PACKET_NOT_CONNECTED)
			link->driver = L4_nilthread;
	}
	if (is_lost(link))
		return find_again(link);
	return has_news(link) ? PACKET_OK : PACKET_TIMEOUT;
}

/* The owner changes the link only between the answer to a message and the next one, as far as this thread reads it. */
static void run_watcher(void *argument)
{
	struct packet_link *link = argument;

	while (!link->is_gone) {
		enum packet_status status = PACKET_NOT_CONNECTED;

		if (L4_IsNilThread(link->driver))
			L4_Sleep(L4_TimePeriod(PAUSE_MICROSECONDS));
		else
			status = wait(link, L4_Never);
		if (status != PACKET_OK) {
			link->found = root_lookup_wait(link->name);
			link->is_gone = L4_IsNilThread(link->found);
		}
		L4_LoadMR(0, 0);
		L4_Call(link->owner);
	}
}

bool packet_watch(struct packet_link *link)
{
	L4_ThreadId_t thread;

	link->owner = L4_Myself();
	if (root_thread_start(run_watcher, link, link->stack, sizeof(link->stack), &thread) != ROOT_OK)
		return false;
	link->watcher = L4_LocalIdOf(thread);
	return true;
}

bool packet_is_news(const struct packet_link *link, L4_ThreadId_t from)
{
	return from.raw == link->watcher.raw;
}

enum packet_status packet_update(struct packet_link *link)
{
	L4_ThreadId_t found = link->found;
	enum packet_status status;

	has_news(link);
	if (!is_lost(link))
		return PACKET_OK;
	if (link->is_gone)
		return PACKET_GONE;
	link->driver = link->found = L4_nilthread;
	status = L4_IsNilThread(found) ? PACKET_NOT_CONNECTED : connect(link, found);
	if (status != PACKET_OK)
		return status;
	link->renewals++;
	return PACKET_RENEWED;
}

void packet_listen(struct packet_link *link)
{
	link->is_told = true; /* the watcher's request does that */
	L4_LoadMR(0, 0);
	L4_Reply(link->watcher);
}
