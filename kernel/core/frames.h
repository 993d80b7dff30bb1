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

/* Take over the range, of which 0.4 percent is kept for notes; called once. */
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

/*
 * Some words about each frame, for whoever has allocated it; 0 for a fresh one. Page tables and shades count in one of
 * them what is in use of them.
 */
enum { FRAME_COUNT = 1, FRAME_NOTES = 4 };
struct frame_notes {
	uint32_t note[FRAME_NOTES];
};

/* Where they all are. core/frames.c sets them once; they are here for the mapping database, which has no time. */
extern char *frame_zero;                /* the frame of number 0, if there were one */
extern struct frame_notes *frame_notes; /* by number */

/* A frame's number, from 1 up, in 25 bits; and back. */
static inline uint32_t frame_number(const void *frame)
{
	return (uint32_t)((size_t)((const char *)frame - frame_zero) / PAGE_SIZE);
}

static inline void *frame_of_number(uint32_t number)
{
	return frame_zero + (size_t)number * PAGE_SIZE;
}

/* The notes on the frame that a byte is in. */
static inline uint32_t *frame_note(const void *byte)
{
	return frame_notes[(size_t)((const char *)byte - frame_zero) / PAGE_SIZE].note;
}

static inline uint32_t *frame_count(const void *byte)
{
	return &frame_note(byte)[FRAME_COUNT];
}

#endif
