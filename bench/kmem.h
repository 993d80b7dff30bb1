/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmem.h - bytes of the kernel's memory that a space with its first thread, and that a thread takes.
 */
#ifndef BENCH_KMEM_H
#define BENCH_KMEM_H

#include <stdbool.h>

#include "measure.h"

/* False: the root task does not tell, or makes no threads. */
bool kmem_measure(struct figures *per_space, struct figures *per_thread);

#endif
