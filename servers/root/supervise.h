/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise.h - what becomes of programs without their asking: those that are to start start, pagers get their notices,
 * ended ones leave nothing behind and, if so described, start anew.
 *
 * All of it is done by and by, between messages: a step takes back some frames, or sends one notice with timeout zero.
 */
#ifndef ROOT_SUPERVISE_H
#define ROOT_SUPERVISE_H

#include <stdbool.h>

#include <l4/types.h>

#include "program.h"

/*
 * Before all others: makes the thread in whose name pagers get their notices. It never runs. False: the kernel refused.
 */
bool supervise_begin(void);

/* A program is to start, with its description as it is now. */
void supervise_start(struct program *program);

/* A manager ends a program: it is not started again by itself. */
void supervise_stop(struct program *program);

/* Something is to be done. */
void supervise_soon(void);

/* Does what can be done now. */
void supervise(void);

/* How long the root task may wait for a message before it should call supervise() again. */
L4_Time_t supervise_patience(void);

/*
 * True: nobody is left who would end. *status is the first exit status that is not 0, in the order of the description,
 * of programs that no manager has started or stopped.
 */
bool supervise_all_finished(int *status);

#endif
