/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk.c - clients of a disk driver: what it is to do is the first word behind the program's name.
 *
 * Every word of every sector says where it is and in which round it was written, so that nothing can be mistaken for
 * something else.
 */
#include <block/client.h>
#include <device/pci.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/manage.h>
#include <string.h>

#include "role.h"

#define DISK "disk"

enum { MIB = 1 << 20, SLOTS = 7, WORDS = BLOCK_SECTOR / sizeof(unsigned long) };

static struct block_disk disk;
static unsigned long first_sector, sectors; /* whose words this program writes */
static unsigned long round_number;
static unsigned long wrong; /* words */
static volatile unsigned long requests_done;

static unsigned long pattern(unsigned long sector, unsigned long word)
{
	return (sector * WORDS + word + 1) * 0x9e3779b97f4a7c15UL + round_number;
}

static void fill(struct block_request *request, void *buffer)
{
	unsigned long *word = buffer;

	for (unsigned long i = 0; i < request->count * (unsigned long)WORDS; i++)
		word[i] = pattern(request->sector, i);
}

static void verify(struct block_request *request, const void *buffer)
{
	const unsigned long *word = buffer;
	unsigned long *count = request->argument;

	*count = 0;
	for (unsigned long i = 0; i < request->count * (unsigned long)WORDS; i++)
		*count += word[i] != pattern(request->sector, i);
}

/* All of the program's sectors, as many requests at a time as there are slots. False: one has failed. */
static bool pass_over(enum block_operation operation)
{
	static struct block_request request[SLOTS];
	static unsigned long wrong_words[SLOTS];
	const unsigned int count = block_request_sectors(&disk);
	struct block_request *done;
	unsigned long next = 0, number = 0, returned = 0;

	do {
		while (next < sectors && number - returned < SLOTS) {
			unsigned int slot = number % SLOTS;
			unsigned long rest = sectors - next;

			request[slot] = (struct block_request){
				.operation = operation,
				.sector = first_sector + next,
				.count = rest < count ? (unsigned int)rest : count,
				.fill = fill,
				.take = verify,
				.argument = &wrong_words[slot],
			};
			block_submit(&disk, &request[slot]);
			next += request[slot].count;
			number++;
		}
		done = block_wait(&disk);
		if (done && done->status != BLOCK_OK)
			return false;
		if (done && operation == BLOCK_READ)
			wrong += *(unsigned long *)done->argument;
		returned++;
		requests_done++;
	} while (done);
	return true;
}

/*
 * The driver is killed
 */

static char killer_stack[4096] __attribute__((aligned(16)));
static unsigned long kills_wanted, kills;
static unsigned long bus_kills; /* so many of five times it is the PCI server */

/* So often that the last kill comes shortly before the last request. */
static void run_killer(void *unused)
{
	unsigned long all = 2 * ((sectors + block_request_sectors(&disk) - 1) / block_request_sectors(&disk));

	(void)unused;
	while (kills < kills_wanted) {
		while (requests_done < (kills + 1) * all / (kills_wanted + 1))
			L4_Sleep(L4_TimePeriod(50));
		L4_Sleep(L4_TimePeriod(1 + random() % 1000));
		if (root_program_stop(kills % 5 < bus_kills ? "pci" : DISK, ROOT_STOP_AS_FAILED) == ROOT_OK)
			kills++;
		else
			L4_Sleep(L4_TimePeriod(100));
	}
	L4_Sleep(L4_Never);
}

static int role_load(void)
{
	L4_ThreadId_t killer;
	bool good;

	kills_wanted = root_option("kills", 0);
	bus_kills = root_option("bus", 0);
	if (root_thread_start(run_killer, NULL, killer_stack, sizeof(killer_stack), &killer) != ROOT_OK)
		return 1;
	good = pass_over(BLOCK_WRITE) && block_flush(&disk) == BLOCK_OK && pass_over(BLOCK_READ);
	printf("%s: %lu KiB written and read, %s, %lu words wrong, driver killed %lu times, lost %s\n", own_name,
	       sectors * BLOCK_SECTOR / 1024, good ? "all acknowledged" : "not all acknowledged", wrong, kills,
	       disk.reconnects * 2 > kills ? "under way" : "seldom");
	return 0;
}

/* Writes and reads beside somebody else. */
static int role_bystander(void)
{
	bool good = true;

	for (round_number = 0; round_number < root_option("rounds", 1) && good; round_number++)
		good = pass_over(BLOCK_WRITE) && pass_over(BLOCK_READ);
	printf("%s: %s, %lu words wrong\n", own_name, good ? "all acknowledged" : "not all acknowledged", wrong);
	return 0;
}

/*
 * Ordinary use
 */

static int role_user(void)
{
	static char text[3 * BLOCK_SECTOR], back[3 * BLOCK_SECTOR];
	enum block_status at_end, behind, wrapped;

	printf("%s: %lu sectors\n", own_name, disk.sectors);
	for (unsigned int i = 0; i < sizeof(text); i++)
		text[i] = (char)(i % 127);
	if (block_write(&disk, first_sector + 5, 3, text) != BLOCK_OK ||
	    block_read(&disk, first_sector + 5, 3, back) != BLOCK_OK)
		return 1;
	printf("%s: what was written is %s\n", own_name, memcmp(text, back, sizeof(text)) == 0 ? "there" : "not there");
	at_end = block_read(&disk, disk.sectors - 1, 1, back);
	behind = block_read(&disk, disk.sectors - 1, 2, back);
	wrapped = block_read(&disk, -1UL, 2, back);
	printf("%s: last sector %d, one more %d, the very last %d\n", own_name, at_end, behind, wrapped);
	printf("%s: flush %d\n", own_name, block_flush(&disk));
	return 0;
}

/*
 * Clients that make no sense
 */

/* Wild entries; then a wild submit, whose answer it takes or does not. */
static void bother(bool takes_answer)
{
	struct block_ring *ring = (struct block_ring *)disk.window;
	static const unsigned long wild[] = { 0, 1, 7, 64, 65, 1UL << 31, 1UL << 63, ~0UL, 4096, 131072, 248 };
	enum { WILD = sizeof(wild) / sizeof(wild[0]) };

	for (unsigned int i = 0; i < BLOCK_ENTRIES; i++) {
		struct block_entry entry = {
			.operation = random() % 4,
			.count = (unsigned int)wild[random() % WILD],
			.sector = first_sector + wild[random() % WILD],
			.offset = (unsigned int)wild[random() % WILD],
		};

		/* It may do harm to its own sectors only: the driver knows nothing of whose they are. */
		if (entry.operation == BLOCK_WRITE && entry.sector - first_sector > 64)
			entry.operation = BLOCK_READ;
		ring->entry[i] = entry;
	}
	load_words(random() % 8 ? BLOCK_SUBMIT : random() % 0x800, random() % 8 ? 2 : random() % 5,
		   wild[random() % WILD], wild[random() % WILD]);
	if (takes_answer)
		L4_Call_Timeouts(disk.driver, L4_TimePeriod(1000), L4_TimePeriod(1000));
	else
		L4_Send_Timeout(disk.driver, L4_TimePeriod(1000));
	if (random() % 16 == 0)
		block_open(&disk, DISK, disk.window, SLOTS);
}

static char helper_stack[4096] __attribute__((aligned(16)));

static void flood(void *unused)
{
	(void)unused;
	for (;;) {
		load_words(BLOCK_SUBMIT, 2, random(), random());
		L4_Send_Timeout(disk.driver, L4_TimePeriod(1000));
	}
}

static int role_hostile(void)
{
	L4_ThreadId_t helper;
	unsigned long rounds = root_option("rounds", 500);

	root_thread_start(flood, NULL, helper_stack, sizeof(helper_stack), &helper);
	for (unsigned long i = 0; i < rounds; i++)
		bother(i % 2);
	printf("%s: %lu times\n", own_name, rounds);
	return 0;
}

/* Its window and all its requests, and then never a word. */
static int role_silent(void)
{
	static struct block_request request[SLOTS];

	for (unsigned int i = 0; i < SLOTS; i++) {
		request[i] = (struct block_request){ .operation = BLOCK_READ, .sector = first_sector, .count = 1 };
		block_submit(&disk, &request[i]);
	}
	load_words(BLOCK_SUBMIT, 2, SLOTS, 0);
	L4_Send(disk.driver);
	L4_Sleep(L4_Never);
	return 1;
}

/*
 * A client of servers/pci: of the disk's driver's device, and of one of its own, QEMU's `edu`.
 */

enum { EDU_VENDOR = 0x1234, EDU = 0x11e8 };

static int role_thief(void)
{
	unsigned int handle;

	printf("%s: %s\n", own_name,
	       pci_claim(root_lookup_wait("pci"), EDU_VENDOR, EDU, &handle) == PCI_NOT_FOUND ? "not found" : "there");
	return 0;
}

static int role_bus(void)
{
	enum { VIRTIO = 0x1af4, VIRTIO_DISK = 0x1001, DISK_SLOTS = 32, NO_BAR = 5 };
	static char page[4096] __attribute__((aligned(4096)));
	L4_ThreadId_t pci = root_lookup_wait("pci");
	unsigned int handle, value, read, map, start;
	int status;

	printf("%s: another's device: %s\n", own_name,
	       pci_claim(pci, VIRTIO, VIRTIO_DISK, &handle) == PCI_NOT_FOUND ? "not found" : "there");
	read = map = start = PCI_NOT_FOUND;
	for (handle = 0; handle < DISK_SLOTS * 8; handle++) {
		read = read == PCI_NOT_FOUND ? pci_read(pci, handle, 0, &value) : read;
		map = map == PCI_NOT_FOUND ? pci_map(pci, handle, 4, 0, page) : map;
		start = start == PCI_NOT_FOUND ? pci_start(pci, handle, 1) : start;
	}
	printf("%s: read %u, map %u, start %u\n", own_name, read, map, start);
	if (pci_claim(pci, EDU_VENDOR, EDU, &handle) != PCI_OK || pci_map(pci, handle, 0, 0, page) != PCI_OK)
		return 1;
	printf("%s: a device of its own: its id is %s\n", own_name,
	       (*(volatile unsigned int *)page & 0xff) == 0xed ? "right" : "wrong");
	read = pci_read(pci, handle, 256, &value);
	printf("%s: behind the end %u, no such register %u, nothing there %u\n", own_name, read,
	       pci_map(pci, handle, 6, 0, page), pci_map(pci, handle, NO_BAR, 0, page));
	printf("%s: what is no interrupt: nothing %u, memory %u, a reset %u\n", own_name, pci_start(pci, handle, 0),
	       pci_start(pci, handle, 0x100000UL << 32 | 0xff), pci_start(pci, handle, 0xfee00000UL << 32 | 5 << 8));
	root_program_stop("pci", ROOT_STOP_AS_FAILED);
	root_program_start("pci-thief", NULL);
	root_program_wait("pci-thief", &status);
	printf("%s: its device is %s\n", own_name,
	       pci_claim(root_lookup_wait("pci"), EDU_VENDOR, EDU, &handle) == PCI_OK ? "its own" : "gone");
	return 0;
}

static const struct role roles[] = {
	{ "load", role_load },	     { "bystander", role_bystander }, { "user", role_user },
	{ "hostile", role_hostile }, { "silent", role_silent },	      { "bus", role_bus },
	{ "thief", role_thief },
};

int main(void)
{
	role_find();
	first_sector = root_option("first", 0) * (MIB / BLOCK_SECTOR);
	sectors = root_option("size", 1) * (MIB / BLOCK_SECTOR);
	if (block_open(&disk, DISK, BLOCK_WINDOW_AT, SLOTS) != BLOCK_OK) {
		printf("%s: no disk\n", own_name);
		return 1;
	}
	return role_play(roles, sizeof(roles) / sizeof(roles[0]));
}
