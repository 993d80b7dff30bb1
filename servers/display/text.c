/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.c - 80 columns, 25 rows.
 */
#include "text.h"

#include <device/ports.h>
#include <l4io.h>
#include <service/root.h>

enum { MEMORY = 0xb8000, MEMORY_SIZE = 0x1000, COLUMNS = 80, ROWS = 25 };
enum { GRAPHICS_INDEX = 0x3ce, GRAPHICS_MISCELLANEOUS = 6, IS_GRAPHICS = 1 << 0 };
enum {
	CRTC_INDEX = 0x3d4,
	CURSOR_START = 10, /* its first line in the character, and in bit 5 whether it is off */
	CURSOR_END = 11,
	START_HIGH = 12, /* the first cell that is shown */
	START_LOW = 13,
	CURSOR_HIGH = 14,
	CURSOR_LOW = 15,
	CURSOR_LINE = 14, /* of 16: the last two */
};

static volatile unsigned short *const memory = (volatile unsigned short *)ROOT_AREA_LOW;

/* Both sets of registers have their data one port above their index. */
static unsigned char register_read(unsigned int index, unsigned char number)
{
	port_out8(index, number);
	return port_in8(index + 1);
}

static void register_write(unsigned int index, unsigned char number, unsigned int value)
{
	port_out8(index, number);
	port_out8(index + 1, (unsigned char)value);
}

bool text_is_on(void)
{
	return !(register_read(GRAPHICS_INDEX, GRAPHICS_MISCELLANEOUS) & IS_GRAPHICS);
}

static void put(unsigned int column, unsigned int row, struct cell cell)
{
	memory[row * COLUMNS + column] = (unsigned short)(cell.colours << 8 | cell.character);
}

static void cursor(unsigned int column, unsigned int row)
{
	register_write(CRTC_INDEX, CURSOR_HIGH, (row * COLUMNS + column) >> 8);
	register_write(CRTC_INDEX, CURSOR_LOW, row * COLUMNS + column);
}

static void read_back(struct terminal *terminal)
{
	unsigned int at = register_read(CRTC_INDEX, CURSOR_HIGH) << 8 | register_read(CRTC_INDEX, CURSOR_LOW);

	for (unsigned int i = 0; i < ROWS * COLUMNS; i++)
		terminal_row(terminal, i / COLUMNS)[i % COLUMNS] = (struct cell){ memory[i] & 0xff, memory[i] >> 8 };
	if (at < ROWS * COLUMNS) {
		terminal->column = at % COLUMNS;
		terminal->row = at / COLUMNS;
	}
}

const struct card *text_begin(struct terminal *terminal)
{
	static const struct card card = { .columns = COLUMNS, .rows = ROWS, .put = put, .cursor = cursor };

	if (root_device_memory(MEMORY, MEMORY_SIZE, (void *)ROOT_AREA_LOW) != ROOT_OK) {
		printf("display: it may not have the memory at 0x%x\n", MEMORY);
		return NULL;
	}
	terminal_begin(terminal, COLUMNS, ROWS);
	read_back(terminal);
	register_write(CRTC_INDEX, START_HIGH, 0);
	register_write(CRTC_INDEX, START_LOW, 0);
	register_write(CRTC_INDEX, CURSOR_START, CURSOR_LINE);
	register_write(CRTC_INDEX, CURSOR_END, CURSOR_LINE + 1);
	return &card;
}
