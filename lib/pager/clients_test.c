/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients_test.c - whose a thread is, and regions that liars ask for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pager/clients.h>
#include <service/paging.h>
#include <service/root.h>

enum { PROGRAM = 16 /* threads */, R = L4_Readable, RW = L4_Readable | L4_Writable, AT = 0x100000 };

/* In lib/service the same, for programs. */
bool root_client_has(L4_ThreadId_t client, L4_ThreadId_t thread)
{
	return L4_ThreadNo(thread) - L4_ThreadNo(client) < PROGRAM;
}

unsigned long root_program_number(L4_ThreadId_t thread)
{
	return L4_ThreadNo(thread) / PROGRAM;
}

static L4_ThreadId_t id(unsigned long number)
{
	return L4_GlobalId(number, 1);
}

static void threads_belong_to_one(void **state)
{
	static struct pager_clients clients;
	struct pager_client *one = clients_add(&clients, id(1000), false), *two = clients_add(&clients, id(2000), true);

	(void)state;
	assert_ptr_equal(clients_find(&clients, id(1000)), one);
	assert_null(clients_find(&clients, id(1001)));
	assert_null(clients_find(&clients, L4_GlobalId(1000, 2)));
	assert_ptr_equal(clients_find(&clients, id(2015)), two);
	assert_null(clients_find(&clients, id(2016)));
	assert_null(clients_find(&clients, L4_nilthread));

	assert_int_equal(clients_add_thread(&clients, one, id(1001)), PAGER_OK);
	assert_ptr_equal(clients_find(&clients, id(1001)), one);
	assert_int_equal(clients_add_thread(&clients, one, id(1001)), PAGER_DENIED);
	assert_int_equal(clients_add_thread(&clients, one, id(2003)), PAGER_DENIED);
	assert_int_equal(clients_add_thread(&clients, one, id(3000)), PAGER_DENIED); /* another program's, and nobody's */
	assert_int_equal(clients_add_thread(&clients, one, L4_nilthread), PAGER_MALFORMED);
	assert_int_equal(clients_add_thread(&clients, one, L4_anythread), PAGER_MALFORMED);
	assert_int_equal(clients_add_thread(&clients, one, (L4_ThreadId_t){ .raw = 64 }), PAGER_MALFORMED);
	assert_int_equal(clients_add_thread(&clients, two, id(3000)), PAGER_MALFORMED);
	for (unsigned int i = 2; i < PAGER_THREADS_MAX; i++)
		assert_int_equal(clients_add_thread(&clients, one, id(1000 + i)), PAGER_OK);
	assert_int_equal(clients_add_thread(&clients, one, id(999)), PAGER_EXHAUSTED);

	clients_remove(one);
	assert_null(clients_find(&clients, id(1001)));
	assert_int_not_equal(clients_add(&clients, id(1000), false)->serial, two->serial);
}

static void there_is_an_end(void **state)
{
	static struct pager_clients clients;
	unsigned long last = 0;

	(void)state;
	for (unsigned int i = 0; i < PAGER_CLIENTS_MAX; i++) {
		struct pager_client *client = clients_add(&clients, id(PROGRAM * i + 3), false);

		assert_non_null(client);
		assert_true(client->serial > last);
		last = client->serial;
	}
	assert_null(clients_add(&clients, id(5000), false));
	clients_remove(clients_find(&clients, id(PROGRAM * 3 + 3)));
	assert_true(clients_add(&clients, id(5000), false)->serial > last);
	assert_null(clients_add(&clients, id(5001), false));
}

static void a_program_does_not_take_all_places(void **state)
{
	static struct pager_clients clients;
	unsigned int count = 0;

	(void)state;
	while (clients_add(&clients, id(PROGRAM + count % PROGRAM), false))
		count++;
	assert_int_equal(count, PAGER_CLIENTS_MAX - PAGER_CLIENTS_KEPT);
	for (unsigned int i = 0; i < PAGER_CLIENTS_KEPT; i++)
		assert_non_null(clients_add(&clients, id(PROGRAM * (2 + i)), i % 2));
}

static enum pager_status attach(struct pager_client *client, unsigned long low, unsigned long high, unsigned int rights)
{
	return clients_attach(client, &(struct pager_region){ .low = low, .high = high, .rights = rights });
}

static void refuses_regions_that_cannot_be(void **state)
{
	struct pager_client client = { .serial = 1 };
	const struct {
		unsigned long low, high;
		unsigned int rights;
	} liars[] = {
		{ AT, AT, RW }, { AT, AT - PAGER_PAGE, RW }, { AT + 1, AT + PAGER_PAGE, RW }, { AT, AT + 1, RW },
		{ AT, AT + PAGER_PAGE, 0 }, { AT, AT + PAGER_PAGE, L4_Writable }, { AT, AT + PAGER_PAGE, 8 | RW },
		{ AT, AT + PAGER_PAGE, ~0U }, { AT, PAGER_USER_END + PAGER_PAGE, RW },
		{ AT, -(unsigned long)PAGER_PAGE, RW },
		{ -2UL * PAGER_PAGE, -1UL * PAGER_PAGE, RW }, { -(unsigned long)PAGER_PAGE, 0, RW },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(liars) / sizeof(liars[0]); i++)
		assert_int_equal(attach(&client, liars[i].low, liars[i].high, liars[i].rights), PAGER_MALFORMED);
	assert_int_equal(client.region_count, 0);
	assert_int_equal(attach(&client, 0, PAGER_PAGE, R), PAGER_OK);
	assert_int_equal(attach(&client, PAGER_USER_END - PAGER_PAGE, PAGER_USER_END, R), PAGER_OK);
}

static void regions_do_not_overlap(void **state)
{
	struct pager_client client = { .serial = 1 };
	const unsigned long low = AT, high = AT + 4 * PAGER_PAGE;

	(void)state;
	assert_int_equal(attach(&client, low, high, RW), PAGER_OK);
	for (unsigned long from = low - 2 * PAGER_PAGE; from < high + 2 * PAGER_PAGE; from += PAGER_PAGE)
		for (unsigned long to = from + PAGER_PAGE; to < high + 3 * PAGER_PAGE; to += PAGER_PAGE)
			if (from < high && low < to)
				assert_int_equal(attach(&client, from, to, RW), PAGER_MALFORMED);
	assert_int_equal(attach(&client, high, high + PAGER_PAGE, R), PAGER_OK);
	assert_null(clients_region(&client, low - 1));
	assert_ptr_equal(clients_region(&client, low), &client.region[0]);
	assert_ptr_equal(clients_region(&client, high - 1), &client.region[0]);
	assert_ptr_equal(clients_region(&client, high), &client.region[1]);
	assert_null(clients_region(&client, high + PAGER_PAGE));
	assert_null(clients_region(&client, ~0UL));
	while (client.region_count < PAGER_REGIONS_MAX)
		assert_int_equal(attach(&client, high + client.region_count * PAGER_PAGE,
					high + (client.region_count + 1) * PAGER_PAGE, R), PAGER_OK);
	assert_int_equal(attach(&client, 0, PAGER_PAGE, R), PAGER_EXHAUSTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_belong_to_one),
		cmocka_unit_test(there_is_an_end),
		cmocka_unit_test(a_program_does_not_take_all_places),
		cmocka_unit_test(refuses_regions_that_cannot_be),
		cmocka_unit_test(regions_do_not_overlap),
	};

	return cmocka_run_group_tests_name("pager/clients", tests, NULL, NULL);
}
