/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.c - a pager as small as it can be, and a program for it.
 *
 * It remembers for each page of a client which page of its own heap it has given, and gives no more than PAGES.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/pagefault.h>
#include <l4/thread.h>
#include <service/paging.h>
#include <service/root.h>
#include <string.h>

#include <abi/protocol.h>

#include "roles.h"

enum { CLIENTS = 4, PAGES = 64, PAGE = 4096, PAGE_LOG2 = 12 };

static struct {
	L4_ThreadId_t client; /* nilthread: the page is free */
	unsigned long address;
	unsigned int rights;
} pages[PAGES];

static L4_ThreadId_t clients[CLIENTS];

static void *page_memory(unsigned int page)
{
	return (void *)(ROOT_HEAP_LOW + page * (unsigned long)PAGE);
}

static L4_ThreadId_t *client_slot(L4_ThreadId_t client)
{
	for (unsigned int i = 0; i < CLIENTS; i++)
		if (L4_IsThreadEqual(clients[i], client))
			return &clients[i];
	return NULL;
}

static L4_ThreadId_t client_of(L4_ThreadId_t thread)
{
	for (unsigned int i = 0; i < CLIENTS; i++)
		if (!L4_IsNilThread(clients[i]) && root_client_has(clients[i], thread))
			return clients[i];
	return L4_nilthread;
}

static void begin(const struct root_client *client)
{
	struct root_segment segment;
	L4_Msg_t msg;

	*client_slot(L4_nilthread) = client->thread;
	if (root_client_segment(client->thread, 0, &segment) == ROOT_OK)
		say("%s begins: entry in its first segment %s, quota %lu KiB", client->name,
		    client->ip >= segment.low && client->ip < segment.high ? "yes" : "no", client->memory >> 10);
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, client->ip);
	L4_MsgAppendWord(&msg, client->sp);
	L4_MsgLoad(&msg);
	L4_Send_Timeout(client->thread, L4_ZeroTime);
}

static void end(const struct root_client *client)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < PAGES; i++) {
		if (!L4_IsThreadEqual(pages[i].client, client->thread))
			continue;
		pages[i].client = L4_nilthread;
		count++;
	}
	*client_slot(client->thread) = L4_nilthread;
	say("a client has ended, with %s", count > 3 ? "some pages" : "hardly any pages");
}

/* The page of an address, which a client has, or gets now. PAGES: none is left, or nothing belongs there. */
static unsigned int page_for(L4_ThreadId_t client, unsigned long address)
{
	unsigned int page = PAGES;

	for (unsigned int i = 0; i < PAGES; i++) {
		if (L4_IsThreadEqual(pages[i].client, client) && pages[i].address == address)
			return i;
		if (L4_IsNilThread(pages[i].client))
			page = i;
	}
	if (page == PAGES)
		return page;
	pages[page].rights = L4_ReadWriteOnly;
	if (root_client_page(client, address, page_memory(page), &pages[page].rights) != ROOT_OK) {
		if (address < ROOT_HEAP_LOW || address >= ROOT_HEAP_HIGH)
			return PAGES;
		pages[page].rights = L4_ReadWriteOnly;
		memset(page_memory(page), 0, PAGE);
	}
	pages[page].client = client;
	pages[page].address = address;
	return page;
}

/* True: there is an answer in the message registers. */
static bool serve_fault(L4_MsgTag_t tag, L4_ThreadId_t thread)
{
	L4_ThreadId_t client = client_of(thread);
	L4_Word_t address, ip;
	unsigned int page;
	L4_Msg_t msg;

	if (L4_IsNilThread(client) || ((long)tag.raw >> 16 & ~7L) != LABEL_PAGEFAULT)
		return false;
	L4_StoreMR(1, &address);
	L4_StoreMR(2, &ip);
	page = page_for(client, address & -(unsigned long)PAGE);
	if (page == PAGES) {
		root_client_fault(thread, address, ip, L4_Label(tag) & 7, "the test's pager has nothing there");
		return false;
	}
	L4_MsgClear(&msg);
	L4_MsgAppendMapItem(&msg, L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page_memory(page), PAGE_LOG2),
							       pages[page].rights),
					     address & -(unsigned long)PAGE));
	L4_MsgLoad(&msg);
	return true;
}

int role_pager(void)
{
	struct root_client client;
	L4_ThreadId_t from;
	L4_MsgTag_t tag = L4_Wait(&from);

	for (;;) {
		enum root_notice notice = root_notice(tag, from, &client);

		if (notice == ROOT_CLIENT_START)
			begin(&client);
		else if (notice == ROOT_CLIENT_END)
			end(&client);
		else if (L4_Label(tag) == ROOT_CLIENT_START)
			say("a notice of somebody else's");
		if (notice == ROOT_NO_NOTICE && serve_fault(tag, from))
			tag = L4_ReplyWait(from, &from);
		else
			tag = L4_Wait(&from);
	}
}

static char stack[PAGE] __attribute__((aligned(16)));
static volatile unsigned int sum;

static void second_thread(void *argument)
{
	volatile unsigned int *heap = argument;

	for (unsigned int i = 0; i < 8; i++)
		sum += heap[i * PAGE];
	L4_Set_Pager(root_task());
	sum += *(volatile unsigned int *)(ROOT_HEAP_LOW + 0x100000) + 1;
}

int role_paged(void)
{
	volatile unsigned int *heap = (void *)ROOT_HEAP_LOW;
	L4_ThreadId_t second;

	for (unsigned int i = 0; i < 8; i++)
		heap[i * PAGE] = i;
	root_thread_start(second_thread, (void *)heap, stack, sizeof(stack), &second);
	while (sum < 29)
		sleep_milliseconds(1);
	say("its second thread adds up to %u", sum);
	say("a large page: %s", status_name(root_large_page(ROOT_LARGE_LOW)));
	return *(volatile int *)0x600000000;
}

/* Runs as long as its pager does. */
int role_paged_long(void)
{
	volatile unsigned long *heap = (void *)ROOT_HEAP_LOW;

	for (unsigned long round = 0;; round++) {
		for (unsigned long i = 0; i < 8; i++) {
			if (round > 0 && heap[i * PAGE / 8] != round + i - 1)
				say("word %lu is wrong", i);
			heap[i * PAGE / 8] = round + i;
		}
		sleep_milliseconds(1);
	}
}
