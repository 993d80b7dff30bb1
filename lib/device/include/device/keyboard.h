/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/keyboard.h - keys, from the keyboard of a PC (servers/keyboard).
 *
 * One request, an L4_Call without words: the next key. It is answered, with the label 0 and one word, when there is
 * one; keys that nobody waits for are kept, KEYBOARD_KEPT at most. Programs that wait get keys in turn; of each
 * program one thread waits, and another one's call ends the first one's with the key 0.
 */
#ifndef DEVICE_KEYBOARD_H
#define DEVICE_KEYBOARD_H

#include <stdbool.h>

#include <l4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { KEYBOARD_NEXT = 0x441, KEYBOARD_KEPT = 64 };

/* A key is a character of ASCII as a US keyboard types it, Ctrl-A being 1, or one of these. */
enum key {
	KEY_NONE = 0,
	KEY_UP = 0x101,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_INSERT,
	KEY_DELETE,
	KEY_F1 = 0x111, /* up to F12, one after the other */
};

/* False: the driver has ended; its name is to be looked up again. Message registers are used. */
bool keyboard_next(L4_ThreadId_t keyboard, unsigned int *key);

#ifdef __cplusplus
}
#endif
#endif
