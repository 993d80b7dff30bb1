/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linear.h - a linear framebuffer (pixels.h), with characters 8 pixels wide and 16 high.
 */
#ifndef DISPLAY_LINEAR_H
#define DISPLAY_LINEAR_H

#include "screen.h"

/*
 * Makes the terminal as large as fits, all blank. of_loader: what the loader has set, also if the card's modes can be
 * set. width, height: in pixels, 0: any; for such a card. Null: there is none; why is printed.
 */
const struct card *linear_begin(struct terminal *terminal, bool of_loader, unsigned int width, unsigned int height);

#endif
