/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp.c - the cases of servers/ramp, the pager of the text.
 */
#include "hostile.h"
#include "test.h"

enum { SIZE = 16 * PAGE };

static const char name[] = "ramp";

static void read_words(unsigned long unused)
{
	volatile unsigned long *word = word_at(AT);

	(void)unused;
	pager_begin(pager_named(name));
	EXPECT_EQ(pager_attach(pager_named(name), AT, SIZE, L4_Readable | L4_Writable, 0), PAGER_OK);
	for (unsigned long i = SIZE / sizeof(*word); i-- > 0;)
		EXPECT_EQ(word[i], i);
	word[1000] = 7;
	EXPECT_EQ(word[1000], 7);
}

static void word_n_is_n(void)
{
	/* More than it has frames: those of the dead are used again. */
	for (unsigned int i = 0; i < 40; i++)
		run_actor(read_words, 0);
}

static const struct test_case cases[] = {
	{ "word_n_is_n", word_n_is_n },
	{ "leaver", hostile_leaver },
	{ NULL, NULL },
};

const struct test_pager ramp_tests = {
	.name = name,
	.cases = cases,
	.size = SIZE,
	.takers = 4,
	.taken_pages = 60,
	.flood_bound = 40000,
};
