/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * description.c - reading a description.
 *
 * A line is words; the first is a keyword, and the table below says which function reads the others into the program
 * that the last `program` line began. An option of a command line, @keyword=value, is such a line of one or two words.
 */
#include "description.h"

#include <string.h>

#include <abi/protocol.h>

struct word {
	const char *text;
	size_t length;
};

/* What is left of a line, and the word that was taken last. */
struct words {
	const char *at, *end;
	struct word last;
};

/* Where the character is first, else end. */
static const char *find(const char *text, const char *end, char c)
{
	while (text < end && *text != c)
		text++;
	return text;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line; of length 0: there is none. */
static struct word word_next(struct words *line)
{
	struct word word;

	while (line->at < line->end && is_blank(*line->at))
		line->at++;
	word.text = line->at;
	while (line->at < line->end && !is_blank(*line->at))
		line->at++;
	word.length = line->at - word.text;
	line->last = word;
	return word;
}

static bool word_is(struct word word, const char *text)
{
	return strlen(text) == word.length && memcmp(word.text, text, word.length) == 0;
}

/* The word as a string, cut if it is too long. */
static void word_copy(struct word word, char *to, size_t size)
{
	size_t length = word.length < size - 1 ? word.length : size - 1;

	memcpy(to, word.text, length);
	to[length] = 0;
}

/*
 * Numbers
 */

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static unsigned int shift_of(char c)
{
	return c == 'K' ? 10 : c == 'M' ? 20 : c == 'G' ? 30 : 0;
}

/* Decimal, or hexadecimal behind 0x; with a unit, K, M or G may follow. All of the word must be the number. */
static bool number_of(struct word word, bool has_unit, unsigned long *value)
{
	unsigned int base = 10, shift = 0;
	size_t i = 0;

	if (word.length > 2 && word.text[0] == '0' && (word.text[1] == 'x' || word.text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (has_unit && word.length > i + 1 && base == 10)
		shift = shift_of(word.text[word.length - 1]);
	if (shift > 0)
		word.length--;
	if (i == word.length)
		return false;
	*value = 0;
	for (; i < word.length; i++) {
		unsigned int d = digit(word.text[i]);

		if (d >= base || *value > (~0UL - d) / base)
			return false;
		*value = *value * base + d;
	}
	if (*value > ~0UL >> shift)
		return false;
	*value <<= shift;
	return true;
}

/* LOW-HIGH, or one number for both. */
static bool range_of(struct word word, unsigned long *low, unsigned long *high)
{
	const char *end = word.text + word.length, *dash = find(word.text, end, '-');
	struct word first = { word.text, dash - word.text }, second = word;

	if (dash < end)
		second = (struct word){ dash + 1, end - dash - 1 };
	return number_of(first, false, low) && number_of(second, false, high) && *low <= *high;
}

/*
 * Keywords. Each function reads its words, and returns what is wrong with the last one that it took; null: nothing.
 */

static const char *take_name(struct word word, char *name)
{
	if (word.length == 0)
		return "a name is missing";
	if (word.length >= ROOT_NAME_MAX)
		return "a name has at most 31 characters";
	word_copy(word, name, ROOT_NAME_MAX);
	return NULL;
}

static const char *read_names(struct words *line, struct name_list *list)
{
	struct word word;

	while ((word = word_next(line)).length > 0) {
		const char *wrong = "more names than the root task has room for";

		if (list->count < DESCRIPTION_NAMES_MAX)
			wrong = take_name(word, list->names[list->count]);
		if (wrong)
			return wrong;
		list->count++;
	}
	return NULL;
}

static const char *read_size(struct words *line, unsigned long *bytes)
{
	return number_of(word_next(line), true, bytes) ? NULL : "a size is a number of bytes, with K, M or G behind it";
}

static const char *read_file(struct description *program, struct words *line)
{
	return take_name(word_next(line), program->file);
}

/* All that is left of the line, as it stands. */
static const char *read_arguments(struct description *program, struct words *line)
{
	struct word first = word_next(line);
	size_t used = strlen(program->command_line);
	size_t length = line->end - first.text;

	line->at = line->end;
	if (length > 0 && used + 1 + length > ROOT_TEXT_MAX)
		return "the command line is too long";
	if (length > 0) {
		program->command_line[used++] = ' ';
		memcpy(program->command_line + used, first.text, length);
		program->command_line[used + length] = 0;
	}
	return NULL;
}

static const char *read_priority(struct description *program, struct words *line)
{
	unsigned long priority;

	if (!number_of(word_next(line), false, &priority) || priority < 1 || priority > 255)
		return "a priority is a number from 1 to 255";
	program->priority = priority;
	return NULL;
}

static const char *read_memory(struct description *program, struct words *line)
{
	return read_size(line, &program->memory);
}

#define KERNEL_MOST (1UL << 40)

static const char *read_kernel(struct description *program, struct words *line)
{
	const char *wrong = read_size(line, &program->kernel_memory);

	if (wrong)
		return wrong;
	if (program->kernel_memory == 0 || program->kernel_memory > KERNEL_MOST)
		return "the kernel cannot set that aside";
	return NULL;
}

static const char *read_small(struct description *program, struct words *line)
{
	return read_size(line, &program->small);
}

static const char *read_restart(struct description *program, struct words *line)
{
	struct word word = word_next(line);
	unsigned long times;

	program->restarts = RESTARTS_UNLIMITED;
	if (word.length == 0)
		return NULL;
	if (!number_of(word, false, &times) || times > 1000000)
		return "how often? A number up to 1000000, or nothing";
	program->restarts = times;
	return NULL;
}

static const char *read_pager(struct description *program, struct words *line)
{
	return take_name(word_next(line), program->pager);
}

static const char *read_serves(struct description *program, struct words *line)
{
	return read_names(line, &program->serves);
}

static const char *read_talks(struct description *program, struct words *line)
{
	program->is_confined = true;
	return read_names(line, &program->talks);
}

static const char *add_resource(struct description *program, enum resource_kind kind, unsigned long low,
				unsigned long high)
{
	if (program->resource_count == DESCRIPTION_RESOURCES_MAX)
		return "more resources than the root task has room for";
	program->resources[program->resource_count++] = (struct resource){ kind, low, high };
	return NULL;
}

/* `all`, or a range with an end of at most highest. */
static const char *read_resource(struct description *program, struct words *line, enum resource_kind kind,
				 unsigned long highest)
{
	struct word word = word_next(line);
	unsigned long low, high;

	if (word_is(word, "all"))
		return add_resource(program, kind, 0, highest);
	if (!range_of(word, &low, &high) || high > highest)
		return "a range is LOW-HIGH, or one number, or all";
	return add_resource(program, kind, low, high);
}

enum { PORT_HIGHEST = 0xffff, INTERRUPT_HIGHEST = 0xffff };

static const char *read_ports(struct description *program, struct words *line)
{
	return read_resource(program, line, RESOURCE_PORTS, PORT_HIGHEST);
}

static const char *read_irq(struct description *program, struct words *line)
{
	struct words rest = *line;

	if (word_is(word_next(&rest), "msi")) {
		*line = rest;
		return add_resource(program, RESOURCE_INTERRUPTS, INTERRUPT_MSI, SYSTEM_BASE - 1);
	}
	return read_resource(program, line, RESOURCE_INTERRUPTS, INTERRUPT_HIGHEST);
}

static const char *read_device(struct description *program, struct words *line)
{
	return read_resource(program, line, RESOURCE_MEMORY, (1UL << 52) - 1);
}

static const char *read_driver(struct description *program, struct words *line)
{
	const char *wrong = add_resource(program, RESOURCE_PORTS, 0, PORT_HIGHEST);

	(void)line;
	return wrong ? wrong : add_resource(program, RESOURCE_INTERRUPTS, 0, INTERRUPT_HIGHEST);
}

static const char *read_dma(struct description *program, struct words *line)
{
	return read_size(line, &program->dma_memory);
}

static const struct keyword {
	const char *name;
	const char *(*read)(struct description *program, struct words *line); /* or null: a keyword alone, ... */
	size_t flag;                                                          /* ... which sets this bool */
} keywords[] = {
	{ "file", read_file, 0 },
	{ "arguments", read_arguments, 0 },
	{ "priority", read_priority, 0 },
	{ "memory", read_memory, 0 },
	{ "kernel", read_kernel, 0 },
	{ "small", read_small, 0 },
	{ "server", NULL, offsetof(struct description, is_server) },
	{ "manual", NULL, offsetof(struct description, is_manual) },
	{ "manager", NULL, offsetof(struct description, is_manager) },
	{ "spaces", NULL, offsetof(struct description, has_spaces) },
	{ "restart", read_restart, 0 },
	{ "pager", read_pager, 0 },
	{ "serves", read_serves, 0 },
	{ "talks", read_talks, 0 },
	{ "ports", read_ports, 0 },
	{ "irq", read_irq, 0 },
	{ "device", read_device, 0 },
	{ "driver", read_driver, 0 },
	{ "console", NULL, offsetof(struct description, is_console) },
	{ "deaf", NULL, offsetof(struct description, is_deaf) },
	{ "pci", NULL, offsetof(struct description, has_pci) },
	{ "dma", read_dma, 0 },
};

/* A keyword and its words. Null, or what is wrong with line->last. */
static const char *read_keyword(struct description *program, struct word word, struct words *line)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		const struct keyword *keyword = &keywords[i];
		const char *wrong = NULL;

		if (!word_is(word, keyword->name))
			continue;
		if (keyword->read)
			wrong = keyword->read(program, line);
		else
			*(bool *)((char *)program + keyword->flag) = true;
		if (wrong)
			return wrong;
		return word_next(line).length > 0 ? "one word too many" : NULL;
	}
	line->last = word;
	return "no such keyword";
}

static void complain(const struct description_complaints *complaints, unsigned int line, const char *what,
		     struct word word)
{
	char text[DESCRIPTION_WORD_MAX];

	word_copy(word, text, sizeof(text));
	complaints->say(line, what, text);
}

static void set_defaults(struct description *program, struct word name, unsigned int line)
{
	memset(program, 0, sizeof(*program));
	program->line = line;
	program->priority = PRIORITY_DEFAULT;
	program->memory = QUOTA_DEFAULT;
	program->small = SMALL_DEFAULT;
	word_copy(name, program->name, sizeof(program->name));
	memcpy(program->file, program->name, sizeof(program->file));
	memcpy(program->command_line, program->name, sizeof(program->name));
}

/*
 * The text
 */

struct reader {
	struct description *programs;
	unsigned int count, max;
	struct description *current; /* what lines are about; null: no program has begun */
	struct description refused;  /* takes what stands behind a program that was refused */
	unsigned int line;
	const struct description_complaints *complaints;
};

/* Null, or what is wrong with the name. */
static const char *begin_program(struct reader *reader, struct words *line)
{
	struct word name = word_next(line);
	const char *wrong;

	memset(&reader->refused, 0, sizeof(reader->refused));
	reader->current = &reader->refused;
	wrong = take_name(name, reader->refused.name);
	if (wrong)
		return wrong;
	for (unsigned int i = 0; i < reader->count; i++)
		if (word_is(name, reader->programs[i].name))
			return "there is a program of that name already";
	if (reader->count == reader->max)
		return "more programs than the root task has room for";
	reader->current = &reader->programs[reader->count++];
	set_defaults(reader->current, name, reader->line);
	return word_next(line).length > 0 ? "one word too many" : NULL;
}

static void read_line(struct reader *reader, struct words line)
{
	struct word first;
	const char *wrong;

	line.end = find(line.at, line.end, '#');
	while (line.end > line.at && is_blank(line.end[-1]))
		line.end--;
	first = word_next(&line);
	if (first.length == 0)
		return;
	if (word_is(first, "program"))
		wrong = begin_program(reader, &line);
	else if (reader->current)
		wrong = read_keyword(reader->current, first, &line);
	else
		wrong = "a line `program NAME` must come first";
	if (wrong)
		complain(reader->complaints, reader->line, wrong, line.last);
}

unsigned int description_read(struct description *programs, unsigned int max, const char *text, size_t size,
			      const struct description_complaints *complaints)
{
	struct reader reader = { .programs = programs, .max = max, .complaints = complaints };
	const char *end = text + size;

	while (text < end) {
		const char *newline = find(text, end, '\n');

		reader.line++;
		read_line(&reader, (struct words){ .at = text, .end = newline });
		text = newline < end ? newline + 1 : end;
	}
	return reader.count;
}

/*
 * A command line
 */

/* @keyword or @keyword=value */
static void read_option(struct description *program, struct word option,
			const struct description_complaints *complaints)
{
	const char *end = option.text + option.length, *equals = find(option.text, end, '=');
	struct word keyword = { option.text + 1, equals - option.text - 1 };
	struct words value = { .at = equals < end ? equals + 1 : end, .end = end };
	const char *wrong = read_keyword(program, keyword, &value);

	if (wrong)
		complain(complaints, 0, wrong, option);
}

void description_of_module(struct description *program, const char *command_line,
			   const struct description_complaints *complaints)
{
	struct words line = { .at = command_line, .end = command_line + strlen(command_line) };
	struct word name = word_next(&line), word;

	set_defaults(program, name.length > 0 ? name : (struct word){ "?", 1 }, 0);
	while ((word = word_next(&line)).length > 0) {
		struct words argument = { .at = word.text, .end = word.text + word.length };

		if (word.text[0] == '@')
			read_option(program, word, complaints);
		else if (read_arguments(program, &argument))
			break;
	}
}

bool description_allows(const struct description *program, enum resource_kind kind, unsigned long low,
			unsigned long high)
{
	for (unsigned int i = 0; i < program->resource_count; i++) {
		const struct resource *resource = &program->resources[i];

		if (resource->kind == kind && low >= resource->low && high <= resource->high && low <= high)
			return true;
	}
	return false;
}

bool name_list_has(const struct name_list *list, const char *name)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (strcmp(list->names[i], name) == 0)
			return true;
	return false;
}
