/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file - the pages of a file, in a cache of some frames; clients may say which of their pages have to go.
 *
 * All clients see the same pages: a region is a part of the file. A page belongs to the client whose fault brought it
 * in, until another one wants it, too: from then on it is nobody's, and nobody may give it up. On a miss in a full
 * cache, old pages that were used meanwhile become young (the processor notes uses, Unmap tells them); then
 * lib/pager/replace.h says by age whose page is due, and that client may name another one of its own. A page that was
 * written goes back to the store first.
 */
#include <l4io.h>
#include <pager/advice.h>
#include <pager/pager.h>
#include <pager/replace.h>
#include <pager/store.h>
#include <service/root.h>

#include "advice.h"

enum { FRAMES = 64, FRAMES_MAX = 256, BUCKETS_LOG2 = 9, PATIENCE_US = 1000, THE_FILE = 0, WRITTEN = 1 };

static struct store store;
static struct pool pool;
static struct pages pages;
static struct page page_array[2 * FRAMES_MAX], *bucket_array[1 << BUCKETS_LOG2];
static struct replacer replacer = { .pages = &pages };
static unsigned int users[2 * FRAMES_MAX]; /* bit i: client i has got the page, by its index */

_Static_assert((int)PAGER_CLIENTS_MAX <= 32, "a bit for each client");

static unsigned int *users_of(const struct page *page)
{
	return &users[page - page_array];
}

/* Up to `most` pages in the cache from `page` on, oldest first, and their frames; returns how many. */
static unsigned int pages_from(struct page *page, unsigned int most, struct page **of, void **frame)
{
	unsigned int count = 0;

	do {
		of[count] = page;
		frame[count++] = page->frame;
		page = page->younger;
	} while (page && count < most);
	return count;
}

/*
 * The oldest pages are looked at, a few at a time: those that have been used since become young, until one has not
 * been. Not more than LOOKS, so that a miss has a bound.
 */
static void notice_uses(void)
{
	enum { AT_ONCE = 4, LOOKS = 16 };
	struct page *page[AT_ONCE];
	unsigned int uses[AT_ONCE], used = AT_ONCE;
	void *frame[AT_ONCE];

	for (unsigned int looks = 0; looks < LOOKS && used == AT_ONCE; looks += AT_ONCE) {
		unsigned int count = pages_from(replacer.order.oldest, AT_ONCE, page, frame);

		pager_uses(frame, count, uses);
		used = 0;
		for (unsigned int i = 0; i < count; i++) {
			page[i]->state |= uses[i] & L4_Writable ? WRITTEN : 0;
			if (!uses[i])
				continue;
			replace_used(&replacer, page[i]);
			used++;
		}
	}
}

/* The page that the owner of the candidate would rather give up. */
static struct page *advised(struct page *candidate, unsigned long missing)
{
	struct page *page;

	if (!candidate->client)
		return candidate;
	page = pages_find(&pages, THE_FILE, advice_ask(candidate->client, missing, candidate->number));
	return page && page->frame && page->client == candidate->client ? page : candidate;
}

static void disown(struct page *page)
{
	if (page->client)
		page->client->charged--;
	page->client = NULL;
}

/* Makes room for a page that is missing. Null: what was written cannot be stored. */
static void *frame_of_another(unsigned long missing)
{
	struct page *candidate, *page;
	void *frame;

	notice_uses();
	candidate = replace_candidate(&replacer, THE_FILE, missing);
	page = advised(candidate, missing);
	frame = page->frame;
	if (pager_take_back(&frame, 1, L4_FullyAccessible))
		page->state |= WRITTEN;
	if (page->state & WRITTEN) {
		if (!store.write(&store, page->number, frame))
			return NULL;
		if (page->client)
			page->client->counts.page_outs++;
	}
	disown(page);
	replace_give_up(&replacer, candidate, page);
	return frame;
}

static const char *page_in(struct pager_client *client, unsigned long number, struct page **page)
{
	void *frame = pool_take(&pool);
	unsigned int uses;

	if (!frame)
		frame = frame_of_another(number);
	if (!frame)
		return "a page that was written cannot be stored";
	if (!store.read(&store, number, frame)) {
		pool_give(&pool, frame);
		return "the file cannot be read there";
	}
	pager_uses(&frame, 1, &uses); /* that was us */
	*page = replace_come(&replacer, THE_FILE, number);
	(*page)->frame = frame;
	(*page)->client = client;
	*users_of(*page) = 0;
	client->charged++;
	client->counts.page_ins++;
	return NULL;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	unsigned long number = (fault->page - fault->region->low + fault->region->argument) / PAGER_PAGE;
	struct page *page = pages_find(&pages, THE_FILE, number);
	const char *wrong;

	if (!page || !page->frame) {
		wrong = page_in(fault->client, number, &page);
		if (wrong)
			return wrong;
	} else if (page->client != fault->client) {
		disown(page);
	}
	*users_of(page) |= 1U << pager_client_index(fault->client);
	mapping->frame = page->frame;
	mapping->rights = fault->region->rights;
	return NULL;
}

/* The argument is the place in the file, in bytes. */
static enum pager_status attach(struct pager_client *client, struct pager_region *region)
{
	unsigned long size = (region->high - region->low) / PAGER_PAGE, place = region->argument / PAGER_PAGE;

	(void)client;
	if (region->argument % PAGER_PAGE || place > store.pages || size > store.pages - place)
		return PAGER_MALFORMED;
	return region->rights & L4_Writable && !store.write ? PAGER_DENIED : PAGER_OK;
}

static enum pager_status request(struct pager_client *client, L4_ThreadId_t thread, unsigned long label, L4_Msg_t *msg)
{
	L4_MsgClear(msg);
	return label == PAGER_ADVISE ? advice_enter(client, thread) : PAGER_MALFORMED;
}

/*
 * Its pages stay in the cache, and are nobody's. It must not have any more what it has got; who else had that faults
 * again.
 */
static void gone(struct pager_client *client)
{
	struct page *page[PAGER_FRAMES_MAX];
	void *frame[PAGER_FRAMES_MAX];
	unsigned int count = 0;

	for (struct page *at = replacer.order.oldest; at; at = at->younger) {
		if (*users_of(at) & 1U << pager_client_index(client)) {
			page[count] = at;
			frame[count++] = at->frame;
		}
		if (count == PAGER_FRAMES_MAX || !at->younger) {
			unsigned long written = pager_take_back(frame, count, L4_FullyAccessible);

			while (count-- > 0) {
				page[count]->state |= written >> count & 1 ? WRITTEN : 0;
				*users_of(page[count]) = 0;
				if (page[count]->client == client)
					page[count]->client = NULL;
			}
			count = 0;
		}
	}
	advice_forget(client);
}

/* The second word of the command line. */
static const char *file_name(void)
{
	static char line[ROOT_TEXT_MAX + 1];
	char *name = line, *end;

	root_command_line(line, sizeof(line));
	while (*name && *name != ' ')
		name++;
	name += *name == ' ';
	for (end = name; *end && *end != ' '; end++)
		;
	*end = 0;
	return name;
}

int main(void)
{
	unsigned long frames = root_option("cache", FRAMES), room = root_option("pages", 0);
	struct pager_operations operations = {
		.name = "file",
		.fault = fault,
		.attach = attach,
		.request = request,
		.gone = gone,
	};

	if (frames == 0 || frames > FRAMES_MAX)
		frames = FRAMES;
	if (room > 0 ? !store_open(&store, room) : !store_of_file(&store, file_name())) {
		printf("file: there is no boot module \"%s\", or no disk\n", room > 0 ? "" : file_name());
		return 1;
	}
	advice_init(root_option("patience", PATIENCE_US));
	pager_memory(&pool, frames * PAGER_PAGE);
	pages_init(&pages, page_array, 2 * frames, bucket_array, BUCKETS_LOG2);
	printf("file: %lu pages, %lu of them in memory at once\n", store.pages, frames);
	pager_run(&operations);
}
