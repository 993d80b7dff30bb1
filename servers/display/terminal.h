/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.h - a screen full of characters, and what becomes of the text that is written there. Pure: compiles for the
 * host.
 *
 * What it knows: characters of ASCII; \n (to the next row's begin), \r, \b, \t; and of ECMA-48's sequences ESC [ those
 * that end in A B C D G H f (the cursor), J K (erase), m (colours). All others are left out, whatever is in them.
 *
 * Whoever writes a row full goes on in the next one, and \b goes back the same way: as many \b as characters lead
 * to where they began. So a program that edits a line need not know how wide the screen is.
 */
#ifndef DISPLAY_TERMINAL_H
#define DISPLAY_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

enum { TERMINAL_COLUMNS_MAX = 240, TERMINAL_ROWS_MAX = 90, SEQUENCE_NUMBERS = 8 };

/* As the text mode of a VGA has it in memory. Colours: the character's in bits 0 to 3, what is behind it in 4 to 6. */
struct cell {
	unsigned char character, colours;
};

enum { COLOURS_PLAIN = 0x07 };

struct terminal {
	unsigned int columns, rows;	       /* at least 1, at most as many as above */
	unsigned int column, row;	       /* the cursor's; column may be `columns`: what comes next begins a row */
	unsigned int changed_first, changed_end; /* rows whose cells may have changed since somebody made these equal */

	/* private: rows in a ring, so that scrolling moves nothing */
	unsigned int top;
	bool goes_on[TERMINAL_ROWS_MAX]; /* the row begins where the one above was full */
	struct cell cell[TERMINAL_ROWS_MAX][TERMINAL_COLUMNS_MAX];
};

/* Each writer's own: what another one writes never ends in the middle of its sequences, nor has its colours. */
struct terminal_writer {
	enum { WRITER_PLAIN, WRITER_ESCAPE, WRITER_SEQUENCE } state;
	unsigned int number[SEQUENCE_NUMBERS], numbers; /* of the sequence */
	bool is_unknown;				/* the sequence */
	unsigned char foreground, background;
	bool is_bright, is_reversed;
};

/* All blank, the cursor at the upper left. */
void terminal_begin(struct terminal *terminal, unsigned int columns, unsigned int rows);
void terminal_writer_begin(struct terminal_writer *writer);

void terminal_write(struct terminal *terminal, struct terminal_writer *writer, const char *text, size_t size);

/* A row's cells, from 0 at the top. */
struct cell *terminal_row(struct terminal *terminal, unsigned int row);

#endif
