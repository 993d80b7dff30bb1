/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option.c - words "name=value" of the command line.
 */
#include <service/root.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static unsigned long number(const char *text)
{
	unsigned int base = 10;
	unsigned long value = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	for (; digit(*text) < (int)base; text++)
		value = value * base + digit(*text);
	return value;
}

/* What follows "name=" if word starts with it, else null. */
static const char *value_of(const char *word, const char *name)
{
	while (*name && *word == *name) {
		word++;
		name++;
	}
	return *name == 0 && *word == '=' ? word + 1 : NULL;
}

/* The value of the word "name=value" in the line, up to the line's end; null: there is none. */
static const char *find(const char *line, const char *name)
{
	while (*line) {
		const char *value = value_of(line, name);

		if (value)
			return value;
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
	return NULL;
}

unsigned long root_option(const char *name, unsigned long otherwise)
{
	char line[ROOT_TEXT_MAX + 1];
	const char *value;

	if (root_command_line(line, sizeof(line)) != ROOT_OK)
		return otherwise;
	value = find(line, name);
	return value ? number(value) : otherwise;
}

bool root_option_text(const char *name, char *text, size_t size)
{
	char line[ROOT_TEXT_MAX + 1];
	const char *value;
	size_t length = 0;

	if (root_command_line(line, sizeof(line)) != ROOT_OK)
		return false;
	value = find(line, name);
	if (!value)
		return false;
	while (length + 1 < size && value[length] && value[length] != ' ') {
		text[length] = value[length];
		length++;
	}
	text[length] = 0;
	return true;
}
