/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrace.h - who called whom, when a program is stopped.
 */
#ifndef ROOT_BACKTRACE_H
#define ROOT_BACKTRACE_H

#include "program.h"

/*
 * Prints where the thread was and who had called that, by the frame pointers on its stack, with the functions' names if
 * the program's file has symbols. A stack that is not in memory of the root task's (the program has another pager)
 * gives the first line only.
 */
void backtrace_say(struct program *program, unsigned long ip, unsigned long stack_pointer, unsigned long frame_pointer);

#endif
