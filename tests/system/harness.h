/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/harness.h - what the runner and the thread pool tell each other; no case includes
 * it.
 */
#ifndef TESTS_SYSTEM_HARNESS_H
#define TESTS_SYSTEM_HARNESS_H

#include "test.h"

/* Labels between runner, worker and warden. */
enum { LABEL_CASE_END = 0x7f01, LABEL_CRASH = 0x7f02, LABEL_START = 0x7f03 };

/* Make the warden and remember who runs. Called once. */
void threads_init(void);
/* Begin a case: a fresh worker that runs `entry`. */
void threads_begin(void (*entry)(L4_Word_t), L4_Word_t argument);
/* End it: delete every thread of the case. Returns how many deletions failed. */
unsigned threads_end(void);
/* Map the image page that this fault is about; false if it is about something else. */
bool image_fault(const struct message *message);

#endif
