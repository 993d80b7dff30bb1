/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys.h - what is typed, in order; some of it while a command runs.
 */
#ifndef SHELL_KEYS_H
#define SHELL_KEYS_H

#include <stdbool.h>

/* The next key. Waits for one. */
char keys_next(void);

/* Whether Ctrl-C has been typed meanwhile; other keys are kept for keys_next(). */
bool keys_interrupt(void);

#endif
