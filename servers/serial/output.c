/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.c - whose byte is the next.
 */
#include "output.h"

struct write *output_room(struct output *output, unsigned int program)
{
	struct write_queue *queue = &output->queues[program];

	if (queue->count == OUTPUT_WRITES_MAX)
		return 0;
	return &output->writes[program][(queue->first + queue->count) % OUTPUT_WRITES_MAX];
}

void output_add(struct output *output, unsigned int program)
{
	output->queues[program].count++;
	output->waiting++;
}

bool output_has_echo_room(const struct output *output)
{
	return output->echo_count <= OUTPUT_ECHO_MAX - LINE_ECHO_MAX;
}

void output_echo(struct output *output, const char *text, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		output->echo[(output->echo_first + output->echo_count++) % OUTPUT_ECHO_MAX] = text[i];
}

bool output_waits(const struct output *output)
{
	return output->waiting > 0 || output->echo_count > 0;
}

/* This character, or what has to go out before it. */
static int next_of(struct output *output, char c, bool is_bytes)
{
	output->return_is_out = c == '\n' && !is_bytes && !output->return_is_out;
	return output->return_is_out ? '\r' : (unsigned char)c;
}

static int next_of_echo(struct output *output)
{
	int byte = next_of(output, output->echo[output->echo_first], false);

	if (!output->return_is_out) {
		output->echo_first = (output->echo_first + 1) % OUTPUT_ECHO_MAX;
		output->echo_count--;
	}
	return byte;
}

static int next_of_write(struct output *output, unsigned long *client)
{
	struct write_queue *queue = &output->queues[output->turn];
	struct write *write = &output->writes[output->turn][queue->first];
	int byte = next_of(output, write->text[output->done], write->is_bytes);

	if (output->return_is_out || ++output->done < write->size)
		return byte;
	*client = write->client;
	output->done = 0;
	output->is_in_write = false;
	queue->first = (queue->first + 1) % OUTPUT_WRITES_MAX;
	queue->count--;
	output->waiting--;
	return byte;
}

static void next_turn(struct output *output)
{
	do
		output->turn = (output->turn + 1) % OUTPUT_PROGRAMS;
	while (output->queues[output->turn].count == 0);
	output->is_in_write = true;
}

int output_next(struct output *output, unsigned long *client)
{
	*client = 0;
	if (!output->is_in_write && output->echo_count > 0)
		return next_of_echo(output);
	if (!output->is_in_write && output->waiting == 0)
		return -1;
	if (!output->is_in_write)
		next_turn(output);
	return next_of_write(output, client);
}
