/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cow - memory that is zero at first, and a fork that copies it only where somebody writes.
 *
 * Entries that have the same frame are a ring. Whoever is not alone in his ring has the frame without the right to
 * write; a write fault then takes him out of the ring with a copy. The last one has the frame for himself: at his write
 * fault all who ever got it lose it, even those to whom a client has passed it on, and he goes on with it as it is.
 *
 * A fork makes an entry in the ring for each of the parent's pages, and takes the right to write from all that were the
 * parent's alone. It is as long as the parent is large, so the quota of a client is what bounds it.
 */
#include <stddef.h>

#include <l4io.h>
#include <pager/fork.h>
#include <pager/ledger.h>
#include <pager/pager.h>
#include <service/root.h>

enum {
	POOL_KIB = 4096, /* for all clients, unless the command line says pool=N */
	QUOTA_KIB = 1024, /* for each, unless it says quota=N */
	PAGES_MAX = 16384,
	BUCKETS_LOG2 = 12,
};

static struct ledger ledger;
static struct page page_array[PAGES_MAX], *bucket_array[1 << BUCKETS_LOG2];
/* Who has the same frame, by the entry's index. */
static struct ring {
	struct page *next, *before;
} ring[PAGES_MAX];
/* A page's `state`. LENT: somebody else may have the frame, to read; nobody has it to write. */
enum { OWN, LENT };

static L4_ThreadId_t wanted_parent[PAGER_CLIENTS_MAX];

static struct ring *ring_of(struct page *page)
{
	return &ring[page - page_array];
}

static bool is_alone(struct page *page)
{
	return ring_of(page)->next == page;
}

static void ring_begin(struct page *page)
{
	*ring_of(page) = (struct ring){ page, page };
}

static void ring_join(struct page *page, struct page *other)
{
	struct page *next = ring_of(other)->next;

	*ring_of(page) = (struct ring){ next, other };
	ring_of(other)->next = ring_of(next)->before = page;
}

static void ring_leave(struct page *page)
{
	struct ring *at = ring_of(page);

	ring_of(at->before)->next = at->next;
	ring_of(at->next)->before = at->before;
	ring_begin(page);
}

static void release(struct ledger *of, struct page *page)
{
	if (is_alone(page)) {
		pager_take_back(&page->frame, 1, L4_FullyAccessible);
		pool_give(&of->pool, page->frame);
	}
	ring_leave(page);
}

static const char *page_make(const struct pager_fault *fault, struct page **page)
{
	struct pager_client *client = fault->client;
	const char *wrong;
	void *frame;

	if (client->charged >= client->quota)
		return "its memory quota is used up";
	frame = ledger_frame(&ledger);
	if (!frame)
		return "the pager has no memory left";
	wrong = ledger_page(&ledger, fault, frame, page);
	if (wrong)
		return wrong;
	ring_begin(*page);
	client->counts.page_ins++;
	return NULL;
}

static const char *page_copy(struct page *page)
{
	void *frame = ledger_frame(&ledger);

	if (!frame)
		return "the pager has no memory left";
	/* To find a frame may have made it the last one of its ring. */
	if (is_alone(page)) {
		pool_give(&ledger.pool, frame);
		return NULL;
	}
	pager_copy(frame, page->frame);
	ring_leave(page);
	page->frame = frame;
	page->state = OWN;
	page->client->counts.page_ins++;
	return NULL;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	struct page *page = ledger_find(&ledger, fault->client, fault->page / PAGER_PAGE);
	const char *wrong = page ? NULL : page_make(fault, &page);

	if (!wrong && fault->access & ~page->rights)
		wrong = "that memory does not allow it";
	if (!wrong && fault->access & L4_Writable && !is_alone(page))
		wrong = page_copy(page);
	if (wrong)
		return wrong;
	if (fault->access & L4_Writable && page->state == LENT) {
		pager_take_back(&page->frame, 1, L4_FullyAccessible);
		page->state = OWN;
	}
	mapping->frame = page->frame;
	mapping->rights = page->state == OWN ? page->rights : page->rights & ~(unsigned int)L4_Writable;
	return NULL;
}

/*
 * Fork
 */

static void share(struct page *page, struct pager_client *child)
{
	struct page *copy = ledger_add(&ledger, child, page->number);

	copy->frame = page->frame;
	copy->rights = page->rights;
	copy->state = page->state = LENT;
	ring_join(copy, page);
	child->charged++;
}

static enum pager_status fork(struct pager_client *parent, struct pager_client *child)
{
	void *frame[PAGER_FRAMES_MAX];
	unsigned int count = 0;

	if (child->region_count > 0)
		return PAGER_DENIED;
	if (parent->pages.count > ledger.free_entries + ledger.left_behind.count || parent->charged > child->quota)
		return PAGER_EXHAUSTED;
	/* committed: nothing below may fail */
	for (unsigned int i = 0; i < parent->region_count; i++)
		child->region[i] = parent->region[i];
	child->region_count = parent->region_count;
	for (struct page *page = parent->pages.oldest; page; page = page->younger) {
		if (page->state == OWN)
			frame[count++] = page->frame;
		share(page, child);
		if (count == PAGER_FRAMES_MAX || !page->younger) {
			pager_take_back(frame, count, L4_Writable);
			count = 0;
		}
	}
	return PAGER_OK;
}

static enum pager_status request(struct pager_client *client, L4_ThreadId_t thread, unsigned long label, L4_Msg_t *msg)
{
	L4_ThreadId_t named = { .raw = L4_MsgWord(msg, 0) };
	struct pager_client *other = pager_client_of(named);
	bool has_word = L4_UntypedWords(L4_MsgMsgTag(msg)) == 1;

	(void)thread;
	L4_MsgClear(msg);
	if (!has_word || (label != PAGER_CHILD_OF && label != PAGER_FORK))
		return PAGER_MALFORMED;
	if (!other || other == client)
		return PAGER_NOT_FOUND;
	if (label == PAGER_CHILD_OF) {
		wanted_parent[pager_client_index(client)] = named;
		return PAGER_OK;
	}
	if (pager_client_of(wanted_parent[pager_client_index(other)]) != client)
		return PAGER_DENIED;
	return fork(client, other);
}

static void gone(struct pager_client *client)
{
	wanted_parent[pager_client_index(client)] = L4_nilthread;
	ledger_leave(&ledger, client);
}

int main(void)
{
	unsigned long pool = root_option("pool", POOL_KIB) << 10, quota = root_option("quota", QUOTA_KIB) << 10;
	struct pager_operations operations = {
		.name = "cow",
		.quota = quota / PAGER_PAGE,
		.fault = fault,
		.request = request,
		.gone = gone,
		.takes_programs = true,
	};

	ledger.release = release;
	pool = ledger_init(&ledger, pool, 8, page_array, PAGES_MAX, bucket_array, BUCKETS_LOG2);
	printf("cow: %lu KiB, at most %lu KiB a client\n", pool >> 10, quota >> 10);
	pager_run(&operations);
}
