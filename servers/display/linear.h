/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linear.h - a linear framebuffer: a pixel is 32 bits, a character 8 pixels wide and 16 high.
 *
 * The card is the one of QEMU and Bochs, whose modes are set by the registers of Bochs' VBE extension ("DISPI"), on
 * the PCI bus as 1234:1111.
 */
#ifndef DISPLAY_LINEAR_H
#define DISPLAY_LINEAR_H

#include "screen.h"

/* Whether the card shows a linear framebuffer now: the firmware of a UEFI boot, or this program, has set one. */
bool linear_is_on(void);

/*
 * Sets a mode and makes the terminal as large as fits, all blank. width, height: in pixels; 0: as it is if it is linear
 * already, else 1024 and 768. Null: there is no such card, it does not have that mode, or servers/pci does not give its
 * memory; why is printed.
 */
const struct card *linear_begin(struct terminal *terminal, unsigned int width, unsigned int height);

#endif
