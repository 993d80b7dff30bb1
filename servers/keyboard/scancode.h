/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scancode.h - from the bytes that a keyboard sends to keys. Pure: compiles for the host.
 */
#ifndef KEYBOARD_SCANCODE_H
#define KEYBOARD_SCANCODE_H

#include <stdbool.h>

struct scancodes {
	bool is_extended; /* the last byte was the first of two */
	bool shift, control, caps;
};

/* The next byte of set 1, which is what the controller of a PC translates to. KEY_NONE: it makes no key. */
unsigned int scancode_key(struct scancodes *state, unsigned char byte);

#endif
