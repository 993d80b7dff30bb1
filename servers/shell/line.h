/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.h - a line as it is typed: editing, and the lines before.
 *
 * Characters go in one by one, and what changes on the terminal comes out. It needs no more of the terminal than that
 * it takes backspace as a step to the left, so a serial line, a pipe and a text screen will do. Pure: compiles for the
 * host.
 *
 *   Left, Right, Ctrl-B, Ctrl-F   a character back, forth        Up, Down, Ctrl-P, Ctrl-N   the lines before
 *   Home, End, Ctrl-A, Ctrl-E     to the beginning, the end      Backspace, Delete          a character away
 *   Ctrl-U, Ctrl-K                all before, behind it away     Ctrl-W                     a word before it away
 *   Ctrl-C                        the line away                  Ctrl-D                     the end, on an empty line
 */
#ifndef SHELL_LINE_H
#define SHELL_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_MAX = 200, HISTORY_MAX = 16 };

enum line_event {
	LINE_GOES_ON,
	LINE_COMPLETE,  /* line->text is the line */
	LINE_CANCELLED, /* by Ctrl-C */
	LINE_END,       /* by Ctrl-D: nothing more comes */
};

struct line {
	void (*put)(const char *text, size_t size); /* to the terminal */
	char text[LINE_MAX + 1];
	unsigned int length, cursor;

	/* private */
	enum { KEY_PLAIN, KEY_ESCAPE, KEY_SEQUENCE } state;
	int parameter;       /* of an escape sequence */
	bool was_return;     /* a newline that follows is part of the same key */
	char draft[LINE_MAX + 1]; /* what was typed before the lines before were looked at */
	unsigned int shown;  /* how many lines back; 0: the draft */
	unsigned int history_count, history_next;
	char history[HISTORY_MAX][LINE_MAX + 1];
};

/* A new, empty line. The lines before stay. */
void line_begin(struct line *line);

/* A character was typed. After any event but LINE_GOES_ON the line is begun anew. */
enum line_event line_key(struct line *line, char key);

/* The line that was complete so many lines ago, from 1, or null. */
const char *line_before(const struct line *line, unsigned int ago);

#endif
