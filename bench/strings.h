/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strings.h - what do many bytes cost, to another space, or there and back through a pipe?
 */
#ifndef BENCH_STRINGS_H
#define BENCH_STRINGS_H

#include <stdbool.h>

#include <l4/types.h>

#include "measure.h"

struct strings_figures {
	struct figures small, large;         /* a call with a string of 4 KiB, of 64 KiB */
	struct figures pipe_byte, pipe_page; /* a byte, 4 KiB, there and back */
};

/* The partner runs pong_serve(). False: a call failed or bytes came back changed. */
bool strings(L4_ThreadId_t partner, unsigned int rounds, struct strings_figures *figures);

#endif
