/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rings_test.c - counts and entries, those included that a client had better not have written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <packet/rings.h>

enum { LAST = PACKET_WINDOW - PACKET_BUFFER };

static void counts_are_checked(void **state)
{
	struct packet_ring ring = { .put = PACKET_ENTRIES };
	struct packet_progress progress = { 0, 0 };
	struct packet_entry entry;
	unsigned int count;

	(void)state;
	assert_true(packet_ring_new(&ring, &progress, &count));
	assert_int_equal(count, PACKET_ENTRIES);
	ring.put = PACKET_ENTRIES + 1;
	assert_false(packet_ring_new(&ring, &progress, &count));
	ring.put = -1UL;
	assert_false(packet_ring_new(&ring, &progress, &count));

	/* What is not done keeps its entry. */
	ring.put = 3;
	packet_ring_take(&ring, &progress, PACKET_SEND, &entry);
	ring.put = PACKET_ENTRIES + 1;
	assert_false(packet_ring_new(&ring, &progress, &count));
	packet_ring_done(&ring, &progress, PACKET_PAGE, 0);
	assert_true(packet_ring_new(&ring, &progress, &count));
	assert_int_equal(count, PACKET_ENTRIES);
	ring.put = 0; /* counts do not shrink */
	assert_false(packet_ring_new(&ring, &progress, &count));
}

static void counts_may_wrap_around(void **state)
{
	struct packet_ring ring = { .put = 2 };
	struct packet_progress progress = { -1UL, -2UL };
	unsigned int count;

	(void)state;
	assert_true(packet_ring_new(&ring, &progress, &count));
	assert_int_equal(count, 3);
}

static void done_is_behind_taken(void **state)
{
	struct packet_ring ring = { .put = 2, .entry = { { 4096, 60 }, { 8192, 61 } } };
	struct packet_progress progress = { 0, 0 };
	struct packet_entry entry[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++)
		assert_true(packet_ring_take(&ring, &progress, PACKET_SEND, &entry[i]));
	assert_int_equal(entry[1].offset, 8192);
	assert_int_equal(entry[1].length, 61);
	packet_ring_done(&ring, &progress, entry[1].offset, 7); /* in another order */
	assert_int_equal(ring.done, 1);
	assert_int_equal(ring.entry[0].offset, 8192);
	assert_int_equal(ring.entry[0].length, 7);
}

static bool check(enum packet_direction direction, unsigned int offset, unsigned int length)
{
	struct packet_ring ring = { .put = 1, .entry[0] = { offset, length } };
	struct packet_progress progress = { 0, 0 };
	struct packet_entry entry;

	return packet_ring_take(&ring, &progress, direction, &entry);
}

static void packets_to_send_are_checked(void **state)
{
	(void)state;
	assert_true(check(PACKET_SEND, PACKET_PAGE, PACKET_MIN));
	assert_true(check(PACKET_SEND, PACKET_PAGE + 1, PACKET_MAX));
	assert_true(check(PACKET_SEND, PACKET_WINDOW - PACKET_MAX, PACKET_MAX));

	assert_false(check(PACKET_SEND, PACKET_WINDOW - PACKET_MAX + 1, PACKET_MAX));
	assert_false(check(PACKET_SEND, PACKET_PAGE, 0));
	assert_false(check(PACKET_SEND, PACKET_PAGE, PACKET_MIN - 1));
	assert_false(check(PACKET_SEND, PACKET_PAGE, PACKET_MAX + 1));
	assert_false(check(PACKET_SEND, PACKET_PAGE, ~0U));
	assert_false(check(PACKET_SEND, 0, PACKET_MIN)); /* the rings are no buffer */
	assert_false(check(PACKET_SEND, PACKET_PAGE - 1, PACKET_MIN));
	assert_false(check(PACKET_SEND, PACKET_WINDOW, PACKET_MIN));
	assert_false(check(PACKET_SEND, -(unsigned int)PACKET_MIN, PACKET_MIN));
}

static void empty_buffers_are_checked(void **state)
{
	(void)state;
	assert_true(check(PACKET_RECEIVE, PACKET_PAGE, 0));
	assert_true(check(PACKET_RECEIVE, LAST, ~0U)); /* a length means nothing */

	assert_false(check(PACKET_RECEIVE, LAST + 1, 0));
	assert_false(check(PACKET_RECEIVE, 0, 0));
	assert_false(check(PACKET_RECEIVE, ~0U, 0));
	assert_false(check(PACKET_RECEIVE, -(unsigned int)PACKET_BUFFER, 0));
}

static void news_are_what_was_waited_for(void **state)
{
	struct packet_progress progress[PACKET_DIRECTIONS] = { [PACKET_SEND] = { 9, 5 }, [PACKET_RECEIVE] = { 63, 3 } };
	unsigned long waits_for[PACKET_DIRECTIONS] = { [PACKET_SEND] = 6, [PACKET_RECEIVE] = 3 };

	(void)state;
	assert_false(packet_has_news(progress, waits_for));
	waits_for[PACKET_RECEIVE] = 2;
	assert_true(packet_has_news(progress, waits_for));
	waits_for[PACKET_RECEIVE] = 3;
	waits_for[PACKET_SEND] = 5;
	assert_true(packet_has_news(progress, waits_for));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_checked),	     cmocka_unit_test(counts_may_wrap_around),
		cmocka_unit_test(done_is_behind_taken),	     cmocka_unit_test(packets_to_send_are_checked),
		cmocka_unit_test(empty_buffers_are_checked), cmocka_unit_test(news_are_what_was_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
