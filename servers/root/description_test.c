/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * description_test.c - descriptions that are right, those that are wrong and say where, and noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "description.h"

enum { PROGRAMS = 4, NOISE_ROUNDS = 20000 };

static struct description programs[PROGRAMS];
static char complaints_text[4096];

static void note(unsigned int line, const char *what, const char *word)
{
	size_t used = strlen(complaints_text);

	snprintf(complaints_text + used, sizeof(complaints_text) - used, "%u: %s: %s\n", line, what, word);
}

static void forget(unsigned int line, const char *what, const char *word)
{
	assert_true(strlen(what) > 0 && strlen(word) < DESCRIPTION_WORD_MAX);
	(void)line;
}

static const struct description_complaints noting = { note }, forgetting = { forget };

/* From a copy of just that size, so that the sanitizer sees a read beyond it. */
static unsigned int read_text(const char *text)
{
	size_t size = strlen(text);
	char *copy = malloc(size ? size : 1);
	unsigned int count;

	memcpy(copy, text, size);
	complaints_text[0] = 0;
	memset(programs, 0xa5, sizeof(programs));
	count = description_read(programs, PROGRAMS, copy, size, &noting);
	free(copy);
	return count;
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(read_text(""), 0);
	assert_int_equal(read_text("\n\n # nothing\n   \t\r\n"), 0);
	assert_string_equal(complaints_text, "");
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(read_text("program hello"), 1);
	assert_string_equal(complaints_text, "");
	assert_int_equal(programs[0].line, 1);
	assert_string_equal(programs[0].name, "hello");
	assert_string_equal(programs[0].file, "hello");
	assert_string_equal(programs[0].command_line, "hello");
	assert_int_equal(programs[0].priority, PRIORITY_DEFAULT);
	assert_int_equal(programs[0].memory, QUOTA_DEFAULT);
	assert_int_equal(programs[0].kernel_memory, 0);
	assert_int_equal(programs[0].restarts, 0);
	assert_false(programs[0].is_server || programs[0].is_manual || programs[0].is_manager);
	assert_false(programs[0].has_spaces || programs[0].is_confined || programs[0].has_pci ||
		     programs[0].is_console);
	assert_string_equal(programs[0].pager, "");
	assert_int_equal(programs[0].resource_count, 0);
}

static void test_every_keyword(void **state)
{
	const struct description *disk = &programs[1];

	(void)state;
	assert_int_equal(read_text("# a system\n"
				   "program first\n"
				   "program disk # with a comment\r\n"
				   "  file ide\n"
				   "  arguments  two  words \n"
				   "  arguments and a third\n"
				   "  priority 200\n"
				   "  memory 1M\n"
				   "  kernel 256K\n"
				   "  server\n  manual\n  manager\n  spaces\n  pci\n  console\n  deaf\n"
				   "  restart\n"
				   "  pager anonymous\n"
				   "  serves block disk0\n"
				   "  talks first\n  talks serial net\n"
				   "  ports 0x1f0-0x1f7\n  ports 1014\n"
				   "  irq 14\n  irq msi\n"
				   "  device 0xfebc0000-0xfebc0fff\n"
				   "  dma 64K"),
			 2);
	assert_string_equal(complaints_text, "");
	assert_string_equal(disk->file, "ide");
	assert_string_equal(disk->command_line, "disk two  words and a third");
	assert_int_equal(disk->priority, 200);
	assert_int_equal(disk->memory, 1 << 20);
	assert_int_equal(disk->kernel_memory, 256 << 10);
	assert_true(disk->is_server && disk->is_manual && disk->is_manager && disk->has_spaces && disk->has_pci &&
		    disk->is_console && disk->is_deaf);
	assert_int_equal(disk->restarts, RESTARTS_UNLIMITED);
	assert_string_equal(disk->pager, "anonymous");
	assert_true(name_list_has(&disk->serves, "block") && name_list_has(&disk->serves, "disk0"));
	assert_false(name_list_has(&disk->serves, "disk"));
	assert_true(disk->is_confined);
	assert_int_equal(disk->talks.count, 3);
	assert_true(description_allows(disk, RESOURCE_PORTS, 0x1f0, 0x1f7));
	assert_true(description_allows(disk, RESOURCE_PORTS, 1014, 1014));
	assert_false(description_allows(disk, RESOURCE_PORTS, 0x1f0, 0x1f8));
	assert_false(description_allows(disk, RESOURCE_PORTS, 0x1ef, 0x1f0));
	assert_true(description_allows(disk, RESOURCE_INTERRUPTS, 14, 14));
	assert_true(description_allows(disk, RESOURCE_INTERRUPTS, 120, 120));
	assert_false(description_allows(disk, RESOURCE_INTERRUPTS, 15, 15));
	assert_true(description_allows(disk, RESOURCE_MEMORY, 0xfebc0000, 0xfebc0fff));
	assert_false(description_allows(disk, RESOURCE_MEMORY, 0xfebc0fff, 0xfebc0000));
	assert_int_equal(disk->dma_memory, 64 << 10);
	assert_false(programs[0].is_confined);
}

static void test_all_resources(void **state)
{
	(void)state;
	read_text("program a\n ports all\n irq all\nprogram b\n driver\n");
	assert_string_equal(complaints_text, "");
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(description_allows(&programs[i], RESOURCE_PORTS, 0, 0xffff));
		assert_true(description_allows(&programs[i], RESOURCE_INTERRUPTS, 0, 200));
		assert_false(description_allows(&programs[i], RESOURCE_MEMORY, 0, 0));
	}
}

static const struct {
	const char *text, *complaint;
} mistakes[] = {
	{ "memory 1M", "1: a line `program NAME` must come first: memory\n" },
	{ "program", "1: a name is missing: \n" },
	{ "program a b", "1: one word too many: b\n" },
	{ "program a\n\nprogram a\n", "3: there is a program of that name already: a\n" },
	{ "program a234567890123456789012345678901", NULL },
	{ "program a2345678901234567890123456789012",
	  "1: a name has at most 31 characters: a2345678901234567890123456789012\n" },
	{ "program a\nprio 5", "2: no such keyword: prio\n" },
	{ "program a\npriority", "2: a priority is a number from 1 to 255: \n" },
	{ "program a\npriority 0", "2: a priority is a number from 1 to 255: 0\n" },
	{ "program a\npriority 256", "2: a priority is a number from 1 to 255: 256\n" },
	{ "program a\npriority 5K", "2: a priority is a number from 1 to 255: 5K\n" },
	{ "program a\npriority 5 6", "2: one word too many: 6\n" },
	{ "program a\nserver yes", "2: one word too many: yes\n" },
	{ "program a\nmemory", "2: a size is a number of bytes, with K, M or G behind it: \n" },
	{ "program a\nmemory M", "2: a size is a number of bytes, with K, M or G behind it: M\n" },
	{ "program a\nmemory -1", "2: a size is a number of bytes, with K, M or G behind it: -1\n" },
	{ "program a\nmemory 4MB", "2: a size is a number of bytes, with K, M or G behind it: 4MB\n" },
	{ "program a\nmemory 18446744073709551615", NULL },
	{ "program a\nmemory 18446744073709551616",
	  "2: a size is a number of bytes, with K, M or G behind it: 18446744073709551616\n" },
	{ "program a\nmemory 18446744073709551615K",
	  "2: a size is a number of bytes, with K, M or G behind it: 18446744073709551615K\n" },
	{ "program a\nkernel 0", "2: the kernel cannot set that aside: 0\n" },
	{ "program a\nkernel 2048G", "2: the kernel cannot set that aside: 2048G\n" },
	{ "program a\nkernel 1024G", NULL },
	{ "program a\nmemory 0x", "2: a size is a number of bytes, with K, M or G behind it: 0x\n" },
	{ "program a\nports 0x3ff-0x3f8", "2: a range is LOW-HIGH, or one number, or all: 0x3ff-0x3f8\n" },
	{ "program a\nports 5-", "2: a range is LOW-HIGH, or one number, or all: 5-\n" },
	{ "program a\nports -5", "2: a range is LOW-HIGH, or one number, or all: -5\n" },
	{ "program a\nports 1-2-3", "2: a range is LOW-HIGH, or one number, or all: 1-2-3\n" },
	{ "program a\nports 65536", "2: a range is LOW-HIGH, or one number, or all: 65536\n" },
	{ "program a\nports", "2: a range is LOW-HIGH, or one number, or all: \n" },
	{ "program a\nirq msi 3", "2: one word too many: 3\n" },
	{ "program a\nrestart often", "2: how often? A number up to 1000000, or nothing: often\n" },
	{ "program a\npager", "2: a name is missing: \n" },
	{ "program a\nfile x y", "2: one word too many: y\n" },
	{ "program a\nprogram\nmemory 3M\nprio", "2: a name is missing: \n4: no such keyword: prio\n" },
	{ "program a\nprogram b\nprogram c\nprogram d\nprogram e",
	  "5: more programs than the root task has room for: e\n" },
};

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		read_text(mistakes[i].text);
		assert_string_equal(complaints_text, mistakes[i].complaint ? mistakes[i].complaint : "");
	}
}

/* What is behind a program that was refused does not go to the one before. */
static void test_refused_program(void **state)
{
	(void)state;
	assert_int_equal(read_text("program a\nprogram a\n memory 3M\nprogram b\n memory 5M"), 2);
	assert_int_equal(programs[0].memory, QUOTA_DEFAULT);
	assert_int_equal(programs[1].memory, 5 << 20);
}

static void fill(char *text, const char *line, unsigned int times)
{
	strcpy(text, "program a\n");
	while (times-- > 0)
		strcat(text, line);
}

static void test_too_many(void **state)
{
	static char text[65536];

	(void)state;
	fill(text, "serves x\n", DESCRIPTION_NAMES_MAX);
	read_text(text);
	assert_string_equal(complaints_text, "");
	fill(text, "serves x\n", DESCRIPTION_NAMES_MAX + 1);
	read_text(text);
	assert_string_equal(complaints_text, "18: more names than the root task has room for: x\n");
	fill(text, "irq 1\n", DESCRIPTION_RESOURCES_MAX + 1);
	read_text(text);
	assert_string_equal(complaints_text, "18: more resources than the root task has room for: 1\n");
	assert_int_equal(programs[0].resource_count, DESCRIPTION_RESOURCES_MAX);
	fill(text, "arguments 0123456789\n", 100);
	read_text(text);
	assert_non_null(strstr(complaints_text, "the command line is too long"));
	assert_true(strlen(programs[0].command_line) <= ROOT_TEXT_MAX);
}

static void test_command_line(void **state)
{
	struct description *p = &programs[0];

	(void)state;
	complaints_text[0] = 0;
	description_of_module(p, "bench one @driver two @memory=8M @priority=7 @restart @pager=cow @kernel=1K",
			      &noting);
	assert_string_equal(complaints_text, "");
	assert_string_equal(p->command_line, "bench one two");
	assert_string_equal(p->file, "bench");
	assert_string_equal(p->pager, "cow");
	assert_int_equal(p->memory, 8 << 20);
	assert_int_equal(p->kernel_memory, 1024);
	assert_int_equal(p->priority, 7);
	assert_int_equal(p->restarts, RESTARTS_UNLIMITED);
	assert_true(description_allows(p, RESOURCE_PORTS, 0, 0xffff));

	description_of_module(p, "x @memory=lots @nonsense @ @=5 @priority y", &noting);
	assert_string_equal(complaints_text,
			    "0: a size is a number of bytes, with K, M or G behind it: @memory=lots\n"
			    "0: no such keyword: @nonsense\n"
			    "0: no such keyword: @\n"
			    "0: no such keyword: @=5\n"
			    "0: a priority is a number from 1 to 255: @priority\n");
	assert_string_equal(p->command_line, "x y");
	description_of_module(p, "", &noting);
	assert_string_equal(p->name, "?");
}

static void test_long_command_line(void **state)
{
	char line[ROOT_TEXT_MAX + 100];

	(void)state;
	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 1] = 0;
	description_of_module(&programs[0], line, &forgetting);
	assert_int_equal(strlen(programs[0].name), ROOT_NAME_MAX - 1);
	line[1] = ' ';
	description_of_module(&programs[0], line, &forgetting);
	assert_string_equal(programs[0].command_line, "a");
}

/* Anything at all, of the words that mean something and bytes that do not. */
static void test_noise(void **state)
{
	static const char *const pieces[] = {
		"program", " ", "\n", "a", "#", "ports", "irq", "0x", "-", "99999999999999999999", "all", "msi",
		"memory", "K", "\t", "\r", "restart", "talks", "arguments", "serves", "\x80", "@", "=", "pager", "8",
	};
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };
	char text[600];

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < NOISE_ROUNDS; round++) {
		unsigned int parts = rand() % 40, count;
		char *copy;
		size_t size;

		text[0] = 0;
		while (parts-- > 0)
			strcat(text, pieces[rand() % PIECES]);
		size = strlen(text);
		copy = malloc(size + 1);
		memcpy(copy, text, size);
		if (size > 0 && rand() % 4 == 0)
			copy[rand() % size] = (char)rand();
		count = description_read(programs, PROGRAMS, copy, size, &forgetting);
		assert_true(count <= PROGRAMS);
		for (unsigned int i = 0; i < count; i++)
			assert_true(strlen(programs[i].name) < ROOT_NAME_MAX &&
				    strlen(programs[i].command_line) <= ROOT_TEXT_MAX);
		copy[size] = 0;
		description_of_module(&programs[0], copy, &forgetting);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_keyword),
		cmocka_unit_test(test_all_resources),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_refused_program),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_long_command_line),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
