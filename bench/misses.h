/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * misses.h - how many system calls of a run did not take the kernel's path of a message, and why?
 */
#ifndef BENCH_MISSES_H
#define BENCH_MISSES_H

/* From now on. */
void misses_begin(void);

/* Prints a table and the lines "BENCH name=path.miss.<reason> unit=misses value=<n>", a reason each. */
void misses_print(void);

#endif
