/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp.c - the cases of servers/ramp, the pager of the text.
 */
#include "hostile.h"
#include "test.h"

static const char name[] = "ramp";
static const unsigned long size = 16 * PAGE;

static void read_words(unsigned long unused)
{
	volatile unsigned long *word = word_at(AT);

	(void)unused;
	pager_begin(pager_named(name));
	EXPECT_EQ(pager_attach(pager_named(name), AT, size, L4_Readable | L4_Writable, 0), PAGER_OK);
	for (unsigned long i = size / sizeof(*word); i-- > 0;)
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

static void fault_outside(void)
{
	hostile_fault_outside(name, 0, size);
}

static void lies(void)
{
	hostile_lies(name, 0, size);
}

static void leaver(void)
{
	hostile_leaver(name, 0, 4, 60);
}

static void flood(void)
{
	hostile_flood(name, 0, size, 40000);
}

const struct test_case ramp_cases[] = {
	{ "ramp.word_n_is_n", word_n_is_n },
	{ "ramp.fault_outside", fault_outside },
	{ "ramp.lies", lies },
	{ "ramp.leaver", leaver },
	{ "ramp.flood", flood },
	{ NULL, NULL },
};
