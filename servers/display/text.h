/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - a VGA in text mode, as the firmware leaves it after a BIOS boot.
 */
#ifndef DISPLAY_TEXT_H
#define DISPLAY_TEXT_H

#include "screen.h"

/* Whether the card is in a text mode; one with a linear framebuffer (dispi_is_on()) may look like it. */
bool text_is_on(void);

/*
 * Makes the terminal as large as the card's screen, with what stands there and the cursor where it is: what was
 * written before this program was started anew. Null: its memory is not ours; that is printed.
 */
const struct card *text_begin(struct terminal *terminal);

#endif
