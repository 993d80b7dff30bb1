/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/pagers/main.c - runs the cases, all or those whose names begin with a word of the command line.
 */
#include <string.h>

#include <l4io.h>
#include <service/root.h>

#include "hostile.h"
#include "test.h"

static const struct test_pager *const pagers[] = {
	&ramp_tests, &anonymous_tests, &file_tests, &cow_tests, &shared_tests, &checkpoint_tests, &compress_tests,
};

static volatile bool case_failed;
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
	bool done = EXPECT_EQ(actor_wait(actor, 10 * PATIENCE_MS), ACTOR_DONE); /* a disk may be slow */

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

static void run_case(const char *name, void (*run)(void))
{
	case_failed = false;
	printf("RUN %s\n", name);
	run();
	actors_kill();
	if (case_failed)
		printf("FAIL %s: expected %s %s %lu, got %lu (%s:%u)\n", name, failure.text, failure.relation,
		       failure.want, failure.got, failure.file, failure.line);
	else
		printf("PASS %s\n", name);
	*(case_failed ? &failed : &passed) += 1;
}

/* Those of a table that are wanted; when none is named, all of them or none. */
static void run_cases(const char *area, const struct test_case *test, bool otherwise)
{
	char name[64];

	for (; test->name; test++) {
		snprintf(name, sizeof(name), "%s.%s", area, test->name);
		if (wanted(name, otherwise))
			run_case(name, test->run);
	}
}

int main(void)
{
	for (unsigned int i = 0; i < sizeof(pagers) / sizeof(pagers[0]); i++) {
		hostile_to = pagers[i];
		run_cases(pagers[i]->name, pagers[i]->cases, true);
		run_cases(pagers[i]->name, hostile_cases, true);
	}
	run_cases("prepared", prepared_cases, true);
	run_cases("disk", disk_cases, false);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
