/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linear.h - a linear framebuffer (pixels.h), with characters 8 pixels wide and 16 high.
 */
#ifndef DISPLAY_LINEAR_H
#define DISPLAY_LINEAR_H

#include "screen.h"

enum linear_source { LINEAR_ANY, LINEAR_LOADER };

/*
 * Makes the terminal as large as fits, all blank. width, height: in pixels, 0: any; of a card whose modes can be set. Null: there is none; why
 * is printed.
 */
const struct card *linear_begin(struct terminal *terminal, enum linear_source source, unsigned int width, unsigned int height);

#endif
