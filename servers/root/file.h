/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.h - the boot modules behind the root task: programs, the system's description, and what programs read.
 */
#ifndef ROOT_FILE_H
#define ROOT_FILE_H

#include <stddef.h>

#include <service/root.h>

enum { FILES_MAX = 64 };

struct file {
	char name[ROOT_NAME_MAX];  /* the first word of the command line */
	const char *command_line;
	const void *start;         /* the root task has its memory, 1:1 */
	size_t size;
};

/* Enters a module. What does not fit any more is left out, and the console says so. */
void file_add(const char *command_line, const void *start, size_t size);

/* All in the order of the modules; null behind the last one. */
const struct file *file_at(unsigned int number);

/* The first of that name and its number, else null. */
const struct file *file_named(const char *name, unsigned int *number);

#endif
