/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_mapdb.c - the mapping database, against the model of tests/unit/mapdb_model.h:
 * cases by name, then operations at random. The model compares pages, rights, frames, parents and
 * accesses after each operation; the cases say what is special.
 *
 * Tables are made small (8 entries), so that pages of all three sizes fit a model of 256 pages a
 * space; "2 MiB" and "1 GiB" are levels 1 and 2 below. To be built with 512 entries as well, where
 * level 2 is left out. From this folder, N = 3 and 9:
 *
 *   gcc -std=gnu11 -g -O1 -Wall -Wextra -Werror -DTABLE_LOG2=N
 *       -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
 *       -I. -Ifake -I../../kernel -I../../lib kernel_mapdb.c mapdb_model.c
 *       ../../kernel/core/{account,frames,mapdb_*}.c ../../kernel/x86/pagetable.c -lcmocka
 *
 * Arguments: how many operations, how many of them from
 * check to check, seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/frames.h"
#include "mapdb_model.h"

enum { X = RIGHT_X, W = RIGHT_W, R = RIGHT_R, RWX = RIGHTS_ALL };
enum { A = 1, B, C, D, E };		   /* spaces; 0 is sigma0 */
enum { SMALL = 0, MIDDLE = 1, LARGE = 2 }; /* levels */
enum { MIDDLE_PAGES = 1 << TABLE_LOG2, LARGE_PAGES = MIDDLE_PAGES << TABLE_LOG2 };

static unsigned long random_operations = TABLE_LOG2 < 9 ? 1000000 : 10000,
		     check_every = TABLE_LOG2 < 9 ? 4000 : 400;
static uint64_t seed = 88172645463325252UL;

static int begin(void **state)
{
	(void)state;
	model_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	model_check();
	model_end();
	return 0;
}

/* sigma0's page `page` to space A at the same place; then A has it as a page of this level. */
static void give(unsigned page, unsigned level)
{
	assert_int_equal(model_map(0, page, A, page, level, RWX), MAPDB_DONE);
	assert_int_equal(model_leaf_level(A, page), level);
}

static void map(unsigned from, unsigned source, unsigned to, unsigned target, unsigned level,
		unsigned rights)
{
	assert_int_equal(model_map(from, source, to, target, level, rights), MAPDB_DONE);
}

/* A page of sigma0's in A, from there in B, from there in C, each at the same place. */
static void chain(unsigned page, unsigned level, unsigned rights)
{
	give(page, level);
	map(A, page, B, page, level, rights);
	map(B, page, C, page, level, rights);
}

static void flush(unsigned space, unsigned low, unsigned pages, unsigned rights)
{
	model_revoke(space, low, low + pages, rights, true);
	model_check();
}

static void unmap(unsigned space, unsigned low, unsigned pages, unsigned rights)
{
	model_revoke(space, low, low + pages, rights, false);
	model_check();
}

/* The operation that was started goes on in such steps until it is done. */
static void finish(unsigned steps)
{
	while (!model_continue(0, steps))
		;
}

static void need_level(unsigned level)
{
	if (level > LEVEL_MAX)
		skip();
}

static void a_page_is_mapped_with_the_rights_given(void **state)
{
	(void)state;
	give(5, SMALL);
	map(A, 5, B, 9, SMALL, R | X);
	model_check();
	assert_int_equal(model_rights(B, 9), R | X);
	assert_int_equal(mapdb_count(), 3);
}

static void what_is_not_there_is_not_mapped(void **state)
{
	(void)state;
	assert_int_equal(model_map(A, 5, B, 9, SMALL, RWX), MAPDB_NOTHING);
	assert_int_equal(mapdb_count(), 0);
}

static void nothing_is_mapped_to_sigma0(void **state)
{
	(void)state;
	give(5, SMALL);
	assert_int_equal(model_map(A, 5, 0, 9, SMALL, RWX), MAPDB_NOTHING);
}

static void rights_never_grow_along_a_chain(void **state)
{
	(void)state;
	give(1, SMALL);
	map(A, 1, B, 1, SMALL, R | W);
	map(B, 1, C, 1, SMALL, RWX);
	map(C, 1, D, 1, SMALL, R | X);
	map(D, 1, E, 1, SMALL, RWX);
	model_check();
	assert_int_equal(model_rights(C, 1), R | W);
	assert_int_equal(model_rights(E, 1), R);
	flush(B, 1, 1, R);
	assert_int_equal(mapdb_count(), 2);
}

static void a_star_goes_with_its_middle(void **state)
{
	(void)state;
	give(1, SMALL);
	for (unsigned i = 0; i < 200; i++)
		map(A, 1, B + i % 4, 20 + i, SMALL, RWX);
	model_check();
	assert_int_equal(mapdb_count(), 202);
	flush(A, 1, 1, RWX);
	assert_int_equal(mapdb_count(), 1);
}

static void mapping_over_a_mapping_takes_the_old_one_with_all_that_came_from_it(void **state)
{
	(void)state;
	give(1, SMALL);
	give(2, SMALL);
	map(A, 1, B, 7, SMALL, RWX);
	map(B, 7, C, 7, SMALL, RWX);
	map(A, 2, B, 7, SMALL, R);
	model_check();
	assert_int_equal(model_rights(B, 7), R);
	assert_int_equal(model_rights(C, 7), 0);
}

static void the_same_page_again_adds_rights_and_takes_none(void **state)
{
	(void)state;
	give(1, SMALL);
	map(A, 1, B, 7, SMALL, R);
	map(B, 7, C, 7, SMALL, RWX);
	map(A, 1, B, 7, SMALL, R | W);
	assert_int_equal(model_rights(B, 7), R | W);
	assert_int_equal(model_rights(C, 7), R);
	map(A, 1, B, 7, SMALL, R | X);
	assert_int_equal(model_rights(B, 7), RWX);
	assert_int_equal(mapdb_count(), 4);
}

static void part_of_the_same_page_again_adds_rights_to_the_part(void **state)
{
	(void)state;
	chain(0, MIDDLE, R);
	map(A, 3, B, 3, SMALL, R | W);
	model_check();
	assert_int_equal(model_rights(B, 3), R | W);
	assert_int_equal(model_rights(B, 4), R);
	assert_int_equal(model_rights(C, 3), R);
}

static void the_same_large_page_again_when_it_was_broken_up(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 0, B, 0, MIDDLE, R);
	map(B, 3, C, 3, SMALL, R);
	assert_int_equal(model_leaf_level(B, 4), SMALL);
	map(A, 0, B, 0, MIDDLE, RWX);
	model_check();
	assert_int_equal(model_rights(B, 3), RWX);
	assert_int_equal(model_rights(C, 3), R);
}

static void the_same_page_from_another_place_replaces(void **state)
{
	(void)state;
	give(1, SMALL);
	map(A, 1, B, 1, SMALL, RWX);
	map(A, 1, C, 1, SMALL, RWX);
	map(B, 1, C, 1, SMALL, R);
	model_check();
	assert_int_equal(model_rights(C, 1), R);
}

static void mapping_to_oneself(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 1, A, 1, SMALL, R);
	assert_int_equal(model_rights(A, 1), RWX);
	map(A, 3, A, 5, SMALL, R); /* a hole of its own page is filled */
	map(A, 3, A, 40, SMALL, RWX);
	model_check();
	assert_int_equal(model_rights(A, 5), R);
	flush(A, 3, 1, RWX);
	assert_int_equal(model_rights(A, 5), 0);
	assert_int_equal(model_rights(A, 40), 0);
	assert_int_equal(model_rights(A, 6), RWX);
}

static void mapping_back_over_what_it_came_from_takes_the_source(void **state)
{
	(void)state;
	chain(1, SMALL, RWX);
	assert_int_equal(model_map(C, 1, A, 1, SMALL, RWX), MAPDB_NOTHING);
	model_check();
	assert_int_equal(mapdb_count(), 1);
}

static void mapping_a_part_on_breaks_a_page_up(unsigned level)
{
	unsigned pages = level == MIDDLE ? MIDDLE_PAGES : LARGE_PAGES;

	need_level(level);
	give(0, level);
	map(A, pages - 1, B, 9, SMALL, RWX);
	model_check();
	assert_int_equal(model_leaf_level(A, pages - 1), SMALL);
	assert_int_equal(model_leaf_level(A, 0), level - 1);
	assert_int_equal(mapdb_count(), 3);
	unmap(A, 0, pages, RWX);
	assert_int_equal(model_rights(B, 9), 0);
	assert_int_equal(mapdb_count(), 2);
}

static void mapping_a_part_of_2m_on(void **state)
{
	(void)state;
	mapping_a_part_on_breaks_a_page_up(MIDDLE);
}

static void mapping_a_part_of_1g_on(void **state)
{
	(void)state;
	mapping_a_part_on_breaks_a_page_up(LARGE);
}

static void flushing_a_part(unsigned level)
{
	unsigned pages = level == MIDDLE ? MIDDLE_PAGES : LARGE_PAGES;

	need_level(level);
	give(0, level);
	map(A, 0, B, pages, level, RWX);
	map(B, pages, C, 0, level, RWX);
	flush(B, pages + 3, 2, RWX);
	assert_int_equal(model_rights(A, 3), RWX);
	assert_int_equal(model_rights(B, pages + 3), 0);
	assert_int_equal(model_rights(C, 4), 0);
	assert_int_equal(model_rights(C, 5), RWX);
	assert_int_equal(mapdb_count(), 4);
	flush(B, pages, pages, RWX);
	assert_int_equal(mapdb_count(), 2);
}

static void flushing_a_part_of_2m(void **state)
{
	(void)state;
	flushing_a_part(MIDDLE);
}

static void flushing_a_part_of_1g(void **state)
{
	(void)state;
	flushing_a_part(LARGE);
}

static void flushing_all_parts_one_by_one_frees_the_mapping(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 0, B, 0, MIDDLE, RWX);
	for (unsigned i = 0; i < MIDDLE_PAGES; i++)
		flush(B, i, 1, RWX);
	assert_int_equal(mapdb_count(), 2);
}

static void a_hole_is_filled_by_others_who_stay_when_the_rest_goes(void **state)
{
	(void)state;
	give(0, MIDDLE);
	give(2 * MIDDLE_PAGES, SMALL);
	map(A, 0, B, 0, MIDDLE, RWX);
	map(A, 2 * MIDDLE_PAGES, B, 3, SMALL, RWX);
	map(B, 3, C, 3, SMALL, RWX);
	map(B, 4, C, 4, SMALL, RWX);
	model_check();
	unmap(A, 0, MIDDLE_PAGES, RWX);
	assert_int_equal(model_rights(B, 2), 0);
	assert_int_equal(model_rights(C, 4), 0);
	assert_int_equal(model_rights(B, 3), RWX);
	assert_int_equal(model_rights(C, 3), RWX);
	flush(B, 3, 1, RWX);
	assert_int_equal(mapdb_count(), 4);
}

static void a_flush_reaches_those_in_holes(void **state)
{
	(void)state;
	give(0, MIDDLE);
	give(2 * MIDDLE_PAGES, SMALL);
	map(A, 0, B, 0, MIDDLE, RWX);
	map(A, 2 * MIDDLE_PAGES, B, 3, SMALL, RWX);
	map(B, 3, C, 3, SMALL, RWX);
	flush(B, 0, MIDDLE_PAGES, RWX);
	assert_int_equal(model_rights(B, 3), 0);
	assert_int_equal(model_rights(C, 3), 0);
}

static void a_page_taken_bit_by_bit_goes_with_who_was_in_its_hole(void **state)
{
	(void)state;
	give(0, MIDDLE);
	give(2 * MIDDLE_PAGES, SMALL);
	map(A, 0, B, 0, MIDDLE, RWX);
	map(A, 2 * MIDDLE_PAGES, B, 3, SMALL, RWX);
	for (unsigned i = 0; i < MIDDLE_PAGES; i++)
		if (i != 3)
			flush(B, i, 1, RWX);
	assert_int_equal(mapdb_count(), 6);
	flush(B, 3, 1, RWX);
	assert_int_equal(mapdb_count(), 4);
}

static void those_who_got_pages_from_who_is_in_a_hole_keep_them(void **state)
{
	(void)state;
	need_level(LARGE);
	give(0, LARGE);
	give(LARGE_PAGES, MIDDLE);
	map(A, 0, B, 0, LARGE, RWX);
	map(A, LARGE_PAGES, B, MIDDLE_PAGES, MIDDLE, RWX);
	map(B, MIDDLE_PAGES + 1, C, 1, SMALL, RWX);
	unmap(A, 0, LARGE_PAGES, RWX);
	assert_int_equal(model_rights(B, 0), 0);
	assert_int_equal(model_rights(B, MIDDLE_PAGES + 2), RWX);
	assert_int_equal(model_rights(C, 1), RWX);
}

static void a_large_page_goes_when_its_last_child_goes_last(void **state)
{
	(void)state;
	need_level(LARGE);
	map(0, 0, A, 0, LARGE, RWX);
	map(0, 2 * MIDDLE_PAGES - 1, B, 3, SMALL, RWX);
	flush(0, 0, LARGE_PAGES, RWX);
	assert_int_equal(mapdb_count(), 0);
}

static void the_kernels_page_in_a_hole_stays(void **state)
{
	struct revocation none = {.link = {&none.link, &none.link}};
	const pte_t kernels = 0x7000 | PTE_PRESENT | PTE_USER | PTE_KERNEL_OWNED;
	unsigned level;
	pte_t *pte;

	(void)state;
	give(0, MIDDLE);
	map(A, 0, B, 0, MIDDLE, RWX);
	map(B, 2, C, 0, SMALL, RWX);
	flush(B, 3, 1, RWX);
	pte = pagetable_find(spaces[B]->root, 3 * PAGE_SIZE, &level);
	*pte = kernels;
	assert_int_equal(mapdb_map(spaces[B], 3 * PAGE_SIZE, spaces[C], PAGE_SIZE, 0, RWX, &none, test_cpu),
			 MAPDB_NOTHING);
	model_revoke(A, 0, MIDDLE_PAGES, RWX, false);
	assert_int_equal(*pte, kernels);
	assert_int_equal(mapdb_count(), 2);
	*pte = 0;
	model_renew_space(B);
}

static void a_large_page_replaces_small_ones(void **state)
{
	(void)state;
	give(0, MIDDLE);
	for (unsigned i = 0; i < MIDDLE_PAGES; i += 3)
		map(A, i, B, MIDDLE_PAGES + i / 2, SMALL, R);
	give(MIDDLE_PAGES, MIDDLE);
	map(A, MIDDLE_PAGES, B, MIDDLE_PAGES, MIDDLE, RWX);
	model_check();
	assert_int_equal(model_leaf_level(B, MIDDLE_PAGES), MIDDLE);
}

static void a_source_that_is_broken_up_is_refused_at_its_size(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 3, B, 3, SMALL, RWX);
	assert_int_equal(model_map(A, 0, C, 0, MIDDLE, RWX), MAPDB_NO_MEMORY);
	assert_int_equal(model_map(0, 0, C, 0, MIDDLE, RWX), MAPDB_DONE); /* sigma0's was not */
}

static void sigma0s_small_page_is_not_mapped_as_a_large_one(void **state)
{
	(void)state;
	give(3, SMALL);
	assert_int_equal(model_map(0, 0, B, 0, MIDDLE, RWX), MAPDB_NO_MEMORY);
	model_check();
}

static void what_sigma0_takes_back_it_can_give_again(void **state)
{
	(void)state;
	give(0, MIDDLE);
	flush(0, 2, 3, RWX);
	assert_int_equal(model_rights(A, 3), 0);
	assert_int_equal(model_rights(A, 5), RWX);
	map(0, 3, A, 3, SMALL, RWX);
	model_check();
	flush(0, 0, MIDDLE_PAGES, RWX);
	assert_int_equal(mapdb_count(), 0);
}

static void unmap_leaves_the_page_itself(void **state)
{
	(void)state;
	chain(1, SMALL, RWX);
	unmap(B, 1, 1, RWX);
	assert_int_equal(model_rights(B, 1), RWX);
	assert_int_equal(model_rights(C, 1), 0);
}

static void single_rights_are_taken_from_all(void **state)
{
	(void)state;
	chain(0, MIDDLE, RWX);
	map(B, 2, D, 2, SMALL, RWX);
	unmap(A, 1, 2, W);
	assert_int_equal(model_rights(A, 1), RWX);
	assert_int_equal(model_rights(B, 1), R | X);
	assert_int_equal(model_rights(C, 2), R | X);
	assert_int_equal(model_rights(D, 2), R | X);
	assert_int_equal(model_rights(C, 3), RWX);
	flush(B, 0, MIDDLE_PAGES, X);
	assert_int_equal(model_rights(B, 0), R | W);
	assert_int_equal(model_rights(D, 2), R);
	unmap(A, 0, MIDDLE_PAGES, W | X);
	assert_int_equal(model_rights(C, 7), R);
	assert_int_equal(mapdb_count(), 5);
}

static void accesses_are_told_once(void **state)
{
	(void)state;
	chain(1, SMALL, R | W);
	assert_int_equal(model_revoke(A, 1, 2, 0, false), 0);
	model_access(C, 1, R);
	assert_int_equal(model_revoke(B, 1, 2, 0, false), R);
	assert_int_equal(model_revoke(B, 1, 2, 0, false), 0);
	model_access(B, 1, W);
	assert_int_equal(model_revoke(B, 1, 2, 0, false), R | W);
}

static void accesses_seen_by_a_child_are_news_for_its_parent(void **state)
{
	(void)state;
	chain(1, SMALL, R | W);
	model_access(C, 1, W);
	assert_int_equal(model_revoke(C, 1, 2, RWX, true), R | W);
	assert_int_equal(model_revoke(B, 1, 2, 0, false), R | W);
	assert_int_equal(model_revoke(A, 1, 2, 0, false), R | W);
	assert_int_equal(model_revoke(A, 1, 2, 0, false), 0);
}

static void accesses_are_not_told_to_strangers(void **state)
{
	(void)state;
	give(1, SMALL);
	give(2, SMALL);
	map(A, 1, B, 1, SMALL, R | W);
	map(A, 2, B, 2, SMALL, R | W);
	model_access(B, 1, W);
	assert_int_equal(model_revoke(B, 1, 3, 0, false), R | W);
	assert_int_equal(model_revoke(A, 2, 3, 0, false),
			 0); /* though both were asked for at once */
	assert_int_equal(model_revoke(A, 1, 2, 0, false), R | W);
}

static void asking_for_a_part_keeps_the_news_for_who_asks_for_the_rest(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 0, B, 0, MIDDLE, R | W);
	model_access(B, 2, W);
	assert_int_equal(model_revoke(B, 4, 5, 0, false),
			 R | W); /* a large page has one set of bits */
	assert_int_equal(model_revoke(B, 0, MIDDLE_PAGES, 0, false), R | W);
	assert_int_equal(model_revoke(B, 0, MIDDLE_PAGES, 0, false), 0);
}

static void execution_is_told_only_of_what_may_be_executed(void **state)
{
	(void)state;
	give(1, SMALL);
	map(A, 1, B, 1, SMALL, RWX);
	map(A, 1, C, 1, SMALL, R);
	model_access(C, 1, R);
	assert_int_equal(model_revoke(A, 1, 2, 0, false), R);
	model_access(B, 1, X);
	assert_int_equal(model_revoke(A, 1, 2, 0, false), R | X);
}

static pte_t caching_of(unsigned space, unsigned page)
{
	unsigned level;

	return *pagetable_find(spaces[space]->root, (virt_t)page * PAGE_SIZE, &level) & PTE_CACHING;
}

static void who_gets_a_page_again_gets_its_caching(void **state)
{
	virt_t at = PAGE_SIZE;

	(void)state;
	give(1, SMALL);
	map(A, 1, B, 1, SMALL, R | W);
	map(B, 1, C, 1, SMALL, R);
	while (!mapdb_set_caching(spaces[A], &at, 2 * PAGE_SIZE, CACHING_UNCACHEABLE, 1, test_cpu))
		;
	assert_int_equal(caching_of(B, 1), CACHING_WRITE_BACK);
	map(A, 1, B, 1, SMALL, R);
	assert_int_equal(caching_of(B, 1), CACHING_UNCACHEABLE);
	assert_int_equal(caching_of(C, 1), CACHING_WRITE_BACK);
	assert_int_equal(model_rights(B, 1), R | W);
	model_check();
}

static void a_grant_moves_the_page_with_what_came_from_it(void **state)
{
	(void)state;
	chain(1, SMALL, RWX);
	model_access(B, 1, X);
	assert_int_equal(model_grant(B, 1, D, 30, SMALL, R | W), MAPDB_DONE);
	model_check();
	assert_int_equal(model_rights(B, 1), 0);
	assert_int_equal(model_rights(D, 30), R | W);
	assert_int_equal(model_rights(C, 1), R | W);
	assert_int_equal(model_revoke(A, 1, 2, RWX, false), R | X);
	assert_int_equal(mapdb_count(), 2);
}

static void a_grant_with_fewer_rights_takes_them_from_what_came_from_the_page(void **state)
{
	(void)state;
	chain(1, SMALL, RWX);
	map(C, 1, C, 2, SMALL, R | W);
	model_access(C, 2, RIGHT_W);
	assert_int_equal(model_grant(B, 1, D, 30, SMALL, R), MAPDB_DONE);
	assert_int_equal(model_rights(D, 30), R);
	assert_int_equal(model_rights(C, 1), R);
	assert_int_equal(model_rights(C, 2), R);
	assert_int_equal(model_rights(A, 1), RWX);
	assert_true(model_revoke(D, 30, 31, 0, false) & W); /* what was seen on the way is not forgotten */
	model_check();
}

static void a_grant_of_a_part_leaves_the_rest(void **state)
{
	(void)state;
	chain(0, MIDDLE, RWX);
	assert_int_equal(model_grant(B, 2, D, 2, SMALL, RWX), MAPDB_DONE);
	model_check();
	assert_int_equal(model_rights(C, 2), 0);
	assert_int_equal(model_rights(C, 3), RWX);
	for (unsigned i = 0; i < MIDDLE_PAGES; i++)
		if (i != 2)
			assert_int_equal(model_grant(B, i, D, i, SMALL, RWX), MAPDB_DONE);
	model_check();
	assert_int_equal(mapdb_count(), 2 + MIDDLE_PAGES);
	flush(A, 0, MIDDLE_PAGES, RWX);
	assert_int_equal(mapdb_count(), 1);
}

static void a_grant_over_the_granters_parent_loses_the_page(void **state)
{
	(void)state;
	give(1, SMALL);
	map(A, 1, B, 1, SMALL, RWX);
	assert_int_equal(model_grant(B, 1, A, 1, SMALL, RWX), MAPDB_NOTHING);
	model_check();
}

/* Revocations in pieces. */

static void a_revocation_in_single_steps_does_the_same(void **state)
{
	unsigned steps = 0;

	(void)state;
	give(0, MIDDLE);
	for (unsigned i = 0; i < 100; i++)
		map(A, i % MIDDLE_PAGES, B + i % 3, i, SMALL, RWX);
	model_start(0, A, 0, MIDDLE_PAGES, RWX, false);
	while (!model_continue(0, 1))
		steps++;
	model_check();
	assert_int_equal(mapdb_count(), 2);
	assert_in_range(steps, 100, 600 + 2 * MIDDLE_PAGES);
}

static void a_mapping_made_from_a_page_not_yet_reached_is_found(void **state)
{
	(void)state;
	give(0, MIDDLE);
	for (unsigned i = 0; i < MIDDLE_PAGES; i++)
		map(A, i, B, i, SMALL, RWX);
	model_start(0, A, 0, MIDDLE_PAGES, RWX, false);
	model_continue(0, 8);
	assert_int_equal(model_rights(B, 5), RWX);
	map(B, 5, C, 5, SMALL, RWX);
	finish(3);
	model_check();
	assert_int_equal(model_rights(C, 5), 0);
}

static void the_mapping_a_revocation_stands_at_may_go(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 60; steps++) {
		give(1, SMALL);
		map(A, 1, B, 1, SMALL, RWX);
		for (unsigned i = 0; i < 4; i++) {
			map(B, 1, C, 10 + i, SMALL, RWX);
			map(C, 10 + i, D, 10 + i, SMALL, RWX);
		}
		model_start(0, A, 1, 2, RWX, false);
		if (!model_continue(0, steps)) {
			model_revoke(D, 0, PAGES, RWX, true);
			model_revoke(C, 0, PAGES, RWX, true);
			if (steps % 2)
				model_revoke(0, 1, 2, RWX, true); /* even the root */
			finish(1);
		}
		model_check();
		model_revoke(0, 1, 2, RWX, true);
		assert_int_equal(mapdb_count(), 0);
	}
}

static void two_revocations_that_take_a_page_apart_free_it(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 10 * MIDDLE_PAGES; steps += MIDDLE_PAGES / 8) {
		chain(0, MIDDLE, RWX);
		map(C, 1, D, 1, SMALL, RWX);
		model_start(0, B, 0, MIDDLE_PAGES / 2, RWX, true);
		model_start(1, B, MIDDLE_PAGES / 2, MIDDLE_PAGES, RWX, true);
		bool first = model_continue(0, steps), second = model_continue(1, steps);

		while (!first || !second) {
			first = first || model_continue(0, MIDDLE_PAGES / 4);
			second = second || model_continue(1, MIDDLE_PAGES / 8);
		}
		model_check();
		assert_int_equal(mapdb_count(), 2);
		model_revoke(0, 0, MIDDLE_PAGES, RWX, true);
	}
}

static void a_revocation_that_is_given_up_leaves_all_in_order(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 60; steps++) {
		chain(0, MIDDLE, RWX);
		map(B, 3, D, 3, SMALL, RWX);
		model_start(0, A, 0, MIDDLE_PAGES, RWX, true);
		if (!model_continue(0, steps))
			model_give_up(0);
		model_check();
		model_revoke(0, 0, PAGES, RWX, true);
		model_check();
		assert_int_equal(mapdb_count(), 0);
	}
}

static void the_target_may_be_mapped_to_while_it_is_cleared(bool grant)
{
	for (unsigned pauses = 1; pauses < 30; pauses++) {
		unsigned calls = 0;

		give(0, MIDDLE);
		give(MIDDLE_PAGES, MIDDLE);
		map(A, 0, C, 0, MIDDLE, RWX);
		for (unsigned i = 0; i < 8; i++)
			map(A, MIDDLE_PAGES + i, B, i, SMALL, RWX);
		model_start_transfer(0, grant, C, 0, B, 0, MIDDLE, RWX);
		while (!model_continue(0, 1))
			if (calls++ == pauses)
				map(A, MIDDLE_PAGES, B, pauses % 2 ? 0 : 2, SMALL, RWX);
		model_check();
		model_revoke(0, 0, PAGES, RWX, true);
		assert_int_equal(mapdb_count(), 0);
	}
}

static void mapping_to_what_a_map_clears(void **state)
{
	(void)state;
	the_target_may_be_mapped_to_while_it_is_cleared(false);
}

static void mapping_to_what_a_grant_clears(void **state)
{
	(void)state;
	the_target_may_be_mapped_to_while_it_is_cleared(true);
}

static void a_part_that_is_granted_can_not_be_mapped_on_meanwhile(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 0, B, 0, MIDDLE, RWX);
	for (unsigned i = 0; i < 20; i++)
		map(B, 3, C, i, SMALL, RWX);
	model_start_transfer(0, true, B, 3, D, 3, SMALL, RWX);
	while (model_rights(D, 3) == 0) /* what it needs is made first, in pieces */
		assert_false(model_continue(0, 1));
	assert_int_equal(model_map(B, 3, E, 3, SMALL, RWX), MAPDB_NOTHING);
	finish(1);
	model_check();
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(model_rights(C, i), 0);
	assert_int_equal(mapdb_count(), 4);
}

static void what_a_mapping_needs_is_made_in_pieces_and_may_go_meanwhile(void **state)
{
	unsigned pauses = 0;

	(void)state;
	give(0, MIDDLE);
	model_start_transfer(0, false, A, 3, B, 9, SMALL, RWX);
	while (!model_continue(0, 1)) {
		map(A, 4, B, 10, SMALL, RWX);
		flush(B, 10, 1, pauses++ ? W : RWX);
	}
	model_check();
	assert_true(pauses >= 2);
	assert_int_equal(model_rights(B, 9), RWX);
}

/* Break a page up into the smallest ones. */
static void break_up(unsigned space, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		model_revoke(space, i, i + 1, W, true);
}

static void the_same_large_page_again_when_part_of_it_goes_meanwhile(void **state)
{
	unsigned level = LEVEL_MAX, pages = level == LARGE ? LARGE_PAGES : MIDDLE_PAGES;

	(void)state;
	for (unsigned gone = 0; gone < pages; gone += pages / 8) {
		struct revocation r = {.link = {&r.link, &r.link}};
		unsigned calls = 0;
		enum mapdb_result result;

		give(0, level);
		map(A, 0, B, 0, level, R);
		break_up(B, pages);
		do {
			result = mapdb_map(spaces[A], 0, spaces[B], 0, level, RWX, &r, test_cpu);
			if (calls++ == 0)
				model_revoke(B, gone, gone + 1, RWX, true);
		} while (result == MAPDB_MORE);
		assert_int_equal(result, MAPDB_DONE);
		assert_true(calls > 1);
		for (unsigned i = 0; i < pages; i++) /* that was mapped again before it was taken away */
			assert_true(model_leaf_level(B, i) >= 0 || (i == gone && gone == 0));
		assert_int_equal(model_leaf_level(B, pages - 1), gone ? (int)level : SMALL);
		map(A, 0, B, 0, level, RWX); /* now the model knows it, too */
		model_check();
		model_revoke(0, 0, PAGES, RWX, true);
	}
}

/* Memory. */

static void out_of_memory(bool grant, unsigned source, unsigned target, unsigned level)
{
	for (size_t left = 0;; left++) {
		size_t count = mapdb_count(), before = frames_free();
		enum mapdb_result result;

		assert_true(frames_reserve(before - left));
		result = (grant ? model_grant : model_map)(B, source, C, target, level, RWX);
		frames_unreserve(before - left);
		model_check();
		if (result == MAPDB_DONE) {
			assert_true(left > 0);
			break;
		}
		assert_int_equal(result, MAPDB_NO_MEMORY);
		assert_int_equal(frames_free(), before);
		assert_int_equal(mapdb_count(), count);
	}
}

static void out_of_memory_changes_nothing(void **state)
{
	(void)state;
	give(0, MIDDLE);
	map(A, 0, B, 0, MIDDLE, RWX);
	out_of_memory(false, 0, MIDDLE_PAGES, MIDDLE);
	out_of_memory(false, 3, 2, SMALL);
	out_of_memory(true, 5, 2 * MIDDLE_PAGES, SMALL);
}

static void out_of_memory_where_something_was_changes_only_that(void **state)
{
	size_t aside;

	(void)state;
	give(0, MIDDLE);
	give(MIDDLE_PAGES, SMALL);
	map(A, 0, B, 0, MIDDLE, RWX);
	map(A, MIDDLE_PAGES, C, 2, SMALL, RWX);
	aside = frames_free();
	assert_true(frames_reserve(aside));
	assert_int_equal(model_map(B, 3, C, 2, SMALL, RWX), MAPDB_NO_MEMORY);
	assert_int_equal(model_rights(C, 2), 0);
	model_revoke(B, 1, 2, RWX, true); /* taking away needs no memory */
	frames_unreserve(aside);
	model_check();
}

static void a_revocation_needs_no_memory(void **state)
{
	size_t aside;

	(void)state;
	need_level(LARGE);
	chain(0, LARGE, RWX);
	aside = frames_free();
	assert_true(frames_reserve(aside));
	model_revoke(B, 11, 12, RWX, true);
	model_revoke(A, 40, 43, W, false);
	model_revoke(0, 50, 51, RWX, true);
	frames_unreserve(aside);
	model_check();
}

static void a_thousand_spaces_leave_nothing_behind(void **state)
{
	size_t before;

	(void)state;
	give(0, MIDDLE);
	map(A, 1, B, 1, SMALL, RWX);
	model_renew_space(B);
	before = frames_free();
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned page = 0; page < MIDDLE_PAGES; page++)
			map(A, page, B, page * 3 % PAGES, SMALL, RWX);
		map(B, 3, C, 3, SMALL, RWX);
		model_renew_space(B);
		assert_int_equal(frames_free(), before);
		assert_int_equal(mapdb_count(), 2);
	}
	model_check();
}

/* The frame of the kernel interface page is everybody's; the upper half is shared. */
static void the_kernels_own_pages_of_a_space(void **state)
{
	pte_t *root = spaces[B]->root;
	pte_t bits = PTE_PRESENT | PTE_USER | PTE_KERNEL_OWNED;
	void *kip = frame_alloc();
	size_t before;
	virt_t at = 0;

	(void)state;
	root[TABLE_ENTRIES - 1] = PTE_PRESENT;
	before = frames_free();
	assert_true(pagetable_map(root, PAGE_SIZE, direct_map_phys(kip), 0, bits, &spaces[B]->account));
	while (!mapdb_free_tables(spaces[B], &at))
		;
	assert_int_equal(frames_free(), before);
	assert_int_equal(root[TABLE_ENTRIES - 1], PTE_PRESENT);
	for (unsigned i = 0; i < TABLE_ENTRIES / 2; i++)
		assert_int_equal(root[i], 0);
	root[TABLE_ENTRIES - 1] = 0;
	frame_free(kip);
}

/* Accounts. */

static void a_quota_is_set_aside(void **state)
{
	struct account *a = &spaces[B]->account;
	size_t free = frames_free(), used = a->frames;

	(void)state;
	assert_true(account_set_quota(a, used + 10));
	assert_int_equal(frames_free(), free - 10);
	assert_false(account_set_quota(a, used - 1));
	assert_false(account_set_quota(a, used + free + 1));
	assert_int_equal(frames_free(), free - 10);
	assert_true(account_set_quota(a, used + free));
	assert_int_equal(frames_free(), 0);
	assert_true(account_set_quota(a, used));
	assert_int_equal(frames_free(), free);
	assert_null(account_alloc(a));
	assert_true(account_set_quota(a, 0));
	assert_int_equal(frames_free(), free);
}

static void without_quota_left_nothing_is_mapped_and_others_do_not_notice(void **state)
{
	struct account *a = &spaces[B]->account;
	size_t free = frames_free();

	(void)state;
	give(0, SMALL);
	assert_true(account_set_quota(a, a->frames));
	assert_int_equal(model_map(A, 0, B, 0, SMALL, RWX), MAPDB_NO_MEMORY);
	map(A, 0, C, 0, SMALL, RWX);
	assert_true(account_set_quota(a, 0));
	map(A, 0, B, 0, SMALL, RWX);
	model_check();
	assert_true(frames_free() < free);
}

static void smaller_things_count_in_bytes(void **state)
{
	struct account *a = &spaces[B]->account;

	(void)state;
	assert_true(account_set_quota(a, a->frames + 1));
	for (unsigned i = 0; i < 4; i++)
		assert_true(account_charge(a, PAGE_SIZE / 4));
	assert_false(account_charge(a, 1));
	assert_null(account_alloc(a));
	assert_false(account_reserve(a, 1));
	account_refund(a, PAGE_SIZE);
	assert_int_equal(account_used(a), a->frames * PAGE_SIZE);
	assert_true(account_reserve(a, 1));
	assert_false(account_charge(a, 1));
	account_unreserve(a, 1);
	assert_true(account_set_quota(a, 0));
}

static void what_was_granted_is_charged_to_its_owner_when_the_granter_goes(void **state)
{
	size_t before;

	(void)state;
	give(0, SMALL);
	map(A, 0, B, 0, SMALL, RWX);
	model_grant(B, 0, C, 0, SMALL, RWX);
	before = spaces[C]->account.frames;
	assert_int_equal(record_frame_left(spaces[C], RECORD_MAPPING), 0);
	model_renew_space(B);
	assert_int_equal(spaces[C]->account.frames, before + 1);
	assert_int_equal(model_rights(C, 0), RWX);
	model_check();
}

static void what_was_granted_and_cannot_be_paid_for_is_lost_when_the_granter_goes(void **state)
{
	struct revocation r;

	(void)state;
	give(0, SMALL);
	map(A, 0, B, 0, SMALL, RWX);
	model_grant(B, 0, C, 0, SMALL, RWX);
	assert_true(account_set_quota(&spaces[C]->account, spaces[C]->account.frames));
	assert_false(mapdb_bequeath(spaces[B], &r));
	while (!mapdb_revoke(&r, 1, test_cpu))
		;
	assert_true(mapdb_bequeath(spaces[B], &r));
	assert_true(account_set_quota(&spaces[C]->account, 0));
	model_revoke(C, 0, 1, RWX, true);
	model_check();
}

static void operations_at_random_agree_with_the_model(void **state)
{
	struct choices c = {.random = seed};

	(void)state;
	for (unsigned long i = 0; i < random_operations; i++) {
		model_operation(&c);
		if (i % check_every == 0)
			model_check();
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_page_is_mapped_with_the_rights_given),
	    CASE(what_is_not_there_is_not_mapped),
	    CASE(nothing_is_mapped_to_sigma0),
	    CASE(rights_never_grow_along_a_chain),
	    CASE(a_star_goes_with_its_middle),
	    CASE(mapping_over_a_mapping_takes_the_old_one_with_all_that_came_from_it),
	    CASE(the_same_page_again_adds_rights_and_takes_none),
	    CASE(part_of_the_same_page_again_adds_rights_to_the_part),
	    CASE(the_same_large_page_again_when_it_was_broken_up),
	    CASE(the_same_page_from_another_place_replaces),
	    CASE(mapping_to_oneself),
	    CASE(mapping_back_over_what_it_came_from_takes_the_source),
	    CASE(mapping_a_part_of_2m_on),
	    CASE(mapping_a_part_of_1g_on),
	    CASE(flushing_a_part_of_2m),
	    CASE(flushing_a_part_of_1g),
	    CASE(flushing_all_parts_one_by_one_frees_the_mapping),
	    CASE(a_hole_is_filled_by_others_who_stay_when_the_rest_goes),
	    CASE(a_flush_reaches_those_in_holes),
	    CASE(a_page_taken_bit_by_bit_goes_with_who_was_in_its_hole),
	    CASE(those_who_got_pages_from_who_is_in_a_hole_keep_them),
	    CASE(a_large_page_goes_when_its_last_child_goes_last),
	    CASE(the_kernels_page_in_a_hole_stays),
	    CASE(a_large_page_replaces_small_ones),
	    CASE(a_source_that_is_broken_up_is_refused_at_its_size),
	    CASE(sigma0s_small_page_is_not_mapped_as_a_large_one),
	    CASE(what_sigma0_takes_back_it_can_give_again),
	    CASE(unmap_leaves_the_page_itself),
	    CASE(single_rights_are_taken_from_all),
	    CASE(accesses_are_told_once),
	    CASE(accesses_seen_by_a_child_are_news_for_its_parent),
	    CASE(accesses_are_not_told_to_strangers),
	    CASE(asking_for_a_part_keeps_the_news_for_who_asks_for_the_rest),
	    CASE(execution_is_told_only_of_what_may_be_executed),
	    CASE(who_gets_a_page_again_gets_its_caching),
	    CASE(a_grant_moves_the_page_with_what_came_from_it),
	    CASE(a_grant_with_fewer_rights_takes_them_from_what_came_from_the_page),
	    CASE(a_grant_of_a_part_leaves_the_rest),
	    CASE(a_grant_over_the_granters_parent_loses_the_page),
	    CASE(a_revocation_in_single_steps_does_the_same),
	    CASE(a_mapping_made_from_a_page_not_yet_reached_is_found),
	    CASE(the_mapping_a_revocation_stands_at_may_go),
	    CASE(two_revocations_that_take_a_page_apart_free_it),
	    CASE(a_revocation_that_is_given_up_leaves_all_in_order),
	    CASE(mapping_to_what_a_map_clears),
	    CASE(mapping_to_what_a_grant_clears),
	    CASE(a_part_that_is_granted_can_not_be_mapped_on_meanwhile),
	    CASE(out_of_memory_changes_nothing),
	    CASE(out_of_memory_where_something_was_changes_only_that),
	    CASE(a_revocation_needs_no_memory),
	    CASE(a_thousand_spaces_leave_nothing_behind),
	    CASE(what_a_mapping_needs_is_made_in_pieces_and_may_go_meanwhile),
	    CASE(the_same_large_page_again_when_part_of_it_goes_meanwhile),
	    CASE(the_kernels_own_pages_of_a_space),
	    CASE(a_quota_is_set_aside),
	    CASE(without_quota_left_nothing_is_mapped_and_others_do_not_notice),
	    CASE(smaller_things_count_in_bytes),
	    CASE(what_was_granted_is_charged_to_its_owner_when_the_granter_goes),
	    CASE(what_was_granted_and_cannot_be_paid_for_is_lost_when_the_granter_goes),
	    CASE(operations_at_random_agree_with_the_model),
	};

	if (argc > 1)
		random_operations = strtoul(argv[1], NULL, 0);
	if (argc > 2)
		check_every = strtoul(argv[2], NULL, 0);
	if (argc > 3)
		seed = strtoul(argv[3], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
