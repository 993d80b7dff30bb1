/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * irqoff.h - how late does an interrupt reach the thread that waits for it?
 */
#ifndef BENCH_IRQOFF_H
#define BENCH_IRQOFF_H

#include <stdbool.h>

#include "measure.h"

/*
 * Starts the thread that watches, and lets it learn how late it is woken when nothing is in its
 * way. The caller's priority is lower than the program's. False: the root task gave no thread.
 */
bool irqoff_begin(void);

/* Watches what the caller does between the two. False: no sample was taken. */
void irqoff_watch(void);
bool irqoff_pause(struct figures *figures);

/* There was more to watch than there is room for samples: the end was not watched. */
bool irqoff_overran(void);

/* Ends the thread; the figures of all samples there are. False: there are none. */
bool irqoff_end(struct figures *figures);

#endif
