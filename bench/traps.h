/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.h - what do faults and exceptions cost that the partner, in another space, handles?
 */
#ifndef BENCH_TRAPS_H
#define BENCH_TRAPS_H

#include <l4/types.h>

#include "measure.h"

struct traps_figures {
	struct figures fault, exception, trap, appel1, appel2;
};

/* The partner runs pong_serve(). */
void traps(L4_ThreadId_t partner, unsigned int rounds, struct traps_figures *figures);

#endif
