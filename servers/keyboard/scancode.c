/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scancode.c - set 1 of the PC's scan codes, US layout.
 */
#include "scancode.h"

#include <device/keyboard.h>

enum { EXTENDED = 0xe0, RELEASED = 0x80, CONTROL = 0x1d, SHIFT_LEFT = 0x2a, SHIFT_RIGHT = 0x36, CAPS_LOCK = 0x3a };
enum { F1 = 0x3b, F10 = 0x44, F11 = 0x57, F12 = 0x58, SLASH = 0x35, ENTER = 0x1c };

static const char plain[] = "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
_Static_assert(sizeof(plain) == sizeof(shifted), "one layout");

static unsigned int extended_key(unsigned char code)
{
	static const unsigned short keys[] = {
		KEY_HOME, KEY_UP,   KEY_PAGE_UP,   KEY_NONE,   KEY_LEFT,   KEY_NONE, KEY_RIGHT,
		KEY_NONE, KEY_END,  KEY_DOWN,	   KEY_PAGE_DOWN, KEY_INSERT, KEY_DELETE,
	};
	enum { FIRST = 0x47, COUNT = sizeof(keys) / sizeof(keys[0]) };

	if (code >= FIRST && code < FIRST + COUNT)
		return keys[code - FIRST];
	return code == ENTER ? '\n' : code == SLASH ? '/' : KEY_NONE;
}

static unsigned int character(const struct scancodes *state, unsigned char code)
{
	unsigned int key = code < sizeof(plain) - 1 ? (unsigned char)(state->shift ? shifted : plain)[code] : KEY_NONE;
	unsigned int letter = key | 0x20;
	bool is_letter = letter >= 'a' && letter <= 'z';

	if (is_letter && state->control)
		return key & 0x1f;
	return is_letter && state->caps ? key ^ 0x20 : key;
}

unsigned int scancode_key(struct scancodes *state, unsigned char byte)
{
	bool is_extended = state->is_extended, is_pressed = !(byte & RELEASED);
	unsigned char code = byte & ~RELEASED;

	state->is_extended = byte == EXTENDED;
	if (state->is_extended)
		return KEY_NONE;
	if (code == CONTROL)
		state->control = is_pressed;
	else if (!is_extended && (code == SHIFT_LEFT || code == SHIFT_RIGHT))
		state->shift = is_pressed;
	else if (!is_extended && code == CAPS_LOCK)
		state->caps ^= is_pressed;
	else if (is_pressed && code >= F1 && code <= F10 && !is_extended)
		return KEY_F1 + code - F1;
	else if (is_pressed && (code == F11 || code == F12))
		return KEY_F1 + 10 + code - F11;
	else if (is_pressed)
		return is_extended ? extended_key(code) : character(state, code);
	return KEY_NONE;
}
