/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_test.c - checkpoints in a store that ends after any write, or writes half a page, or anything at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "image.h"

enum { BASE = 3, STORE_PAGES = BASE + IMAGE_AREA, NUMBERS = 20, ROUNDS = 6 };

/* A store in memory that stops writing after some pages; the last one may be torn. */
static unsigned char content[STORE_PAGES][PAGER_PAGE];
static unsigned long writes_left;
static bool tears;

static bool fake_read(struct store *store, unsigned long page, void *frame)
{
	assert_true(page < store->pages);
	memcpy(frame, content[page], PAGER_PAGE);
	return true;
}

static bool fake_write(struct store *store, unsigned long page, const void *frame)
{
	assert_true(page >= BASE && page < store->pages);
	if (writes_left == 0)
		return false;
	writes_left--;
	memcpy(content[page], frame, writes_left == 0 && tears ? PAGER_PAGE / 2 : PAGER_PAGE);
	return true;
}

static struct store store = { .pages = STORE_PAGES, .read = fake_read, .write = fake_write };

/* What a page holds in a round: those that change in it, and what they had before. */
static bool changes(unsigned int round, unsigned int number)
{
	return round == 1 || (number * 7 + round) % 3 == 0;
}

static unsigned int value(unsigned int round, unsigned int number)
{
	while (!changes(round, number))
		round--;
	return round * 100 + number;
}

static bool make(struct image *image, unsigned int round)
{
	static struct image_state state;
	unsigned int page[PAGER_PAGE / sizeof(unsigned int)];

	state = (struct image_state){
		.name = 7, .owner = 8, .interval = round, .region_count = 2, .fpu_words = IMAGE_FPU,
	};
	state.region[1].high = round * 4096;
	for (unsigned int i = 0; i < IMAGE_FRAME; i++)
		state.frame[i] = round * i;
	for (unsigned int i = 0; i < IMAGE_FPU; i++)
		state.fpu[i] = round + i;
	image_begin(image);
	for (unsigned int number = 0; number < NUMBERS; number++) {
		if (!changes(round, number))
			continue;
		for (unsigned int i = 0; i < sizeof(page) / sizeof(page[0]); i++)
			page[i] = value(round, number);
		if (!image_put(image, number << 20, page))
			return false;
	}
	return image_complete(image, &state);
}

static void is_round(struct image *image, unsigned int round)
{
	unsigned int page[PAGER_PAGE / sizeof(unsigned int)];
	bool found;

	assert_int_equal(image->sequence, round);
	if (round > 0) {
		assert_int_equal(image->state.name, 7);
		assert_int_equal(image->state.owner, 8);
		assert_int_equal(image->state.interval, round);
		assert_int_equal(image->state.region[1].high, round * 4096);
		assert_int_equal(image->state.frame[IMAGE_FRAME - 1], round * (IMAGE_FRAME - 1));
		assert_int_equal(image->state.fpu[IMAGE_FPU - 1], round + IMAGE_FPU - 1);
	}
	for (unsigned int number = 0; number < NUMBERS; number++) {
		assert_true(image_get(image, number << 20, page, &found));
		assert_int_equal(found, round > 0);
		for (unsigned int i = 0; found && i < sizeof(page) / sizeof(page[0]); i++)
			assert_int_equal(page[i], value(round, number));
	}
}

/* The store ends after `writes` writes; what is there then is a whole checkpoint, and it goes on from there. */
static void end_after(unsigned long writes, bool torn)
{
	struct image image;
	unsigned int complete = 0;

	memset(content, 0, sizeof(content));
	writes_left = writes;
	tears = torn;
	image_open(&image, &store, BASE);
	is_round(&image, 0);
	for (unsigned int round = 1; round <= ROUNDS; round++) {
		if (!make(&image, round))
			break;
		complete = round;
		if (writes_left > 0)
			is_round(&image, round);
	}
	image_open(&image, &store, BASE);
	/* The last write may have been a torn one of the last page of a checkpoint that was called complete. */
	if (torn && image.sequence != complete)
		complete--;
	is_round(&image, complete);
	writes_left = ~0UL;
	for (unsigned int round = complete + 1; round <= complete + 3; round++) {
		assert_true(make(&image, round));
		image_open(&image, &store, BASE);
		is_round(&image, round);
	}
}

static void is_whole_whenever_it_ends(void **state)
{
	(void)state;
	for (unsigned long writes = 0; writes < 100; writes++)
		end_after(writes, false);
}

static void is_whole_when_a_write_is_torn(void **state)
{
	(void)state;
	for (unsigned long writes = 1; writes < 100; writes++)
		end_after(writes, true);
}

static void a_failed_one_leaves_the_last(void **state)
{
	struct image image;

	(void)state;
	memset(content, 0, sizeof(content));
	tears = false;
	writes_left = ~0UL;
	image_open(&image, &store, BASE);
	assert_true(make(&image, 1));
	for (unsigned long writes = 0; writes < 12; writes++) {
		writes_left = writes;
		if (make(&image, 2))
			break;
		image_give_up(&image);
		is_round(&image, 1);
	}
	writes_left = ~0UL;
	while (image.sequence < 2)
		assert_true(make(&image, 2));
	is_round(&image, 2);
}

static void has_an_end(void **state)
{
	static unsigned char page[PAGER_PAGE];
	static struct image_state nothing;
	struct image image;
	bool found;

	(void)state;
	memset(content, 0, sizeof(content));
	writes_left = ~0UL;
	image_open(&image, &store, BASE);
	image_begin(&image);
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		assert_true(image_put(&image, i + 1000, page));
	assert_false(image_put(&image, 1, page));
	assert_true(image_complete(&image, &nothing));
	assert_true(image_forget(&image));
	assert_true(image_get(&image, 1000, page, &found) && !found);
	image_open(&image, &store, BASE);
	is_round(&image, 0);
	image_begin(&image);
	assert_true(image_put(&image, 1, page));
}

static void garbage_is_no_checkpoint(void **state)
{
	struct image image;

	(void)state;
	srand(1);
	writes_left = ~0UL;
	tears = false;
	for (unsigned int i = 0; i < 2000; i++) {
		unsigned int round = 0;

		if (i % 200 == 0) {
			memset(content, 0, sizeof(content));
			image_open(&image, &store, BASE);
			assert_true(make(&image, 1));
			assert_true(make(&image, 2));
		}
		/* One bit of a description is wrong: that copy does not count. */
		unsigned int page = BASE + (unsigned int)rand() % (IMAGE_COPIES * IMAGE_DESCRIPTION);
		unsigned int byte = (unsigned int)rand() % PAGER_PAGE, bit = 1U << rand() % 8;

		content[page][byte] ^= bit;
		image_open(&image, &store, BASE);
		round = page < BASE + IMAGE_DESCRIPTION ? 1 : 2;
		is_round(&image, round);
		content[page][byte] ^= bit;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_whole_whenever_it_ends),
		cmocka_unit_test(is_whole_when_a_write_is_torn),
		cmocka_unit_test(a_failed_one_leaves_the_last),
		cmocka_unit_test(has_an_end),
		cmocka_unit_test(garbage_is_no_checkpoint),
	};

	return cmocka_run_group_tests_name("checkpoint/image", tests, NULL, NULL);
}
