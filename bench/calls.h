/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.h - what do system calls cost that send no message, and making and deleting threads and spaces?
 */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <stdbool.h>

#include <l4/types.h>

#include "measure.h"

struct calls_figures {
	struct figures null, exreg, thread_switch, thread, space;
};

/* The partner runs pong_serve() in another space. False: a call failed. */
bool calls(L4_ThreadId_t partner, unsigned int rounds, struct calls_figures *figures);

#endif
