/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-blk - a disk that an emulator or hypervisor offers (VIRTIO 1.0, 4.1 and 5.2), for the clients of lib/block.
 *
 * The device comes from servers/pci: its registers as pages, its interrupt by a message. There is one queue with
 * three descriptors, always the same: a header, the client's buffer, a status byte.
 */
#include <stdbool.h>
#include <stddef.h>

#include <block/server.h>
#include <device/pci.h>
#include <l4/ipc.h>
#include <l4/msi.h>
#include <l4io.h>
#include <service/root.h>

enum { VENDOR = 0x1af4, DEVICE = 0x1042, DEVICE_TRANSITIONAL = 0x1001, PAGE = 4096 };
enum { INTERRUPTS_TRIED = 64, RESET_TRIES = 100000 };
enum { CAPABILITIES = 0x34, CAPABILITY_VENDOR = 0x09, CAPABILITIES_MAX = 48 };
enum { STRUCTURE_COMMON = 1, STRUCTURE_NOTIFY = 2, STRUCTURE_DEVICE = 4, STRUCTURES = 5 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 }; /* device status */
enum { FEATURE_FLUSH = 1 << 9, FEATURE_VERSION_1 = 1 << 0 };	      /* bits 0 to 31; bits 32 to 63 */
enum { NEXT = 1, WRITABLE = 2 };				      /* descriptor flags */
enum { IN = 0, OUT = 1, FLUSH = 4, STATUS_NONE = 0xff };	      /* request types */

/* Common configuration, 4.1.4.3 */
struct common {
	unsigned int device_feature_select, device_feature, driver_feature_select, driver_feature;
	unsigned short config_vector, queues;
	unsigned char status, generation;
	unsigned short queue_select, queue_size, queue_vector, queue_enable, queue_notify;
	unsigned int queue[6]; /* three addresses: descriptors, available, used; lower half first */
};

/*
 * Where its registers are: behind an address of its own each. Nobody gives memory there, so the driver ends, and
 * starts anew, when servers/pci has ended and the registers have gone.
 */
#define REGISTERS ((char *)ROOT_AREA_HIGH - STRUCTURES * PAGE)

enum { QUEUE_SIZE = 4, HEADER = 0, BUFFER = 1, STATUS = 2 };

/* The queue, 2.4, and what its descriptors point to. */
struct queue {
	struct {
		unsigned long address;
		unsigned int length;
		unsigned short flags, next;
	} descriptor[QUEUE_SIZE];
	struct {
		unsigned short flags, index, ring[QUEUE_SIZE];
	} available;
	unsigned int padding;
	struct {
		unsigned short flags, index;
		struct {
			unsigned int head, length;
		} ring[QUEUE_SIZE];
	} used;
	struct {
		unsigned int type, reserved;
		unsigned long sector;
	} header;
	unsigned char status;
};
_Static_assert(offsetof(struct queue, used) % 4 == 0, "2.4");

static L4_ThreadId_t pci;
static unsigned int handle;
static volatile struct common *common;
static volatile unsigned int *configuration; /* of a disk: its sectors in the first two words */
static char *notify_page;
static volatile unsigned short *notify;
static unsigned int notify_multiplier;
static volatile struct queue *queue;
static unsigned long queue_physical;
static struct block_device disk;

/*
 * Finding its registers
 */

static unsigned int read_configuration(unsigned int offset)
{
	unsigned int value = 0;

	pci_read(pci, handle, offset, &value);
	return value;
}

/* Where a structure is; null: it cannot be had. */
static char *map_structure(unsigned int type, unsigned int capability)
{
	unsigned int bar = read_configuration(capability + 4) & 0xff, offset = read_configuration(capability + 8);

	char *page = REGISTERS + type * PAGE;

	if (pci_map(pci, handle, bar, offset & -(unsigned int)PAGE, page) != PCI_OK)
		return NULL;
	return page + offset % PAGE;
}

static bool find_structures(void)
{
	unsigned int at = read_configuration(CAPABILITIES) & 0xfc;
	char *structure[STRUCTURES] = { NULL };

	for (unsigned int i = 0; at != 0 && i < CAPABILITIES_MAX; i++) {
		unsigned int word = read_configuration(at), type = word >> 24;

		if ((word & 0xff) == CAPABILITY_VENDOR && type < STRUCTURES && !structure[type]) {
			structure[type] = map_structure(type, at);
			if (type == STRUCTURE_NOTIFY)
				notify_multiplier = read_configuration(at + 16);
		}
		at = word >> 8 & 0xfc;
	}
	common = (volatile struct common *)structure[STRUCTURE_COMMON];
	configuration = (volatile unsigned int *)structure[STRUCTURE_DEVICE];
	notify_page = structure[STRUCTURE_NOTIFY];
	return common && configuration && notify_page;
}

static bool find_device(void)
{
	pci = root_lookup_wait("pci");
	if (pci_claim(pci, VENDOR, DEVICE, &handle) != PCI_OK &&
	    pci_claim(pci, VENDOR, DEVICE_TRANSITIONAL, &handle) != PCI_OK)
		return false;
	return find_structures();
}

/*
 * The device in order
 */

static void write_address(unsigned int index, unsigned long offset)
{
	common->queue[2 * index] = (unsigned int)(queue_physical + offset);
	common->queue[2 * index + 1] = (unsigned int)((queue_physical + offset) >> 32);
}

/* From any state to ready (3.1.1). False: it is not a device that this driver knows. */
static bool begin(void)
{
	common->status = 0;
	for (unsigned int i = 0; common->status != 0; i++)
		if (i == RESET_TRIES)
			return false;
	common->status = ACKNOWLEDGE | DRIVER;
	common->driver_feature_select = 0;
	common->driver_feature = FEATURE_FLUSH;
	common->driver_feature_select = 1;
	common->driver_feature = FEATURE_VERSION_1;
	common->status = ACKNOWLEDGE | DRIVER | FEATURES_OK;
	if (!(common->status & FEATURES_OK))
		return false;
	queue->available.index = queue->used.index = 0;
	common->queue_select = 0;
	common->queue_size = QUEUE_SIZE;
	common->queue_vector = 0;
	write_address(0, offsetof(struct queue, descriptor));
	write_address(1, offsetof(struct queue, available));
	write_address(2, offsetof(struct queue, used));
	notify = (volatile unsigned short *)(notify_page + common->queue_notify * notify_multiplier % PAGE);
	common->queue_enable = 1;
	common->status = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
	return true;
}

static void reset(void)
{
	begin();
}

/*
 * Requests
 */

static void describe(unsigned int index, unsigned long physical, unsigned int length, unsigned int flags,
		     unsigned int next)
{
	queue->descriptor[index].address = physical;
	queue->descriptor[index].length = length;
	queue->descriptor[index].flags = (unsigned short)flags;
	queue->descriptor[index].next = (unsigned short)next;
}

static void start(enum block_operation operation, unsigned long sector, unsigned int count, unsigned long physical)
{
	static const unsigned char types[] = { [BLOCK_READ] = IN, [BLOCK_WRITE] = OUT, [BLOCK_FLUSH] = FLUSH };

	queue->header.type = types[operation];
	queue->header.sector = sector;
	queue->status = STATUS_NONE;
	describe(HEADER, queue_physical + offsetof(struct queue, header), sizeof(queue->header), NEXT,
		 operation == BLOCK_FLUSH ? STATUS : BUFFER);
	describe(BUFFER, physical, count * BLOCK_SECTOR, operation == BLOCK_READ ? NEXT | WRITABLE : NEXT, STATUS);
	describe(STATUS, queue_physical + offsetof(struct queue, status), 1, WRITABLE, 0);
	queue->available.ring[queue->available.index % QUEUE_SIZE] = HEADER;
	queue->available.index++;
	*notify = 0;
}

static bool is_done(enum block_status *status)
{
	*status = queue->status == 0 ? BLOCK_OK : BLOCK_FAILED;
	return queue->used.index == queue->available.index;
}

static struct block_device disk = { .name = "virtio-blk", .start = start, .is_done = is_done, .reset = reset };

/* One of the interrupts by message that nobody has yet. */
static bool get_interrupt(unsigned long *message)
{
	for (disk.interrupt = L4_MSI_FIRST; disk.interrupt < L4_MSI_FIRST + INTERRUPTS_TRIED; disk.interrupt++)
		if (root_interrupt(disk.interrupt, L4_Myself(), message) == ROOT_OK)
			return true;
	return false;
}

int main(void)
{
	unsigned long message;

	if (!find_device()) {
		printf("virtio-blk: no disk\n");
		return 1;
	}
	common->status = 0; /* nothing of the last instance is under way any more */
	queue = block_memory(disk.name, &queue_physical);
	if (!queue)
		return 1;
	if (!get_interrupt(&message) || pci_start(pci, handle, message) != PCI_OK || !begin()) {
		printf("virtio-blk: no interrupt, or an unknown kind of disk\n");
		return 1;
	}
	disk.sectors = configuration[0] | (unsigned long)configuration[1] << 32;
	block_serve(&disk);
}
