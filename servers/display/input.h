/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - keys as a terminal sends them: characters, kept until somebody reads them. Pure: compiles for the host.
 */
#ifndef DISPLAY_INPUT_H
#define DISPLAY_INPUT_H

enum { INPUT_KEPT = 256, INPUT_NONE = -1 };

struct input {
	unsigned int first, count;
	char kept[INPUT_KEPT];
};

/* A key of <device/keyboard.h> was typed. One whose characters do not all fit is lost. */
void input_key(struct input *input, unsigned int key);

/* The next character, or INPUT_NONE. It stays the next one until it is taken. */
int input_next(const struct input *input);
void input_take(struct input *input);

#endif
