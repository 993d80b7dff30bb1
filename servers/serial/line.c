/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.c - editing a line at its end.
 */
#include "line.h"

#include <string.h>

enum { CTRL_D = 4, BELL = 7, BACKSPACE = 8, CTRL_U = 21, DELETE = 127 };

/* Of a character that is longer than a byte (UTF-8): not its first byte, which is what stands in a column. */
static bool goes_on_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static unsigned int erase_last(struct line *line, char *echo)
{
	if (line->length == 0)
		return 0;
	while (goes_on_character(line->text[--line->length]) && line->length > 0)
		;
	if (goes_on_character(line->text[line->length]))
		return 0;
	memcpy(echo, "\b \b", 3);
	return 3;
}

static unsigned int erase_all(struct line *line, char *echo)
{
	unsigned int size = 0;

	while (line->length > 0)
		size += erase_last(line, echo + size);
	return size;
}

static unsigned int show(char *echo, char c)
{
	echo[0] = c;
	return 1;
}

/* The last place in a line is for its end. */
static unsigned int insert(struct line *line, char key, char *echo)
{
	if ((unsigned char)key < ' ' || line->length == LINE_TEXT_MAX - 1)
		return show(echo, BELL);
	line->text[line->length++] = key;
	return show(echo, key);
}

static unsigned int complete(struct line *line, char *echo)
{
	line->text[line->length++] = '\n';
	line->is_complete = true;
	return show(echo, '\n');
}

unsigned int line_key(struct line *line, char key, char echo[LINE_ECHO_MAX])
{
	bool was_return = line->was_return;

	line->was_return = key == '\r';
	switch (key) {
	case '\n':
		return was_return ? 0 : complete(line, echo);
	case '\r':
		return complete(line, echo);
	case CTRL_D:
		line->is_complete = true;
		return 0;
	case CTRL_U:
		return erase_all(line, echo);
	case BACKSPACE:
	case DELETE:
		return erase_last(line, echo);
	default:
		return insert(line, key, echo);
	}
}

char line_take(struct line *line)
{
	char first = line->text[0];

	memmove(line->text, line->text + 1, --line->length);
	if (line->length == 0)
		line->is_complete = false;
	return first;
}
