/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci - gives PCI devices to their drivers: <device/pci.h>.
 *
 * It knows where each device's memory is, and passes pages of it on; drivers name them by register and offset. The
 * page with a device's MSI-X table stays here, so that what a driver has written there is an interrupt; which one, is
 * the driver's word.
 *
 * Who owns what is in the one page that the root task leaves as it was when it starts this server anew ("dma" in the
 * description). Each owner is one word, written by one store: it is there or not, whenever the server ends.
 */
#include <stdbool.h>
#include <stddef.h>

#include <device/pci.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "config.h"

enum { PAGE = 4096, PAGE_LOG2 = 12, DEVICES_MAX = 64, FUNCTIONS = 8, HAS_FUNCTIONS = 1 << 23 };
enum { HANDLE_BITS = 16, HANDLE_MASK = (1 << HANDLE_BITS) - 1 };
enum { MSIX_ENABLE = 1U << 31, MSI_ENABLE = 1 << 16, MSI_IS_64 = 1 << 23, MSI_VECTORS = 7 << 20 };
enum { MESSAGE_PREFIX = 0xfee, VECTOR_FIRST = 32, VECTOR_LAST = 255 };

/* What lies behind a base address register. */
struct memory {
	unsigned long physical, size; /* 0: nothing */
	char *here;		      /* null: it has not been asked for */
};

static struct device {
	unsigned int handle, id;
	unsigned long program; /* 0: nobody's */
	struct memory memory[BARS];
} devices[DEVICES_MAX];
static unsigned int device_count;
static unsigned int *const owners = (unsigned int *)ROOT_AREA_LOW; /* program << 16 | handle; 0: the end */
static char *area_next = (char *)ROOT_AREA_LOW + PAGE;

/*
 * Whose it is
 */

static unsigned long owner_of(unsigned int handle)
{
	for (unsigned int i = 0; owners[i] != 0; i++)
		if ((owners[i] & HANDLE_MASK) == handle)
			return owners[i] >> HANDLE_BITS;
	return 0;
}

static void give(struct device *device, unsigned long program)
{
	unsigned int i = 0;

	while (owners[i] != 0)
		i++;
	owners[i] = (unsigned int)program << HANDLE_BITS | device->handle;
	device->program = program;
}

/*
 * What is there
 */

static void add(unsigned int handle, unsigned int id)
{
	struct device *device = &devices[device_count];
	unsigned int class = config_read(handle, REGISTER_CLASS);
	unsigned int command = config_read(handle, REGISTER_COMMAND) & 0xffff;
	bool is_bridge = config_read(handle, REGISTER_HEADER) >> 16 & 0x7f;

	printf("pci: %02x:%02x.%u class %04x: %04x:%04x\n", handle >> 8, handle >> 3 & 0x1f, handle & 7, class >> 16,
	       id & 0xffff, id >> 16);
	if (device_count == DEVICES_MAX || is_bridge)
		return;
	*device = (struct device){ .handle = handle, .id = id, .program = owner_of(handle) };
	config_command(handle, command & ~(unsigned int)COMMAND_MEMORY);
	for (unsigned int bar = 0; bar < BARS; bar++)
		device->memory[bar].size = config_bar(handle, bar, &device->memory[bar].physical);
	config_command(handle, command);
	device_count++;
}

static void look_around(void)
{
	for (unsigned int handle = 0; handle < DEVICES_END; handle += FUNCTIONS) {
		bool has_functions = config_read(handle, REGISTER_HEADER) & HAS_FUNCTIONS;

		for (unsigned int function = 0; function < (has_functions ? FUNCTIONS : 1); function++) {
			unsigned int id = config_read(handle + function, REGISTER_ID);

			if ((id & 0xffff) != 0xffff)
				add(handle + function, id);
		}
	}
}

/*
 * Memory
 */

/* The page here; null: the root task does not give it. */
static char *page_at(struct memory *memory, unsigned long offset)
{
	unsigned long size = (memory->size + PAGE - 1) & -(unsigned long)PAGE;

	if (offset >= memory->size || memory->physical % PAGE != 0)
		return NULL;
	if (!memory->here) {
		if (size > (unsigned long)((char *)ROOT_AREA_HIGH - area_next) ||
		    root_device_memory(memory->physical, size, area_next) != ROOT_OK)
			return NULL;
		memory->here = area_next;
		area_next += size;
	}
	return memory->here + offset;
}

/* Where the device's MSI-X table begins; null: it has none. */
static volatile unsigned int *msix_table(struct device *device, unsigned int capability)
{
	unsigned int where = config_read(device->handle, capability + 4), bar = where & 7, offset = where & ~7U;
	char *page = bar < BARS ? page_at(&device->memory[bar], offset & -(unsigned int)PAGE) : NULL;

	return page ? (volatile unsigned int *)(page + offset % PAGE) : NULL;
}

/* The table or the bits beside it, as a page of a base address register. */
static bool is_for_interrupts(struct device *device, unsigned int bar, unsigned long offset)
{
	unsigned int capability = config_capability(device->handle, CAPABILITY_MSIX), where, entries;

	if (!capability)
		return false;
	where = config_read(device->handle, capability + 4);
	entries = (config_read(device->handle, capability) >> 16 & 0x7ff) + 1;
	return bar == (where & 7) && offset + PAGE > (where & ~7U) && offset < (where & ~7U) + entries * 16UL;
}

/*
 * Interrupts
 */

static bool start_msix(struct device *device, unsigned int capability, unsigned long message)
{
	volatile unsigned int *entry = msix_table(device, capability);

	if (!entry)
		return false;
	entry[0] = (unsigned int)(message >> 32);
	entry[1] = 0;
	entry[2] = (unsigned int)message;
	entry[3] = 0; /* not masked */
	config_write(device->handle, capability, config_read(device->handle, capability) | MSIX_ENABLE);
	return true;
}

static void start_msi(struct device *device, unsigned int capability, unsigned long message)
{
	unsigned int control = config_read(device->handle, capability) & ~(unsigned int)MSI_VECTORS;

	config_write(device->handle, capability + 4, (unsigned int)(message >> 32));
	if (control & MSI_IS_64)
		config_write(device->handle, capability + 8, 0);
	config_write(device->handle, capability + (control & MSI_IS_64 ? 12 : 8), (unsigned int)message & 0xffff);
	config_write(device->handle, capability, control | MSI_ENABLE);
}

static void stop(struct device *device)
{
	unsigned int msix = config_capability(device->handle, CAPABILITY_MSIX);
	unsigned int msi = config_capability(device->handle, CAPABILITY_MSI);

	config_command(device->handle, COMMAND_IO | COMMAND_MEMORY);
	if (msix)
		config_write(device->handle, msix, config_read(device->handle, msix) & ~MSIX_ENABLE);
	if (msi)
		config_write(device->handle, msi, config_read(device->handle, msi) & ~(unsigned int)MSI_ENABLE);
}

/*
 * Requests
 */

static enum pci_status serve_claim(unsigned long program, unsigned long id, L4_Msg_t *msg)
{
	for (unsigned int i = 0; i < device_count; i++) {
		struct device *device = &devices[i];

		if (device->id != id || (device->program != 0 && device->program != program))
			continue;
		if (device->program == 0)
			give(device, program);
		stop(device);
		L4_MsgAppendWord(msg, device->handle);
		return PCI_OK;
	}
	return PCI_NOT_FOUND;
}

static enum pci_status serve_read(struct device *device, unsigned long offset, L4_Msg_t *msg)
{
	if (offset >= CONFIG_SIZE || offset % 4 != 0)
		return PCI_MALFORMED;
	L4_MsgAppendWord(msg, config_read(device->handle, (unsigned int)offset));
	return PCI_OK;
}

static enum pci_status serve_map(struct device *device, unsigned long bar, unsigned long offset, L4_Msg_t *msg)
{
	volatile char *page;

	if (bar >= BARS || offset % PAGE != 0)
		return PCI_MALFORMED;
	if (is_for_interrupts(device, (unsigned int)bar, offset))
		return PCI_DENIED;
	page = page_at(&device->memory[bar], offset);
	if (!page)
		return PCI_NOT_FOUND;
	(void)*page; /* so that it is here */
	L4_MsgAppendMapItem(msg, L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, PAGE_LOG2),
							      L4_Readable | L4_Writable), 0));
	return PCI_OK;
}

/*
 * Whether it is one as root_interrupt() has them: to a processor, fixed delivery, edge (Intel's manual, volume 3A,
 * 11.11). With others a device resets processors, or writes over memory.
 */
static bool is_interrupt(unsigned long message)
{
	unsigned int data = (unsigned int)message;

	return message >> 52 == MESSAGE_PREFIX && data >= VECTOR_FIRST && data <= VECTOR_LAST;
}

static enum pci_status serve_start(struct device *device, unsigned long message)
{
	unsigned int msix = config_capability(device->handle, CAPABILITY_MSIX);
	unsigned int msi = config_capability(device->handle, CAPABILITY_MSI);

	if (!is_interrupt(message))
		return PCI_MALFORMED;
	if (!(msix && start_msix(device, msix, message))) {
		if (!msi)
			return PCI_NOT_FOUND;
		start_msi(device, msi, message);
	}
	config_command(device->handle, COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER);
	return PCI_OK;
}

/* The caller's device of that handle; null: it has none. */
static struct device *device_of(unsigned long program, unsigned long handle)
{
	for (unsigned int i = 0; i < device_count; i++)
		if (devices[i].handle == handle && devices[i].program == program)
			return &devices[i];
	return NULL;
}

/* Appends the answer to *msg. */
static enum pci_status serve(L4_MsgTag_t tag, unsigned long program, const L4_Word_t word[3], L4_Msg_t *msg)
{
	static const unsigned char words[] = { 1, 2, 3, 2 };
	unsigned long label = L4_Label(tag);
	struct device *device;

	if (label < PCI_CLAIM || label > PCI_START || L4_UntypedWords(tag) != words[label - PCI_CLAIM] || program == 0)
		return PCI_MALFORMED;
	if (label == PCI_CLAIM)
		return serve_claim(program, word[0], msg);
	device = device_of(program, word[0]);
	if (!device)
		return PCI_NOT_FOUND;
	if (label == PCI_READ)
		return serve_read(device, word[1], msg);
	if (label == PCI_MAP)
		return serve_map(device, word[1], word[2], msg);
	return serve_start(device, word[1]);
}

int main(void)
{
	unsigned long physical, size;

	if (root_dma_memory(owners, &physical, &size) != ROOT_OK) {
		printf("pci: it has no memory that outlives it: its description must say `dma 4K`\n");
		return 1;
	}
	look_around();
	L4_Accept(L4_UntypedWordsAcceptor);
	for (;;) {
		L4_ThreadId_t client;
		L4_MsgTag_t tag = L4_Wait(&client);
		L4_Word_t word[3];
		L4_Msg_t msg;

		if (L4_IpcFailed(tag))
			continue;
		L4_StoreMRs(1, 3, word);
		L4_MsgClear(&msg);
		L4_Set_MsgLabel(&msg, serve(tag, root_program_number(client), word, &msg));
		L4_MsgLoad(&msg);
		L4_Reply(client);
	}
}
