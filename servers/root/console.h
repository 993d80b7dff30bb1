/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - the serial line, shared by the root task and all programs.
 *
 * Output of two writers does not meet in one line: what is written while somebody else's line is
 * unfinished waits until it is finished, or for a while. Then the unfinished line is shown
 * once more behind it, if its writer reads, too: it may be what is being typed. Input goes to
 * whoever waits longest for a character; nobody waits inside the root task.
 */
#ifndef ROOT_CONSOLE_H
#define ROOT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>
#include <service/root.h>

enum { CONSOLE_WRITERS_MAX = 32 };

/*
 * One for each writer, all zeros at first. Its text is what waits for another writer's line to
 * end.
 */
struct console_writer {
	bool reads; /* it has asked for a character */
	bool waits;
	struct console_writer *next; /* in the order in which they began to wait */
	unsigned int used;
	char text[ROOT_TEXT_MAX];
	L4_ThreadId_t reader; /* waits for a character; nilthread: none does */
};

/* A line of the root task's own, with "root: " before it, or nothing. */
void console_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

void console_write(struct console_writer *writer, const char *text, size_t size);

/* The writer has ended: nobody waits for the end of its line any more, and it waits for nothing. */
void console_writer_end(struct console_writer *writer);

/* The next character that was typed, or -1. Never waits. */
int console_read(void);

/*
 * A thread waits for a character from now on. One for each writer does: if there is one already, that one is told
 * ROOT_EXHAUSTED, and waits no more.
 */
void console_reader_add(struct console_writer *writer, L4_ThreadId_t reader);

/* It does not wait any more. */
void console_reader_forget(struct console_writer *writer, L4_ThreadId_t reader);

/*
 * Whether there is something to do for console_poll() when nothing happens for some milliseconds.
 */
bool console_wants_poll(void);

/*
 * Gives characters that have arrived to waiting threads. idle: prints what waits for a line's end,
 * too.
 */
void console_poll(bool idle);

#endif
