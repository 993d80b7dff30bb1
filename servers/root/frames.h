/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - the root task's page frames.
 *
 * At the start the root task asks sigma0 for all conventional memory and to serve nobody else. A
 * frame that comes back is taken from everybody whom the program that had it has passed it on to.
 */
#ifndef ROOT_FRAMES_H
#define ROOT_FRAMES_H

/* Takes all memory sigma0 has; from then on sigma0 serves only the calling thread. */
void frames_init(void);

/* A frame of 4 KiB filled with zeros, mapped here at its physical address; 0: none left. */
unsigned long frame_alloc(void);

/* The same of 2 MiB, aligned, which the kernel maps as one page. 0: none left in one piece. */
unsigned long frame_alloc_large(void);

/* Takes a frame of 2^log2 bytes, 4 KiB or 2 MiB, from all who have it; it will be given out again. */
void frame_free(unsigned long frame, unsigned int log2);

/*
 * Zeroed memory below 4 GiB in one piece, of a whole number of pages, for good; aligned to its size, rounded up to a
 * power of two, but to no more than 1 MiB. 0: none left.
 */
unsigned long frames_contiguous(unsigned long size);

/* The largest flexpage that begins at low and ends at high at most: the logarithm of its size. Both are whole pages. */
unsigned int block_log2(unsigned long low, unsigned long high);

/* Takes [low, high), whole pages, from all who got them from here. */
void frames_take_back(unsigned long low, unsigned long high);

/* How many frames are left, and how many there were at first. */
unsigned long frames_left(void);
unsigned long frames_total(void);

#endif
