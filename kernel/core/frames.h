/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/frames.h - the kernel's own page frames.
 *
 * At boot the kernel takes one range of RAM for itself, which no user ever gets; everything it allocates later
 * are single frames of it: page tables, TCBs, UTCBs, spaces, FPU states.
 */
#ifndef CORE_FRAMES_H
#define CORE_FRAMES_H

#include "base/types.h"

/* Take over the range; called once. */
void frames_init(phys_t low, phys_t high);

/* A frame filled with zeros, as the kernel sees it; NULL when there is none. */
void *frame_alloc(void);

/* `count` adjacent zeroed frames. Only at boot, before the first frame_free(); NULL when there are none. */
void *frames_alloc_adjacent(unsigned count);

void frame_free(void *frame);

/* How many frames are free. */
size_t frames_free(void);

#endif
