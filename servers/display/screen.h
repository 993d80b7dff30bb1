/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen.h - what a card can do, and bringing there what has changed. Pure: compiles for the host.
 *
 * A card is only written to. What it shows is kept beside, so that a cell goes there when it differs, also after the
 * whole screen has moved up by a row.
 */
#ifndef DISPLAY_SCREEN_H
#define DISPLAY_SCREEN_H

#include "terminal.h"

struct card {
	unsigned int columns, rows;
	void (*put)(unsigned int column, unsigned int row, struct cell cell);
	void (*cursor)(unsigned int column, unsigned int row); /* null: it has none, and gets one as a cell reversed */
};

/* Whatever the terminal has, beginning with all of it. */
void screen_show(const struct card *card, struct terminal *terminal);

#endif
