/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeout.h - what does it cost to start a timeout and to cancel it, while others run?
 */
#ifndef BENCH_TIMEOUT_H
#define BENCH_TIMEOUT_H

#include <stdbool.h>

#include <l4/types.h>

#include "measure.h"

enum { TIMEOUT_SLEEPERS_MAX = 1000, TIMEOUT_ROUNDS_MAX = 10000 };

enum timeout_answer { TIMEOUT_DONE, TIMEOUT_NO_THREADS, TIMEOUT_FAILED };

/*
 * What a timeout adds to a round trip with the partner, while `sleepers` threads sleep with timeouts of their own, as
 * many as TIMEOUT_SLEEPERS_MAX. Threads that sleep already stay.
 */
enum timeout_answer timeout_insert(L4_ThreadId_t partner, unsigned int sleepers, unsigned int rounds,
				   struct figures *figures);

/* No thread sleeps any more. */
void timeout_end(void);

#endif
