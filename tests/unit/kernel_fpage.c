/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/kernel_fpage.c - flexpage arithmetic, with the examples of X.2's rules for map items. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/fpage.h"

static word_t raw(word_t base, unsigned size_log2, unsigned rights)
{
	return base | size_log2 << 4 | rights;
}

static void decodes_size_base_and_rights(void **state)
{
	struct fpage f = fpage_decode(raw(0x400000, 21, RIGHT_R | RIGHT_X));

	(void)state;
	assert_int_equal(f.kind, FPAGE_MEMORY);
	assert_int_equal(f.base, 0x400000);
	assert_int_equal(f.size_log2, 21);
	assert_int_equal(f.rights, RIGHT_R | RIGHT_X);
}

static void aligns_the_base_to_the_size(void **state)
{
	(void)state;
	assert_int_equal(fpage_decode(raw(0x401000, 21, 7)).base, 0x400000);
}

static void the_complete_space_is_48_bits(void **state)
{
	struct fpage f = fpage_decode(raw(0, 1, 7));

	(void)state;
	assert_int_equal(f.kind, FPAGE_MEMORY);
	assert_int_equal(f.size_log2, FPAGE_COMPLETE_LOG2);
	assert_int_equal(f.base, 0);
}

static void malformed_words_are_nil(void **state)
{
	(void)state;
	assert_int_equal(fpage_decode(0).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(7).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(raw(0x1000, 11, 7)).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(raw(0x1000, 1, 7)).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(raw(0, 49, 7)).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(raw(0, 63, 7)).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(raw(1UL << 48, 12, 7)).kind, FPAGE_NIL);
	assert_int_equal(fpage_decode(raw(~0xfffUL, 12, 7)).kind, FPAGE_NIL);
}

static void io_flexpages_name_ports(void **state)
{
	struct fpage f = fpage_decode(0x3f8UL << 16 | 3 << 10 | 2 << 4 | 6);

	(void)state;
	assert_int_equal(f.kind, FPAGE_IO);
	assert_int_equal(f.base, 0x3f8);
	assert_int_equal(f.size_log2, 3);
	assert_int_equal(fpage_decode(0UL << 16 | 16 << 10 | 2 << 4).size_log2, 16);
	assert_int_equal(fpage_decode(0UL << 16 | 17 << 10 | 2 << 4).kind, FPAGE_NIL);
}

static void equal_sizes_ignore_the_base(void **state)
{
	word_t source, destination;
	struct fpage send = fpage_decode(raw(0x5000, 12, 7)), receive = fpage_decode(raw(0x9000, 12, 0));

	(void)state;
	assert_int_equal(fpage_match(send, receive, 0x123400, &source, &destination), 12);
	assert_int_equal(source, 0x5000);
	assert_int_equal(destination, 0x9000);
}

static void a_small_page_goes_where_the_base_says_in_a_large_window(void **state)
{
	word_t source, destination;
	struct fpage send = fpage_decode(raw(0x5000, 12, 7)), receive = fpage_decode(raw(0x100000, 16, 0));

	(void)state;
	assert_int_equal(fpage_match(send, receive, 0x3000, &source, &destination), 12);
	assert_int_equal(source, 0x5000);
	assert_int_equal(destination, 0x103000);
	/* the base counts modulo the window */
	fpage_match(send, receive, 0x7f3000, &source, &destination);
	assert_int_equal(destination, 0x103000);
}

static void a_small_window_takes_the_part_that_the_base_says(void **state)
{
	word_t source, destination;
	struct fpage send = fpage_decode(raw(0x200000, 21, 7)), receive = fpage_decode(raw(0x9000, 12, 0));

	(void)state;
	assert_int_equal(fpage_match(send, receive, 0x6400, &source, &destination), 12);
	assert_int_equal(source, 0x206000);
	assert_int_equal(destination, 0x9000);
}

static void the_complete_window_takes_the_base_as_address(void **state)
{
	word_t source, destination;
	struct fpage send = fpage_decode(raw(0x200000, 21, 7)), receive = fpage_decode(raw(0, 1, 7));

	(void)state;
	assert_int_equal(fpage_match(send, receive, 0x7000400000, &source, &destination), 21);
	assert_int_equal(source, 0x200000);
	assert_int_equal(destination, 0x7000400000);
}

static void never_leaves_either_page(void **state)
{
	(void)state;
	for (unsigned send_size = 12; send_size <= 30; send_size++)
		for (unsigned receive_size = 12; receive_size <= 30; receive_size++)
			for (unsigned i = 0; i < 64; i++) {
				struct fpage send = fpage_decode(raw(3UL << 40, send_size, 7));
				struct fpage receive = fpage_decode(raw(5UL << 40, receive_size, 0));
				word_t source, destination, base = (word_t)i * 0x9e3779b97f4a7c15UL;
				unsigned size = fpage_match(send, receive, base, &source, &destination);

				assert_true(fpage_contains(send, source, 1UL << size));
				assert_true(fpage_contains(receive, destination, 1UL << size));
			}
}

/* What the short way takes goes where the long way puts it. */
static unsigned compare_matches(word_t send_word, word_t window, word_t base)
{
	struct fpage send = fpage_decode(send_word), receive = fpage_decode(window);
	word_t source, destination, short_source, short_destination;

	if (!fpage_match_page(send_word, window, base, &short_source, &short_destination))
		return 0;
	if (short_source >> 48 || short_destination >> 48) {
		assert_true(send.kind == FPAGE_NIL || receive.kind == FPAGE_NIL);
		return 0;
	}
	assert_int_equal(send.kind, FPAGE_MEMORY);
	assert_int_equal(receive.kind, FPAGE_MEMORY);
	assert_int_not_equal(send.rights, 0);
	assert_int_equal(fpage_match(send, receive, base, &source, &destination), PAGE_LOG2);
	assert_int_equal(short_source, source);
	assert_int_equal(short_destination, destination);
	return 1;
}

static void the_short_match_agrees(void **state)
{
	static const unsigned sizes[] = { 0, 1, 2, 11, 12, 13, 21, 47, 48, 49, 63 };
	static const word_t bases[] = { 0, 0x400, 0x1000, 0x7f3c00, 0x7000400000, 0x7fffffffe000, 1UL << 47, 1UL << 48,
	                                ~0xfffUL };
	word_t base = 0;
	unsigned taken = 0;

	(void)state;
	for (unsigned s = 0; s < COUNT_OF(sizes) * COUNT_OF(bases); s++)
		for (unsigned w = 0; w < COUNT_OF(sizes) * COUNT_OF(bases); w++) {
			base += 0x9e3779b97f4a7c15UL;
			taken += compare_matches(raw(bases[s / COUNT_OF(sizes)], sizes[s % COUNT_OF(sizes)], w & 7),
			                         raw(bases[w / COUNT_OF(sizes)], sizes[w % COUNT_OF(sizes)], s & 7),
			                         base);
		}
	assert_true(taken > 100);
}

static void the_short_match_takes_what_is_common(void **state)
{
	word_t source, destination;

	(void)state;
	assert_true(fpage_match_page(raw(0x5000, 12, 4), FPAGE_COMPLETE, 0x7000400008, &source, &destination));
	assert_int_equal(source, 0x5000);
	assert_int_equal(destination, 0x7000400000);
	assert_true(fpage_match_page(raw(0x5000, 12, 7), raw(0x9000, 12, 5), 0x123408, &source, &destination));
	assert_int_equal(destination, 0x9000);
	assert_true(fpage_match_page(raw(0x5000, 12, 7), raw(0x100000, 16, 0), 0x7f3008, &source, &destination));
	assert_int_equal(destination, 0x103000);
}

static void overlap_and_containment(void **state)
{
	struct fpage a = fpage_decode(raw(0x4000, 14, 7)), b = fpage_decode(raw(0x7000, 12, 7));
	struct fpage c = fpage_decode(raw(0x8000, 12, 7)), nil = fpage_decode(0);

	(void)state;
	assert_true(fpages_overlap(a, b));
	assert_true(fpages_overlap(b, a));
	assert_false(fpages_overlap(a, c));
	assert_false(fpages_overlap(a, nil));
	assert_true(fpage_contains(a, 0x7c00, 0x400));
	assert_false(fpage_contains(a, 0x7c00, 0x401));
	assert_false(fpage_contains(a, 0x3fff, 1));
	assert_false(fpage_contains(nil, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_size_base_and_rights),
		cmocka_unit_test(aligns_the_base_to_the_size),
		cmocka_unit_test(the_complete_space_is_48_bits),
		cmocka_unit_test(malformed_words_are_nil),
		cmocka_unit_test(io_flexpages_name_ports),
		cmocka_unit_test(equal_sizes_ignore_the_base),
		cmocka_unit_test(a_small_page_goes_where_the_base_says_in_a_large_window),
		cmocka_unit_test(a_small_window_takes_the_part_that_the_base_says),
		cmocka_unit_test(the_complete_window_takes_the_base_as_address),
		cmocka_unit_test(never_leaves_either_page),
		cmocka_unit_test(the_short_match_agrees),
		cmocka_unit_test(the_short_match_takes_what_is_common),
		cmocka_unit_test(overlap_and_containment),
	};

	return cmocka_run_group_tests_name("kernel_fpage", tests, NULL, NULL);
}
