/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dispi.c - the card of QEMU and Bochs: modes by the registers of Bochs' VBE extension, memory from servers/pci.
 */
#include "pixels.h"

#include <device/pci.h>
#include <device/ports.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

enum { INDEX = 0x1ce, DATA = 0x1cf };
enum dispi_register {
	DISPI_ID = 0,
	DISPI_WIDTH = 1,
	DISPI_HEIGHT = 2,
	DISPI_BITS = 3, /* of a pixel */
	DISPI_ENABLE = 4,
	DISPI_VIRTUAL_WIDTH = 6, /* pixels from one row to the next */
	DISPI_X = 8,		 /* what is shown at the upper left */
	DISPI_Y = 9,
	DISPI_MEMORY = 10, /* in units of 64 KiB */
};
enum { ID_WITH_32_BITS = 0xb0c2, ID_LAST = 0xb0cf, ENABLED = 1 << 0, LINEAR = 1 << 6, UNIT = 65536 };
enum { VENDOR = 0x1234, CARD = 0x1111, BAR = 0, PAGE = 4096 };

/* Where the card's memory is mapped: behind the areas that the root task knows. */
#define MEMORY ((char *)ROOT_AREA_HIGH)

static unsigned int dispi_read(enum dispi_register number)
{
	port_out16(INDEX, number);
	return port_in16(DATA);
}

static void dispi_write(enum dispi_register number, unsigned int value)
{
	port_out16(INDEX, number);
	port_out16(DATA, (unsigned short)value);
}

/*
 * The data's two ports are not an aligned pair, so that an access to both asks for 32 ports if one of them is not there
 * yet: first each alone.
 */
bool dispi_is_there(void)
{
	unsigned int id;

	port_in8(DATA);
	port_in8(DATA + 1);
	id = dispi_read(DISPI_ID);
	return id >= ID_WITH_32_BITS && id <= ID_LAST;
}

bool dispi_is_on(void)
{
	return dispi_is_there() && (dispi_read(DISPI_ENABLE) & ENABLED);
}

/* False: the card has no such mode. */
static bool set_mode(unsigned int width, unsigned int height)
{
	if (width < PIXELS_WIDTH_MIN || width > PIXELS_WIDTH_MAX || height < PIXELS_HEIGHT_MIN ||
	    height > PIXELS_HEIGHT_MAX || width * 4UL * height > dispi_read(DISPI_MEMORY) * (unsigned long)UNIT)
		return false;
	dispi_write(DISPI_ENABLE, 0);
	dispi_write(DISPI_WIDTH, width);
	dispi_write(DISPI_HEIGHT, height);
	dispi_write(DISPI_BITS, 32);
	dispi_write(DISPI_ENABLE, ENABLED | LINEAR);
	dispi_write(DISPI_X, 0);
	dispi_write(DISPI_Y, 0);
	return dispi_read(DISPI_WIDTH) == width && dispi_read(DISPI_HEIGHT) == height && dispi_read(DISPI_BITS) == 32 &&
	       dispi_read(DISPI_VIRTUAL_WIDTH) >= width;
}

/* False: not all of it. */
static bool map(unsigned long size)
{
	L4_ThreadId_t pci = root_lookup_wait("pci");
	unsigned int handle;

	if (L4_IsNilThread(pci) || pci_claim(pci, VENDOR, CARD, &handle) != PCI_OK)
		return false;
	for (unsigned long offset = 0; offset < size; offset += PAGE)
		if (pci_map(pci, handle, BAR, offset, MEMORY + offset) != PCI_OK)
			return false;
	return true;
}

bool dispi_begin(struct pixels *pixels, unsigned int width, unsigned int height)
{
	width = width ? width : dispi_is_on() ? dispi_read(DISPI_WIDTH) : 1024;
	height = height ? height : dispi_is_on() ? dispi_read(DISPI_HEIGHT) : 768;
	if (!set_mode(width, height)) {
		printf("display: the card does not show %u x %u pixels\n", width, height);
		return false;
	}
	*pixels = (struct pixels){
		.at = (volatile unsigned int *)MEMORY,
		.pitch = dispi_read(DISPI_VIRTUAL_WIDTH),
		.width = width,
		.height = height,
	};
	if (!map(pixels->pitch * 4UL * height)) {
		printf("display: the server pci does not give it the card's memory\n");
		return false;
	}
	return true;
}
