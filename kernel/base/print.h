/* SPDX-License-Identifier: BSD-2-Clause */
/* base/print.h - kernel messages. */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include <stdarg.h>
#include "base/types.h"

/*
 * Format text and give it to `write`, in pieces, which may be empty and have no zero behind them. Knows %s %c %d %u %x %%
 * with l and z, a field width, for numbers of 20 at most, and zero padding. An unknown conversion is printed as it
 * stands.
 */
void print_format(void (*write)(const char *text, size_t size), const char *format, va_list arguments);

/* Print on the serial line. A message to the user ends with a newline and starts with who speaks. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
