/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ide - the first disk of the PIIX controller, whose two channels QEMU's pc and Bochs have at their old places.
 *
 * Everything but the identification goes by bus-master DMA from and to the clients' windows. The channel is reset
 * before anything else, so that what the driver's last instance has left under way is over before its memory is used
 * again.
 *
 * Registers: ATA/ATAPI-6, 7 and 8; Intel 82371FB (PIIX) datasheet, 2.7.
 */
#include <stddef.h>

#include <block/server.h>
#include <device/ports.h>
#include <l4/ipc.h>
#include <l4io.h>
#include <service/root.h>

#include "pci.h"

/* Registers of a channel */
enum { DATA = 0, COUNT = 2, LBA_LOW = 3, LBA_MID = 4, LBA_HIGH = 5, DRIVE = 6, COMMAND = 7, STATUS = 7 };
enum { STATUS_ERR = 1 << 0, STATUS_DRQ = 1 << 3, STATUS_DF = 1 << 5, STATUS_BSY = 1 << 7 };
enum { DRIVE_LBA = 0xe0, DRIVE_SECOND = 1 << 4, CONTROL_RESET = 1 << 2, CONTROL_SILENT = 1 << 1 };
enum { IDENTIFY = 0xec, READ_DMA = 0xc8, WRITE_DMA = 0xca, FLUSH = 0xe7 };
enum { READ_DMA_EXT = 0x25, WRITE_DMA_EXT = 0x35, FLUSH_EXT = 0xea };

enum { MASTER_COMMAND = 0, MASTER_STATUS = 2, MASTER_TABLE = 4, MASTER_CHANNEL = 8 }; /* of the bus master */
enum { MASTER_START = 1 << 0, MASTER_TO_MEMORY = 1 << 3, MASTER_ERROR = 1 << 1, MASTER_INTERRUPT = 1 << 2 };
enum { RESET_MICROSECONDS = 1000, READY_TRIES = 31000, IDENTIFY_WORDS = 256 };

/* The bus master's list of pieces of memory, none of which crosses a multiple of 64 KiB (PIIX 2.7.3). */
struct piece {
	unsigned int address;
	unsigned short bytes;
	unsigned short last;
};
enum { PIECE_LIMIT = 0x10000, PIECE_LAST = 0x8000, PIECES = BLOCK_WINDOW / PIECE_LIMIT + 1 };

static const struct channel {
	unsigned int registers, control, interrupt;
} channels[] = { { 0x1f0, 0x3f6, 14 }, { 0x170, 0x376, 15 } };

static const struct channel *channel;
static unsigned int drive, master;
static bool has_long_addresses; /* 48 bits, else 28 */
static struct piece *pieces;
static unsigned long pieces_physical;
static struct block_device disk;

/* False: it is still busy. */
static bool wait_ready(void)
{
	for (unsigned int i = 0; i < READY_TRIES; i++) {
		if (!(port_in8(channel->registers + STATUS) & STATUS_BSY))
			return true;
		L4_Sleep(L4_TimePeriod(RESET_MICROSECONDS));
	}
	return false;
}

static void reset(void)
{
	port_out8(master + MASTER_COMMAND, 0);
	port_out8(channel->control, CONTROL_RESET | CONTROL_SILENT);
	L4_Sleep(L4_TimePeriod(RESET_MICROSECONDS));
	port_out8(channel->control, 0);
	L4_Sleep(L4_TimePeriod(2 * RESET_MICROSECONDS));
	wait_ready();
	port_out8(channel->registers + DRIVE, (unsigned char)(DRIVE_LBA | drive));
}

/*
 * Finding a disk
 */

/* Whether an ATA disk is here; then disk.sectors and has_long_addresses are known. */
static bool identify(void)
{
	unsigned short word[IDENTIFY_WORDS];
	unsigned char status;

	port_out8(channel->registers + DRIVE, (unsigned char)(DRIVE_LBA | drive));
	L4_Sleep(L4_TimePeriod(RESET_MICROSECONDS));
	port_out8(channel->registers + COMMAND, IDENTIFY);
	/* Nobody there: 0, or 0xff. A CD-ROM: an error, and a signature in LBA_MID. */
	status = port_in8(channel->registers + STATUS);
	if (status == 0 || status == 0xff || !wait_ready())
		return false;
	if (!(port_in8(channel->registers + STATUS) & STATUS_DRQ) || port_in8(channel->registers + LBA_MID) != 0)
		return false;
	for (unsigned int i = 0; i < IDENTIFY_WORDS; i++)
		word[i] = port_in16(channel->registers + DATA);
	has_long_addresses = word[83] & 1 << 10;
	disk.sectors = word[60] | (unsigned long)word[61] << 16;
	if (has_long_addresses)
		disk.sectors = word[100] | (unsigned long)word[101] << 16 | (unsigned long)word[102] << 32;
	return disk.sectors > 0;
}

static bool find_disk(unsigned int bus_master)
{
	for (unsigned int place = 0; place < 4; place++) {
		channel = &channels[place / 2];
		master = bus_master + place / 2 * MASTER_CHANNEL;
		drive = place % 2 ? DRIVE_SECOND : 0;
		if (place % 2 == 0)
			reset();
		if (identify())
			return true;
	}
	return false;
}

/*
 * Requests
 */

static void write_pieces(unsigned long physical, unsigned long bytes)
{
	for (unsigned int i = 0; bytes > 0; i++) {
		unsigned long part = PIECE_LIMIT - physical % PIECE_LIMIT;

		part = part < bytes ? part : bytes;
		pieces[i] = (struct piece){
			.address = (unsigned int)physical,
			.bytes = (unsigned short)part, /* 0 stands for 64 KiB */
			.last = part == bytes ? PIECE_LAST : 0,
		};
		physical += part;
		bytes -= part;
	}
}

/* The registers for large counts and addresses take two bytes, one behind the other. */
static void write_address(unsigned long sector, unsigned int count)
{
	const unsigned int registers = channel->registers;

	if (has_long_addresses) {
		port_out8(registers + COUNT, (unsigned char)(count >> 8));
		port_out8(registers + LBA_LOW, (unsigned char)(sector >> 24));
		port_out8(registers + LBA_MID, (unsigned char)(sector >> 32));
		port_out8(registers + LBA_HIGH, (unsigned char)(sector >> 40));
	}
	port_out8(registers + COUNT, (unsigned char)count);
	port_out8(registers + LBA_LOW, (unsigned char)sector);
	port_out8(registers + LBA_MID, (unsigned char)(sector >> 8));
	port_out8(registers + LBA_HIGH, (unsigned char)(sector >> 16));
	port_out8(registers + DRIVE,
		  (unsigned char)(DRIVE_LBA | drive | (has_long_addresses ? 0 : sector >> 24 & 0xf)));
}

static void start(enum block_operation operation, unsigned long sector, unsigned int count, unsigned long physical)
{
	static const unsigned char commands[2][3] = {
		{ READ_DMA, WRITE_DMA, FLUSH },
		{ READ_DMA_EXT, WRITE_DMA_EXT, FLUSH_EXT },
	};
	unsigned char direction = operation == BLOCK_READ ? MASTER_TO_MEMORY : 0;

	write_address(sector, count);
	if (operation != BLOCK_FLUSH) {
		write_pieces(physical, count * (unsigned long)BLOCK_SECTOR);
		port_out32(master + MASTER_TABLE, (unsigned int)pieces_physical);
		port_out8(master + MASTER_COMMAND, direction);
		port_out8(master + MASTER_STATUS, MASTER_ERROR | MASTER_INTERRUPT); /* cleared by being written */
	}
	port_out8(channel->registers + COMMAND, commands[has_long_addresses][operation]);
	if (operation != BLOCK_FLUSH)
		port_out8(master + MASTER_COMMAND, direction | MASTER_START);
}

static bool is_done(enum block_status *status)
{
	unsigned char of_master = port_in8(master + MASTER_STATUS);
	unsigned char of_disk = port_in8(channel->registers + STATUS); /* this also ends the interrupt */

	if (of_disk & STATUS_BSY)
		return false;
	port_out8(master + MASTER_COMMAND, 0);
	port_out8(master + MASTER_STATUS, MASTER_ERROR | MASTER_INTERRUPT);
	*status = of_disk & (STATUS_ERR | STATUS_DF) || of_master & MASTER_ERROR ? BLOCK_FAILED : BLOCK_OK;
	return true;
}

static struct block_device disk = { .name = "ide", .start = start, .is_done = is_done, .reset = reset };

int main(void)
{
	unsigned int bus_master = pci_bus_master();
	unsigned long message;

	if (bus_master == 0 || !find_disk(bus_master)) {
		printf("ide: no %s\n", bus_master ? "disk" : "controller");
		return 1;
	}
	pieces = block_memory(disk.name, &pieces_physical);
	if (!pieces)
		return 1;
	disk.interrupt = channel->interrupt;
	if (root_interrupt(disk.interrupt, L4_Myself(), &message) != ROOT_OK) {
		printf("ide: it may not have interrupt %u\n", disk.interrupt);
		return 1;
	}
	block_serve(&disk);
}
