/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - figures for people, and one line each for programs.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "measure.h"

/* "BENCH name=... words=... unit=... min=... median=... max=...". Nothing else begins so. */
void report_line(const char *name, unsigned int words, const char *unit,
		 const struct figures *figures);

/* A line of the next table: its name for programs, what it means for people. */
void report_add(const char *name, const char *meaning, const struct figures *figures);

/* Prints what was added since the last one: a table, then the lines. */
void report_print(const char *title, const char *unit);

#endif
