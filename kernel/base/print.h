/* SPDX-License-Identifier: BSD-2-Clause */
/* base/print.h - kernel messages. */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include <stdarg.h>
#include "base/types.h"

/*
 * Format text and give it to `put`, a character at a time. Knows %s %c %d %u %x %% with l and z, a field width
 * and zero padding. An unknown conversion is printed as it stands.
 */
void print_format(void (*put)(char), const char *format, va_list arguments);

/* Print on the serial line. A message to the user ends with a newline and starts with who speaks. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
