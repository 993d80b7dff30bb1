/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong.h - the partner of every ping-pong: sends each message back as it came.
 */
#ifndef BENCH_PONG_H
#define BENCH_PONG_H

enum { PONG_ECHO = 0, PONG_STOP = 0x50 }; /* labels */

/* Serves whoever calls, until a call with PONG_STOP has been answered. */
void pong_serve(void);

#endif
