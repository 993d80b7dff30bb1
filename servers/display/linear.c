/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linear.c - characters drawn into memory of the card, which is written and never read.
 *
 * The font is the one that GRUB has for its own text (the characters of ASCII from GNU Unifont); the build takes it
 * from Debian's package grub-common.
 */
#include "linear.h"

#include <device/pci.h>
#include <device/ports.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include <ascii.h> /* unsigned char ascii_bitmaps[]: 16 rows of a character, bit 7 on the left */

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
enum { VENDOR = 0x1234, CARD = 0x1111, BAR = 0, PAGE = 4096, GLYPH_WIDTH = 8, GLYPH_HEIGHT = 16 };

/* Where the card's memory is mapped: behind the areas that the root task knows. */
#define PIXELS ((volatile unsigned int *)ROOT_AREA_HIGH)

static unsigned int pitch; /* pixels */

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
static bool is_there(void)
{
	unsigned int id;

	port_in8(DATA);
	port_in8(DATA + 1);
	id = dispi_read(DISPI_ID);
	return id >= ID_WITH_32_BITS && id <= ID_LAST;
}

bool linear_is_on(void)
{
	return is_there() && (dispi_read(DISPI_ENABLE) & ENABLED);
}

static void put(unsigned int column, unsigned int row, struct cell cell)
{
	static const unsigned int colour[16] = {
		0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
		0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
	};
	volatile unsigned int *pixel = PIXELS + row * GLYPH_HEIGHT * pitch + column * GLYPH_WIDTH;
	const unsigned char *glyph = ascii_bitmaps + cell.character * GLYPH_HEIGHT;

	for (unsigned int y = 0; y < GLYPH_HEIGHT; y++, pixel += pitch)
		for (unsigned int x = 0; x < GLYPH_WIDTH; x++)
			pixel[x] = colour[glyph[y] << x & 0x80 ? cell.colours & 15 : cell.colours >> 4];
}

/* False: the card has no such mode. */
static bool set_mode(unsigned int width, unsigned int height)
{
	if (width < GLYPH_WIDTH || height < GLYPH_HEIGHT || width > TERMINAL_COLUMNS_MAX * GLYPH_WIDTH ||
	    height > TERMINAL_ROWS_MAX * GLYPH_HEIGHT ||
	    width * 4UL * height > dispi_read(DISPI_MEMORY) * (unsigned long)UNIT)
		return false;
	dispi_write(DISPI_ENABLE, 0);
	dispi_write(DISPI_WIDTH, width);
	dispi_write(DISPI_HEIGHT, height);
	dispi_write(DISPI_BITS, 32);
	dispi_write(DISPI_ENABLE, ENABLED | LINEAR);
	dispi_write(DISPI_X, 0);
	dispi_write(DISPI_Y, 0);
	pitch = dispi_read(DISPI_VIRTUAL_WIDTH);
	return dispi_read(DISPI_WIDTH) == width && dispi_read(DISPI_HEIGHT) == height && dispi_read(DISPI_BITS) == 32 &&
	       pitch >= width;
}

/* False: not all of it. */
static bool map(unsigned long size)
{
	L4_ThreadId_t pci = root_lookup_wait("pci");
	unsigned int handle;

	if (L4_IsNilThread(pci) || pci_claim(pci, VENDOR, CARD, &handle) != PCI_OK)
		return false;
	for (unsigned long offset = 0; offset < size; offset += PAGE)
		if (pci_map(pci, handle, BAR, offset, (char *)PIXELS + offset) != PCI_OK)
			return false;
	return true;
}

const struct card *linear_begin(struct terminal *terminal, unsigned int width, unsigned int height)
{
	static struct card card = { .put = put };

	if (!is_there()) {
		printf("display: there is no card whose linear framebuffer it knows\n");
		return NULL;
	}
	width = width ? width : linear_is_on() ? dispi_read(DISPI_WIDTH) : 1024;
	height = height ? height : linear_is_on() ? dispi_read(DISPI_HEIGHT) : 768;
	if (!set_mode(width, height)) {
		printf("display: the card does not show %u x %u pixels\n", width, height);
		return NULL;
	}
	if (!map(pitch * 4UL * height)) {
		printf("display: the server pci does not give it the card's memory\n");
		return NULL;
	}
	card.columns = width / GLYPH_WIDTH;
	card.rows = height / GLYPH_HEIGHT;
	terminal_begin(terminal, card.columns, card.rows);
	return &card;
}
