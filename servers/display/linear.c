/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linear.c - characters drawn into a linear framebuffer, which is written and never read.
 *
 * The font is the one that GRUB has for its own text (the characters of ASCII from GNU Unifont); the build takes it
 * from Debian's package grub-common.
 */
#include "linear.h"

#include <ascii.h> /* unsigned char ascii_bitmaps[]: 16 rows of a character, bit 7 on the left */

#include "pixels.h"

enum { GLYPH_WIDTH = 8, GLYPH_HEIGHT = 16 };
_Static_assert(PIXELS_WIDTH_MAX / GLYPH_WIDTH <= TERMINAL_COLUMNS_MAX, "a screen fits into a terminal");
_Static_assert(PIXELS_HEIGHT_MAX / GLYPH_HEIGHT <= TERMINAL_ROWS_MAX, "a screen fits into a terminal");

static struct pixels pixels;

static void put(unsigned int column, unsigned int row, struct cell cell)
{
	static const unsigned int colour[16] = {
		0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
		0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
	};
	volatile unsigned int *pixel = pixels.at + row * GLYPH_HEIGHT * pixels.pitch + column * GLYPH_WIDTH;
	const unsigned char *glyph = ascii_bitmaps + cell.character * GLYPH_HEIGHT;

	for (unsigned int y = 0; y < GLYPH_HEIGHT; y++, pixel += pixels.pitch)
		for (unsigned int x = 0; x < GLYPH_WIDTH; x++)
			pixel[x] = colour[glyph[y] << x & 0x80 ? cell.colours & 15 : cell.colours >> 4];
}

const struct card *linear_begin(struct terminal *terminal, bool of_loader, unsigned int width, unsigned int height)
{
	static struct card card = { .put = put };
	bool is_card = dispi_is_there() && !of_loader;

	if (!(is_card ? dispi_begin(&pixels, width, height) : loader_begin(&pixels)))
		return NULL;
	card.columns = pixels.width / GLYPH_WIDTH;
	card.rows = pixels.height / GLYPH_HEIGHT;
	terminal_begin(terminal, card.columns, card.rows);
	return &card;
}
