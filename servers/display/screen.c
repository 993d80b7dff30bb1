/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen.c - from cells to a card.
 */
#include "screen.h"

/* Of a character that no terminal has, before anything is shown. */
static struct cell shown[TERMINAL_ROWS_MAX][TERMINAL_COLUMNS_MAX];

static struct cell reversed(struct cell cell)
{
	cell.colours = (unsigned char)(cell.colours << 4 | cell.colours >> 4);
	return cell;
}

void screen_show(const struct card *card, struct terminal *terminal)
{
	unsigned int column = terminal->column < terminal->columns ? terminal->column : terminal->columns - 1;

	for (unsigned int row = terminal->changed_first; row < terminal->changed_end; row++) {
		const struct cell *cells = terminal_row(terminal, row);

		for (unsigned int i = 0; i < terminal->columns; i++) {
			bool is_cursor = !card->cursor && i == column && row == terminal->row;
			struct cell cell = is_cursor ? reversed(cells[i]) : cells[i];

			if (cell.character == shown[row][i].character && cell.colours == shown[row][i].colours)
				continue;
			card->put(i, row, cell);
			shown[row][i] = cell;
		}
	}
	terminal->changed_first = terminal->changed_end = 0;
	if (card->cursor)
		card->cursor(column, terminal->row);
}
