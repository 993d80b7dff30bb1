/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * irq.h - how long from a device's interrupt to its driver?
 */
#ifndef BENCH_IRQ_H
#define BENCH_IRQ_H

#include "measure.h"

enum irq_answer { IRQ_DONE, IRQ_NO_LINE, IRQ_FAILED };

enum { IRQ_ROUNDS_MAX = 1000 };

/*
 * From the vector to the driver's first instruction, a thread of better priority than the caller.
 * IRQ_NO_LINE: the kernel has no such interrupt, or somebody else has it.
 */
enum irq_answer irq_latency(unsigned int rounds, struct figures *figures);

#endif
