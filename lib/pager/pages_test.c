/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages_test.c - the table of pages and its lists against naive models.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pager/pages.h>

enum { ROOM = 50, OBJECTS = 4, NUMBERS = 40 };

static struct page array[ROOM], *bucket[8];

static struct pages *empty(struct pages *pages)
{
	memset(bucket, 0, sizeof(bucket));
	pages_init(pages, array, ROOM, bucket, 3);
	return pages;
}

static void finds_what_was_entered(void **state)
{
	static struct page *model[OBJECTS][NUMBERS];
	unsigned int count = 0;
	struct pages pages;

	(void)state;
	srand(1);
	empty(&pages);
	for (unsigned int i = 0; i < 100000; i++) {
		unsigned long object = (unsigned long)rand() % OBJECTS, number = (unsigned long)rand() % NUMBERS;
		struct page **there = &model[object][number];

		/* Far apart in the model's small numbers, and in the table's large ones. */
		assert_ptr_equal(pages_find(&pages, object, number << 40), *there);
		if (*there) {
			pages_remove(&pages, *there);
			*there = NULL;
			count--;
			continue;
		}
		*there = pages_add(&pages, object, number << 40);
		assert_true((*there == NULL) == (count == ROOM));
		if (!*there)
			continue;
		assert_int_equal((*there)->object, object);
		assert_int_equal((*there)->number, number << 40);
		assert_null((*there)->frame);
		(*there)->frame = model;
		count++;
	}
}

/* However a client chooses its numbers: here such that all come into one bucket. */
static void a_bucket_has_a_bound(void **state)
{
	enum { MANY = 4096, LEVELS = 13, BITS = 64 };
	static struct page many[MANY], *few[2];
	struct pages pages;
	unsigned int levels;

	(void)state;
	pages_init(&pages, many, MANY, few, 1);
	for (unsigned long i = 0; i < MANY; i++)
		assert_non_null(pages_add(&pages, 0, i << 1));
	for (unsigned long i = 0; i < MANY; i++) {
		const struct page *at = few[0];

		for (levels = 0; at->number != i << 1; levels++)
			at = at->below[i >> levels & 1];
		assert_true(levels <= LEVELS);
		pages_remove(&pages, pages_find(&pages, 0, i << 1));
		assert_null(pages_find(&pages, 0, i << 1));
		assert_non_null(pages_add(&pages, 0, i << 1));
	}
	for (unsigned long i = 0; i < MANY; i++)
		pages_remove(&pages, pages_find(&pages, 0, i << 1));

	/* One below the other: bits are used up at last. */
	for (unsigned int i = 0; i < BITS; i++)
		assert_non_null(pages_add(&pages, 0, 1UL << i));
	for (unsigned int i = 0; i < BITS; i++)
		assert_int_equal(pages_find(&pages, 0, 1UL << i)->number, 1UL << i);
}

static void list_is(const struct page_list *list, const char *names, const struct page *page)
{
	const struct page *at = list->oldest, *last = NULL;

	assert_int_equal(list->count, strlen(names));
	for (; *names; names++) {
		assert_ptr_equal(at, &page[*names - 'a']);
		assert_ptr_equal(at->older, last);
		last = at;
		at = at->younger;
	}
	assert_null(at);
	assert_ptr_equal(list->youngest, last);
}

static void lists_keep_their_order(void **state)
{
	struct page page[6] = { { .object = 0 } };
	struct page_list list = { .count = 0 }, other = { .count = 0 };

	(void)state;
	list_is(&list, "", page);
	for (unsigned int i = 0; i < 4; i++)
		page_list_add(&list, &page[i]);
	list_is(&list, "abcd", page);
	page_list_swap(&list, &page[0], &page[3]);
	list_is(&list, "dbca", page);
	page_list_swap(&list, &page[1], &page[2]);
	list_is(&list, "dcba", page);
	page_list_swap(&list, &page[1], &page[2]);
	list_is(&list, "dbca", page);
	page_list_swap(&list, &page[0], &page[0]);
	list_is(&list, "dbca", page);
	page_list_remove(&list, &page[1]);
	page_list_remove(&list, &page[3]);
	list_is(&list, "ca", page);
	page_list_replace(&list, &page[0], &page[4]);
	list_is(&list, "ce", page);
	page_list_append(&other, &list);
	list_is(&other, "ce", page);
	list_is(&list, "", page);
	page_list_append(&other, &list);
	page_list_add(&list, &page[5]);
	page_list_append(&other, &list);
	list_is(&other, "cef", page);
	page_list_remove(&other, &page[2]);
	page_list_remove(&other, &page[5]);
	page_list_remove(&other, &page[4]);
	list_is(&other, "", page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_entered),
		cmocka_unit_test(a_bucket_has_a_bound),
		cmocka_unit_test(lists_keep_their_order),
	};

	return cmocka_run_group_tests_name("pager/pages", tests, NULL, NULL);
}
