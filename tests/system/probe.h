/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/probe.h - single accesses to memory, at known instructions, for threads under test.
 */
#ifndef TESTS_SYSTEM_PROBE_H
#define TESTS_SYSTEM_PROBE_H

#include "test.h"

/* Each does one access at its own first instruction, then tells the worker (LABEL_DONE) what it
 * read. */
void probe_read(L4_Word_t address);
void probe_write(L4_Word_t address);   /* writes PROBE_VALUE */
void probe_execute(L4_Word_t address); /* calls it */
extern char probe_read_at[], probe_write_at[];

#define PROBE_VALUE 0x77665544UL

#endif
