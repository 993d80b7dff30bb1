/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/pagers/hostile.h - what every pager has to stand: clients that do what they should not.
 */
#ifndef TESTS_PAGERS_HOSTILE_H
#define TESTS_PAGERS_HOSTILE_H

#include "test.h"

/* The cases of all pagers, and the one that they are about now. */
extern const struct test_case hostile_cases[];
extern const struct test_pager *hostile_to;

/*
 * A client leaves, and stays alive with what it has mapped. Then others (`takers`) take all of the pager's memory, and
 * write to it. The first one must not see what they write, nor change it. For the pagers of which that can be said.
 */
void hostile_leaver(void);

#endif
