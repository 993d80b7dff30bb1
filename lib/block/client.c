/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - requests in order, and all of them again when the driver has gone.
 *
 * Requests are numbered since the connection. Number n has slot n % slots: a request of the list, a buffer, and as
 * long as it is not taken, an entry of the ring. Between taken and done are those that the driver has acknowledged,
 * between done and submitted those that it has not.
 */
#include <block/client.h>

#include <stddef.h>

#include <device/window.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <string.h>

enum { BUSY_MICROSECONDS = 1000 };

static volatile struct block_ring *ring_of(const struct block_disk *disk)
{
	return (volatile struct block_ring *)disk->window;
}

static unsigned int buffer_size(const struct block_disk *disk)
{
	return BLOCK_BUFFERS / disk->slots & -(unsigned int)BLOCK_SECTOR;
}

static unsigned int buffer_offset(const struct block_disk *disk, unsigned long number)
{
	return BLOCK_PAGE + (unsigned int)(number % disk->slots) * buffer_size(disk);
}

unsigned int block_request_sectors(const struct block_disk *disk)
{
	return buffer_size(disk) / BLOCK_SECTOR;
}

/*
 * Messages. False: there is no such driver any more.
 */

static bool connect(struct block_disk *disk, enum block_status *status)
{
	unsigned long word, sectors;

	if (!window_connect(disk->driver, BLOCK_CONNECT, disk->window, BLOCK_WINDOW_LOG2, &word, &sectors))
		return false;
	*status = (enum block_status)word;
	if (*status == BLOCK_OK)
		disk->sectors = sectors;
	return true;
}

/* With whoever is the driver by then. */
static enum block_status find_driver(struct block_disk *disk)
{
	enum block_status status;

	for (;;) {
		disk->driver = root_lookup_wait(disk->name);
		if (L4_IsNilThread(disk->driver))
			return BLOCK_GONE;
		if (!connect(disk, &status) || status == BLOCK_BUSY)
			L4_Sleep(L4_TimePeriod(BUSY_MICROSECONDS));
		else
			return status;
	}
}

/*
 * Requests
 */

static void put(struct block_disk *disk, struct block_request *request)
{
	unsigned long number = disk->submitted++;
	volatile struct block_entry *entry = &ring_of(disk)->entry[number % BLOCK_ENTRIES];
	bool is_flush = request->operation == BLOCK_FLUSH;
	unsigned int offset = buffer_offset(disk, number);

	disk->request[number % disk->slots] = request;
	entry->operation = request->operation;
	entry->count = request->count;
	entry->sector = request->sector;
	entry->offset = is_flush ? 0 : offset;
	if (request->operation == BLOCK_WRITE)
		request->fill(request, disk->window + offset);
}

/* All that is not acknowledged, to the next driver. */
static enum block_status begin_anew(struct block_disk *disk)
{
	struct block_request *again[BLOCK_SLOTS_MAX];
	unsigned int count = 0;
	enum block_status status;

	while (disk->taken != disk->submitted)
		again[count++] = disk->request[disk->taken++ % disk->slots];
	status = find_driver(disk);
	disk->submitted = disk->done = disk->taken = 0;
	disk->reconnects++;
	for (unsigned int i = 0; i < count; i++)
		put(disk, again[i]);
	return status;
}

/* Tells the driver what is new; waits until something is done that was not. */
static enum block_status tell(struct block_disk *disk)
{
	unsigned long status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, disk->submitted);
	L4_MsgAppendWord(&msg, disk->done);
	if (!window_call(disk->driver, BLOCK_SUBMIT, L4_Never, &msg, &status) || status != BLOCK_OK ||
	    L4_MsgWord(&msg, 0) - disk->done > disk->submitted - disk->done)
		return begin_anew(disk);
	disk->done = L4_MsgWord(&msg, 0);
	return BLOCK_OK;
}

/* Uses what the driver has acknowledged. False: the buffer was gone before that was over. */
static bool take(struct block_disk *disk, struct block_request *request)
{
	volatile struct block_ring *ring = ring_of(disk);

	request->status = (enum block_status)ring->entry[disk->taken % BLOCK_ENTRIES].status;
	if (request->operation == BLOCK_READ && request->status == BLOCK_OK)
		request->take(request, disk->window + buffer_offset(disk, disk->taken));
	return ring->live == BLOCK_LIVE;
}

enum block_status block_open(struct block_disk *disk, const char *name, void *window, unsigned int slots)
{
	if (slots == 0 || slots > BLOCK_SLOTS_MAX)
		return BLOCK_MALFORMED;
	*disk = (struct block_disk){ .name = name, .window = window, .slots = slots };
	return find_driver(disk);
}

bool block_submit(struct block_disk *disk, struct block_request *request)
{
	if (disk->submitted - disk->taken == disk->slots)
		return false;
	put(disk, request);
	return true;
}

struct block_request *block_wait(struct block_disk *disk)
{
	enum block_status status = BLOCK_OK;
	struct block_request *request;

	if (disk->taken == disk->submitted)
		return NULL;
	do {
		request = disk->request[disk->taken % disk->slots];
		if (disk->taken == disk->done)
			status = tell(disk);
		else if (take(disk, request))
			break;
		else
			status = begin_anew(disk);
	} while (status == BLOCK_OK);
	if (status != BLOCK_OK) { /* there is no driver any more */
		request = disk->request[0];
		request->status = status;
		disk->done = 1;
	}
	disk->taken++;
	return request;
}

/*
 * One after the other
 */

static void copy_in(struct block_request *request, void *buffer)
{
	memcpy(buffer, request->argument, request->count * (unsigned long)BLOCK_SECTOR);
}

static void copy_out(struct block_request *request, const void *buffer)
{
	memcpy(request->argument, buffer, request->count * (unsigned long)BLOCK_SECTOR);
}

static enum block_status transfer(struct block_disk *disk, enum block_operation operation, unsigned long sector,
				  unsigned long count, char *data)
{
	while (count > 0) {
		unsigned int most = block_request_sectors(disk), part = count < most ? (unsigned int)count : most;
		struct block_request request = {
			.operation = operation,
			.sector = sector,
			.count = part,
			.fill = copy_in,
			.take = copy_out,
			.argument = data,
		};

		block_submit(disk, &request);
		block_wait(disk);
		if (request.status != BLOCK_OK)
			return request.status;
		sector += part;
		count -= part;
		data += part * (unsigned long)BLOCK_SECTOR;
	}
	return BLOCK_OK;
}

enum block_status block_read(struct block_disk *disk, unsigned long sector, unsigned long count, void *data)
{
	return transfer(disk, BLOCK_READ, sector, count, data);
}

enum block_status block_write(struct block_disk *disk, unsigned long sector, unsigned long count, const void *data)
{
	return transfer(disk, BLOCK_WRITE, sector, count, (char *)data);
}

enum block_status block_flush(struct block_disk *disk)
{
	struct block_request request = { .operation = BLOCK_FLUSH };

	block_submit(disk, &request);
	block_wait(disk);
	return request.status;
}
