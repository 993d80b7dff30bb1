/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.c - from text to cells.
 *
 * The cursor's row is always one of the screen's, its column at most `columns`; each function below keeps that true,
 * whatever numbers a sequence has.
 */
#include "terminal.h"

#include <string.h>

enum { ESCAPE = 27, DELETE = 127, TAB = 8, NUMBER_MAX = 9999, BRIGHT = 8 };

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int ring_index(const struct terminal *terminal, unsigned int row)
{
	return (terminal->top + row) % terminal->rows;
}

struct cell *terminal_row(struct terminal *terminal, unsigned int row)
{
	return terminal->cell[ring_index(terminal, row)];
}

static void changed(struct terminal *terminal, unsigned int first, unsigned int end)
{
	bool is_first = terminal->changed_first == terminal->changed_end;

	terminal->changed_first = is_first ? first : smaller(first, terminal->changed_first);
	terminal->changed_end = is_first || end > terminal->changed_end ? end : terminal->changed_end;
}

static unsigned char writer_colours(const struct terminal_writer *writer)
{
	unsigned char foreground = writer->foreground, background = writer->background;

	if (writer->is_reversed) {
		foreground = writer->background;
		background = writer->foreground & (BRIGHT - 1);
	}
	return (unsigned char)(background << 4 | foreground | (writer->is_bright ? BRIGHT : 0));
}

/* Blanks have the writer's background, as a terminal's have. */
static void erase(struct terminal *terminal, unsigned char with, unsigned int row, unsigned int from, unsigned int end)
{
	struct cell *cell = terminal_row(terminal, row);

	for (unsigned int column = from; column < end; column++)
		cell[column] = (struct cell){ ' ', with };
	if (from == 0)
		terminal->goes_on[ring_index(terminal, row)] = false;
	changed(terminal, row, row + 1);
}

static void erase_rows(struct terminal *terminal, unsigned char with, unsigned int from, unsigned int end)
{
	for (unsigned int row = from; row < end; row++)
		erase(terminal, with, row, 0, terminal->columns);
}

void terminal_begin(struct terminal *terminal, unsigned int columns, unsigned int rows)
{
	memset(terminal, 0, sizeof(*terminal));
	terminal->columns = smaller(columns, TERMINAL_COLUMNS_MAX);
	terminal->rows = smaller(rows, TERMINAL_ROWS_MAX);
	erase_rows(terminal, COLOURS_PLAIN, 0, terminal->rows);
}

void terminal_writer_begin(struct terminal_writer *writer)
{
	memset(writer, 0, sizeof(*writer));
	writer->foreground = COLOURS_PLAIN;
}

/*
 * Characters
 */

static void next_row(struct terminal *terminal)
{
	terminal->column = 0;
	if (terminal->row + 1 < terminal->rows) {
		terminal->row++;
	} else {
		terminal->top = ring_index(terminal, 1);
		erase(terminal, COLOURS_PLAIN, terminal->row, 0, terminal->columns);
		changed(terminal, 0, terminal->rows);
	}
}

static void put(struct terminal *terminal, const struct terminal_writer *writer, unsigned char character)
{
	if (terminal->column == terminal->columns) {
		next_row(terminal);
		terminal->goes_on[ring_index(terminal, terminal->row)] = true;
	}
	terminal_row(terminal, terminal->row)[terminal->column++] = (struct cell){ character, writer_colours(writer) };
	changed(terminal, terminal->row, terminal->row + 1);
}

static void back(struct terminal *terminal)
{
	if (terminal->column == 0 && terminal->row > 0 && terminal->goes_on[ring_index(terminal, terminal->row)]) {
		terminal->row--;
		terminal->column = terminal->columns;
	}
	if (terminal->column > 0)
		terminal->column--;
}

static void plain(struct terminal *terminal, struct terminal_writer *writer, unsigned char character)
{
	switch (character) {
	case '\n':
		next_row(terminal);
		terminal->goes_on[ring_index(terminal, terminal->row)] = false;
		break;
	case '\r':
		terminal->column = 0;
		break;
	case '\b':
		back(terminal);
		break;
	case '\t':
		terminal->column = smaller((terminal->column / TAB + 1) * TAB, terminal->columns - 1);
		break;
	case ESCAPE:
		writer->state = WRITER_ESCAPE;
		break;
	default:
		if (character >= ' ' && character < DELETE)
			put(terminal, writer, character);
		else if (character >= 0xc0) /* UTF-8: one sign for a character; its other bytes are from 0x80 to 0xbf */
			put(terminal, writer, '?');
	}
}

/*
 * Sequences
 */

/* The sequence's number at this place, or what stands for one that is missing or 0. */
static unsigned int number(const struct terminal_writer *writer, unsigned int place, unsigned int otherwise)
{
	return place < writer->numbers && writer->number[place] > 0 ? writer->number[place] : otherwise;
}

/* From ECMA-48's order of colours, red green blue from bit 0 on, to VGA's, blue green red. */
static unsigned char vga_colour(unsigned int colour)
{
	return (unsigned char)((colour & 1) << 2 | (colour & 2) | (colour >> 2 & 1));
}

static void set_colour(struct terminal_writer *writer, unsigned int which)
{
	if (which >= 30 && which <= 37)
		writer->foreground = vga_colour(which - 30);
	else if (which >= 90 && which <= 97)
		writer->foreground = vga_colour(which - 90) | BRIGHT;
	else if (which == 39)
		writer->foreground = COLOURS_PLAIN;
	else if (which >= 40 && which <= 47)
		writer->background = vga_colour(which - 40);
	else if (which == 49)
		writer->background = 0;
	else if (which == 1 || which == 22)
		writer->is_bright = which == 1;
	else if (which == 7 || which == 27)
		writer->is_reversed = which == 7;
	else if (which == 0)
		terminal_writer_begin(writer);
}

static void set_colours(struct terminal_writer *writer)
{
	unsigned int count = writer->numbers > 0 ? writer->numbers : 1, numbers[SEQUENCE_NUMBERS];

	memcpy(numbers, writer->number, sizeof(numbers));
	if (writer->numbers == 0)
		numbers[0] = 0;
	for (unsigned int i = 0; i < count; i++) {
		if (numbers[i] == 38 || numbers[i] == 48) /* a colour of many, in the numbers behind it */
			return;
		set_colour(writer, numbers[i]);
	}
}

/* 0: from the cursor on; 1: up to it; 2: all. */
static void erase_in_row(struct terminal *terminal, unsigned char with, unsigned int what)
{
	unsigned int column = smaller(terminal->column, terminal->columns - 1);
	unsigned int end = what == 1 ? column + 1 : terminal->columns;

	if (what <= 2)
		erase(terminal, with, terminal->row, what == 0 ? column : 0, end);
}

static void erase_in_screen(struct terminal *terminal, unsigned char with, unsigned int what)
{
	if (what <= 2)
		erase_in_row(terminal, with, what);
	if (what == 1 || what == 2)
		erase_rows(terminal, with, 0, terminal->row);
	if (what == 0 || what == 2)
		erase_rows(terminal, with, terminal->row + 1, terminal->rows);
}

/* To the place on the screen that is nearest. */
static void move(struct terminal *terminal, unsigned int column, unsigned int row)
{
	terminal->column = smaller(column, terminal->columns - 1);
	terminal->row = smaller(row, terminal->rows - 1);
}

static void sequence(struct terminal *terminal, struct terminal_writer *writer, unsigned char last)
{
	unsigned int first = number(writer, 0, 1), column = terminal->column, row = terminal->row;

	switch (last) {
	case 'A':
		move(terminal, column, row - smaller(first, row));
		break;
	case 'B':
		move(terminal, column, row + first);
		break;
	case 'C':
		move(terminal, column + first, row);
		break;
	case 'D':
		move(terminal, column - smaller(first, column), row);
		break;
	case 'G':
		move(terminal, first - 1, row);
		break;
	case 'H':
	case 'f':
		move(terminal, number(writer, 1, 1) - 1, first - 1);
		break;
	case 'J':
		erase_in_screen(terminal, writer_colours(writer), number(writer, 0, 0));
		break;
	case 'K':
		erase_in_row(terminal, writer_colours(writer), number(writer, 0, 0));
		break;
	case 'm':
		set_colours(writer);
		break;
	default:
		break;
	}
}

static void sequence_digit(struct terminal_writer *writer, unsigned int digit)
{
	unsigned int *number;

	if (writer->numbers == 0)
		writer->number[writer->numbers++] = 0;
	number = &writer->number[writer->numbers - 1];
	*number = smaller(*number * 10 + digit, NUMBER_MAX);
}

/* A new number begins; those behind the last that there is room for make a sequence that nobody knows. */
static void sequence_separator(struct terminal_writer *writer)
{
	if (writer->numbers == 0)
		writer->number[writer->numbers++] = 0;
	if (writer->numbers == SEQUENCE_NUMBERS)
		writer->is_unknown = true;
	else
		writer->number[writer->numbers++] = 0;
}

static void in_sequence(struct terminal *terminal, struct terminal_writer *writer, unsigned char character)
{
	if (character >= '0' && character <= '9') {
		sequence_digit(writer, character - '0');
	} else if (character == ';') {
		sequence_separator(writer);
	} else if (character < '@') {
		writer->is_unknown = true;
	} else {
		writer->state = WRITER_PLAIN;
		if (!writer->is_unknown)
			sequence(terminal, writer, character);
	}
}

static void write_character(struct terminal *terminal, struct terminal_writer *writer, unsigned char character)
{
	if (character < ' ') /* ends a sequence that is not complete */
		writer->state = WRITER_PLAIN;
	if (writer->state == WRITER_SEQUENCE) {
		in_sequence(terminal, writer, character);
	} else if (writer->state == WRITER_ESCAPE) {
		if (character >= '0') /* what is before is followed by more */
			writer->state = character == '[' ? WRITER_SEQUENCE : WRITER_PLAIN;
		writer->numbers = 0;
		writer->is_unknown = false;
	} else {
		plain(terminal, writer, character);
	}
}

void terminal_write(struct terminal *terminal, struct terminal_writer *writer, const char *text, size_t size)
{
	changed(terminal, terminal->row, terminal->row + 1); /* where the cursor was */
	for (size_t i = 0; i < size; i++)
		write_character(terminal, writer, (unsigned char)text[i]);
	changed(terminal, terminal->row, terminal->row + 1);
}
