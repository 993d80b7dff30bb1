/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service/console.h - lines for the console server (servers/small-console), which prints who wrote them, and when.
 *
 * A request is an L4_Call with the label CONSOLE_WRITE and one string item, the text; the answer is empty.
 */
#ifndef SERVICE_CONSOLE_H
#define SERVICE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CONSOLE_WRITE = 0x201, CONSOLE_TEXT_MAX = 1024 /* bytes of one text */ };

/* The name that the server has registered: root_lookup_wait(CONSOLE_NAME). */
#define CONSOLE_NAME "console"

/*
 * Whole lines: one at least, and what is behind the last newline is one. False: it is not there, or refused the text.
 */
bool console_write(L4_ThreadId_t server, const char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
