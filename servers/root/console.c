/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - whole lines out, characters in.
 */
#include "console.h"

#include <stdarg.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4io.h>

#include "line.h"

enum { LINE_MAX = 256, PATIENCE_MICROSECONDS = 10000 };

static struct console_writer *line_writer; /* whose line is unfinished, or null */
static struct console_writer *first_waiting, *last_waiting;
static unsigned long waiting_since;

/* What there is of the unfinished line, and who is to have it shown again when the lines in between are finished. */
static char unfinished[LINE_MAX];
static size_t unfinished_size; /* more than there is room for: it cannot be shown again */
static struct console_writer *interrupted;

static struct console_writer *readers[CONSOLE_WRITERS_MAX]; /* in the order of their arrival */
static unsigned int reader_count;
static int kept = -1; /* a character that its reader did not wait for */

/*
 * Output
 */

/* The line of somebody who types ends here for the moment; one that is merely printed is not shown again. */
static void interrupt_line(void)
{
	if (!line_writer)
		return;
	line_write("\n", 1);
	interrupted = line_writer->reads && unfinished_size <= LINE_MAX ? line_writer : NULL;
	line_writer = NULL;
}

static void show_line_again(void)
{
	if (!interrupted || line_writer)
		return;
	line_write(unfinished, unfinished_size);
	line_writer = interrupted;
	interrupted = NULL;
}

static void note_unfinished(const char *text, size_t size)
{
	if (!line_writer)
		unfinished_size = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			unfinished_size = 0;
		else if (unfinished_size < LINE_MAX)
			unfinished[unfinished_size++] = text[i];
		else
			unfinished_size = LINE_MAX + 1;
	}
}

static void emit(struct console_writer *writer, const char *text, size_t size)
{
	bool is_whole = text[size - 1] == '\n';

	if (line_writer != writer)
		interrupt_line();
	line_write(text, size);
	if (!is_whole) {
		interrupted = NULL;
		note_unfinished(text, size);
	}
	line_writer = is_whole ? NULL : writer;
}

static void emit_first_waiting(void)
{
	struct console_writer *writer = first_waiting;

	first_waiting = writer->next;
	writer->waits = false;
	emit(writer, writer->text, writer->used);
	writer->used = 0;
}

static void emit_all_waiting(void)
{
	while (first_waiting)
		emit_first_waiting();
}

static void wait_for_line(struct console_writer *writer, const char *text, size_t size)
{
	memcpy(writer->text + writer->used, text, size);
	writer->used += size;
	if (writer->waits)
		return;
	writer->waits = true;
	writer->next = NULL;
	if (first_waiting) {
		last_waiting->next = writer;
	} else {
		first_waiting = writer;
		waiting_since = L4_SystemClock().raw;
	}
	last_waiting = writer;
}

void console_write(struct console_writer *writer, const char *text, size_t size)
{
	bool may_now = !writer->waits && (!line_writer || line_writer == writer);

	if (size == 0)
		return;
	if (!may_now && size <= sizeof(writer->text) - writer->used) {
		wait_for_line(writer, text, size);
		return;
	}
	if (!may_now)
		emit_all_waiting();
	emit(writer, text, size);
	while (first_waiting && !line_writer)
		emit_first_waiting();
	show_line_again();
}

void console_writer_end(struct console_writer *writer)
{
	if (writer->waits)
		emit_all_waiting();
	if (line_writer == writer) {
		line_write("\n", 1);
		line_writer = NULL;
	}
	if (interrupted == writer)
		interrupted = NULL;
	console_reader_forget(writer, writer->reader);
	show_line_again();
}

static void say(const char *start, const char *format, va_list arguments)
{
	static char line[LINE_MAX];

	emit_all_waiting();
	interrupt_line();
	vsnprintf(line, sizeof(line), format, arguments);
	line_write(start, strlen(start));
	line_write(line, strlen(line));
	line_write("\n", 1);
	show_line_again();
}

void console_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("root: ", format, arguments);
	va_end(arguments);
}

void console_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}

/*
 * Input
 */

int console_read(void)
{
	int character = kept >= 0 ? kept : line_read();

	kept = -1;
	return character;
}

/* A message without words, or with a character. False: the reader does not wait for it. */
static bool tell_reader(L4_ThreadId_t reader, enum root_status status, int character)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	if (status == ROOT_OK)
		L4_MsgAppendWord(&msg, character);
	L4_Set_MsgLabel(&msg, status);
	L4_MsgLoad(&msg);
	return L4_IpcSucceeded(L4_Send_Timeout(reader, L4_ZeroTime));
}

void console_reader_add(struct console_writer *writer, L4_ThreadId_t reader)
{
	if (L4_IsNilThread(writer->reader))
		readers[reader_count++] = writer;
	else
		tell_reader(writer->reader, ROOT_EXHAUSTED, 0);
	writer->reader = reader;
}

/* Takes a place off the list. */
static void reader_remove(unsigned int place)
{
	readers[place]->reader = L4_nilthread;
	reader_count--;
	for (unsigned int i = place; i < reader_count; i++)
		readers[i] = readers[i + 1];
}

void console_reader_forget(struct console_writer *writer, L4_ThreadId_t reader)
{
	if (L4_IsNilThread(reader) || !L4_IsThreadEqual(writer->reader, reader))
		return;
	for (unsigned int i = 0; i < reader_count; i++)
		if (readers[i] == writer)
			reader_remove(i);
}

/* A reader that does not wait any more loses its turn, not the character. */
static void serve_readers(void)
{
	while (reader_count > 0) {
		L4_ThreadId_t reader = readers[0]->reader;
		int character = console_read();

		if (character < 0)
			return;
		reader_remove(0);
		if (!tell_reader(reader, ROOT_OK, character))
			kept = character;
	}
}

bool console_wants_poll(void)
{
	return (reader_count > 0 && line_is_polled()) || first_waiting;
}

void console_poll(bool idle)
{
	serve_readers();
	if (first_waiting && (idle || L4_SystemClock().raw - waiting_since > PATIENCE_MICROSECONDS))
		emit_all_waiting();
	show_line_again();
	line_poll();
}
