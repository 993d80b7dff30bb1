/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suite.h - the operations that are compared with those of other systems (footprint/README.md), but for those that
 * other files of bench measure.
 */
#ifndef BENCH_SUITE_H
#define BENCH_SUITE_H

#include <stdbool.h>

#include <l4/types.h>

/*
 * Measures and prints. intra and inter run pong_serve() in this space, in another one; intra's priority is lowered.
 * False: something failed, and a sentence says what.
 */
bool suite(L4_ThreadId_t intra, L4_ThreadId_t inter, unsigned int rounds, const char *unit);

#endif
