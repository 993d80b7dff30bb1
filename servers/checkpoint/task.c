/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.c - checkpoints taken while the program runs, after Appel and Li ("Virtual Memory Primitives for User Programs",
 * ASPLOS 1991).
 */
#include "task.h"

#include <stddef.h>

#include <l4/exception.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4/threadstate.h>
#include <pager/pager.h>

/* Between two pages the program gets so many microseconds. */
enum { PACE = 50 };

/* A checkpoint is taken so often that the one before is complete when it is an interval old. */
static unsigned long next_due(const struct task *task)
{
	return L4_SystemClock().raw + task->state.interval / 2;
}

void task_begin(struct task *task, struct image *image, unsigned long interval)
{
	*task = (struct task){ .phase = TASK_IDLE, .image = image };
	task->state.name = image->state.name;
	task->state.owner = image->state.owner;
	task->state.interval = interval;
	task->due = L4_SystemClock().raw;
}

static void exception_force(L4_ThreadId_t thread, L4_Word_t abort)
{
	L4_Word_t old;

	L4_ExchangeExceptionState(thread, L4_EXREGS_FORCE | abort, NULL, &old);
}

void task_restore(struct task *task, struct image *image, struct pager_client *client)
{
	*task = (struct task){ .phase = TASK_RESTORING, .image = image, .state = image->state };
	for (unsigned int i = 0; i < image->state.region_count; i++)
		client->region[i] = (struct pager_region){
			.low = image->state.region[i].low,
			.high = image->state.region[i].high,
			.rights = (unsigned int)image->state.region[i].rights,
		};
	client->region_count = (unsigned int)image->state.region_count;
	exception_force(client->thread[0], __L4_EXREGS_ABORT_RECEIVE);
}

/* The thread has stopped: its registers, and what it has written, are the checkpoint's. */
static void take(struct task *task, struct pager_client *client, L4_Msg_t *msg)
{
	struct image_state *state = &task->state;
	void *frame[PAGER_FRAMES_MAX];
	unsigned int count = 0;

	for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
		state->frame[i] = L4_MsgWord(msg, i - 1);
	state->fpu_words = L4_ThreadStateSize(client->thread[0]);
	if (state->fpu_words > IMAGE_FPU || !L4_ReadThreadState(client->thread[0], 0, state->fpu_words, state->fpu))
		state->fpu_words = 0;
	state->region_count = client->region_count;
	for (unsigned int i = 0; i < client->region_count; i++) {
		state->region[i].low = client->region[i].low;
		state->region[i].high = client->region[i].high;
		state->region[i].rights = client->region[i].rights;
	}
	for (struct page *page = client->pages.oldest; page; page = page->younger) {
		if (page->state == PAGE_DIRTY) {
			page->state = PAGE_SAVING;
			frame[count++] = page->frame;
		}
		if (count == PAGER_FRAMES_MAX || (count > 0 && !page->younger)) {
			pager_take_back(frame, count, L4_Writable);
			count = 0;
		}
	}
	image_begin(task->image);
	task->saving = client->pages.oldest;
	task->phase = TASK_SAVING;
}

/* The registers of the checkpoint, instead of those of the thread that has asked for them. */
static void restore(struct task *task, struct pager_client *client, L4_Msg_t *msg)
{
	const struct image_state *state = &task->state;

	if (state->fpu_words > L4_STATE_COMPONENTS && state->fpu[L4_STATE_COMPONENTS] != 0)
		L4_WriteThreadState(client->thread[0], 0, state->fpu_words, state->fpu);
	L4_MsgClear(msg);
	for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
		L4_MsgAppendWord(msg, state->frame[i]);
	task->phase = TASK_IDLE;
	task->due = next_due(task);
}

bool task_exception(struct task *task, struct pager_client *client, L4_Msg_t *msg)
{
	bool is_forced = L4_UntypedWords(L4_MsgMsgTag(msg)) == L4_EXC_WORDS &&
			 L4_MsgWord(msg, L4_EXC_TRAP - 1) == L4_EXC_TRAP_FORCED;

	if (is_forced && task->phase == TASK_RESTORING) {
		restore(task, client, msg);
		return true;
	}
	if (!is_forced || task->phase != TASK_STOPPING)
		return false;
	take(task, client, msg);
	/* An empty answer changes nothing. */
	L4_MsgClear(msg);
	return true;
}

/* Nothing of this attempt counts; what it has saved is to be saved again. */
static void give_up(struct task *task, struct pager_client *client)
{
	for (struct page *page = client->pages.oldest; page; page = page->younger)
		page->state = PAGE_DIRTY;
	image_give_up(task->image);
	task->given_up++;
	task->phase = TASK_IDLE;
	task->due = next_due(task);
}

static bool page_save(struct task *task, struct pager_client *client, struct page *page)
{
	if (!image_put(task->image, page->number, page->frame))
		return false;
	page->state = PAGE_CLEAN;
	task->pages_saved++;
	client->counts.page_outs++;
	return true;
}

void task_save(struct task *task, struct pager_client *client, struct page *page)
{
	task->saved_before_write++;
	if (!page_save(task, client, page))
		give_up(task, client);
}

/* One page; or all are saved, and the checkpoint is complete. */
static void save_some(struct task *task, struct pager_client *client)
{
	while (task->saving && task->saving->state != PAGE_SAVING)
		task->saving = task->saving->younger;
	if (task->saving && page_save(task, client, task->saving))
		return;
	if (task->saving || !image_complete(task->image, &task->state)) {
		give_up(task, client);
		return;
	}
	task->phase = TASK_IDLE;
}

unsigned long task_tick(struct task *task, struct pager_client *client, unsigned long now)
{
	if (task->phase == TASK_SAVING) {
		save_some(task, client);
		return PACE;
	}
	if (task->phase != TASK_IDLE)
		return PAGER_NEVER; /* the thread's exception comes as a message */
	if (now < task->due)
		return task->due - now;
	task->due = next_due(task);
	task->phase = TASK_STOPPING;
	exception_force(client->thread[0], 0);
	return PAGER_NEVER;
}

void task_end(struct task *task)
{
	if (task->image)
		image_give_up(task->image);
	*task = (struct task){ .phase = TASK_NONE };
}
