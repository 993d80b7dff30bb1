/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.h - the line discipline: from what is typed to lines, and what the terminal shows meanwhile.
 *
 * Characters go in one by one; what changes on the terminal comes out. lib/device/include/device/serial.h says which
 * keys do what. The line belongs to the terminal: who begins to read while it is typed gets it as it stands. Pure:
 * compiles for the host.
 */
#ifndef SERIAL_LINE_H
#define SERIAL_LINE_H

#include <stdbool.h>

enum {
	LINE_TEXT_MAX = 256,		  /* characters of a line, its newline among them */
	LINE_ECHO_MAX = 3 * LINE_TEXT_MAX, /* bytes that one key makes a terminal show, at most */
};

/* All zeros at first. */
struct line {
	char text[LINE_TEXT_MAX];
	unsigned int length;
	bool is_complete; /* of length 0: it is the end */
	bool was_return;  /* a newline that follows is part of the same key */
};

/*
 * A key was typed, and the line is not complete. Returns how many bytes of echo the terminal is to show, "\n" for the
 * begin of a new line.
 */
unsigned int line_key(struct line *line, char key, char echo[LINE_ECHO_MAX]);

/* Takes the first character out of a line that has one, complete or not. */
char line_take(struct line *line);

#endif
