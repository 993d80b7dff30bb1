/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - the loop of a disk driver: messages in, interrupts in, one request out.
 *
 * Answers go out with timeout zero, so no client is waited for; what clients send is checked in windows.c. The device
 * is never given an address that is not within a window.
 */
#include <block/server.h>

#include <stddef.h>

#include <block/windows.h>
#include <device/window.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>
#include <string.h>

static const struct block_device *device;
static struct block_windows windows;
static unsigned long physical_base;
static struct block_window *serving; /* whose request the device has; null: it is idle */
static unsigned long begun;	     /* when, in microseconds */

static unsigned int index_of(const struct block_window *window)
{
	return (unsigned int)(window - windows.window);
}

static char *memory_of(const struct block_window *window)
{
	return (char *)ROOT_AREA_LOW + (unsigned long)index_of(window) * BLOCK_WINDOW;
}

static volatile struct block_ring *ring_of(const struct block_window *window)
{
	return (volatile struct block_ring *)memory_of(window);
}

/*
 * Requests of clients
 */

static void tell_waiter(struct block_window *window)
{
	L4_ThreadId_t waiter = { .raw = window->waiter };

	if (L4_IsNilThread(waiter))
		return;
	window->waiter = L4_nilthread.raw;
	window_answer(waiter, BLOCK_OK, window->done);
}

static void serve_connect(L4_ThreadId_t client)
{
	unsigned long program = root_program_number(client);
	struct block_window *window = block_window_of(&windows, program);
	bool is_known = window != NULL;

	/* While the device works on its memory a window stays what it is. */
	if (!window || window != serving)
		window = block_window_connect(&windows, program);
	if (!window || window == serving) {
		window_answer(client, BLOCK_BUSY, 0);
		return;
	}
	window_take_back(memory_of(window), BLOCK_WINDOW_LOG2);
	if (!is_known)
		memset(memory_of(window), 0, BLOCK_WINDOW);
	ring_of(window)->live = BLOCK_LIVE;
	window_give(client, memory_of(window), BLOCK_WINDOW_LOG2, device->sectors);
}

static void serve_submit(L4_ThreadId_t client, unsigned long submitted, unsigned long seen)
{
	struct block_window *window = block_window_of(&windows, root_program_number(client));

	if (!window) {
		window_answer(client, BLOCK_NOT_CONNECTED, 0);
		return;
	}
	tell_waiter(window);
	if (!block_window_submit(&windows, window, submitted, seen)) {
		window_answer(client, BLOCK_MALFORMED, window->done);
		return;
	}
	window->waiter = client.raw;
	if (block_window_has_news(window))
		tell_waiter(window);
}

static void serve(L4_MsgTag_t tag, L4_ThreadId_t client)
{
	L4_Msg_t msg;

	L4_MsgStore(tag, &msg);
	if (root_program_number(client) == BLOCK_NOBODY)
		return;
	if (L4_Label(tag) == BLOCK_CONNECT && L4_UntypedWords(tag) == 0)
		serve_connect(client);
	else if (L4_Label(tag) == BLOCK_SUBMIT && L4_UntypedWords(tag) == 2)
		serve_submit(client, L4_MsgWord(&msg, 0), L4_MsgWord(&msg, 1));
	else
		window_answer(client, BLOCK_MALFORMED, 0);
}

/*
 * The device
 */

static void finish(struct block_window *window, enum block_status status)
{
	block_window_done(window, ring_of(window), status);
	if (block_window_has_news(window))
		tell_waiter(window);
}

static void device_done(enum block_status status)
{
	struct block_window *window = serving;

	serving = NULL;
	finish(window, status);
}

static void serve_interrupt(L4_ThreadId_t interrupt)
{
	enum block_status status;

	if (device->is_done(&status) && serving)
		device_done(status);
	L4_LoadMR(0, 0);
	L4_Reply(interrupt); /* it may come again */
}

static void begin_next(void)
{
	struct block_window *window;

	while (!serving && (window = block_window_next(&windows))) {
		struct block_entry entry;
		enum block_status status = block_window_entry(window, ring_of(window), device->sectors, &entry);

		if (status != BLOCK_OK) {
			finish(window, status);
			continue;
		}
		serving = window;
		begun = L4_SystemClock().raw;
		device->start((enum block_operation)entry.operation, entry.sector, entry.count,
			      physical_base + (unsigned long)index_of(window) * BLOCK_WINDOW + entry.offset);
	}
}

static void check_patience(void)
{
	if (!serving || L4_SystemClock().raw - begun < BLOCK_PATIENCE)
		return;
	printf("%s: the device does not answer\n", device->name);
	device->reset();
	device_done(BLOCK_FAILED);
}

void *block_memory(const char *name, unsigned long *physical)
{
	unsigned long size;

	if (root_dma_memory((void *)ROOT_AREA_LOW, &physical_base, &size) != ROOT_OK || size < 2 * BLOCK_WINDOW) {
		printf("%s: its description gives it no memory for windows (dma)\n", name);
		return NULL;
	}
	windows.count = (unsigned int)(size / BLOCK_WINDOW - 1);
	if (windows.count > BLOCK_WINDOWS_MAX)
		windows.count = BLOCK_WINDOWS_MAX;
	size = (windows.count + 1) * (unsigned long)BLOCK_WINDOW;
	memset((void *)ROOT_AREA_LOW, 0, size); /* and so all pages are there to be mapped */
	*physical = physical_base + size - BLOCK_WINDOW;
	return (char *)ROOT_AREA_LOW + size - BLOCK_WINDOW;
}

void block_serve(const struct block_device *given)
{
	device = given;
	L4_Accept(L4_UntypedWordsAcceptor);
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait_Timeout(serving ? L4_TimePeriod(BLOCK_PATIENCE) : L4_Never, &from);

		if (L4_IpcSucceeded(tag) && L4_ThreadNo(from) == device->interrupt)
			serve_interrupt(from);
		else if (L4_IpcSucceeded(tag))
			serve(tag, from);
		check_patience();
		begin_next();
	}
}
