/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.h - a client whose checkpoints are taken: when, and what is left to be written.
 *
 *   IDLE       until it is time; then the thread is made to stop (L4_ForceException)
 *   STOPPING   until its exception comes, with its registers. Pages written since the last checkpoint lose the
 *              right to write and are to be saved; then it runs on. That is the pause
 *   SAVING     page after page, while it runs. A page that it wants to write to is saved before
 *
 * and with the last page the checkpoint is complete.
 */
#ifndef CHECKPOINT_TASK_H
#define CHECKPOINT_TASK_H

#include <l4/message.h>
#include <pager/clients.h>

#include "image.h"

/* What a page is, in its entry's `state`. */
enum {
	PAGE_CLEAN,  /* as in the last checkpoint; may be read */
	PAGE_DIRTY,  /* may be written */
	PAGE_SAVING, /* may be read; is to be written to the checkpoint that is being made */
};

struct task {
	enum { TASK_NONE, TASK_IDLE, TASK_STOPPING, TASK_SAVING, TASK_RESTORING } phase;
	struct image *image;
	unsigned long due;      /* time of the next checkpoint, in microseconds */
	struct page *saving;    /* from here on pages may be left to be saved */
	struct image_state state; /* of the checkpoint that is being made */
	unsigned long pages_saved, saved_before_write, given_up;
};

/* Begins to be checkpointed, into an image whose name and owner are set. */
void task_begin(struct task *task, struct image *image, unsigned long interval);

/* The client's thread, which waits for an answer, gets an exception instead, to become the one in the image. */
void task_restore(struct task *task, struct image *image, struct pager_client *client);

/* An exception of the thread. True: *msg is the answer. */
bool task_exception(struct task *task, struct pager_client *client, L4_Msg_t *msg);

/* Something that is to be done at this time; returns in how many microseconds there may be something again. */
unsigned long task_tick(struct task *task, struct pager_client *client, unsigned long now);

/* Saves a page that is to be saved, because it is about to be written. */
void task_save(struct task *task, struct pager_client *client, struct page *page);

/* The client is gone. */
void task_end(struct task *task);

#endif
