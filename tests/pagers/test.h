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
	const char *name;
	void (*run)(void);
};

/* The cases of each file; a null name ends the table. */
extern const struct test_case ramp_cases[], anonymous_cases[], file_cases[], cow_cases[], shared_cases[],
	checkpoint_cases[], compress_cases[], prepared_cases[];

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
