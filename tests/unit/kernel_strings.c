/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_strings.c - the walk over string items: what it finds, and that words without sense do not
 * lead it out of the list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/message.h"
#include "core/string_item.h"

enum { WORDS = 63, ROUNDS = 100000 };

static unsigned limit;

/* Every look is within the list. */
static word_t get(void *words, unsigned n)
{
	assert_in_range(n, 1, limit);
	return ((word_t *)words)[n];
}

static struct word_list list(word_t *words, unsigned count)
{
	limit = count;
	return (struct word_list){ get, words, count };
}

static word_t head(word_t length, unsigned substrings, unsigned bits)
{
	return length << STRING_LENGTH_SHIFT | (substrings - 1) << STRING_SUBSTRINGS_SHIFT | bits;
}

static void simple(void **unused)
{
	word_t words[] = { 0, head(10, 1, 0), 1000 };
	struct word_list w = list(words, 2);
	struct string_piece p = string_piece(&w, 1, 3);

	(void)unused;
	assert_int_equal(p.address, 1003);
	assert_int_equal(p.size, 7);
	assert_int_equal(string_piece(&w, 1, 10).size, 0);
	assert_int_equal(string_piece(&w, 1, ~0UL).size, 0);
	assert_int_equal(string_length(&w, 1), 10);
	assert_int_equal(string_end(&w, 1), 3);
	assert_true(string_is_item(&w, 1));
	assert_false(string_is_item(&w, 3));
}

static void compound(void **unused)
{
	static const word_t address[] = { 1000, 2000, 3000 }, size[] = { 10, 10, 5 };
	word_t words[] = { 0, head(10, 2, STRING_CONTINUES), 1000, 2000, head(0, 1, STRING_CONTINUES), 77,
			   head(5, 1, 0), 3000 };
	struct word_list w = list(words, 7);
	word_t offset = 0;

	(void)unused;
	for (unsigned i = 0; i < 3; i++)
		for (word_t k = 0; k < size[i]; k++, offset++) {
			struct string_piece p = string_piece(&w, 1, offset);

			assert_int_equal(p.address, address[i] + k);
			assert_int_equal(p.size, size[i] - k);
		}
	assert_int_equal(string_piece(&w, 1, 25).size, 0);
	assert_int_equal(string_length(&w, 1), 25);
	assert_int_equal(string_end(&w, 1), 8);
}

static void next_buffer(void **unused)
{
	word_t words[] = { 0,
			   head(10, 1, ITEM_CONTINUES), 0,
			   head(10, 1, ITEM_CONTINUES | STRING_CONTINUES), 0, head(1, 1, 0), 0,
			   head(10, 1, STRING_CONTINUES), 0, head(1, 1, ITEM_CONTINUES), 0,
			   head(10, 1, 0), 0 };
	struct word_list w = list(words, 12);

	(void)unused;
	assert_int_equal(string_next_buffer(&w, 1), 3);
	assert_int_equal(string_next_buffer(&w, 3), 7);
	assert_int_equal(string_next_buffer(&w, 7), 11);
	assert_int_equal(string_next_buffer(&w, 11), 13);
}

static void cut_short(void **unused)
{
	word_t words[] = { 0, head(10, 3, 0), 1000, head(10, 1, STRING_CONTINUES), 1000 };
	struct word_list w = list(words, 2);

	(void)unused;
	assert_int_equal(string_length(&w, 1), 10);
	assert_int_equal(string_piece(&w, 1, 10).size, 0);
	assert_int_equal(string_end(&w, 1), 5);
	w = list(words, 1);
	assert_int_equal(string_length(&w, 1), 0);
	assert_int_equal(string_piece(&w, 1, 0).size, 0);
	w = list(words, 4);
	assert_int_equal(string_length(&w, 3), 10);
	assert_int_equal(string_piece(&w, 3, 10).size, 0);
	assert_int_equal(string_end(&w, 3), 5);
}

/* Whatever the words are, the pieces come to an end and add up to the length. */
static void nonsense(void **unused)
{
	word_t seed = 1;

	(void)unused;
	for (unsigned round = 0; round < ROUNDS; round++) {
		word_t words[1 + WORDS], sum = 0;
		struct word_list w = list(words, 1 + round % WORDS);
		struct string_piece p;
		unsigned pieces = 0;

		for (unsigned n = 1; n <= WORDS; n++) {
			seed = seed * 6364136223846793005UL + 1442695040888963407UL;
			words[n] = seed >> round % 50;
		}
		for (; (p = string_piece(&w, 1, sum)).size; sum += p.size)
			assert_true(pieces++ < WORDS);
		assert_int_equal(string_length(&w, 1), sum);
		assert_in_range(string_end(&w, 1), 3, w.count + 33);
		assert_true(string_next_buffer(&w, 1) == string_end(&w, 1) ||
			    string_next_buffer(&w, 1) == w.count + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simple),    cmocka_unit_test(compound), cmocka_unit_test(next_buffer),
		cmocka_unit_test(cut_short), cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
