/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong.h - the partner of every question: what a message to it means, by its label.
 *
 * It accepts pages at any address: its whole space, but for its own program, is bench's to map to.
 */
#ifndef BENCH_PONG_H
#define BENCH_PONG_H

enum {
	PONG_ECHO = 0,    /* the answer is the same message */
	PONG_STOP = 0x50, /* an empty answer, the last one */
	PONG_TAKE,        /* an empty answer: what counts are the pages that came with the message */
	PONG_GIVE,        /* the answer has the message's untyped words as typed items */
	PONG_PEEK,        /* the answer is the word at the address that MR1 names */
	PONG_LONG_WAY,    /* an empty answer by LIPC, which the kernel's path of a message leaves to C; and so on for this client alone,
	                   * up to its first message of another kind */
};

/*
 * Of whoever takes part, below that of programs: so the thread that watches how late it is woken
 * has a better one than they.
 */
enum { BENCH_PRIORITY = 99 };

/* Serves whoever calls, until a call with PONG_STOP has been answered. */
void pong_serve(void);

#endif
