/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_portdb.c - the tree of I/O ports against a naive model.
 *
 * The model knows for each space and port which gift the port came in (0: the space has not got it), and for
 * each gift the one it was made from. Everything is done port by port, by recursion. The kernel's file is
 * included, to see its nodes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/portdb.c"
#include "base/panic.h"

enum { ARENA_FRAMES = 512, SPACES = 7, TESTED = 16 * PORT_BLOCK, GIFTS = 1 << 20 };

unsigned char *arena;
static struct space *spaces[SPACES]; /* 0 is sigma0 */
static word_t bitmap[SPACES][PORTS / 64];
static size_t frames_at_begin;
static word_t seed; /* of the random operations; never 0 */

void panic(const char *format, ...)
{
	fprintf(stderr, "kernel panic: %s\n", format);
	abort();
}

void words_fill(word_t *to, word_t value, size_t count)
{
	while (count--)
		*to++ = value;
}

static unsigned index_of(const struct space *s)
{
	unsigned i = 0;

	while (spaces[i] != s)
		i++;
	return i;
}

bool space_own_ports(struct space *s, struct cpu *cpu)
{
	(void)cpu;
	s->io_bitmap[0] = bitmap[index_of(s)];
	return true;
}

word_t *space_port_bits(const struct space *s, uint32_t block)
{
	return s->io_bitmap[0] + block;
}

static bool may_use(unsigned space, uint32_t port)
{
	return !(bitmap[space][port / 64] >> port % 64 & 1);
}

/* The model. */

static uint32_t gift_of[SPACES][TESTED];
static uint32_t gift_from[GIFTS], gift_order[GIFTS];
static uint32_t gifts, order;

/* sigma0's, one a block. */
static uint32_t primeval(uint32_t port)
{
	return 1 + port / PORT_BLOCK;
}

static uint32_t gift_make(uint32_t from)
{
	assert_true(gifts < GIFTS);
	gift_from[gifts] = from;
	gift_order[gifts] = ++order;
	return gifts++;
}

static void model_begin(void)
{
	memset(gift_of, 0, sizeof(gift_of));
	for (uint32_t port = 0; port < TESTED; port++)
		gift_of[0][port] = primeval(port);
	gifts = 1 + TESTED / PORT_BLOCK;
}

/* Among the gifts of a space in a block that came from another one, the one put there last. */
static uint32_t latest_gift(unsigned space, uint32_t block, uint32_t from)
{
	uint32_t best = 0;

	for (uint32_t port = block * PORT_BLOCK; port < (block + 1) * PORT_BLOCK; port++) {
		uint32_t gift = gift_of[space][port];

		if (gift && gift_from[gift] == from && (!best || gift_order[gift] > gift_order[best]))
			best = gift;
	}
	return best;
}

static void model_take(unsigned space, uint32_t port, bool own)
{
	for (unsigned heir = 1; heir < SPACES; heir++)
		if (gift_of[heir][port] && gift_from[gift_of[heir][port]] == gift_of[space][port])
			model_take(heir, port, true);
	if (own && space)
		gift_of[space][port] = 0;
}

static void model_revoke(unsigned space, uint32_t low, uint32_t high, bool flush)
{
	for (uint32_t port = low; port < high; port++)
		if (gift_of[space][port])
			model_take(space, port, flush);
}

static void model_give(uint32_t gift, unsigned from, unsigned to, uint32_t block, uint32_t low, uint32_t high,
		       bool grant)
{
	bool given[PORT_BLOCK] = { false }, any = false, all = true;
	uint32_t first = block * PORT_BLOCK, target;

	for (uint32_t i = 0; i < PORT_BLOCK; i++) {
		uint32_t port = first + i, has = gift_of[to][port];

		if (gift_of[from][port] != gift)
			continue;
		given[i] = port >= low && port < high && (!has || (grant && gift_from[has] == gift));
		any |= given[i];
		all &= given[i];
	}
	if (!any)
		return;
	if (grant && all) {
		for (uint32_t other = 1; other < gifts; other++) /* what was made from gifts to the receiver */
			for (uint32_t i = 0; i < PORT_BLOCK; i++)
				if (given[i] && gift_of[to][first + i] && gift_from[other] == gift_of[to][first + i])
					gift_from[other] = gift;
		for (uint32_t i = 0; i < PORT_BLOCK; i++)
			if (given[i]) {
				gift_of[from][first + i] = 0;
				gift_of[to][first + i] = gift;
			}
		gift_order[gift] = ++order;
		return;
	}
	target = latest_gift(to, block, grant ? gift_from[gift] : gift);
	if (!target)
		target = gift_make(grant ? gift_from[gift] : gift);
	for (uint32_t i = 0; i < PORT_BLOCK; i++)
		if (given[i]) {
			if (grant)
				model_take(from, first + i, true);
			gift_of[to][first + i] = target;
		}
}

static void model_map(unsigned from, unsigned to, uint32_t low, uint32_t high, bool grant)
{
	if (from == to || to == 0)
		return;
	for (uint32_t block = 0; block < TESTED / PORT_BLOCK; block++) {
		uint32_t last = ~0U;

		for (;;) { /* the gifts of the granter, the one put there last first */
			uint32_t gift = 0;

			for (uint32_t port = block * PORT_BLOCK; port < (block + 1) * PORT_BLOCK; port++) {
				uint32_t other = gift_of[from][port];

				if (other && gift_order[other] < last &&
				    (!gift || gift_order[other] > gift_order[gift]))
					gift = other;
			}
			if (!gift)
				break;
			last = gift_order[gift];
			model_give(gift, from, to, block, low, high, grant && from);
		}
	}
}

/* Comparing. */

static void check_node(uint32_t number, unsigned space, uint32_t block)
{
	const struct port_node *n = node_of(number);

	assert_ptr_equal(space_of(n), spaces[space]);
	assert_int_equal(n->block, block);
	assert_int_not_equal(n->mask, 0);
	assert_int_equal(!n->parent, space == 0);
	for (uint32_t child = n->child, before = 0; child; before = child, child = node_of(child)->next) {
		assert_int_equal(node_of(child)->parent, number);
		assert_int_equal(node_of(child)->prev, before);
		assert_int_equal(node_of(child)->block, block);
		assert_int_equal(node_of(child)->mask & ~n->mask, 0);
	}
}

/* The nodes are in order among themselves and with the bitmaps; nothing is lost. */
static void check_nodes(void)
{
	size_t count = 0;

	for (unsigned space = 0; space < SPACES; space++)
		for (uint32_t block = 0; block < PORT_BLOCKS; block++) {
			word_t seen = 0;

			for (uint32_t number = first_of(spaces[space], block); number; number = node_of(number)->same) {
				check_node(number, space, block);
				assert_int_equal(seen & node_of(number)->mask, 0);
				seen |= node_of(number)->mask;
				count++;
			}
			if (space)
				assert_int_equal(bitmap[space][block], ~seen);
		}
	assert_int_equal(count, portdb_count());
}

static uint32_t node_with(unsigned space, uint32_t port)
{
	for (uint32_t number = first_of(spaces[space], port / PORT_BLOCK); number; number = node_of(number)->same)
		if (node_of(number)->mask >> port % PORT_BLOCK & 1)
			return number;
	return 0;
}

static void compare(void)
{
	check_nodes();
	for (uint32_t port = 0; port < TESTED; port++)
		for (unsigned space = 1; space < SPACES; space++) {
			uint32_t gift = gift_of[space][port], number = node_with(space, port);

			assert_int_equal(may_use(space, port), gift != 0);
			if (!gift)
				continue;
			struct space *giver = space_of(node_of(node_of(number)->parent));

			assert_int_equal(gift_of[index_of(giver)][port], gift_from[gift]);
		}
}

/* Make the model what the kernel's tree is. */
static void model_follow(void)
{
	static uint32_t gift_of_node[ARENA_FRAMES * NODES_A_FRAME];

	model_begin();
	memset(gift_of_node, 0, sizeof(gift_of_node));
	for (unsigned space = 1; space < SPACES; space++)
		for (uint32_t block = 0; block < TESTED / PORT_BLOCK; block++) {
			uint32_t chain[PORT_BLOCK], length = 0;

			for (uint32_t n = first_of(spaces[space], block); n; n = node_of(n)->same)
				chain[length++] = n;
			while (length)
				gift_of_node[chain[--length]] = gift_make(0);
		}
	for (unsigned space = 1; space < SPACES; space++)
		for (uint32_t port = 0; port < TESTED; port++) {
			uint32_t number = node_with(space, port), parent = number ? node_of(number)->parent : 0;

			if (!number)
				continue;
			gift_of[space][port] = gift_of_node[number];
			gift_from[gift_of_node[number]] =
			        node_of(parent)->parent ? gift_of_node[parent] : primeval(port);
		}
}

/* Operations. */

static bool map(unsigned from, unsigned to, uint32_t low, uint32_t high, bool grant)
{
	enum portdb_result result;

	do
		result = portdb_map(spaces[from], spaces[to], low, high, grant, NULL);
	while (result == PORTDB_MORE);
	return result == PORTDB_DONE;
}

static void revoke(unsigned space, uint32_t low, uint32_t high, bool flush, unsigned steps)
{
	struct port_revocation r;

	portdb_revoke_begin(&r, spaces[space], low, high, flush);
	while (!portdb_revoke(&r, steps))
		;
}

static int make_machine(void **state)
{
	(void)state;
	arena = aligned_alloc(PAGE_SIZE, ARENA_FRAMES * PAGE_SIZE);
	assert_non_null(arena);
	frames_init(0, ARENA_FRAMES * PAGE_SIZE);
	memset(bitmap, 0xff, sizeof(bitmap));
	for (unsigned i = 0; i < SPACES; i++) {
		spaces[i] = frame_alloc();
		assert_non_null(spaces[i]);
	}
	spaces[0]->is_sigma0 = true;
	space_own_ports(spaces[0], NULL); /* as init/servers.c sees to */
	frames_at_begin = frames_free();
	return 0;
}

static int free_machine(void **state)
{
	(void)state;
	free(arena);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	seed = 1;
	model_begin();
	return 0;
}

/* When all is taken, nothing is left. */
static int end(void **state)
{
	(void)state;
	for (unsigned i = 1; i < SPACES; i++)
		revoke(i, 0, PORTS, true, 24);
	check_nodes();
	assert_int_equal(portdb_count(), 0);
	for (unsigned i = 0; i < SPACES; i++)
		portdb_space_end(spaces[i]);
	assert_int_equal(frames_free(), frames_at_begin);
	return 0;
}

static void all_ports_from_one_parent_take_1024_nodes(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, PORTS, false));
	assert_int_equal(portdb_count(), 2 * PORT_BLOCKS);
	for (uint32_t port = 0; port < PORTS; port++)
		assert_true(may_use(1, port));
}

static void a_flush_in_the_middle_leaves_both_ends_at_every_level(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, 1024, false) && map(1, 2, 0, 1024, false) && map(2, 3, 0, 1024, false));
	revoke(1, 300, 700, true, 3);
	for (uint32_t port = 0; port < 1024; port++)
		for (unsigned space = 1; space <= 3; space++)
			assert_int_equal(may_use(space, port), port < 300 || port >= 700);
}

static void an_unmap_leaves_the_own_ports(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0x60, 0x70, false) && map(1, 2, 0x60, 0x70, false) && map(2, 3, 0x64, 0x68, false));
	revoke(1, 0x64, 0x65, false, 3);
	assert_true(may_use(1, 0x64) && !may_use(2, 0x64) && !may_use(3, 0x64));
	assert_true(may_use(2, 0x65) && may_use(3, 0x65) && may_use(2, 0x63));
}

static void another_giver_keeps_what_he_gave(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, 16, false) && map(0, 2, 0, 16, false));
	assert_true(map(1, 3, 0, 8, false) && map(2, 3, 0, 16, false));
	revoke(2, 0, 16, true, 3);
	for (uint32_t port = 0; port < 16; port++)
		assert_int_equal(may_use(3, port), port < 8);
}

static void no_port_comes_back_to_its_giver(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, 16, false) && map(1, 2, 0, 16, false) && map(2, 3, 0, 16, false));
	assert_true(map(3, 1, 0, 16, false) && map(3, 1, 0, 16, true));
	assert_true(may_use(1, 5) && may_use(3, 5));
	revoke(1, 0, 16, true, 3);
	assert_true(!may_use(1, 5) && !may_use(2, 5) && !may_use(3, 5));
}

static void a_grant_takes_what_was_made_from_it_along(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, 16, false) && map(1, 2, 0, 16, false) && map(2, 3, 4, 8, false));
	assert_true(map(2, 4, 0, 16, true));
	assert_true(!may_use(2, 5) && may_use(4, 5) && may_use(3, 5));
	revoke(4, 0, 16, false, 3);
	assert_true(may_use(4, 5) && !may_use(3, 5));
	revoke(1, 0, 16, false, 3);
	assert_false(may_use(4, 5));
}

static void a_grant_of_a_part_dispossesses_the_granters_heirs_there(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, 16, false) && map(1, 2, 0, 16, false) && map(2, 3, 0, 16, false));
	assert_true(map(2, 4, 4, 8, true));
	for (uint32_t port = 0; port < 16; port++) {
		bool granted = port >= 4 && port < 8;

		assert_int_equal(may_use(2, port), !granted);
		assert_int_equal(may_use(3, port), !granted);
		assert_int_equal(may_use(4, port), granted);
	}
}

static void a_gift_becomes_a_grant(void **state)
{
	(void)state;
	assert_true(map(0, 1, 0, 16, false) && map(1, 2, 0, 16, false) && map(2, 3, 0, 16, false));
	assert_true(map(1, 2, 0, 16, true));
	assert_true(!may_use(1, 5) && may_use(2, 5) && may_use(3, 5));
	revoke(0, 5, 6, false, 3);
	assert_true(!may_use(2, 5) && !may_use(3, 5) && may_use(3, 6));
}

static void without_memory_nothing_is_mapped_and_everything_can_be_taken(void **state)
{
	size_t left;

	(void)state;
	assert_true(map(0, 1, 0, 1024, false) && map(1, 2, 0, 1024, false));
	left = frames_free();
	assert_true(frames_reserve(left));
	assert_false(map(1, 3, 0, 1024, false));
	assert_false(may_use(3, 0));
	assert_false(map(2, 3, 0, 1024, true));
	assert_true(may_use(2, 0) && !may_use(3, 0));
	revoke(1, 100, 101, false, 3);
	revoke(1, 200, 900, true, 3);
	check_nodes();
	assert_true(!may_use(2, 100) && may_use(1, 100) && !may_use(1, 500) && may_use(2, 901));
	frames_unreserve(left);
}

/* Random operations. */

static uint32_t choose(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % below;
}

static void choose_range(uint32_t *low, uint32_t *high)
{
	uint32_t size = 1U << choose(11);

	*low = choose(TESTED / size) * size;
	*high = *low + size;
	if (choose(8) == 0 && size > 2) { /* the kernel's users have powers of two, the tree doesn't mind */
		*low += choose(size / 2);
		*high -= choose(size / 2);
	}
}

static void random_operation(void)
{
	unsigned a = choose(SPACES), b = choose(SPACES), kind = choose(10);
	uint32_t low, high;

	choose_range(&low, &high);
	if (kind < 5) {
		assert_true(map(a, b, low, high, false));
		model_map(a, b, low, high, false);
	} else if (kind < 7) {
		assert_true(map(a, b, low, high, true));
		model_map(a, b, low, high, true);
	} else {
		revoke(a, low, high, kind == 9, 1 + choose(5));
		model_revoke(a, low, high, kind == 9);
	}
}

static void random_operations_are_as_the_model_has_them(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 100; run++) {
		seed = 0x9e3779b97f4a7c15UL * (run + 1);
		for (unsigned i = 0; i < 1000; i++) {
			random_operation();
			if (i % 10 == 0)
				compare();
			if (i % 50 == 49)
				model_follow();
		}
		compare();
	}
}

/*
 * A walk that others interrupt at every step finds all there is to take, but what was given by the space itself
 * meanwhile, which these others leave alone.
 */
static void interrupted_walks_miss_nothing(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 2000; run++) {
		unsigned victim = choose(SPACES - 1) + 1, a, b;
		struct port_revocation r;
		uint32_t low, high, other_low, other_high;
		bool flush = choose(2);

		for (unsigned i = 0; i < 6; i++) {
			choose_range(&low, &high);
			assert_true(map(choose(SPACES), choose(SPACES), low, high, choose(3) == 0));
		}
		choose_range(&low, &high);
		portdb_revoke_begin(&r, spaces[victim], low, high, flush);
		for (unsigned i = 0; !portdb_revoke(&r, 1 + choose(4)); i++) {
			if (i >= 40)
				continue;
			choose_range(&other_low, &other_high);
			a = choose(SPACES);
			b = choose(SPACES);
			if (a == victim || b == victim)
				continue;
			if (choose(3))
				assert_true(map(a, b, other_low, other_high, choose(2)));
			else
				revoke(a, other_low, other_high, choose(2), ~0U);
		}
		check_nodes();
		for (uint32_t port = low; port < high; port++) {
			uint32_t number = node_with(victim, port);

			if (!number)
				continue;
			assert_false(flush);
			for (uint32_t child = node_of(number)->child; child; child = node_of(child)->next)
				assert_false(node_of(child)->mask >> port % PORT_BLOCK & 1);
		}
	}
}

/* Given up anywhere, a walk leaves a tree that is in order. */
static void walks_may_be_given_up(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 1000; run++) {
		struct port_revocation r;
		uint32_t low, high;

		for (unsigned i = 0; i < 6; i++) {
			choose_range(&low, &high);
			assert_true(map(choose(SPACES), choose(SPACES), low, high, choose(3) == 0));
		}
		choose_range(&low, &high);
		portdb_revoke_begin(&r, spaces[choose(SPACES)], low, high, choose(2));
		portdb_revoke(&r, choose(20));
		check_nodes();
	}
	model_follow();
	compare();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_ports_from_one_parent_take_1024_nodes),
		CASE(a_flush_in_the_middle_leaves_both_ends_at_every_level),
		CASE(an_unmap_leaves_the_own_ports),
		CASE(another_giver_keeps_what_he_gave),
		CASE(no_port_comes_back_to_its_giver),
		CASE(a_grant_takes_what_was_made_from_it_along),
		CASE(a_grant_of_a_part_dispossesses_the_granters_heirs_there),
		CASE(a_gift_becomes_a_grant),
		CASE(without_memory_nothing_is_mapped_and_everything_can_be_taken),
		CASE(random_operations_are_as_the_model_has_them),
		CASE(interrupted_walks_miss_nothing),
		CASE(walks_may_be_given_up),
	};

	return cmocka_run_group_tests_name("kernel_portdb", tests, make_machine, free_machine);
}
