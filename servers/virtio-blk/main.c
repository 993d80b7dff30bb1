/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-blk - a disk that an emulator or hypervisor offers (VIRTIO 1.0, 4.1 and 5.2), for the clients of lib/block.
 *
 * There is one queue, and one request in it, of three descriptors that are always the same: a header, the client's
 * buffer, a status byte.
 */
#include <stdbool.h>
#include <stddef.h>

#include <block/server.h>
#include <device/virtio.h>
#include <l4io.h>

enum { DEVICE = 0x1042, DEVICE_OLD = 0x1001 };
enum { FEATURE_FLUSH = 1 << 9 };
enum { IN = 0, OUT = 1, FLUSH = 4, STATUS_NONE = 0xff }; /* request types */
enum { QUEUE_SIZE = 4, HEADER = 0, BUFFER = 1, STATUS = 2 };

/* The driver's own memory: the queue, and what its descriptors point to. */
struct memory {
	char queue[VIRTIO_QUEUE_BYTES(QUEUE_SIZE)] __attribute__((aligned(16)));
	struct {
		unsigned int type, reserved;
		unsigned long sector;
	} header;
	unsigned char status;
};

static struct virtio device;
static struct virtio_queue queue;
static volatile struct memory *memory;
static unsigned long memory_physical;

/* From any state to ready. False: it is not a device that this driver knows. */
static bool begin(void)
{
	unsigned int features = FEATURE_FLUSH;

	if (!virtio_begin(&device, &features) || !(features & FEATURE_FLUSH) ||
	    !virtio_queue(&device, &queue, 0, QUEUE_SIZE, (char *)memory->queue,
			  memory_physical + offsetof(struct memory, queue)))
		return false;
	virtio_ready(&device);
	return true;
}

static void reset(void)
{
	begin();
}

/*
 * Requests
 */

static void start(enum block_operation operation, unsigned long sector, unsigned int count, unsigned long physical)
{
	static const unsigned char types[] = { [BLOCK_READ] = IN, [BLOCK_WRITE] = OUT, [BLOCK_FLUSH] = FLUSH };

	memory->header.type = types[operation];
	memory->header.sector = sector;
	memory->status = STATUS_NONE;
	virtio_describe(&queue, HEADER, memory_physical + offsetof(struct memory, header), sizeof(memory->header),
			VIRTIO_NEXT, operation == BLOCK_FLUSH ? STATUS : BUFFER);
	virtio_describe(&queue, BUFFER, physical, count * BLOCK_SECTOR,
			operation == BLOCK_READ ? VIRTIO_NEXT | VIRTIO_WRITABLE : VIRTIO_NEXT, STATUS);
	virtio_describe(&queue, STATUS, memory_physical + offsetof(struct memory, status), 1, VIRTIO_WRITABLE, 0);
	virtio_put(&queue, HEADER);
	virtio_notify(&queue);
}

static bool is_done(enum block_status *status)
{
	unsigned int head, length;

	*status = memory->status == 0 ? BLOCK_OK : BLOCK_FAILED;
	return virtio_take(&queue, &head, &length);
}

static struct block_device disk = { .name = "virtio-blk", .start = start, .is_done = is_done, .reset = reset };

int main(void)
{
	const volatile unsigned int *configuration; /* its sectors in the first two words */

	if (!virtio_claim(&device, DEVICE, DEVICE_OLD)) {
		printf("virtio-blk: no disk\n");
		return 1;
	}
	memory = block_memory(disk.name, &memory_physical);
	if (!memory)
		return 1;
	if (!virtio_interrupt(&device) || !begin()) {
		printf("virtio-blk: no interrupt, or an unknown kind of disk\n");
		return 1;
	}
	disk.interrupt = device.interrupt;
	configuration = device.configuration;
	disk.sectors = configuration[0] | (unsigned long)configuration[1] << 32;
	block_serve(&disk);
}
