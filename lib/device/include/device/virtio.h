/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/virtio.h - VIRTIO 1.0 devices on the PCI bus, for their drivers: what disks, network cards and so on have in
 * common.
 *
 * A driver claims its device, asks the root task for memory, and has the device interrupt its main thread:
 *
 *	virtio_claim()      registers mapped, the device stopped; now its memory may be touched
 *	virtio_interrupt()
 *	virtio_begin()      from any state, also when it has to be reset later
 *	virtio_queue()      for each queue
 *	virtio_ready()
 *
 * Numbers in brackets are sections of "Virtual I/O Device (VIRTIO) Version 1.0".
 */
#ifndef DEVICE_VIRTIO_H
#define DEVICE_VIRTIO_H

#include <stdbool.h>

#include <l4/types.h>

/* Common configuration (4.1.4.3) */
struct virtio_common {
	unsigned int device_feature_select, device_feature, driver_feature_select, driver_feature;
	unsigned short config_vector, queues;
	unsigned char status, generation;
	unsigned short queue_select, queue_size, queue_vector, queue_enable, queue_notify;
	unsigned int queue[6]; /* three addresses: descriptors, available, used; lower half first */
};

struct virtio {
	L4_ThreadId_t pci;
	unsigned int handle;
	unsigned int interrupt; /* its number */
	volatile struct virtio_common *common;
	const volatile void *configuration; /* of its kind of device */
	char *notify_page;
	unsigned int notify_multiplier;
};

/* The three parts of a queue (2.4) */

enum { VIRTIO_NEXT = 1, VIRTIO_WRITABLE = 2 }; /* flags of a descriptor */

struct virtio_descriptor {
	unsigned long address;
	unsigned int length;
	unsigned short flags, next;
};

struct virtio_available {
	unsigned short flags, index, ring[];
};

struct virtio_used {
	unsigned short flags, index;
	struct {
		unsigned int head, length;
	} ring[];
};

struct virtio_queue {
	volatile struct virtio_descriptor *descriptor;
	volatile struct virtio_available *available;
	volatile struct virtio_used *used;
	volatile unsigned short *notify;
	unsigned short number, size, taken;
};

/* Bytes of a queue of so many descriptors, a power of two; a multiple of 16. Its three parts follow each other. */
#define VIRTIO_QUEUE_BYTES(size) ((VIRTIO_QUEUE_USED(size) + 4 + 8 * (size) + 15) & -16UL)
#define VIRTIO_QUEUE_USED(size)	 ((16 * (size) + 4 + 2 * (size) + 3) & -4UL)

/*
 * Waits for servers/pci, claims the first device with this number (or the other one, under which old
 * drivers know it), and resets it. False: there is none.
 */
bool virtio_claim(struct virtio *device, unsigned int number, unsigned int old_number);

/* The calling thread handles its interrupt, and it may transfer. False: no interrupt is to be had. */
bool virtio_interrupt(struct virtio *device);

/*
 * Reset, and the features agreed on: of *features, of bits 0 to 31, those that the device has. False: it does not
 * answer, or is none of version 1.
 */
bool virtio_begin(struct virtio *device, unsigned int *features);

/*
 * An empty queue in memory of VIRTIO_QUEUE_BYTES(size), aligned to 16; physical is where the device finds that.
 * False: the device has no such queue, or none of that size.
 */
bool virtio_queue(struct virtio *device, struct virtio_queue *queue, unsigned int number, unsigned int size,
		  void *memory, unsigned long physical);

void virtio_ready(struct virtio *device);

/* A descriptor: a buffer of the device's, and with VIRTIO_NEXT the number of the one that follows in its chain. */
void virtio_describe(struct virtio_queue *queue, unsigned int index, unsigned long physical, unsigned int length,
		     unsigned int flags, unsigned int next);

/* The chain that begins with this descriptor is the device's; virtio_notify() tells it, if it wants to know. */
void virtio_put(struct virtio_queue *queue, unsigned int head);
void virtio_notify(struct virtio_queue *queue);

/* The next chain that the device has finished, and how many bytes it has written. False: none. */
bool virtio_take(struct virtio_queue *queue, unsigned int *head, unsigned int *length);

/*
 * Whether the device is to interrupt when it finishes a chain. It may do so once more behind "no"; what it has
 * finished before "yes" has to be looked for afterwards.
 */
void virtio_interrupts(struct virtio_queue *queue, bool wanted);

#endif
