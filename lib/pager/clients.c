/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients.c - tables of fixed size, searched from the start: they are short.
 */
#include <pager/clients.h>

#include <stddef.h>

#include <service/paging.h>
#include <service/root.h>

static bool belongs(const struct pager_client *client, L4_ThreadId_t thread)
{
	if (client->serial == 0)
		return false;
	if (client->is_program)
		return root_client_has(client->thread[0], thread);
	for (unsigned int i = 0; i < client->thread_count; i++)
		if (L4_IsThreadEqual(client->thread[i], thread))
			return true;
	return false;
}

struct pager_client *clients_find(struct pager_clients *clients, L4_ThreadId_t thread)
{
	for (unsigned int i = 0; i < PAGER_CLIENTS_MAX; i++)
		if (belongs(&clients->client[i], thread))
			return &clients->client[i];
	return NULL;
}

struct pager_client *clients_add(struct pager_clients *clients, L4_ThreadId_t thread, bool is_program)
{
	struct pager_client *place = NULL;
	bool has_another = false;
	unsigned int free = 0;

	for (struct pager_client *client = clients->client; client < clients->client + PAGER_CLIENTS_MAX; client++) {
		if (client->serial != 0) {
			has_another |= root_program_number(client->thread[0]) == root_program_number(thread);
			continue;
		}
		free++;
		if (!place)
			place = client;
	}
	if (!place || (has_another && free <= PAGER_CLIENTS_KEPT))
		return NULL;
	*place = (struct pager_client){ .serial = ++clients->serials, .is_program = is_program };
	place->thread[place->thread_count++] = thread;
	return place;
}

void clients_remove(struct pager_client *client)
{
	client->serial = 0;
}

enum pager_status clients_add_thread(struct pager_clients *clients, struct pager_client *client, L4_ThreadId_t thread)
{
	if (client->is_program || L4_IsNilThread(thread) || L4_IsThreadEqual(thread, L4_anythread) ||
	    !L4_IsGlobalId(thread))
		return PAGER_MALFORMED;
	/* Or somebody could make his client of whoever is about to come, and see what is written then. */
	if (clients_find(clients, thread) || root_program_number(thread) != root_program_number(client->thread[0]))
		return PAGER_DENIED;
	if (client->thread_count == PAGER_THREADS_MAX)
		return PAGER_EXHAUSTED;
	client->thread[client->thread_count++] = thread;
	return PAGER_OK;
}

enum pager_status clients_attach(struct pager_client *client, const struct pager_region *region)
{
	const unsigned int all = L4_Readable | L4_Writable | L4_eXecutable;

	if (region->low % PAGER_PAGE || region->high % PAGER_PAGE || region->low >= region->high ||
	    region->high > PAGER_USER_END || (region->rights & ~all) || !(region->rights & L4_Readable))
		return PAGER_MALFORMED;
	for (unsigned int i = 0; i < client->region_count; i++)
		if (region->low < client->region[i].high && client->region[i].low < region->high)
			return PAGER_MALFORMED;
	if (client->region_count == PAGER_REGIONS_MAX)
		return PAGER_EXHAUSTED;
	client->region[client->region_count++] = *region;
	return PAGER_OK;
}

struct pager_region *clients_region(struct pager_client *client, unsigned long address)
{
	for (unsigned int i = 0; i < client->region_count; i++)
		if (address >= client->region[i].low && address < client->region[i].high)
			return &client->region[i];
	return NULL;
}
