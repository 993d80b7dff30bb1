/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c - frames as bits: one that is set is taken.
 */
#include <pager/pool.h>

#include <stddef.h>

enum { WORD_BITS = 64, WORDS = POOL_BLOCK_FRAMES / WORD_BITS };

static void fill(struct pool *pool, struct pool_block *block)
{
	for (unsigned int word = 0; word < WORDS; word++)
		block->taken[word] = ~0UL;
	pool->free -= block->free;
	block->free = 0;
	block->whole = false;
}

static void clear(struct pool *pool, struct pool_block *block)
{
	fill(pool, block);
	for (unsigned int i = 0; i < block->frames; i++)
		block->taken[i / WORD_BITS] &= ~(1UL << i % WORD_BITS);
	block->free = block->frames;
	pool->free += block->free;
}

bool pool_add(struct pool *pool, unsigned long base, unsigned int frames)
{
	if (pool->blocks == POOL_BLOCKS_MAX || base == 0 || base % POOL_FRAME || frames == 0 ||
	    frames > POOL_BLOCK_FRAMES)
		return false;

	struct pool_block *block = &pool->block[pool->blocks++];

	*block = (struct pool_block){ .base = base, .frames = frames };
	clear(pool, block);
	block->whole = frames == POOL_BLOCK_FRAMES && base % POOL_BLOCK == 0;
	return true;
}

/* A block with free frames, one that is broken already if there is any. */
static struct pool_block *block_to_break(struct pool *pool)
{
	struct pool_block *whole = NULL;

	for (unsigned int i = 0; i < pool->blocks; i++) {
		struct pool_block *block = &pool->block[i];

		if (block->free > 0 && !block->whole)
			return block;
		if (block->free > 0 && !whole)
			whole = block;
	}
	return whole;
}

void *pool_take(struct pool *pool)
{
	struct pool_block *block = block_to_break(pool);
	unsigned int word = 0;

	if (!block)
		return NULL;
	while (block->taken[word] == ~0UL)
		word++;

	unsigned int bit = (unsigned int)__builtin_ctzl(~block->taken[word]);

	block->taken[word] |= 1UL << bit;
	block->whole = false;
	block->free--;
	pool->free--;
	return (void *)(block->base + (word * WORD_BITS + bit) * (unsigned long)POOL_FRAME);
}

void *pool_take_block(struct pool *pool)
{
	for (unsigned int i = 0; i < pool->blocks; i++) {
		struct pool_block *block = &pool->block[i];

		if (block->whole) {
			fill(pool, block);
			return (void *)block->base;
		}
	}
	return NULL;
}

static struct pool_block *block_of(struct pool *pool, unsigned long address)
{
	struct pool_block *block = pool->block;

	while (address < block->base || address - block->base >= POOL_BLOCK)
		block++;
	return block;
}

void pool_give(struct pool *pool, void *frame)
{
	struct pool_block *block = block_of(pool, (unsigned long)frame);
	unsigned int i = (unsigned int)(((unsigned long)frame - block->base) / POOL_FRAME);

	block->taken[i / WORD_BITS] &= ~(1UL << i % WORD_BITS);
	block->free++;
	pool->free++;
}

void pool_give_block(struct pool *pool, void *block)
{
	clear(pool, block_of(pool, (unsigned long)block));
}
