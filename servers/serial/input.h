/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - what has been typed, and who gets it.
 *
 * Who waits longest has the turn: a character, or a line if its program reads lines. What is left of a line is its
 * program's, whichever of its threads reads on. Who does not wait any more when there is something for it loses its
 * turn, not what was typed: the next one gets it, a line as it stands. Pure: compiles for the host.
 */
#ifndef SERIAL_INPUT_H
#define SERIAL_INPUT_H

#include <stdbool.h>

#include "line.h"
#include "output.h"

enum {
	INPUT_PROGRAMS = OUTPUT_PROGRAMS,
	INPUT_KEPT_MAX = 4096, /* characters that nobody has read */
	INPUT_READERS_MAX = 8, /* of a program, at a time */
};
enum { INPUT_NOTHING = -1, INPUT_END = -2 }; /* in place of a character */

/* All zeros at first, but for the two that the server sets. */
struct input {
	bool (*give)(unsigned long client, int character); /* or INPUT_END. False: the client does not wait for it */
	struct output *echo;

	char kept[INPUT_KEPT_MAX];
	unsigned int kept_first, kept_count;
	struct line line; /* the one that is typed */

	struct reader {
		unsigned long client;
		unsigned int program;
	} readers[INPUT_PROGRAMS * INPUT_READERS_MAX]; /* in the order of their arrival */
	unsigned int reader_count;

	struct input_program {
		bool reads_lines;
		char rest[LINE_TEXT_MAX]; /* of its line */
		unsigned int rest_first, rest_end;
	} programs[INPUT_PROGRAMS];
};

/* A character has come. False: there is no room for it. */
bool input_add(struct input *input, char character);

/* The program reads lines from now on, or characters. */
void input_lines(struct input *input, unsigned int program, bool reads_lines);

/* A client waits from now on, until it gets something. False: too many of its program do already. */
bool input_wait(struct input *input, unsigned int program, unsigned long client);

/* It does not wait any more. */
void input_forget(struct input *input, unsigned long client);

/* Gives those who wait what there is. */
void input_deliver(struct input *input);

/* What there is now for the program, if nobody waits for it: a character, INPUT_END or INPUT_NOTHING. */
int input_now(struct input *input, unsigned int program);

/* The client that may have the turn for a long time, because it reads a line; 0: there is none. */
unsigned long input_line_reader(const struct input *input);

#endif
