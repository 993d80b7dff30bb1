/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-net - the network card that an emulator or hypervisor offers (VIRTIO 1.0, 4.1 and 5.1), for a client of
 * lib/packet.
 *
 * There is a queue in each direction. A packet is a chain of two descriptors: the header that VIRTIO puts before each
 * packet, and the client's buffer. No headers are needed for what is agreed on here: all packets to be sent have the
 * same one, of zeros, and all received ones are written to one place that nobody reads.
 */
#include <stdbool.h>
#include <stddef.h>

#include <device/virtio.h>
#include <l4io.h>
#include <packet/server.h>
#include <string.h>

enum { DEVICE = 0x1041, DEVICE_OLD = 0x1000 };
enum { FEATURE_MAC = 1 << 5 };
enum { HEADER = 12 }; /* bytes (5.1.6) */
enum { QUEUE_SIZE = 2 * PACKET_ENTRIES };

/* The driver's own memory. */
struct memory {
	char queue[PACKET_DIRECTIONS][VIRTIO_QUEUE_BYTES(QUEUE_SIZE)] __attribute__((aligned(16)));
	char header[PACKET_DIRECTIONS][HEADER];
};

/* A queue, which of its pairs of descriptors are free, and the others' buffers. */
struct direction {
	struct virtio_queue queue;
	unsigned int free_count;
	unsigned char free[PACKET_ENTRIES];
	unsigned int offset[PACKET_ENTRIES];
};

static struct virtio device;
static struct direction directions[PACKET_DIRECTIONS];
static struct memory *memory;
static unsigned long memory_physical;

static bool begin_direction(enum packet_direction number)
{
	static const unsigned char queue[] = { [PACKET_RECEIVE] = 0, [PACKET_SEND] = 1 };
	struct direction *direction = &directions[number];

	for (direction->free_count = 0; direction->free_count < PACKET_ENTRIES; direction->free_count++)
		direction->free[direction->free_count] = (unsigned char)direction->free_count;
	return virtio_queue(&device, &direction->queue, queue[number], QUEUE_SIZE, memory->queue[number],
			    memory_physical + offsetof(struct memory, queue[number]));
}

static bool begin(void)
{
	unsigned int features = FEATURE_MAC;

	if (!virtio_begin(&device, &features) || !(features & FEATURE_MAC) || !begin_direction(PACKET_SEND) ||
	    !begin_direction(PACKET_RECEIVE))
		return false;
	virtio_ready(&device);
	return true;
}

static void put(enum packet_direction number, unsigned int offset, unsigned long physical, unsigned int length)
{
	struct direction *direction = &directions[number];
	unsigned int pair = direction->free[--direction->free_count];
	unsigned int writable = number == PACKET_RECEIVE ? VIRTIO_WRITABLE : 0;

	direction->offset[pair] = offset;
	virtio_describe(&direction->queue, 2 * pair, memory_physical + offsetof(struct memory, header[number]), HEADER,
			VIRTIO_NEXT | writable, 2 * pair + 1);
	virtio_describe(&direction->queue, 2 * pair + 1, physical, length, writable, 0);
	virtio_put(&direction->queue, 2 * pair);
}

static bool take(enum packet_direction number, unsigned int *offset, unsigned int *length)
{
	struct direction *direction = &directions[number];
	unsigned int head;

	if (!virtio_take(&direction->queue, &head, length))
		return false;
	*length = *length > HEADER ? *length - HEADER : 0; /* of those received */
	*offset = direction->offset[head / 2];
	direction->free[direction->free_count++] = (unsigned char)(head / 2);
	return true;
}

static void notify(enum packet_direction number)
{
	virtio_notify(&directions[number].queue);
}

static void interrupts(enum packet_direction number, bool wanted)
{
	virtio_interrupts(&directions[number].queue, wanted);
}

static struct packet_card card = {
	.name = "virtio-net",
	.begin = begin,
	.put = put,
	.notify = notify,
	.take = take,
	.interrupts = interrupts,
};

int main(void)
{
	const volatile unsigned char *configuration; /* begins with the address (5.1.4) */

	if (!virtio_claim(&device, DEVICE, DEVICE_OLD)) {
		printf("virtio-net: no card\n");
		return 1;
	}
	memory = packet_memory(card.name, sizeof(*memory), &memory_physical);
	if (!memory)
		return 1;
	if (!virtio_interrupt(&device) || !begin()) {
		printf("virtio-net: no interrupt, or an unknown kind of card\n");
		return 1;
	}
	card.interrupt = device.interrupt;
	configuration = device.configuration;
	for (unsigned int i = 0; i < PACKET_ADDRESS; i++)
		card.address[i] = configuration[i];
	packet_serve(&card);
}
