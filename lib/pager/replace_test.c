/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replace_test.c - the replacer against naive simulations: of LRU, and of the best that can be done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pager/replace.h>

enum { FRAMES_MAX = 64, OBJECTS = 3, PAGES = 200, TRACE = 2000 };

/* A cache of `frames` frames, in which each object has an owner of its own. */
struct cache {
	struct page page[2 * FRAMES_MAX], *bucket[16];
	struct pages pages;
	struct replacer replacer;
	unsigned int frames, misses[OBJECTS];
};

/* What its owner names in place of the candidate, of its own pages that are there. */
typedef struct page *(*advice)(struct cache *cache, struct page *candidate);

static struct page *no_advice(struct cache *cache, struct page *candidate)
{
	(void)cache;
	return candidate;
}

/* Object 0's owner names anything of its own, the others follow age. */
static struct page *foolish_advice(struct cache *cache, struct page *candidate)
{
	unsigned long chosen = (unsigned long)rand() % cache->replacer.order.count;
	struct page *page = cache->replacer.order.oldest;

	if (candidate->object != 0)
		return candidate;
	while (chosen-- > 0)
		page = page->younger;
	return page->object == 0 ? page : candidate;
}

/* The youngest of its own: what was used a moment ago is used last in a cycle. */
static struct page *newest_advice(struct cache *cache, struct page *candidate)
{
	struct page *page = cache->replacer.order.youngest;

	while (page->object != candidate->object)
		page = page->older;
	return page;
}

static void cache_init(struct cache *cache, unsigned int frames)
{
	memset(cache, 0, sizeof(*cache));
	cache->frames = frames;
	pages_init(&cache->pages, cache->page, 2 * frames, cache->bucket, 4);
	cache->replacer.pages = &cache->pages;
}

/* Pages in the order have a frame; ghosts have none, and a keeper that knows them; nothing else is in the table. */
static void cache_check(struct cache *cache)
{
	unsigned int resident = 0, ghosts = 0, free = 0;

	for (struct page *page = cache->replacer.order.oldest; page; page = page->younger) {
		assert_non_null(page->frame);
		assert_true(page->younger ? page->younger->older == page : cache->replacer.order.youngest == page);
		resident++;
		if (page->ghost) {
			assert_null(page->ghost->frame);
			assert_ptr_equal(page->ghost->keeper, page);
			assert_ptr_equal(pages_find(&cache->pages, page->ghost->object, page->ghost->number),
					 page->ghost);
			ghosts++;
		}
	}
	for (struct page *page = cache->pages.free; page; page = page->below[0])
		free++;
	assert_int_equal(resident, cache->replacer.order.count);
	assert_true(resident <= cache->frames);
	assert_int_equal(resident + ghosts + free, 2 * cache->frames);
}

static void cache_use(struct cache *cache, unsigned long object, unsigned long number, advice advise)
{
	struct page *page = pages_find(&cache->pages, object, number);

	if (page && page->frame) {
		replace_used(&cache->replacer, page);
		return;
	}
	cache->misses[object]++;
	if (cache->replacer.order.count == cache->frames) {
		struct page *candidate = replace_candidate(&cache->replacer, object, number);

		replace_give_up(&cache->replacer, candidate, advise(cache, candidate));
	}
	page = replace_come(&cache->replacer, object, number);
	assert_non_null(page);
	page->frame = cache; /* any */
}

/* LRU, naively: an array with the last used first. */
struct lru {
	unsigned long object[FRAMES_MAX], number[FRAMES_MAX];
	unsigned int frames, used, misses[OBJECTS];
};

static void lru_use(struct lru *lru, unsigned long object, unsigned long number)
{
	unsigned int at = 0;

	while (at < lru->used && (lru->object[at] != object || lru->number[at] != number))
		at++;
	if (at == lru->used) {
		lru->misses[object]++;
		if (lru->used < lru->frames)
			lru->used++;
		else
			at--;
	}
	memmove(&lru->object[1], &lru->object[0], at * sizeof(lru->object[0]));
	memmove(&lru->number[1], &lru->number[0], at * sizeof(lru->number[0]));
	lru->object[0] = object;
	lru->number[0] = number;
}

/* Pieces of several uses by one object: the first one's near each other for a while, others' in cycles or anywhere. */
static void trace_make(unsigned int *object, unsigned int *number)
{
	unsigned int cycle[OBJECTS] = { 0 }, length[OBJECTS], at = 0;

	for (unsigned int i = 0; i < OBJECTS; i++)
		length[i] = 1 + (unsigned int)rand() % 30;
	for (unsigned int i = 0; i < TRACE; i++) {
		if (rand() % 4 == 0)
			at = (unsigned int)rand() % OBJECTS;
		object[i] = at;
		number[i] = cycle[at]++ % length[at];
		if (at == 0)
			number[i] = i / 100 * 4 + (unsigned int)rand() % 5;
		if (at == 1 && rand() % 2)
			number[i] = (unsigned int)rand() % PAGES;
	}
}

static void without_advice_it_is_lru(void **state)
{
	static unsigned int object[TRACE], number[TRACE];

	(void)state;
	srand(1);
	for (unsigned int run = 0; run < 100; run++) {
		struct cache cache;
		struct lru lru = { .frames = 4 + run % 29 };

		cache_init(&cache, lru.frames);
		trace_make(object, number);
		for (unsigned int i = 0; i < TRACE; i++) {
			cache_use(&cache, object[i], number[i], no_advice);
			lru_use(&lru, object[i], number[i]);
			assert_memory_equal(cache.misses, lru.misses, sizeof(lru.misses));
		}
		cache_check(&cache);
	}
}

static void the_foolish_harm_nobody_else(void **state)
{
	static unsigned int object[TRACE], number[TRACE];
	unsigned int worse = 0;

	(void)state;
	srand(2);
	for (unsigned int run = 0; run < 1000; run++) {
		struct cache cache;
		struct lru lru = { .frames = 4 + run % 29 };

		cache_init(&cache, lru.frames);
		trace_make(object, number);
		for (unsigned int i = 0; i < TRACE; i++) {
			cache_use(&cache, object[i], number[i], foolish_advice);
			lru_use(&lru, object[i], number[i]);
			for (unsigned int other = 1; other < OBJECTS; other++)
				assert_true(cache.misses[other] <= lru.misses[other]);
		}
		worse += cache.misses[0] > lru.misses[0];
		cache_check(&cache);
	}
	assert_true(worse > 0); /* it was foolish */
}

/* How many misses the best possible choice has, which knows what comes: it gives up what is used last. */
static unsigned int best_misses(unsigned int frames, unsigned int length, unsigned int uses)
{
	unsigned int there[FRAMES_MAX], used = 0, misses = 0;

	for (unsigned int i = 0; i < uses; i++) {
		unsigned int page = i % length, at = 0, last = 0;

		while (at < used && there[at] != page)
			at++;
		if (at < used)
			continue;
		misses++;
		if (used < frames) {
			there[used++] = page;
			continue;
		}
		for (unsigned int j = 1; j < used; j++)
			if ((there[j] + length - page) % length > (there[last] + length - page) % length)
				last = j;
		there[last] = page;
	}
	return misses;
}

static void good_advice_is_the_best_in_a_cycle(void **state)
{
	enum { FRAMES = 64, LENGTH = 95, ROUNDS = 300 };
	struct cache advised, plain;

	(void)state;
	cache_init(&advised, FRAMES);
	cache_init(&plain, FRAMES);
	for (unsigned int i = 0; i < ROUNDS * LENGTH; i++) {
		cache_use(&advised, 0, i % LENGTH, newest_advice);
		cache_use(&plain, 0, i % LENGTH, no_advice);
	}
	cache_check(&advised);
	assert_int_equal(plain.misses[0], ROUNDS * LENGTH);
	assert_int_equal(advised.misses[0], best_misses(FRAMES, LENGTH, ROUNDS * LENGTH));
	assert_true(advised.misses[0] * 3 <= plain.misses[0]);
}

static void pages_may_go_by_themselves(void **state)
{
	struct cache cache;

	(void)state;
	srand(3);
	cache_init(&cache, 8);
	for (unsigned int i = 0; i < 20000; i++) {
		struct page *page = cache.replacer.order.oldest;

		cache_use(&cache, (unsigned int)rand() % 2, (unsigned int)rand() % 20, foolish_advice);
		if (rand() % 5 == 0 && page && page->frame &&
		    pages_find(&cache.pages, page->object, page->number) == page)
			replace_remove(&cache.replacer, page);
		cache_check(&cache);
	}
}

/* a is kept and b given up; missed, b takes a's place, unless a has been used meanwhile. */
static void advice_is_judged_by_what_comes(void **state)
{
	enum { A, B, C, D };
	struct cache cache;

	(void)state;
	for (unsigned int used = 0; used < 2; used++) {
		cache_init(&cache, 3);
		for (unsigned int i = A; i <= C; i++)
			cache_use(&cache, 0, i, no_advice);
		replace_give_up(&cache.replacer, pages_find(&cache.pages, 0, A), pages_find(&cache.pages, 0, B));
		cache_use(&cache, 1, D, no_advice);
		cache_check(&cache);
		if (used)
			cache_use(&cache, 0, A, no_advice);
		assert_int_equal(replace_candidate(&cache.replacer, 0, B)->number, used ? C : A);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advice_is_judged_by_what_comes),
		cmocka_unit_test(without_advice_it_is_lru),
		cmocka_unit_test(the_foolish_harm_nobody_else),
		cmocka_unit_test(good_advice_is_the_best_in_a_cycle),
		cmocka_unit_test(pages_may_go_by_themselves),
	};

	return cmocka_run_group_tests_name("pager/replace", tests, NULL, NULL);
}
