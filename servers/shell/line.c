/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.c - editing a line.
 *
 * What stands on the terminal from the line's beginning on is its text, and the terminal's cursor is where line->cursor
 * is. Each function below keeps that true.
 */
#include "line.h"

#include <string.h>

enum {
	CTRL_A = 1, CTRL_B = 2, CTRL_C = 3, CTRL_D = 4, CTRL_E = 5, CTRL_F = 6, CTRL_K = 11, CTRL_N = 14, CTRL_P = 16,
	CTRL_U = 21, CTRL_W = 23, BACKSPACE = 8, ESCAPE = 27, DELETE = 127,
};

static void put(struct line *line, const char *text, size_t size)
{
	if (size > 0)
		line->put(text, size);
}

static void put_times(struct line *line, char c, unsigned int times)
{
	while (times-- > 0)
		line->put(&c, 1);
}

static void move(struct line *line, unsigned int to)
{
	if (to < line->cursor)
		put_times(line, '\b', line->cursor - to);
	else
		put(line, line->text + line->cursor, to - line->cursor);
	line->cursor = to;
}

/* Shows what is behind the cursor again, which was `old` characters long. */
static void show_rest(struct line *line, unsigned int old)
{
	unsigned int rest = line->length - line->cursor, blanks = old > rest ? old - rest : 0;

	put(line, line->text + line->cursor, rest);
	put_times(line, ' ', blanks);
	put_times(line, '\b', rest + blanks);
}

static void insert(struct line *line, char key)
{
	unsigned int rest = line->length - line->cursor;

	if (line->length == LINE_MAX)
		return;
	memmove(line->text + line->cursor + 1, line->text + line->cursor, rest);
	line->text[line->cursor++] = key;
	line->length++;
	put(line, &key, 1);
	if (rest > 0)
		show_rest(line, rest);
}

/* What stands from `from` on and before `to`; the cursor is then at `from`. */
static void remove(struct line *line, unsigned int from, unsigned int to)
{
	unsigned int old;

	move(line, from);
	old = line->length - from;
	memmove(line->text + from, line->text + to, line->length - to);
	line->length -= to - from;
	show_rest(line, old);
}

static unsigned int word_start(const struct line *line)
{
	unsigned int at = line->cursor;

	while (at > 0 && line->text[at - 1] == ' ')
		at--;
	while (at > 0 && line->text[at - 1] != ' ')
		at--;
	return at;
}

/*
 * The lines before
 */

const char *line_before(const struct line *line, unsigned int ago)
{
	if (ago == 0 || ago > line->history_count)
		return NULL;
	return line->history[(line->history_next + HISTORY_MAX - ago) % HISTORY_MAX];
}

static void replace(struct line *line, const char *text)
{
	unsigned int old = line->length;

	move(line, 0);
	line->length = strlen(text);
	memcpy(line->text, text, line->length);
	show_rest(line, old);
	move(line, line->length);
}

static void look_back(struct line *line, unsigned int ago)
{
	const char *text = ago == 0 ? line->draft : line_before(line, ago);

	if (!text)
		return;
	if (line->shown == 0) {
		memcpy(line->draft, line->text, line->length);
		line->draft[line->length] = 0;
	}
	line->shown = ago;
	replace(line, text);
}

/* Not an empty line, nor the same once more. */
static void remember(struct line *line)
{
	const char *last = line_before(line, 1);

	if (line->length == 0 || (last && strcmp(last, line->text) == 0))
		return;
	memcpy(line->history[line->history_next], line->text, line->length + 1);
	line->history_next = (line->history_next + 1) % HISTORY_MAX;
	if (line->history_count < HISTORY_MAX)
		line->history_count++;
}

/*
 * Keys
 */

void line_begin(struct line *line)
{
	line->length = line->cursor = line->shown = 0;
	line->state = KEY_PLAIN;
}

static enum line_event complete(struct line *line)
{
	line->text[line->length] = 0;
	put(line, "\n", 1);
	remember(line);
	line_begin(line);
	return LINE_COMPLETE;
}

static enum line_event cancel(struct line *line)
{
	put(line, "^C\n", 3);
	line_begin(line);
	return LINE_CANCELLED;
}

static void delete_here(struct line *line)
{
	if (line->cursor < line->length)
		remove(line, line->cursor, line->cursor + 1);
}

static enum line_event end_or_delete(struct line *line)
{
	if (line->length == 0) {
		put(line, "\n", 1);
		return LINE_END;
	}
	delete_here(line);
	return LINE_GOES_ON;
}

static void left(struct line *line)
{
	if (line->cursor > 0)
		move(line, line->cursor - 1);
}

static void right(struct line *line)
{
	if (line->cursor < line->length)
		move(line, line->cursor + 1);
}

static void look_forth(struct line *line)
{
	if (line->shown > 0)
		look_back(line, line->shown - 1);
}

/* The last character of an escape sequence: ESC [ parameter key, or ESC O key. */
static void sequence(struct line *line, char key)
{
	if (key >= '0' && key <= '9') {
		line->parameter = line->parameter < 100 ? line->parameter * 10 + (key - '0') : line->parameter;
		return;
	}
	if (key == ';')
		return;
	line->state = KEY_PLAIN;
	if (key == 'A')
		look_back(line, line->shown + 1);
	else if (key == 'B')
		look_forth(line);
	else if (key == 'C')
		right(line);
	else if (key == 'D')
		left(line);
	else if (key == 'H' || (key == '~' && (line->parameter == 1 || line->parameter == 7)))
		move(line, 0);
	else if (key == 'F' || (key == '~' && (line->parameter == 4 || line->parameter == 8)))
		move(line, line->length);
	else if (key == '~' && line->parameter == 3)
		delete_here(line);
}

static void edit(struct line *line, unsigned char key)
{
	switch (key) {
	case CTRL_A:
		move(line, 0);
		break;
	case CTRL_E:
		move(line, line->length);
		break;
	case CTRL_B:
		left(line);
		break;
	case CTRL_F:
		right(line);
		break;
	case CTRL_P:
		look_back(line, line->shown + 1);
		break;
	case CTRL_N:
		look_forth(line);
		break;
	case CTRL_K:
		remove(line, line->cursor, line->length);
		break;
	case CTRL_U:
		remove(line, 0, line->cursor);
		break;
	case CTRL_W:
		remove(line, word_start(line), line->cursor);
		break;
	case BACKSPACE:
	case DELETE:
		if (line->cursor > 0)
			remove(line, line->cursor - 1, line->cursor);
		break;
	default:
		if (key >= ' ')
			insert(line, (char)key);
	}
}

enum line_event line_key(struct line *line, char key)
{
	bool was_return = line->was_return;

	line->was_return = key == '\r';
	if (line->state == KEY_ESCAPE) {
		line->state = key == '[' || key == 'O' ? KEY_SEQUENCE : KEY_PLAIN;
		line->parameter = 0;
		return LINE_GOES_ON;
	}
	if (line->state == KEY_SEQUENCE) {
		sequence(line, key);
		return LINE_GOES_ON;
	}
	switch (key) {
	case '\n':
		return was_return ? LINE_GOES_ON : complete(line);
	case '\r':
		return complete(line);
	case CTRL_C:
		return cancel(line);
	case CTRL_D:
		return end_or_delete(line);
	case ESCAPE:
		line->state = KEY_ESCAPE;
		return LINE_GOES_ON;
	default:
		edit(line, (unsigned char)key);
		return LINE_GOES_ON;
	}
}
