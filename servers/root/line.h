/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.h - the serial line under the console: polled, or with a driver.
 *
 * A program whose description says `console` may drive the line. It takes text, and brings what is typed, by two
 * requests of its own; from its first request for text until it ends the line is its own. Text is kept until the driver
 * has said that it is out, so none is lost with it; when it ends, the line is polled again, beginning with the text
 * that was under way. Nobody waits for the driver here: writers are answered later when much text is kept, and if there
 * is no room left all the same, the text goes out by polling.
 */
#ifndef ROOT_LINE_H
#define ROOT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/message.h>
#include <l4/types.h>

struct program;

/* At most a few hundred bytes. */
void line_write(const char *text, size_t size);

/* The next character that was typed, or -1. */
int line_read(void);

/* Whether somebody has to look for what is typed. */
bool line_is_polled(void);

bool line_is_drivers(const struct program *program);

/* Whether so much text is kept that this program's writes should be answered later: WAIT_FOR_ROOM (wait.h). */
bool line_is_crowded(const struct program *writer);

/* Gives the driver the next text, if there is some and it waits. One that puts out none for ten seconds is stopped. */
void line_poll(void);

/* How long the root task may wait for a message before it should call line_poll() again. */
L4_Time_t line_patience(void);

/* Nothing is kept any more: all text is out, or with the device. */
bool line_is_out(void);

/* A program has no threads any more: it drives nothing. */
void line_program_ended(const struct program *program);

/* The driver's requests, served as request_serve() does: text, of which the last is out; what was typed. */
bool line_serve_text(struct program *program, L4_ThreadId_t thread, L4_Msg_t *msg);
bool line_serve_typed(const struct program *program, L4_Msg_t *msg);

#endif
