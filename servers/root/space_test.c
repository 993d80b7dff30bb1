/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_test.c - which page belongs where in a program, with frames from malloc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "frames.h"
#include "space.h"

enum { FRAMES_MAX = 64, HEAP_PAGES = 3 };
#define HEAP  0x1000000000UL /* ROOT_HEAP_LOW of lib/service */
#define LARGE 0x1040000000UL /* ROOT_LARGE_LOW */
#define AREA  0x1080000000UL /* ROOT_AREA_LOW */
#define AREA_SIZE 0x40000000UL

static void *frames[FRAMES_MAX];
static unsigned int frame_count, frame_limit;

unsigned long frame_alloc(void)
{
	if (frame_count == frame_limit)
		return 0;
	frames[frame_count] = aligned_alloc(SPACE_PAGE, SPACE_PAGE);
	memset(frames[frame_count], 0, SPACE_PAGE);
	return (unsigned long)frames[frame_count++];
}

static unsigned char large[SPACE_LARGE] __attribute__((aligned(SPACE_LARGE)));
static unsigned int large_left;

unsigned long frame_alloc_large(void)
{
	return large_left && large_left-- ? (unsigned long)large : 0;
}

static unsigned int freed, freed_large;

void frame_free(unsigned long frame, unsigned int log2)
{
	if (log2 == SPACE_LARGE_LOG2) {
		assert_int_equal(frame, (unsigned long)large);
		freed_large++;
		return;
	}
	assert_int_equal(log2, SPACE_PAGE_LOG2);
	for (unsigned int i = 0; i < frame_count; i++) {
		if (frames[i] == (void *)frame) {
			free(frames[i]);
			frames[i] = NULL;
			freed++;
			return;
		}
	}
	fail_msg("0x%lx is no frame, or was given back before", frame);
}

static unsigned char text[5000];
static unsigned char data[16] = "data of program";

static int setup(void **state)
{
	static struct space space;

	memset(text, 0xcc, sizeof(text));
	space = (struct space){
		.frames_max = FRAMES_MAX,
		.image = {
			.count = 2,
			.segments = {
				{ 0x400000, 0x400000 + sizeof(text), text, sizeof(text),
				  ELF_READ | ELF_EXECUTE },
				/* begins in the page where the text ends */
				{ 0x401f00, 0x403000, data, sizeof(data), ELF_READ | ELF_WRITE },
			},
		},
	};
	frame_limit = FRAMES_MAX;
	freed = freed_large = 0;
	*state = &space;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (frame_count > 0)
		free(frames[--frame_count]);
	return 0;
}

static void pages_have_their_bytes_and_rights(void **state)
{
	unsigned long frame;
	unsigned int rights;

	assert_int_equal(space_touch(*state, 0x400123, ELF_EXECUTE, &frame, &rights), SPACE_MAPPED);
	assert_int_equal(rights, ELF_READ | ELF_EXECUTE);
	assert_memory_equal((void *)frame, text, SPACE_PAGE);

	assert_int_equal(space_touch(*state, 0x402ff8, ELF_WRITE, &frame, &rights), SPACE_MAPPED);
	assert_int_equal(rights, ELF_READ | ELF_WRITE);
	for (unsigned int i = 0; i < SPACE_PAGE; i++)
		assert_int_equal(((unsigned char *)frame)[i], 0);
}

static void a_page_of_two_segments_has_both(void **state)
{
	unsigned char *frame;
	unsigned int rights;

	assert_int_equal(space_touch(*state, 0x401f00, ELF_WRITE, (unsigned long *)&frame, &rights),
			 SPACE_MAPPED);
	assert_int_equal(rights, ELF_READ | ELF_WRITE | ELF_EXECUTE);
	assert_memory_equal(frame, text + SPACE_PAGE, sizeof(text) - SPACE_PAGE);
	assert_int_equal(frame[sizeof(text) - SPACE_PAGE], 0);
	assert_memory_equal(frame + 0xf00, data, sizeof(data));
}

static void the_same_page_comes_again(void **state)
{
	unsigned long first, second;
	unsigned int rights;

	assert_int_equal(space_touch(*state, HEAP, ELF_WRITE, &first, &rights), SPACE_MAPPED);
	*(char *)first = 7;
	assert_int_equal(space_touch(*state, HEAP + 8, ELF_READ, &second, &rights), SPACE_MAPPED);
	assert_int_equal(first, second);
	assert_int_equal(*(char *)second, 7);
}

static void what_is_not_there_is_refused(void **state)
{
	static const unsigned long nowhere[] = {
		0, 0xfff, 0x3fffff, 0x403000, HEAP - 1, 0x1040000000, 0x8000000000, 1UL << 47, ~0UL,
	};
	unsigned long frame;
	unsigned int rights;

	for (unsigned int i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		assert_int_equal(space_touch(*state, nowhere[i], ELF_READ, &frame, &rights),
				 SPACE_NOTHING_THERE);
	assert_int_equal(space_touch(*state, 0x400000, ELF_WRITE, &frame, &rights),
			 SPACE_NOT_ALLOWED);
	assert_int_equal(space_touch(*state, HEAP, ELF_EXECUTE, &frame, &rights),
			 SPACE_NOT_ALLOWED);
	assert_int_equal(frame_count, 0);
}

static void the_quota_and_the_memory_end(void **state)
{
	struct space *space = *state;
	unsigned long frame;
	unsigned int rights;

	space->frames_max = 3 + HEAP_PAGES; /* the tree needs three */
	for (unsigned int i = 0; i < HEAP_PAGES; i++)
		assert_int_equal(space_touch(space, HEAP + i * SPACE_PAGE, ELF_WRITE, &frame,
					     &rights), SPACE_MAPPED);
	assert_int_equal(space_touch(space, HEAP + HEAP_PAGES * SPACE_PAGE, ELF_WRITE, &frame,
				     &rights), SPACE_OVER_QUOTA);
	space->frames_max++;
	frame_limit = frame_count;
	assert_int_equal(space_touch(space, HEAP + HEAP_PAGES * SPACE_PAGE, ELF_WRITE, &frame,
				     &rights), SPACE_NO_MEMORY);
	frame_limit++;
	assert_int_equal(space_touch(space, HEAP + HEAP_PAGES * SPACE_PAGE, ELF_WRITE, &frame,
				     &rights), SPACE_MAPPED);
}

static void a_large_page_is_there_when_asked_for(void **state)
{
	struct space *space = *state;
	unsigned long frame;
	unsigned int rights;

	large_left = 1;
	space->frames_max = 3 + SPACE_LARGE / SPACE_PAGE;
	assert_int_equal(space_touch(space, LARGE, ELF_READ, &frame, &rights), SPACE_NOTHING_THERE);
	assert_int_equal(space_add_large(space, LARGE + SPACE_PAGE), SPACE_NOTHING_THERE);
	assert_int_equal(space_add_large(space, HEAP), SPACE_NOTHING_THERE);
	assert_int_equal(space_add_large(space, LARGE), SPACE_MAPPED);
	assert_int_equal(space_add_large(space, LARGE), SPACE_MAPPED);
	assert_int_equal(space_touch(space, LARGE + 3 * SPACE_PAGE, ELF_WRITE, &frame, &rights),
			 SPACE_MAPPED);
	assert_int_equal(frame, (unsigned long)large);
	assert_int_equal(rights, ELF_READ | ELF_WRITE);
	assert_int_equal(space_page_log2(LARGE + 3 * SPACE_PAGE), SPACE_LARGE_LOG2);
	assert_int_equal(space_page_log2(HEAP), SPACE_PAGE_LOG2);
	assert_int_equal(space_touch(space, LARGE + SPACE_LARGE, ELF_READ, &frame, &rights),
			 SPACE_NOTHING_THERE);
	assert_int_equal(space_add_large(space, LARGE + SPACE_LARGE), SPACE_OVER_QUOTA);
	space->frames_max *= 2;
	assert_int_equal(space_add_large(space, LARGE + SPACE_LARGE), SPACE_NO_MEMORY);
}

static void all_frames_come_back(void **state)
{
	struct space *space = *state;
	unsigned long frame;
	unsigned int rights, rounds = 1;

	large_left = 1;
	space->frames_max = 4000;
	space_touch(space, 0x400000, ELF_READ, &frame, &rights);
	for (unsigned int i = 0; i < 10; i++)
		space_touch(space, HEAP + i * 0x3456000UL, ELF_WRITE, &frame, &rights);
	assert_int_equal(space_add_large(space, LARGE + 5 * SPACE_LARGE), SPACE_MAPPED);
	assert_int_equal(space_add_area(space, AREA, SPACE_PAGE, 0xfec00000), SPACE_MAPPED);
	assert_int_equal(space->frames, frame_count + SPACE_LARGE / SPACE_PAGE);
	for (; !space_release(space, 3); rounds++)
		assert_int_not_equal(space->tree, 0);
	assert_int_equal(rounds, 4); /* twelve pages */
	assert_int_equal(freed, frame_count);
	assert_int_equal(freed_large, 1);
	assert_int_equal(space->frames, 0);
	assert_int_equal(space->tree, 0);
	assert_int_equal(space->area_count, 0);
	assert_true(space_release(space, 0));
	assert_int_equal(space_touch(space, HEAP, ELF_WRITE, &frame, &rights), SPACE_MAPPED);
}

static void a_frame_that_is_there_is_found(void **state)
{
	struct space *space = *state;
	unsigned long frame;
	unsigned int rights;

	large_left = 1;
	space->frames_max = 4000;
	assert_int_equal(space_frame_at(space, 0x400123), 0);
	space_touch(space, 0x400123, ELF_READ, &frame, &rights);
	assert_int_equal(space_frame_at(space, 0x400ff8), frame);
	assert_int_equal(space_frame_at(space, 0x401000), 0);
	space_add_large(space, LARGE);
	assert_int_equal(space_frame_at(space, LARGE + 0x5678), (unsigned long)large + 0x5000);
	assert_int_equal(space_frame_at(space, LARGE + SPACE_LARGE), 0);
	assert_int_equal(space_frame_at(space, SPACE_HIGH), 0);
	assert_int_equal(space_frame_at(space, ~0UL), 0);
}

static void an_area_has_its_own_frames(void **state)
{
	struct space *space = *state;
	unsigned long frame;
	unsigned int rights;

	assert_int_equal(space_add_area(space, AREA + 0x3000, 0x2000, 0xfebc0000), SPACE_MAPPED);
	assert_int_equal(space_add_area(space, AREA + 0x3000, 0x2000, 0xfebc0000), SPACE_MAPPED);
	assert_int_equal(space->area_count, 1);
	assert_int_equal(space_touch(space, AREA + 0x4abc, ELF_WRITE, &frame, &rights), SPACE_MAPPED);
	assert_int_equal(frame, 0xfebc1000);
	assert_int_equal(rights, ELF_READ | ELF_WRITE);
	assert_int_equal(space_touch(space, AREA + 0x4000, ELF_EXECUTE, &frame, &rights), SPACE_NOT_ALLOWED);
	assert_int_equal(space_touch(space, AREA + 0x2fff, ELF_READ, &frame, &rights), SPACE_NOTHING_THERE);
	assert_int_equal(space_touch(space, AREA + 0x5000, ELF_READ, &frame, &rights), SPACE_NOTHING_THERE);
	assert_int_equal(frame_count, 0);
}

static void wrong_areas_are_refused(void **state)
{
	static const struct space_area wrong[] = {
		{ HEAP, 0x1000, 0 },              { AREA - 0x1000, 0x1000, 0 }, { AREA, 0, 0 },
		{ AREA, AREA_SIZE + 0x1000, 0 },  { AREA + 0x1000, ~0xfffUL, 0 }, { AREA + AREA_SIZE, 0x1000, 0 },
		{ AREA + 8, 0x1000, 0 },          { AREA, 0x1008, 0 },          { AREA, 0x1000, 8 },
		{ AREA + 0x4000, 0x4000, 0x8000 }, /* overlaps the first one */
	};
	struct space *space = *state;

	assert_int_equal(space_add_area(space, AREA + 0x4000, 0x1000, 0), SPACE_MAPPED);
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(space_add_area(space, wrong[i].low, wrong[i].high, wrong[i].physical),
				 SPACE_NOTHING_THERE);
	for (unsigned int i = 1; i < SPACE_AREAS_MAX; i++)
		assert_int_equal(space_add_area(space, AREA + (4 + i) * 0x1000, 0x1000, 0), SPACE_MAPPED);
	assert_int_equal(space_add_area(space, AREA, 0x1000, 0), SPACE_OVER_QUOTA);
}

static void programs_are_linked_where_they_may_be(void **state)
{
	static const struct {
		unsigned long low, high;
		bool good;
	} cases[] = {
		{ SPACE_GAP_LOW - 0x1000, SPACE_GAP_LOW, true },  { SPACE_GAP_LOW - 0x1000, SPACE_GAP_LOW + 1, false },
		{ SPACE_GAP_HIGH - 1, SPACE_GAP_HIGH, false },    { SPACE_GAP_HIGH, SPACE_GAP_HIGH + 1, true },
		{ 0x1000, SPACE_GAP_HIGH + 1, false },            { HEAP - 1, HEAP, true },
		{ HEAP - 1, HEAP + 1, false },                    { AREA + AREA_SIZE, AREA + AREA_SIZE + 1, true },
	};
	struct space *space = *state;
	struct elf_image before = space->image;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		space->image.count = 1;
		space->image.segments[0].low = cases[i].low;
		space->image.segments[0].high = cases[i].high;
		assert_true((space_linked_wrong(space) == NULL) == cases[i].good);
	}
	space->image = before;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_have_their_bytes_and_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(a_page_of_two_segments_has_both, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_page_comes_again, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_large_page_is_there_when_asked_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(all_frames_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_frame_that_is_there_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(an_area_has_its_own_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_areas_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(programs_are_linked_where_they_may_be, setup, teardown),
		cmocka_unit_test_setup_teardown(the_quota_and_the_memory_end, setup, teardown),
	};

	return cmocka_run_group_tests_name("root/space", tests, NULL, NULL);
}
