/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - turns. What a reader is to get stays where it is until he has got it.
 */
#include "input.h"

#include <string.h>

bool input_add(struct input *input, char character)
{
	if (input->kept_count == INPUT_KEPT_MAX)
		return false;
	input->kept[(input->kept_first + input->kept_count++) % INPUT_KEPT_MAX] = character;
	return true;
}

static char kept_take(struct input *input)
{
	char character = input->kept[input->kept_first];

	input->kept_first = (input->kept_first + 1) % INPUT_KEPT_MAX;
	input->kept_count--;
	return character;
}

void input_lines(struct input *input, unsigned int program, bool reads_lines)
{
	input->programs[program].reads_lines = reads_lines;
}

/*
 * What there is for a program
 */

/* Goes on with the line by what has been typed, as long as there is room to show it. */
static void edit(struct input *input)
{
	char echo[LINE_ECHO_MAX];

	while (!input->line.is_complete && input->kept_count > 0 && output_has_echo_room(input->echo)) {
		char key = kept_take(input);

		output_echo(input->echo, echo, line_key(&input->line, key, echo));
	}
}

static int first_of_line(struct input *input)
{
	edit(input);
	if (!input->line.is_complete)
		return INPUT_NOTHING;
	return input->line.length > 0 ? (unsigned char)input->line.text[0] : INPUT_END;
}

/* Of a line that somebody else's turn has left, or else what has been typed. */
static int first_typed(struct input *input)
{
	if (input->line.length > 0)
		return (unsigned char)input->line.text[0];
	return input->kept_count > 0 ? (unsigned char)input->kept[input->kept_first] : INPUT_NOTHING;
}

static int first_for(struct input *input, unsigned int number, bool has_turn)
{
	struct input_program *program = &input->programs[number];

	if (program->rest_first < program->rest_end)
		return (unsigned char)program->rest[program->rest_first];
	if (!has_turn)
		return INPUT_NOTHING;
	return program->reads_lines ? first_of_line(input) : first_typed(input);
}

static void take_line(struct input *input, struct input_program *program)
{
	memcpy(program->rest, input->line.text, input->line.length);
	program->rest_first = 1;
	program->rest_end = input->line.length;
	input->line.length = 0;
	input->line.is_complete = false;
}

/* It has got what first_for() said. */
static void take_for(struct input *input, unsigned int number)
{
	struct input_program *program = &input->programs[number];

	if (program->rest_first < program->rest_end)
		program->rest_first++;
	else if (program->reads_lines)
		take_line(input, program);
	else if (input->line.length > 0)
		line_take(&input->line);
	else
		kept_take(input);
}

/*
 * Readers
 */

static void remove(struct input *input, unsigned int number)
{
	struct reader *reader = &input->readers[number];

	input->reader_count--;
	memmove(reader, reader + 1, (input->reader_count - number) * sizeof(*reader));
}

bool input_wait(struct input *input, unsigned int program, unsigned long client)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < input->reader_count; i++)
		count += input->readers[i].program == program;
	if (count == INPUT_READERS_MAX)
		return false;
	input->readers[input->reader_count++] = (struct reader){ client, program };
	return true;
}

void input_forget(struct input *input, unsigned long client)
{
	for (unsigned int i = input->reader_count; i-- > 0;)
		if (input->readers[i].client == client)
			remove(input, i);
}

void input_deliver(struct input *input)
{
	bool has_turn = true;

	for (unsigned int i = 0; i < input->reader_count;) {
		struct reader reader = input->readers[i];
		int character = first_for(input, reader.program, has_turn);

		if (character == INPUT_NOTHING) {
			has_turn = false;
			i++;
			continue;
		}
		remove(input, i);
		if (input->give(reader.client, character))
			take_for(input, reader.program);
	}
}

int input_now(struct input *input, unsigned int program)
{
	int character = first_for(input, program, input->reader_count == 0);

	if (character != INPUT_NOTHING)
		take_for(input, program);
	return character;
}

unsigned long input_line_reader(const struct input *input)
{
	if (input->reader_count == 0 || !input->programs[input->readers[0].program].reads_lines)
		return 0;
	return input->readers[0].client;
}
