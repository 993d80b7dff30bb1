/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - special keys are sequences, as those of a VT220 or xterm.
 */
#include "input.h"

#include <string.h>

#include <device/keyboard.h>

enum { SPECIAL_FIRST = KEY_UP, SPECIAL_END = KEY_F1 + 12 };

static const char *const sequences[SPECIAL_END - SPECIAL_FIRST] = {
	[KEY_UP - SPECIAL_FIRST] = "\033[A",	     [KEY_DOWN - SPECIAL_FIRST] = "\033[B",
	[KEY_RIGHT - SPECIAL_FIRST] = "\033[C",	     [KEY_LEFT - SPECIAL_FIRST] = "\033[D",
	[KEY_HOME - SPECIAL_FIRST] = "\033[H",	     [KEY_END - SPECIAL_FIRST] = "\033[F",
	[KEY_INSERT - SPECIAL_FIRST] = "\033[2~",    [KEY_DELETE - SPECIAL_FIRST] = "\033[3~",
	[KEY_PAGE_UP - SPECIAL_FIRST] = "\033[5~",   [KEY_PAGE_DOWN - SPECIAL_FIRST] = "\033[6~",
	[KEY_F1 - SPECIAL_FIRST] = "\033OP",	     [KEY_F1 + 1 - SPECIAL_FIRST] = "\033OQ",
	[KEY_F1 + 2 - SPECIAL_FIRST] = "\033OR",     [KEY_F1 + 3 - SPECIAL_FIRST] = "\033OS",
	[KEY_F1 + 4 - SPECIAL_FIRST] = "\033[15~",   [KEY_F1 + 5 - SPECIAL_FIRST] = "\033[17~",
	[KEY_F1 + 6 - SPECIAL_FIRST] = "\033[18~",   [KEY_F1 + 7 - SPECIAL_FIRST] = "\033[19~",
	[KEY_F1 + 8 - SPECIAL_FIRST] = "\033[20~",   [KEY_F1 + 9 - SPECIAL_FIRST] = "\033[21~",
	[KEY_F1 + 10 - SPECIAL_FIRST] = "\033[23~",  [KEY_F1 + 11 - SPECIAL_FIRST] = "\033[24~",
};

void input_key(struct input *input, unsigned int key)
{
	char character[2] = { (char)key, 0 };
	const char *text = key < 0x80 ? character : "";

	if (key >= SPECIAL_FIRST && key < SPECIAL_END && sequences[key - SPECIAL_FIRST])
		text = sequences[key - SPECIAL_FIRST];
	if (strlen(text) > INPUT_KEPT - input->count)
		return;
	for (; *text; text++)
		input->kept[(input->first + input->count++) % INPUT_KEPT] = *text;
}

int input_next(const struct input *input)
{
	return input->count > 0 ? (unsigned char)input->kept[input->first] : INPUT_NONE;
}

void input_take(struct input *input)
{
	input->first = (input->first + 1) % INPUT_KEPT;
	input->count--;
}
