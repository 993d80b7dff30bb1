/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/kernel_small_word.c - words of 32-bit programs and the kernel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/small_word.h"

static void labels_keep_their_sign(void **state)
{
	(void)state;
	assert_int_equal(small_tag_widen(0xffe20002), (word_t)(-30L * 65536 + 2));
	assert_int_equal(small_tag_widen(0x7fff0001), 0x7fff0001);
}

static void ids_there_and_back(void **state)
{
	static const uint32_t ids[] = {
		0, 0x40, 0x3e0000, 0xffffffc0, 0xffffffff, 1, 0x4bc001, 0xfffc0001, 0x3fff, 0x12345679,
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_int_equal(small_id_narrow(small_id_widen(ids[i])), ids[i]);
	assert_int_equal(small_id_widen(0x4bc001), 0x12fUL << 32 | 1);
	assert_int_equal(small_id_widen(0xffffffff), ~0UL);
	assert_int_equal(small_id_widen(0xffffffc0), ~0UL << 6);
	assert_int_equal(small_id_widen(0x3e0400), 0x3e0400);
}

static void ids_without_a_short_form(void **state)
{
	(void)state;
	assert_int_equal(small_id_narrow(1UL << 50 | 1), 0);
	assert_int_equal(small_id_narrow(1UL << 32 | 0x4001), 0);
	assert_int_equal(small_id_narrow(0x3fffeUL << 32 | 0x3fff), 0xffffbfff);
}

/* What the path of a message does with one mask. */
static void ids_by_the_mask(void **state)
{
	(void)state;
	for (word_t number = 1; number < 1UL << SMALL_ID_NUMBER_BITS; number = number * 3 + 1) {
		word_t id = number << 32 | 0x2a5;

		assert_int_equal(id & ~SMALL_ID_MASK, 0);
		assert_int_equal(small_id_widen(small_id_narrow(id)), id);
	}
	assert_int_equal(__builtin_popcountl(SMALL_ID_MASK), 32);
}

static void slots(void **state)
{
	struct small_slot slot;

	(void)state;
	for (unsigned log2 = SMALL_SLOT_MIN_LOG2; log2 <= SMALL_SLOTS_LOG2; log2++)
		for (unsigned place = 0; place < 1U << (SMALL_SLOTS_LOG2 - log2); place++) {
			slot = small_slot_decode(SMALL_SLOT(log2, place));
			assert_int_equal(slot.size, 1UL << log2);
			assert_int_equal(slot.offset, (word_t)place << log2);
			assert_true(SMALL_SLOT(log2, place) < SMALL_CONTROL + 256);
		}
	assert_int_equal(small_slot_decode(SMALL_CONTROL).size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_keep_their_sign),    cmocka_unit_test(ids_there_and_back),
		cmocka_unit_test(ids_without_a_short_form), cmocka_unit_test(ids_by_the_mask),
		cmocka_unit_test(slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
