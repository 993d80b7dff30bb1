/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/frames.h - the kernel's own page frames.
 *
 * At boot the kernel takes one range of RAM for itself, which no user ever gets; everything it allocates later
 * are single frames of it: page tables, TCBs, UTCBs, spaces, FPU states. Whose they are is said in core/account.h.
 */
#ifndef CORE_FRAMES_H
#define CORE_FRAMES_H

#include "base/types.h"

/* Take over the range, of which half a percent is kept for notes; called once. */
void frames_init(phys_t low, phys_t high);

/* A frame filled with zeros, as the kernel sees it; NULL when there is none. */
void *frame_alloc(void);

/* `count` adjacent zeroed frames. Only at boot, before the first frame_free(); NULL when there are none. */
void *frames_alloc_adjacent(unsigned count);

void frame_free(void *frame);

/*
 * Set `count` frames aside, for a later frame_alloc_reserved() that must not fail; false when there are not so
 * many. What is set aside counts as used.
 */
bool frames_reserve(size_t count);
void frames_unreserve(size_t count);

/* One of those, with anything in it: the caller fills all of it. */
void *frame_alloc_reserved(void);

/* How many frames are free, and how many are not. */
size_t frames_free(void);
size_t frames_used(void);

/* A frame's number, from 1 up, in 25 bits; and back. */
uint32_t frame_number(const void *frame);
void *frame_of_number(uint32_t number);

/* Some words about the frame, for whoever has allocated it; 0 in a fresh one. */
enum { FRAME_NOTES = 4 };
uint32_t *frame_note(const void *frame);

/* How much of the frame is in use, for whoever has allocated it to count; 0 in a fresh one. */
uint16_t *frame_count(const void *frame);

#endif
