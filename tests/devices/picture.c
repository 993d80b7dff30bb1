/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * picture.c - what can be read on a screen, on the host: `picture FILE` prints the rows of text, without the blanks at
 * their ends.
 *
 * FILE is a picture as QEMU's monitor saves it (PPM, 8 bits a colour), on which each character must be the font's, pixel
 * by pixel, in one colour on another; or the memory of a text mode, 80 columns and 25 rows. What cannot be read is DEL.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <ascii.h> /* the font of servers/display */

enum { WIDTH = 8, HEIGHT = 16, GLYPHS = 128, UNREADABLE = 127, COLOURS = 3, TEXT_COLUMNS = 80, TEXT_ROWS = 25 };

static unsigned char file[1920 * 1440 * COLOURS + 64];

static void print_row(const char *text, unsigned int columns)
{
	while (columns > 0 && text[columns - 1] == ' ')
		columns--;
	printf("%.*s\n", (int)columns, text);
}

/* The character whose upper left pixel is there. That pixel is behind every character of the font. */
static char character(const unsigned char *pixels, unsigned int width)
{
	unsigned char glyph[HEIGHT] = { 0 };
	const unsigned char *ink = NULL;

	for (unsigned int i = 0; i < WIDTH * HEIGHT; i++) {
		const unsigned char *pixel = pixels + ((i / WIDTH) * width + i % WIDTH) * COLOURS;

		if (memcmp(pixel, pixels, COLOURS) == 0)
			continue;
		if (ink && memcmp(pixel, ink, COLOURS) != 0)
			return UNREADABLE;
		ink = pixel;
		glyph[i / WIDTH] |= 0x80 >> i % WIDTH;
	}
	for (int c = ' '; c < GLYPHS - 1; c++)
		if (memcmp(glyph, ascii_bitmaps + c * HEIGHT, HEIGHT) == 0)
			return (char)c;
	return UNREADABLE;
}

static void print_picture(const unsigned char *pixels, unsigned int width, unsigned int height)
{
	for (unsigned int row = 0; row < height / HEIGHT; row++) {
		char text[1920 / WIDTH];

		for (unsigned int column = 0; column < width / WIDTH; column++)
			text[column] = character(pixels + (row * HEIGHT * width + column * WIDTH) * COLOURS, width);
		print_row(text, width / WIDTH);
	}
}

static void print_cells(void)
{
	for (unsigned int row = 0; row < TEXT_ROWS; row++) {
		char text[TEXT_COLUMNS];

		for (unsigned int column = 0; column < TEXT_COLUMNS; column++)
			text[column] = (char)file[(row * TEXT_COLUMNS + column) * 2];
		print_row(text, TEXT_COLUMNS);
	}
}

int main(int count, char **word)
{
	FILE *from = count == 2 ? fopen(word[1], "rb") : NULL;
	size_t size = from ? fread(file, 1, sizeof(file) - 1, from) : 0;
	unsigned int width, height;
	int start = 0;

	if (sscanf((char *)file, "P6 %u %u 255%n", &width, &height, &start) == 2 && start > 0 && width <= 1920 &&
	    height <= 1440 && size == start + 1 + (size_t)width * height * COLOURS) {
		print_picture(file + start + 1, width, height);
	} else if (size == TEXT_COLUMNS * TEXT_ROWS * 2) {
		print_cells();
	} else {
		fprintf(stderr, "usage: picture FILE, a PPM of at most 1920 x 1440 pixels, or 4000 bytes of text mode\n");
		return 2;
	}
	return 0;
}
