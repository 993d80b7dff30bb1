/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the shell: reads a line, does what it says, and again.
 *
 * Its description says `manager`: the programs that it starts and stops are those of the same description.
 */
#include <l4io.h>
#include <service/root.h>

#include "commands.h"
#include "keys.h"
#include "line.h"

#define PROMPT "pecan> "

static void put(const char *text, size_t size)
{
	io_write(text, size);
}

static enum line_event read_line(struct line *line)
{
	enum line_event event;

	printf(PROMPT);
	line_begin(line);
	do
		event = line_key(line, keys_next());
	while (event == LINE_GOES_ON);
	return event;
}

int main(void)
{
	static struct line line = { .put = put };

	printf("This is Pecan. `help` and `cat welcome` say more; `exit` ends the machine.\n");
	for (;;) {
		enum line_event event = read_line(&line);
		char text[LINE_MAX + 1];

		if (event == LINE_END)
			return 0;
		if (event == LINE_CANCELLED)
			continue;
		for (unsigned int i = 0; i <= LINE_MAX; i++)
			text[i] = line.text[i];
		if (!command_run(text, &line))
			return 0;
	}
}
