/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal_test.c - what is written, and what then stands on the screen; and on a card, which is told of changes only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "screen.h"
#include "terminal.h"

enum { COLUMNS = 10, ROWS = 4, ROUNDS = 20000 };

static struct terminal terminal;
static struct terminal_writer writer;

/*
 * A card that has what it was told
 */

static struct cell on_card[ROWS][COLUMNS];
static unsigned int card_column, card_row, puts_counted;

static void card_put(unsigned int column, unsigned int row, struct cell cell)
{
	assert_true(column < COLUMNS && row < ROWS);
	on_card[row][column] = cell;
	puts_counted++;
}

static void card_cursor(unsigned int column, unsigned int row)
{
	assert_true(column < COLUMNS && row < ROWS);
	card_column = column;
	card_row = row;
}

static const struct card card = { .columns = COLUMNS, .rows = ROWS, .put = card_put, .cursor = card_cursor };
static const struct card card_without_cursor = { .columns = COLUMNS, .rows = ROWS, .put = card_put };

static void card_has_all(void)
{
	for (unsigned int row = 0; row < ROWS; row++)
		assert_memory_equal(on_card[row], terminal_row(&terminal, row), sizeof(on_card[row]));
}

static int setup(void **state)
{
	(void)state;
	terminal_begin(&terminal, COLUMNS, ROWS);
	terminal_writer_begin(&writer);
	return 0;
}

static void write_as(struct terminal_writer *who, const char *text)
{
	terminal_write(&terminal, who, text, strlen(text));
	assert_true(terminal.column <= COLUMNS && terminal.row < ROWS);
	assert_true(terminal.changed_first <= terminal.changed_end && terminal.changed_end <= ROWS);
	screen_show(&card, &terminal);
	card_has_all();
}

static void put(const char *text)
{
	write_as(&writer, text);
}

/* The row's characters without the blanks at its end. */
static const char *row_text(unsigned int row)
{
	static char text[COLUMNS + 1];
	unsigned int length = COLUMNS;

	for (unsigned int i = 0; i < COLUMNS; i++)
		text[i] = (char)terminal_row(&terminal, row)[i].character;
	while (length > 0 && text[length - 1] == ' ')
		length--;
	text[length] = 0;
	return text;
}

static void expect(const char *row0, const char *row1, const char *row2, const char *row3)
{
	assert_string_equal(row_text(0), row0);
	assert_string_equal(row_text(1), row1);
	assert_string_equal(row_text(2), row2);
	assert_string_equal(row_text(3), row3);
}

static void expect_cursor(unsigned int column, unsigned int row)
{
	assert_int_equal(terminal.column, column);
	assert_int_equal(terminal.row, row);
}

static void plain_text(void **state)
{
	(void)state;
	put("one\ntwo\rT\tx\n\ab\bc\x7f");
	expect("one", "Two     x", "c", "");
	expect_cursor(1, 2);
	put("\n\xc3\xa4\xe2\x82\xac.");
	expect("one", "Two     x", "c", "??.");
	put("\r\t\t\ty");
	expect("one", "Two     x", "c", "??.      y");
}

static void full_rows(void **state)
{
	(void)state;
	put("0123456789");
	expect_cursor(COLUMNS, 0);
	put("\n"); /* no empty row between */
	expect_cursor(0, 1);
	put("0123456789abc");
	expect("0123456789", "0123456789", "abc", "");
	put("\b\b\b\b\bX");
	expect("0123456789", "01234567X9", "abc", "");
	expect_cursor(9, 1);
}

static void as_many_backspaces_as_characters(void **state)
{
	(void)state;
	for (unsigned int length = 0; length <= 2 * COLUMNS + 1; length++) {
		setup(NULL);
		put("\n> ");
		for (unsigned int i = 0; i < length; i++)
			put("x");
		for (unsigned int i = 0; i < length; i++)
			put("\b");
		expect_cursor(2, 1);
	}
	setup(NULL);
	put("line\n\b\b\b");
	expect_cursor(0, 1);
}

static void scrolling(void **state)
{
	(void)state;
	put("1\n2\n3\n4\n5");
	expect("2", "3", "4", "5");
	put("\n\n");
	expect("4", "5", "", "");
	for (unsigned int i = 0; i < 100; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%u\n", i);
		put(text);
	}
	expect("97", "98", "99", "");
	put("\033[HX");
	expect("X7", "98", "99", "");
}

static void cursor_moves(void **state)
{
	(void)state;
	put("\033[2;3Hab\033[Dc\033[A\033[2Dd\033[4;1fe\033[5Gf");
	expect("  d", "  ac", "", "e   f");
	put("\033[H\033[99B\033[99Cz\033[99A\033[99Dy");
	expect("y d", "  ac", "", "e   f    z");
	put("\033[99999999999999999999;4294967297H");
	expect_cursor(COLUMNS - 1, ROWS - 1);
	put("\033[0;0H\033[0C\033[0B");
	expect_cursor(1, 1);
}

static void erasing(void **state)
{
	(void)state;
	put("aaaa\nbbbb\ncccc\ndddd\033[2;3H\033[K");
	expect("aaaa", "bb", "cccc", "dddd");
	put("\033[1;2H\033[1K\033[3;1H\033[2K");
	expect("  aa", "bb", "", "dddd");
	put("\033[2;2H\033[J");
	expect("  aa", "b", "", "");
	put("\033[3;1Hccc\033[2;1H\033[1J");
	expect("", "", "ccc", "");
	put("\033[2J\033[9K\033[9J");
	expect("", "", "", "");
	put("\033[H0123456789\033[Kx");
	expect("012345678", "x", "", "");
}

static void colours(void **state)
{
	(void)state;
	put("a\033[31mb\033[44mc\033[1md\033[7me\033[mf\033[93mg\033[0;32;41mh\033[39;49mi");
	assert_int_equal(terminal_row(&terminal, 0)[0].colours, 0x07);
	assert_int_equal(terminal_row(&terminal, 0)[1].colours, 0x04);
	assert_int_equal(terminal_row(&terminal, 0)[2].colours, 0x14);
	assert_int_equal(terminal_row(&terminal, 0)[3].colours, 0x1c);
	assert_int_equal(terminal_row(&terminal, 0)[4].colours, 0x49);
	assert_int_equal(terminal_row(&terminal, 0)[5].colours, 0x07);
	assert_int_equal(terminal_row(&terminal, 0)[6].colours, 0x0e);
	assert_int_equal(terminal_row(&terminal, 0)[7].colours, 0x42);
	assert_int_equal(terminal_row(&terminal, 0)[8].colours, 0x07);
	put("\n\033[38;5;1mj\033[38;2;31;41;44mk");
	assert_int_equal(terminal_row(&terminal, 1)[0].colours, 0x07);
	assert_int_equal(terminal_row(&terminal, 1)[1].colours, 0x07);
}

static void unknown_sequences(void **state)
{
	(void)state;
	put("a\033[?25lb\033[>0cc\033(d\033]e\033[1;2;3;4;5;6;7;8;9;10Hf\033[!pg\033[ qh");
	expect("abcefgh", "", "", "");
	put("\n\033[\033[31mi\033[3\nj\033\033[Kk");
	expect("abcefgh", "i", "jk", "");
}

static void writers_do_not_meet(void **state)
{
	struct terminal_writer other;

	(void)state;
	terminal_writer_begin(&other);
	put("\033[41;3");
	write_as(&other, "1mab");
	put("4mc");
	expect("1mabc", "", "", "");
	assert_int_equal(terminal_row(&terminal, 0)[3].colours, 0x07);
	assert_int_equal(terminal_row(&terminal, 0)[4].colours, 0x41);
}

static void only_changes_go_to_the_card(void **state)
{
	(void)state;
	put("\033[2J\033[Hab");
	puts_counted = 0;
	put("c");
	assert_int_equal(puts_counted, 1);
	put("\033[Hab");
	assert_int_equal(puts_counted, 1);
	assert_int_equal(card_column, 2);
	put("\033[H0123456789");
	assert_int_equal(card_column, COLUMNS - 1);
	puts_counted = 0;
	put("\n\n\n\n"); /* one row of ten characters goes up, and away */
	assert_int_equal(puts_counted, 10);
}

static void a_cursor_for_cards_without(void **state)
{
	(void)state;
	put("\033[2J\033[Hab\n");
	terminal_write(&terminal, &writer, "\033[A", 3);
	screen_show(&card_without_cursor, &terminal);
	assert_int_equal(on_card[0][0].colours, 0x70);
	assert_int_equal(on_card[0][0].character, 'a');
	terminal_write(&terminal, &writer, "\033[2;9H", 6);
	screen_show(&card_without_cursor, &terminal);
	assert_int_equal(on_card[0][0].colours, 0x07);
	assert_int_equal(on_card[1][8].colours, 0x70);
	put("");
}

/* The longest and shortest sizes, and text that makes no sense: mostly what sequences are made of. */
static void noise(void **state)
{
	static const char likely[] = "\033[[0123456789;;ABCDGHJKmf\n\b\r\t?x";
	static struct terminal large;

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		char text[64];

		for (unsigned int i = 0; i < sizeof(text) - 1; i++)
			text[i] = rand() % 8 ? likely[rand() % (sizeof(likely) - 1)] : (char)(1 + rand() % 255);
		text[sizeof(text) - 1] = 0;
		put(text);
		for (unsigned int row = 0; row < ROWS; row++)
			for (unsigned int i = 0; i < COLUMNS; i++)
				assert_in_range(terminal_row(&terminal, row)[i].character, ' ', '~');
	}
	terminal_begin(&large, -1U, -1U);
	assert_int_equal(large.columns, TERMINAL_COLUMNS_MAX);
	terminal_write(&large, &writer, "\033[9999;9999Hab\033[2J", 19);
	terminal_begin(&large, 1, 1);
	terminal_write(&large, &writer, "ab\b\b\b\t\n\033[K\033[J\033[1;1Hx", 21);
	assert_int_equal(terminal_row(&large, 0)[0].character, 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(plain_text, setup),
		cmocka_unit_test_setup(full_rows, setup),
		cmocka_unit_test_setup(as_many_backspaces_as_characters, setup),
		cmocka_unit_test_setup(scrolling, setup),
		cmocka_unit_test_setup(cursor_moves, setup),
		cmocka_unit_test_setup(erasing, setup),
		cmocka_unit_test_setup(colours, setup),
		cmocka_unit_test_setup(unknown_sequences, setup),
		cmocka_unit_test_setup(writers_do_not_meet, setup),
		cmocka_unit_test_setup(only_changes_go_to_the_card, setup),
		cmocka_unit_test_setup(a_cursor_for_cards_without, setup),
		cmocka_unit_test_setup(noise, setup),
	};

	return cmocka_run_group_tests_name("display/terminal", tests, NULL, NULL);
}
