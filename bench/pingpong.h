/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pingpong.h - what does a round trip cost?
 */
#ifndef BENCH_PINGPONG_H
#define BENCH_PINGPONG_H

#include <stdbool.h>

#include <l4/types.h>

#include "measure.h"

enum { PINGPONG_SIZES = 9, PINGPONG_ROUNDS_MAX = 10000 };

extern const unsigned int pingpong_words[PINGPONG_SIZES];

/*
 * Calls partner, which runs pong_serve(), with each size of message and fills results. False: a
 * call failed or a word came back changed.
 */
bool pingpong(L4_ThreadId_t partner, unsigned int rounds, struct figures results[PINGPONG_SIZES]);

#endif
