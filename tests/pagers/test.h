/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/pagers/test.h - what a case is written with.
 *
 * A case is a function; expectations may stand in it and in its actors. The first one that does not hold is the case's
 * failure. Actors that are left are killed when the case ends.
 */
#ifndef TESTS_PAGERS_TEST_H
#define TESTS_PAGERS_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>
#include <pager/client.h>

#include "actor.h"

struct test_case {
	const char *name; /* behind that of its pager and a dot; null: the end of a table */
	void (*run)(void);
};

/* A pager, and what of the cases that every one has to stand (hostile.h) is particular to it. */
struct test_pager {
	const char *name;
	const struct test_case *cases; /* its own */

	unsigned long argument, size; /* of a region that anybody may attach */
	unsigned int takers, taken_pages; /* so many such regions, of so many pages, are all of its memory */
	unsigned long flood_size; /* of the regions in a flood; 0: as above */
	unsigned long flood_bound; /* a fault in a flood is at most so many instructions */
};

extern const struct test_pager ramp_tests, anonymous_tests, file_tests, cow_tests, shared_tests, checkpoint_tests,
	compress_tests;

/* What several pagers have to stand. */
extern const struct test_case prepared_cases[];

/* Those that run only when they are named, and what they are made of. */
extern const struct test_case disk_cases[];

void checkpoint_begin(void);
void checkpoint_goes_on(void);
void file_write(void);
void file_is_there(void);
void compress_more(void);

bool test_equal(const char *file, unsigned int line, const char *text, unsigned long got, unsigned long want);
bool test_at_most(const char *file, unsigned int line, const char *text, unsigned long got, unsigned long most);

#define EXPECT(what)		test_equal(__FILE__, __LINE__, #what, (what) != 0, 1)
#define EXPECT_EQ(got, want)	test_equal(__FILE__, __LINE__, #got, (unsigned long)(got), (unsigned long)(want))
#define EXPECT_AT_MOST(got, most) test_at_most(__FILE__, __LINE__, #got, (unsigned long)(got), (unsigned long)(most))

/* An actor that runs until its end; true if it comes. */
bool run_actor(void (*function)(unsigned long), unsigned long argument);

/* The pager of that name; it has been started before. */
L4_ThreadId_t pager_named(const char *name);

/* Instructions (cycles) since the start. */
unsigned long now(void);

enum { PAGE = 4096, PATIENCE_MS = 2000 };

/* Where regions are attached. */
#define AT 0x200000000000UL

static inline volatile unsigned long *word_at(unsigned long address)
{
	return (volatile unsigned long *)address;
}

#endif
