/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pixels.h - where linear framebuffers come from: a card whose registers are known, or the loader.
 */
#ifndef DISPLAY_PIXELS_H
#define DISPLAY_PIXELS_H

#include <stdbool.h>

enum { PIXELS_WIDTH_MIN = 80, PIXELS_HEIGHT_MIN = 16, PIXELS_WIDTH_MAX = 1920, PIXELS_HEIGHT_MAX = 1440 };

/* Pixels of 32 bits, 0x00rrggbb. */
struct pixels {
	volatile unsigned int *at;
	unsigned int pitch; /* from one row to the next, in pixels */
	unsigned int width, height;
};

/* Whether the card has the registers of Bochs' VBE extension; whether it shows a linear framebuffer now. */
bool dispi_is_there(void);
bool dispi_is_on(void);

/*
 * Sets a mode of this card. width, height: 0: as it is if it is linear already, else 1024 and 768. False: it does not
 * have that mode, or servers/pci does not give its memory; that is printed.
 */
bool dispi_begin(struct pixels *pixels, unsigned int width, unsigned int height);

/* What the loader has set (<abi/bootinfo.h>). False: it has set none, or its memory is not ours; that is printed. */
bool loader_begin(struct pixels *pixels);

#endif
