/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.h - what is to go out: the writes of programs, in turns, and echo between them.
 *
 * Each program has a queue of its own, and one write of each goes out in turn, whole, echo before the next. So nobody
 * can fill up somebody else's room, or tear his text. A write is answered when its last byte has gone to the device:
 * what has been answered is not lost with the driver. Pure: compiles for the host.
 */
#ifndef SERIAL_OUTPUT_H
#define SERIAL_OUTPUT_H

#include <stdbool.h>

#include "line.h"

enum {
	OUTPUT_PROGRAMS = 33,	/* numbers of programs: 0 to 32 */
	OUTPUT_WRITES_MAX = 8,	/* of a program, at a time */
	OUTPUT_TEXT_MAX = 496,	/* bytes of one */
	OUTPUT_ECHO_MAX = 2048, /* bytes of echo that wait */
};

struct write {
	unsigned long client; /* whom to answer */
	unsigned int size;    /* not 0 */
	bool is_bytes;	      /* "\n" goes out as it is */
	char text[OUTPUT_TEXT_MAX];
};

/* All zeros at first. */
struct output {
	struct write_queue {
		unsigned int first, count;
	} queues[OUTPUT_PROGRAMS];
	struct write writes[OUTPUT_PROGRAMS][OUTPUT_WRITES_MAX]; /* apart, for most are never touched */
	unsigned int waiting; /* writes in all queues */
	unsigned int turn;    /* the program whose write goes out, or was the last one */
	bool is_in_write;     /* it goes out now */
	unsigned int done;    /* bytes of it that have gone out */
	bool return_is_out;   /* of the "\r\n" for a "\n" */

	char echo[OUTPUT_ECHO_MAX];
	unsigned int echo_first, echo_count;
};

/* The place for a further write of this program, filled in before output_add(). Null: it has as many as it may. */
struct write *output_room(struct output *output, unsigned int program);
void output_add(struct output *output, unsigned int program);

/* Whether there is room for the echo of one more key. */
bool output_has_echo_room(const struct output *output);
void output_echo(struct output *output, const char *text, unsigned int size);

/* The next byte for the device, or -1. *client: whose write is out completely with it, or 0. */
int output_next(struct output *output, unsigned long *client);

/* Whether there is a next byte. */
bool output_waits(const struct output *output);

#endif
