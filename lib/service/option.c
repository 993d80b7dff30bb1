/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option.c - numbers from the command line.
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

unsigned long root_option(const char *name, unsigned long otherwise)
{
	char line[ROOT_TEXT_MAX + 1];
	const char *word = line;

	if (root_command_line(line, sizeof(line)) != ROOT_OK)
		return otherwise;
	while (*word) {
		const char *value = value_of(word, name);

		if (value)
			return number(value);
		while (*word && *word != ' ')
			word++;
		while (*word == ' ')
			word++;
	}
	return otherwise;
}
