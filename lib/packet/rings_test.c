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

/* Cards: one finishes a packet in this direction just before it is told to interrupt, the other finishes none. */
static enum packet_direction finishes;
static bool is_finished[PACKET_DIRECTIONS], interrupts[PACKET_DIRECTIONS];

static bool card_take(enum packet_direction direction, unsigned int *offset, unsigned int *length)
{
	bool has_one = is_finished[direction];

	is_finished[direction] = false;
	*offset = PACKET_PAGE;
	*length = PACKET_MIN;
	return has_one;
}

static void fast_card_interrupt(enum packet_direction direction, bool wanted)
{
	is_finished[direction] = wanted && direction == finishes;
	interrupts[direction] = wanted;
}

static void slow_card_interrupt(enum packet_direction direction, bool wanted)
{
	interrupts[direction] = wanted;
}

static const struct packet_card fast_card = { .take = card_take, .interrupts = fast_card_interrupt };
static const struct packet_card slow_card = { .take = card_take, .interrupts = slow_card_interrupt };

static bool news(const struct packet_card *card, unsigned long received, unsigned long sent)
{
	struct packet_progress progress[PACKET_DIRECTIONS] = { [PACKET_SEND] = { 9, 5 }, [PACKET_RECEIVE] = { 63, 3 } };
	static struct packet_rings rings;

	for (unsigned int direction = 0; direction < PACKET_DIRECTIONS; direction++)
		is_finished[direction] = interrupts[direction] = false;
	return packet_news_or_interrupts(card, &rings, progress,
					 (unsigned long[]){ [PACKET_SEND] = sent, [PACKET_RECEIVE] = received });
}

static void news_are_what_was_waited_for(void **state)
{
	(void)state;
	assert_false(news(&slow_card, 3, 6));
	assert_true(interrupts[PACKET_RECEIVE] && interrupts[PACKET_SEND]);
	assert_false(news(&slow_card, 3, 10)); /* there are not so many to be sent */
	assert_true(interrupts[PACKET_RECEIVE] && !interrupts[PACKET_SEND]);
	assert_true(news(&slow_card, 2, 6));
	assert_true(news(&slow_card, 3, 5));
	assert_false(interrupts[PACKET_RECEIVE] || interrupts[PACKET_SEND]);
}

static void what_comes_before_the_interrupt_is_seen(void **state)
{
	(void)state;
	finishes = PACKET_RECEIVE;
	assert_true(news(&fast_card, 3, 10));
	finishes = PACKET_SEND;
	assert_true(news(&fast_card, 3, 6));
	assert_false(news(&fast_card, 3, 7)); /* that is one more */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_checked),	     cmocka_unit_test(counts_may_wrap_around),
		cmocka_unit_test(done_is_behind_taken),	     cmocka_unit_test(packets_to_send_are_checked),
		cmocka_unit_test(empty_buffers_are_checked), cmocka_unit_test(news_are_what_was_waited_for),
		cmocka_unit_test(what_comes_before_the_interrupt_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
