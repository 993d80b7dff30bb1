/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commands.h - what the shell can do.
 */
#ifndef SHELL_COMMANDS_H
#define SHELL_COMMANDS_H

#include <stdbool.h>

#include "line.h"

/* Does what the line says. The line is cut into words. False: it was `exit`. */
bool command_run(char *text, const struct line *line);

#endif
