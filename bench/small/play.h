/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * play.h - what the conductor and the players say to each other, in words of either size.
 */
#ifndef BENCH_SMALL_PLAY_H
#define BENCH_SMALL_PLAY_H

/* Labels of messages to a player. */
enum {
	PLAY_ECHO = 1, /* MR1 pages: touch so many, and answer with the same message */
	/*
	 * MR1 the server's id, MR2 pages, MR3 rounds, MR4 one if the last rounds are to be marked: call it, and answer
	 * with median, minimum, maximum of a round, in ticks of the time-stamp counter; no words: a call failed
	 */
	PLAY_RUN,
};

enum {
	PLAY_WARM_UP = 20,
	PLAY_ROUNDS_MAX = 2000,
	PLAY_MARKED = 3, /* `count` knows it */
	PLAY_PAGES_MAX = 128,
	PLAY_PAGE = 4096,
};

#endif
