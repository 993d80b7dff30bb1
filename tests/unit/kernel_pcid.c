/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_pcid.c - tags of address spaces, on a processor that remembers everything until it is told to
 * forget: the emulators forget at every switch, so there nobody would notice what is left over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "x86/cpu.h"
#include "x86/pcid.h"

enum { TAGS = 4096, TAG_MASK = TAGS - 1, PAGES = 4, PAGE = 4096 };
#define KEEP (1UL << 63)

struct cpu_features cpu_features;

static bool remembered[TAGS][PAGES];
static word_t cr3;

void invpcid(enum invpcid_type type, word_t tag, virt_t address)
{
	assert_in_range(tag, 1, TAGS - 1);
	if (type == INVPCID_ADDRESS)
		remembered[tag][address / PAGE] = false;
	else
		memset(remembered[tag], 0, sizeof(remembered[tag]));
}

/* SDM 3A 4.10.4.1: without bit 63 it forgets what it has under the tag. */
void cr3_write(word_t value)
{
	if (!(value & KEEP))
		memset(remembered[value & TAG_MASK], 0, sizeof(remembered[0]));
	cr3 = value & ~KEEP;
}

static void use(word_t word)
{
	cr3_write(word);
	memset(remembered[word & TAG_MASK], 1, sizeof(remembered[0]));
}

static unsigned left(word_t word)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PAGES; i++)
		n += remembered[word & TAG_MASK][i];
	return n;
}

static int with_pcid(void **state)
{
	(void)state;
	cpu_features.pcid = true;
	memset(remembered, 0, sizeof(remembered));
	return 0;
}

/* A space is gone, and the next one gets its tag: it must not find the pages of the first. */
static void recycled_tag_is_empty(void **state)
{
	word_t first = pcid_alloc(), second;

	(void)state;
	use(first);
	pcid_free(first);
	second = pcid_alloc();
	assert_int_equal(second, first);
	cr3_write(second);
	assert_int_equal(left(second), 0);
	pcid_free(second);
}

/* Nothing is forgotten of a space that is switched away from and back to. */
static void switch_forgets_nothing(void **state)
{
	word_t a = pcid_alloc(), b = pcid_alloc();

	(void)state;
	assert_true(a & KEEP);
	assert_true(b & KEEP);
	assert_int_not_equal(a, b);
	use(a);
	use(b);
	cr3_write(a);
	assert_int_equal(left(a), PAGES);
	assert_int_equal(left(b), PAGES);
	pcid_free(a);
	assert_int_equal(left(a), 0);
	assert_int_equal(left(b), PAGES);
	pcid_free(b);
}

/* Each has a tag of its own while there is one; later ones share tag 0, which is forgotten at each switch. */
static void more_spaces_than_tags(void **state)
{
	static word_t words[TAGS];
	static bool taken[TAGS];

	(void)state;
	for (unsigned i = 0; i < TAGS; i++) {
		words[i] = pcid_alloc();
		assert_int_equal(words[i] & ~(KEEP | TAG_MASK), 0);
		assert_false(taken[words[i] & TAG_MASK]);
		taken[words[i] & TAG_MASK] = true;
	}
	assert_int_equal(words[TAGS - 1], 0);
	assert_int_equal(pcid_alloc(), 0);
	pcid_free(0);
	assert_int_equal(pcid_alloc(), 0);
	pcid_free(words[77]);
	assert_int_equal(pcid_alloc(), words[77]);
	for (unsigned i = 0; i < TAGS; i++)
		pcid_free(words[i]);
}

static void one_address(void **state)
{
	word_t word = pcid_alloc();

	(void)state;
	use(word);
	pcid_invalidate(word, 2 * PAGE);
	assert_int_equal(left(word), PAGES - 1);
	assert_false(remembered[word & TAG_MASK][2]);
	pcid_invalidate(0, PAGE); /* tag 0 is not loaded: nothing is remembered under it */
	pcid_free(word);
}

static void all_of_the_loaded(void **state)
{
	enum { TABLE = 0x5000 };
	word_t word = pcid_alloc(), other = pcid_alloc();

	(void)state;
	use(other);
	use(word);
	pcid_flush_loaded(TABLE | word);
	assert_int_equal(cr3, TABLE | (word & TAG_MASK));
	assert_int_equal(left(word), 0);
	assert_int_equal(left(other), PAGES);
	pcid_free(word);
	pcid_free(other);
}

static void processor_without(void **state)
{
	(void)state;
	cpu_features.pcid = false;
	assert_int_equal(pcid_alloc(), 0);
	pcid_free(0);
	pcid_invalidate(0, PAGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(recycled_tag_is_empty, with_pcid),
		cmocka_unit_test_setup(switch_forgets_nothing, with_pcid),
		cmocka_unit_test_setup(more_spaces_than_tags, with_pcid),
		cmocka_unit_test_setup(one_address, with_pcid),
		cmocka_unit_test_setup(all_of_the_loaded, with_pcid),
		cmocka_unit_test(processor_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
