/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots_test.c - slots that overlap nothing, and all of the room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "slots.h"

enum { PAGE = 4096, PAGES = 20, TAKEN_MAX = PAGES * SLOT_EIGHTHS };

static struct slots slots;

static unsigned int eighths(unsigned long bytes)
{
	return bytes <= 512 ? 1 : bytes <= 1024 ? 2 : bytes <= 2048 ? 4 : 8;
}

static void slots_overlap_nothing(void **state)
{
	static unsigned char owner[PAGES * SLOT_EIGHTHS]; /* by eighths: number of the slot, or 0 */
	unsigned long slot[TAKEN_MAX], bytes[TAKEN_MAX];
	unsigned int count = 0;

	(void)state;
	srand(1);
	slots_init(&slots, PAGES);
	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int pages = 0;

		if (count > 0 && (rand() % 2 || count == TAKEN_MAX)) {
			unsigned int which = (unsigned int)rand() % count;
			unsigned int others = 0;

			for (unsigned int j = 0; j < SLOT_EIGHTHS; j++)
				others += owner[slot[which] / SLOT_EIGHTHS * SLOT_EIGHTHS + j];
			assert_int_equal(slots_is_alone(&slots, slot[which]), others == eighths(bytes[which]));
			memset(owner + slot[which], 0, eighths(bytes[which]));
			slots_give(&slots, slot[which]);
			count--;
			slot[which] = slot[count];
			bytes[which] = bytes[count];
		} else {
			bytes[count] = 1 + (unsigned long)rand() % PAGE;
			slot[count] = slots_take(&slots, bytes[count]);
			if (slot[count] == SLOT_NONE)
				continue;
			assert_true(slot[count] + eighths(bytes[count]) <= PAGES * SLOT_EIGHTHS);
			assert_int_equal(slot[count] % eighths(bytes[count]), 0);
			for (unsigned int j = 0; j < eighths(bytes[count]); j++) {
				assert_int_equal(owner[slot[count] + j], 0);
				owner[slot[count] + j] = 1;
			}
			count++;
		}
		for (unsigned int j = 0; j < PAGES; j++)
			pages += memchr(owner + j * SLOT_EIGHTHS, 1, SLOT_EIGHTHS) != NULL;
		assert_int_equal(slots.used, pages);
	}
}

static void all_of_the_room_is_there(void **state)
{
	const unsigned long sizes[] = { 1, 512, 513, 1024, 1025, 2048, 2049, 4096 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned int count = 0;

		slots_init(&slots, PAGES);
		while (slots_take(&slots, sizes[i]) != SLOT_NONE)
			count++;
		assert_int_equal(count, PAGES * SLOT_EIGHTHS / eighths(sizes[i]));
		assert_int_equal(slots.used, PAGES);
	}
	/* A page that got free may have slots of another size. */
	slots_init(&slots, 1);
	assert_int_equal(slots_take(&slots, 100), 0);
	assert_int_equal(slots_take(&slots, 2000), SLOT_NONE);
	slots_give(&slots, 0);
	assert_int_equal(slots_take(&slots, 2000), 0);
	assert_int_equal(slots_take(&slots, 2000), 4);
	slots_init(&slots, 0);
	assert_int_equal(slots_take(&slots, 1), SLOT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_overlap_nothing),
		cmocka_unit_test(all_of_the_room_is_there),
	};

	return cmocka_run_group_tests_name("compress/slots", tests, NULL, NULL);
}
