/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * messages.h - what does a message cost, one way?
 */
#ifndef BENCH_MESSAGES_H
#define BENCH_MESSAGES_H

#include <stdbool.h>

#include <l4/types.h>

#include "footprint/operations.h"
#include "measure.h"

extern const unsigned int messages_words[FOOTPRINT_SIZES];

struct messages_figures {
	struct figures call[FOOTPRINT_SIZES], replywait[FOOTPRINT_SIZES], send[FOOTPRINT_SIZES];
};

/*
 * The partner runs pong_serve(), in this space or in another, and shares MEMORY_STAMPS. False: a call failed.
 */
bool messages_intra(L4_ThreadId_t partner, unsigned int rounds, struct messages_figures *figures);
bool messages_inter(L4_ThreadId_t partner, unsigned int rounds, struct messages_figures *figures);

/*
 * Round trips without words: with the words in registers, of two who use vector registers, with a partner of lower
 * priority.
 */
void messages_regs(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures);
void messages_fpu(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures);
void messages_lower(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures);

#endif
