/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/pagers/main.c - runs the cases, all or those whose names begin with a word of the command line.
 */
#include <string.h>

#include <l4io.h>
#include <service/root.h>

#include "test.h"

static const struct test_case *const tables[] = {
	ramp_cases, anonymous_cases, file_cases, cow_cases, shared_cases, checkpoint_cases, compress_cases,
	prepared_cases,
};

static volatile bool case_failed;
static const char *case_name;
static unsigned int passed, failed;

/* Actors note, the driver prints: an actor may have no memory for more. */
static struct {
	const char *file, *text, *relation;
	unsigned int line;
	unsigned long got, want;
} failure;

static bool expect(bool held, const char *file, unsigned int line, const char *text, const char *relation,
		   unsigned long got, unsigned long want)
{
	if (held || case_failed)
		return held;
	case_failed = true;
	failure.file = file;
	failure.line = line;
	failure.text = text;
	failure.relation = relation;
	failure.got = got;
	failure.want = want;
	return false;
}

bool test_equal(const char *file, unsigned int line, const char *text, unsigned long got, unsigned long want)
{
	return expect(got == want, file, line, text, "=", got, want);
}

bool test_at_most(const char *file, unsigned int line, const char *text, unsigned long got, unsigned long most)
{
	return expect(got <= most, file, line, text, "<=", got, most);
}

bool run_actor(void (*function)(unsigned long), unsigned long argument)
{
	struct actor *actor = actor_start(function, argument, PRIORITY_VICTIM);
	bool done = EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_DONE);

	actor_kill(actor);
	return done;
}

L4_ThreadId_t pager_named(const char *name)
{
	L4_ThreadId_t pager = root_lookup(name);

	EXPECT(!L4_IsNilThread(pager));
	return pager;
}

unsigned long now(void)
{
	unsigned int low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long)high << 32 | low;
}

static void run_case(const struct test_case *test)
{
	case_name = test->name;
	case_failed = false;
	printf("RUN %s\n", case_name);
	test->run();
	actors_kill();
	if (case_failed)
		printf("FAIL %s: expected %s %s %lu, got %lu (%s:%u)\n", case_name, failure.text, failure.relation,
		       failure.want, failure.got, failure.file, failure.line);
	else
		printf("PASS %s\n", case_name);
	*(case_failed ? &failed : &passed) += 1;
}

/* Whether the name begins with a word of the command line behind the first, or there is none (otherwise). */
static bool wanted(const char *name, bool otherwise)
{
	static char line[ROOT_TEXT_MAX + 1];
	unsigned int words = 0;

	root_command_line(line, sizeof(line));
	for (char *word = line; *word; words++) {
		unsigned long length = 0;

		while (word[length] && word[length] != ' ')
			length++;
		if (words > 0 && strncmp(name, word, length) == 0)
			return true;
		word += length;
		while (*word == ' ')
			word++;
	}
	return words <= 1 && otherwise;
}

int main(void)
{
	for (unsigned int i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct test_case *test = tables[i]; test->name; test++)
			if (wanted(test->name, true))
				run_case(test);
	for (const struct test_case *test = disk_cases; test->name; test++)
		if (wanted(test->name, false))
			run_case(test);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
