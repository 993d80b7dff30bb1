/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint - memory that is zero at first, of programs that survive being killed.
 *
 * Programs ask for checkpoints, and to be restored, by <pager/checkpoint.h>. task.h says how a checkpoint is taken
 * while the program runs, image.h how it lies in a store. A page that was never written is in no checkpoint; one that
 * is not in memory yet comes from the checkpoint that its program was restored from.
 */
#include <l4/exception.h>
#include <l4/schedule.h>
#include <l4io.h>
#include <pager/checkpoint.h>
#include <pager/ledger.h>
#include <pager/pager.h>
#include <service/root.h>

#include "task.h"

enum {
	POOL_KIB = 2048, /* for all clients, unless the command line says pool=N */
	IMAGES = 4,
	INTERVAL_LEAST = 1000, /* microseconds: more often would be at the others' expense */
	PAGES_MAX = 8192,
	BUCKETS_LOG2 = 11,
};

static struct ledger ledger;
static struct page page_array[PAGES_MAX], *bucket_array[1 << BUCKETS_LOG2];
static struct store store;
static struct image image[IMAGES];
static struct task task[PAGER_CLIENTS_MAX];

static struct task *task_of(const struct pager_client *client)
{
	return &task[pager_client_index(client)];
}

static void release(struct ledger *of, struct page *page)
{
	pager_take_back(&page->frame, 1, L4_FullyAccessible);
	pool_give(&of->pool, page->frame);
}

/* What the page of a fault holds at first: as in the image, or zeros. */
static const char *fill(const struct pager_fault *fault, void *frame)
{
	struct image *from = task_of(fault->client)->image;
	unsigned int rights;
	bool found = false;

	if (from && !image_get(from, fault->page / PAGER_PAGE, frame, &found))
		return "its checkpoint cannot be read";
	if (!found)
		pager_fill(fault, frame, &rights);
	return NULL;
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
	wrong = fill(fault, frame);
	if (wrong) {
		pool_give(&ledger.pool, frame);
		return wrong;
	}
	*page = ledger_add(&ledger, client, fault->page / PAGER_PAGE);
	(*page)->frame = frame;
	(*page)->state = PAGE_CLEAN;
	client->charged++;
	client->counts.page_ins++;
	return NULL;
}

static const char *fault(const struct pager_fault *fault, struct pager_mapping *mapping)
{
	struct page *page = ledger_find(&ledger, fault->client, fault->page / PAGER_PAGE);
	const char *wrong = page ? NULL : page_make(fault, &page);

	if (wrong)
		return wrong;
	if (fault->access & L4_Writable) {
		if (page->state == PAGE_SAVING)
			task_save(task_of(fault->client), fault->client, page);
		page->state = PAGE_DIRTY;
	}
	mapping->frame = page->frame;
	mapping->rights = fault->region->rights;
	if (page->state != PAGE_DIRTY)
		mapping->rights &= ~(unsigned int)L4_Writable;
	return NULL;
}

/* A program and all that it is in later lives, each with names of its own. */
static unsigned long owner_of(const struct pager_client *client)
{
	return root_program_number(client->thread[0]);
}

/* Null: no checkpoints of its program are kept under that name. */
static struct image *image_named(const struct pager_client *client, unsigned long name)
{
	for (unsigned int i = 0; i < IMAGES; i++)
		if (name != 0 && image[i].state.name == name && image[i].state.owner == owner_of(client))
			return &image[i];
	return NULL;
}

static bool is_used(const struct image *used)
{
	for (unsigned int i = 0; i < PAGER_CLIENTS_MAX; i++)
		if (task[i].phase != TASK_NONE && task[i].image == used)
			return true;
	return false;
}

/* Whether somebody who lives has it. */
static bool is_somebodys(const struct image *used)
{
	if (is_used(used))
		pager_forget_dead();
	return is_used(used);
}

/* Null: all are in use, or are to be kept for somebody who is dead. */
static struct image *image_without_checkpoint(void)
{
	for (unsigned int i = 0; i < IMAGES; i++)
		if (image[i].sequence == 0 && !is_somebodys(&image[i]))
			return &image[i];
	return NULL;
}

static enum pager_status begin(struct pager_client *client, unsigned long name, unsigned long interval)
{
	struct image *old = image_named(client, name);

	if (name == 0 || interval < INTERVAL_LEAST || interval > 1UL << 40)
		return PAGER_MALFORMED;
	if (task_of(client)->phase != TASK_NONE || (old && is_somebodys(old)))
		return PAGER_DENIED;
	if (!old)
		old = image_without_checkpoint();
	if (!old || !image_forget(old))
		return PAGER_EXHAUSTED;
	old->state.name = name;
	old->state.owner = owner_of(client);
	task_begin(task_of(client), old, interval);
	return PAGER_OK;
}

static enum pager_status restore(struct pager_client *client, unsigned long name)
{
	struct image *old = image_named(client, name);

	if (!old || old->sequence == 0)
		return PAGER_NOT_FOUND;
	if (client->region_count > 0 || task_of(client)->phase != TASK_NONE || is_somebodys(old))
		return PAGER_DENIED;
	task_restore(task_of(client), old, client);
	return PAGER_NO_ANSWER;
}

static enum pager_status forget(const struct pager_client *client, unsigned long name)
{
	struct image *old = image_named(client, name);

	if (!old)
		return PAGER_NOT_FOUND;
	if (is_somebodys(old))
		return PAGER_DENIED;
	return image_forget(old) ? PAGER_OK : PAGER_EXHAUSTED;
}

static enum pager_status request(struct pager_client *client, L4_ThreadId_t thread, unsigned long label, L4_Msg_t *msg)
{
	unsigned int words = L4_UntypedWords(L4_MsgMsgTag(msg));
	unsigned long first = L4_MsgWord(msg, 0), second = L4_MsgWord(msg, 1);
	const struct task *of = task_of(client);

	L4_MsgClear(msg);
	if (!L4_IsThreadEqual(thread, client->thread[0]))
		return PAGER_DENIED;
	if (label == PAGER_CHECKPOINTS && words == 2)
		return begin(client, first, second);
	if (label == PAGER_RESTORE && words == 1)
		return restore(client, first);
	if (label == PAGER_FORGET && words == 1)
		return forget(client, first);
	if (label != PAGER_CHECKPOINT_COUNTS || words != 0 || of->phase == TASK_NONE)
		return PAGER_MALFORMED;
	L4_MsgAppendWord(msg, of->image->sequence);
	L4_MsgAppendWord(msg, of->pages_saved);
	L4_MsgAppendWord(msg, of->saved_before_write);
	L4_MsgAppendWord(msg, of->given_up);
	return PAGER_OK;
}

static bool exception(struct pager_client *client, L4_ThreadId_t thread, L4_Msg_t *msg)
{
	L4_Word_t ip = L4_MsgWord(msg, L4_EXC_RIP - 1), trap = L4_MsgWord(msg, L4_EXC_TRAP - 1);

	if (L4_IsThreadEqual(thread, client->thread[0]) && task_exception(task_of(client), client, msg))
		return true;
	if (!client->reported)
		printf("checkpoint: thread 0x%lx.%lu exception %lu at ip 0x%lx: it stands still\n", L4_ThreadNo(thread),
		       L4_Version(thread), trap, ip);
	client->reported = true;
	return false;
}

static unsigned long tick(void)
{
	unsigned long now = L4_SystemClock().raw, soonest = PAGER_NEVER;

	for (unsigned int i = 0; i < PAGER_CLIENTS_MAX; i++) {
		unsigned long in = PAGER_NEVER;

		if (task[i].phase != TASK_NONE)
			in = task_tick(&task[i], pager_client_at(i), now);
		if (in < soonest)
			soonest = in;
	}
	return soonest;
}

static void gone(struct pager_client *client)
{
	task_end(task_of(client));
	ledger_leave(&ledger, client);
}

int main(void)
{
	unsigned long pool = root_option("pool", POOL_KIB) << 10;
	struct pager_operations operations = {
		.name = "checkpoint",
		.quota = IMAGE_PAGES,
		.fault = fault,
		.request = request,
		.exception = exception,
		.gone = gone,
		.tick = tick,
	};

	if (!store_open(&store, IMAGES * IMAGE_AREA)) {
		printf("checkpoint: there is no disk, or it is too small\n");
		return 1;
	}
	for (unsigned int i = 0; i < IMAGES; i++)
		image_open(&image[i], &store, i * IMAGE_AREA);
	ledger.release = release;
	pool = ledger_init(&ledger, pool, 2, page_array, PAGES_MAX, bucket_array, BUCKETS_LOG2);
	printf("checkpoint: %lu KiB, %d programs of %d KiB\n", pool >> 10, IMAGES, IMAGE_PAGES * PAGER_PAGE >> 10);
	pager_run(&operations);
}
