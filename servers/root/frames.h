/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - the root task's page frames.
 *
 * At the start the root task asks sigma0 for all conventional memory and to serve nobody else. A
 * frame is given out once: what a program had is not used again after its end. (A flush would take
 * it back from whomever the program passed it on to; the root task does not do that.)
 */
#ifndef ROOT_FRAMES_H
#define ROOT_FRAMES_H

/* Takes all memory sigma0 has; from then on sigma0 serves only the calling thread. */
void frames_init(void);

/* A frame of 4 KiB filled with zeros, mapped here at its physical address; 0: none left. */
unsigned long frame_alloc(void);

/* The same of 2 MiB, aligned, which the kernel maps as one page. 0: none left in one piece. */
unsigned long frame_alloc_large(void);

/* How many frames are left. */
unsigned long frames_left(void);

#endif
