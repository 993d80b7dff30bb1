/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/pool.h - the page frames that a pager gives its clients.
 *
 * A pool is blocks of 2 MiB of the pager's own address space, or parts of one. Frames of 4 KiB are taken out of
 * blocks that have been broken already, so that whole blocks last as long as possible: a whole one can be taken as
 * a superpage. A block that has been used is never whole again. So a superpage is as the root task gave it, filled with
 * zeros, and nobody waits for half a million bytes to be cleared; frames are cleared by whoever takes them.
 *
 * The pool knows addresses and never looks behind them. Pure: compiles for the host.
 */
#ifndef PAGER_POOL_H
#define PAGER_POOL_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { POOL_FRAME = 4096, POOL_BLOCK_FRAMES = 512, POOL_BLOCKS_MAX = 64 };

#define POOL_BLOCK (POOL_BLOCK_FRAMES * (unsigned long)POOL_FRAME)

struct pool_block {
	unsigned long base;
	unsigned int frames; /* that it began with */
	unsigned int free;
	bool whole; /* may be taken as a superpage */
	unsigned long taken[POOL_BLOCK_FRAMES / 64]; /* a bit for each frame; bits behind the last frame are set */
};

struct pool {
	unsigned int blocks;
	unsigned long free; /* frames, those of whole blocks too */
	struct pool_block block[POOL_BLOCKS_MAX];
};

/*
 * Adds frames from base on, at most POOL_BLOCK_FRAMES; a block of just so many, at a multiple of POOL_BLOCK, may be
 * taken as a superpage. False: the pool is full, or these are no such frames.
 */
bool pool_add(struct pool *pool, unsigned long base, unsigned int frames);

/* A frame; null: there is none. What is in it is what its last user left. */
void *pool_take(struct pool *pool);

/* A whole block, in which nothing was ever written; null: there is none. */
void *pool_take_block(struct pool *pool);

/* Give back what was taken in the same way. Of a block all frames are free then. */
void pool_give(struct pool *pool, void *frame);
void pool_give_block(struct pool *pool, void *block);

#ifdef __cplusplus
}
#endif
#endif
