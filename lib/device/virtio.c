/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio.c - finding a VIRTIO device's registers, bringing it into order, and its queues.
 *
 * Processor and device see each other's stores in their order. Where one of them stores, and then reads what the
 * other one stores, a barrier is needed: notify() and virtio_interrupts().
 */
#include <device/virtio.h>

#include <stddef.h>

#include <device/pci.h>
#include <l4/msi.h>
#include <l4/thread.h>
#include <service/root.h>

enum { VENDOR = 0x1af4, PAGE = 4096, INTERRUPTS_TRIED = 64, RESET_TRIES = 100000 };
enum { CAPABILITIES = 0x34, CAPABILITY_VENDOR = 0x09, CAPABILITIES_MAX = 48 };
enum { STRUCTURE_COMMON = 1, STRUCTURE_NOTIFY = 2, STRUCTURE_DEVICE = 4, STRUCTURES = 5 }; /* 4.1.4 */
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };			   /* 2.1 */
enum { FEATURE_VERSION_1 = 1 << 0 };			   /* of bits 32 to 63 */
enum { NO_INTERRUPT = 1, NO_NOTIFY = 1 };		   /* flags of available, of used */

/*
 * Where its registers are: behind an address of its own each. Nobody gives memory there, so the driver ends, and
 * starts anew, when servers/pci has ended and the registers have gone.
 */
#define REGISTERS ((char *)ROOT_AREA_HIGH - STRUCTURES * PAGE)

static unsigned int read_configuration(const struct virtio *device, unsigned int offset)
{
	unsigned int value = 0;

	pci_read(device->pci, device->handle, offset, &value);
	return value;
}

/* Where a structure is; null: it cannot be had. */
static char *map_structure(const struct virtio *device, unsigned int type, unsigned int capability)
{
	unsigned int bar = read_configuration(device, capability + 4) & 0xff;
	unsigned int offset = read_configuration(device, capability + 8);
	char *page = REGISTERS + type * PAGE;

	if (pci_map(device->pci, device->handle, bar, offset & -(unsigned int)PAGE, page) != PCI_OK)
		return NULL;
	return page + offset % PAGE;
}

static bool find_structures(struct virtio *device)
{
	unsigned int at = read_configuration(device, CAPABILITIES) & 0xfc;
	char *structure[STRUCTURES] = { NULL };

	for (unsigned int i = 0; at != 0 && i < CAPABILITIES_MAX; i++) {
		unsigned int word = read_configuration(device, at), type = word >> 24;

		if ((word & 0xff) == CAPABILITY_VENDOR && type < STRUCTURES && !structure[type]) {
			structure[type] = map_structure(device, type, at);
			if (type == STRUCTURE_NOTIFY)
				device->notify_multiplier = read_configuration(device, at + 16);
		}
		at = word >> 8 & 0xfc;
	}
	device->common = (volatile struct virtio_common *)structure[STRUCTURE_COMMON];
	device->configuration = structure[STRUCTURE_DEVICE];
	device->notify_page = structure[STRUCTURE_NOTIFY];
	return device->common && device->configuration && device->notify_page;
}

static bool reset(struct virtio *device)
{
	device->common->status = 0;
	for (unsigned int i = 0; device->common->status != 0; i++)
		if (i == RESET_TRIES)
			return false;
	return true;
}

bool virtio_claim(struct virtio *device, unsigned int number, unsigned int old_number)
{
	device->pci = root_lookup_wait("pci");
	if (pci_claim(device->pci, VENDOR, number, &device->handle) != PCI_OK &&
	    pci_claim(device->pci, VENDOR, old_number, &device->handle) != PCI_OK)
		return false;
	return find_structures(device) && reset(device);
}

/* One of the interrupts by message that nobody has yet. */
bool virtio_interrupt(struct virtio *device)
{
	unsigned long message;

	for (device->interrupt = L4_MSI_FIRST; device->interrupt < L4_MSI_FIRST + INTERRUPTS_TRIED; device->interrupt++)
		if (root_interrupt(device->interrupt, L4_Myself(), &message) == ROOT_OK)
			return pci_start(device->pci, device->handle, message) == PCI_OK;
	return false;
}

bool virtio_begin(struct virtio *device, unsigned int *features)
{
	volatile struct virtio_common *common = device->common;

	if (!reset(device))
		return false;
	common->status = ACKNOWLEDGE | DRIVER;
	common->device_feature_select = common->driver_feature_select = 0;
	*features &= common->device_feature;
	common->driver_feature = *features;
	common->driver_feature_select = 1;
	common->driver_feature = FEATURE_VERSION_1;
	common->status = ACKNOWLEDGE | DRIVER | FEATURES_OK;
	return common->status & FEATURES_OK;
}

void virtio_ready(struct virtio *device)
{
	device->common->status = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

/*
 * Queues
 */

static void write_address(struct virtio *device, unsigned int index, unsigned long physical)
{
	device->common->queue[2 * index] = (unsigned int)physical;
	device->common->queue[2 * index + 1] = (unsigned int)(physical >> 32);
}

bool virtio_queue(struct virtio *device, struct virtio_queue *queue, unsigned int number, unsigned int size,
		  void *memory, unsigned long physical)
{
	volatile struct virtio_common *common = device->common;
	unsigned long available = size * sizeof(struct virtio_descriptor);
	unsigned long used = VIRTIO_QUEUE_USED(size);

	common->queue_select = (unsigned short)number;
	if (common->queue_size < size)
		return false;
	queue->descriptor = memory;
	queue->available = (volatile struct virtio_available *)((char *)memory + available);
	queue->used = (volatile struct virtio_used *)((char *)memory + used);
	queue->notify = (volatile unsigned short *)(device->notify_page +
						    common->queue_notify * device->notify_multiplier % PAGE);
	queue->number = (unsigned short)number;
	queue->size = (unsigned short)size;
	queue->taken = 0;
	queue->available->flags = queue->available->index = 0;
	queue->used->flags = queue->used->index = 0;
	common->queue_size = (unsigned short)size;
	common->queue_vector = 0;
	write_address(device, 0, physical);
	write_address(device, 1, physical + available);
	write_address(device, 2, physical + used);
	common->queue_enable = 1;
	return true;
}

void virtio_describe(struct virtio_queue *queue, unsigned int index, unsigned long physical, unsigned int length,
		     unsigned int flags, unsigned int next)
{
	queue->descriptor[index].address = physical;
	queue->descriptor[index].length = length;
	queue->descriptor[index].flags = (unsigned short)flags;
	queue->descriptor[index].next = (unsigned short)next;
}

void virtio_put(struct virtio_queue *queue, unsigned int head)
{
	unsigned short index = queue->available->index;

	queue->available->ring[index % queue->size] = (unsigned short)head;
	queue->available->index = (unsigned short)(index + 1);
}

void virtio_notify(struct virtio_queue *queue)
{
	__sync_synchronize();
	if (!(queue->used->flags & NO_NOTIFY))
		*queue->notify = queue->number;
}

bool virtio_take(struct virtio_queue *queue, unsigned int *head, unsigned int *length)
{
	if (queue->taken == queue->used->index)
		return false;
	*head = queue->used->ring[queue->taken % queue->size].head % queue->size;
	*length = queue->used->ring[queue->taken % queue->size].length;
	queue->taken++;
	return true;
}

void virtio_interrupts(struct virtio_queue *queue, bool wanted)
{
	queue->available->flags = wanted ? 0 : NO_INTERRUPT;
	__sync_synchronize();
}
