/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - the table of boot modules.
 */
#include "file.h"

#include <string.h>

#include "console.h"

static struct file files[FILES_MAX];
static unsigned int file_count;

void file_add(const char *command_line, const void *start, size_t size)
{
	struct file *file = &files[file_count];
	size_t length = 0;

	if (file_count == FILES_MAX) {
		console_say("%s is left out: there is room for %d modules", command_line, FILES_MAX);
		return;
	}
	while (command_line[length] && command_line[length] != ' ' && length < ROOT_NAME_MAX - 1)
		length++;
	memcpy(file->name, command_line, length);
	file->name[length] = 0;
	file->command_line = command_line;
	file->start = start;
	file->size = size;
	file_count++;
}

const struct file *file_at(unsigned int number)
{
	return number < file_count ? &files[number] : NULL;
}

const struct file *file_named(const char *name, unsigned int *number)
{
	for (*number = 0; *number < file_count; ++*number)
		if (strcmp(files[*number].name, name) == 0)
			return &files[*number];
	return NULL;
}
