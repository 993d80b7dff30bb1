/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - print-out.
 */
#include "report.h"

#include <l4io.h>

enum { LINES_MAX = 20 };

static struct line {
	const char *name, *meaning;
	struct figures figures;
} lines[LINES_MAX];
static unsigned int count;

void report_line(const char *name, unsigned int words, const char *unit,
		 const struct figures *figures)
{
	printf("BENCH name=%s words=%u unit=%s min=%lu median=%lu max=%lu\n", name, words, unit,
	       figures->min, figures->median, figures->max);
}

void report_add(const char *name, const char *meaning, const struct figures *figures)
{
	if (count < LINES_MAX)
		lines[count++] = (struct line){ name, meaning, *figures };
}

void report_print(const char *title, const char *unit)
{
	if (count == 0)
		return;
	printf("\n%s, in %s\n%-46s     min  median     max\n", title, unit, "");
	for (unsigned int i = 0; i < count; i++)
		printf("%-46s %7lu %7lu %7lu\n", lines[i].meaning, lines[i].figures.min,
		       lines[i].figures.median, lines[i].figures.max);
	printf("\n");
	for (unsigned int i = 0; i < count; i++)
		report_line(lines[i].name, 0, unit, &lines[i].figures);
	count = 0;
}
