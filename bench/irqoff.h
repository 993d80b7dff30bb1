/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * irqoff.h - how late does an interrupt reach the thread that waits for it?
 */
#ifndef BENCH_IRQOFF_H
#define BENCH_IRQOFF_H

#include <stdbool.h>

#include "measure.h"

/* Starts the thread that watches, and lets it learn how late it is when nothing is in its way. */
bool irqoff_begin(void);

/* Between the two it takes samples: of the work that is named by a number from 0 up. */
bool irqoff_watch(void);
bool irqoff_pause(struct figures *figures);

/* All samples of all works; ends the thread. False: there are none. */
bool irqoff_end(struct figures *figures);

/* Was there more than it could take samples of? Then the end was not watched. */
bool irqoff_overran(void);

#endif
