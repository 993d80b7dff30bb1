/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise.c - from one state of a program to the next.
 *
 * supervise() walks over all programs when something is to be done for one, and does nothing else. What could not be
 * done (a pager does not wait, a program may not start yet) is tried again when a message has come, or some
 * milliseconds later.
 */
#include "supervise.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <service/paging.h>

#include "frames.h"
#include "name.h"

enum {
	RETRY_MICROSECONDS = 10000,
	RESTART_MICROSECONDS = 100000, /* a program starts at most once in this time */
	FRAMES_AT_ONCE = 64,
};

static bool has_work;  /* for some program something is left to do */
static bool has_steps; /* ... that nobody has to be waited for */

void supervise_soon(void)
{
	has_work = has_steps = true;
}

L4_Time_t supervise_patience(void)
{
	return !has_work ? L4_Never : has_steps ? L4_ZeroTime : L4_TimePeriod(RETRY_MICROSECONDS);
}

static unsigned long now(void)
{
	return L4_SystemClock().raw;
}

static bool has_failed(const struct program *program)
{
	return program->is.is_server || program->status != 0;
}

/* Whether it is started anew when it has ended. */
static bool may_restart(const struct program *program)
{
	return has_failed(program) && !program->is_stopped &&
	       (program->is.restarts == RESTARTS_UNLIMITED || (int)program->restarts < program->is.restarts);
}

void supervise_start(struct program *program)
{
	program->state = PROGRAM_WAITS;
	program->is_stopped = false;
	program->restarts = 0;
	program->started = 0;
	supervise_soon();
}

void supervise_stop(struct program *program)
{
	program->is_stopped = true;
	if (program->state == PROGRAM_RUNS)
		program_end(program, STATUS_STOPPED);
	else if (program->state != PROGRAM_ENDING)
		program->state = PROGRAM_ENDED;
}

/*
 * Notices to pagers
 */

bool supervise_begin(void)
{
	return L4_ThreadControl(root_notifier(), L4_Myself(), L4_Myself(), L4_nilthread, (void *)-1) != 0;
}

/* Sends *msg in the notifier's name. False: the pager does not wait for it now. */
static bool notice_send(L4_ThreadId_t pager, unsigned long label, L4_Msg_t *msg)
{
	L4_MsgTag_t tag;

	L4_Set_MsgLabel(msg, label);
	tag = L4_MsgMsgTag(msg);
	L4_Set_Propagation(&tag);
	L4_Set_MsgMsgTag(msg, tag);
	L4_Set_VirtualSender(root_notifier());
	L4_MsgLoad(msg);
	return L4_IpcSucceeded(L4_Send_Timeout(pager, L4_ZeroTime));
}

static bool tell_start(struct program *program)
{
	L4_Word_t name[ROOT_NAME_MAX / sizeof(L4_Word_t)];
	L4_Msg_t msg;

	memcpy(name, program->is.name, sizeof(name));
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, program->main_thread.raw);
	L4_MsgAppendWord(&msg, program->space.image.entry);
	L4_MsgAppendWord(&msg, 0);
	L4_MsgAppendWord(&msg, program->is.memory);
	for (unsigned int i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		L4_MsgAppendWord(&msg, name[i]);
	return notice_send(program->pager, ROOT_CLIENT_START, &msg);
}

static bool tell_end(struct program *program)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, program->main_thread.raw);
	return notice_send(program->pager, ROOT_CLIENT_END, &msg);
}

/* Its pager's program still is what it was when this one started. */
static bool has_pager(const struct program *program)
{
	return !program->pager_program || program_of(program->pager) == program->pager_program;
}

/*
 * Steps. Each returns whether nothing is left to do for the program.
 */

static bool try_start(struct program *program)
{
	L4_ThreadId_t pager = L4_Myself();

	if (program->started != 0 && now() - program->started < RESTART_MICROSECONDS)
		return false;
	if (program->is.pager[0])
		pager = name_find(program->is.pager);
	if (L4_IsNilThread(pager) && !name_is_known(program->is.pager)) {
		console_say("%s: its pager %s does not run any more; not started", program->is.name, program->is.pager);
		program->status = STATUS_STOPPED;
		program->state = PROGRAM_ENDED;
	}
	if (L4_IsNilThread(pager))
		return program->state == PROGRAM_ENDED;
	if (program->restarts > 0)
		console_say("starting %s again (%u)", program->is.name, program->restarts);
	program->started = now();
	if (program_start(program, pager)) {
		wait_end(WAIT_FOR_NAME, program->is.name, program->main_thread.raw);
	} else {
		program->status = STATUS_STOPPED;
		program->state = PROGRAM_ENDED;
	}
	return program->start_is_told;
}

static bool keep_running(struct program *program)
{
	if (!has_pager(program)) {
		console_say("%s: its pager has ended; program stopped", program->is.name);
		program_end(program, STATUS_STOPPED);
		return false;
	}
	if (!program->start_is_told)
		program->start_is_told = tell_start(program);
	return program->start_is_told;
}

/* Its areas are not given out to anybody else, but nobody to whom it has passed them on keeps them. */
static void take_back_areas(const struct space *space)
{
	for (unsigned int i = 0; i < space->area_count; i++) {
		const struct space_area *area = &space->areas[i];

		frames_take_back(area->physical, area->physical + (area->high - area->low));
	}
}

static bool finish(struct program *program)
{
	if (!program->start_is_told)
		program->end_is_told = true;
	if (!program->end_is_told)
		program->end_is_told = !has_pager(program) || tell_end(program);
	if (program->space.area_count > 0) {
		take_back_areas(&program->space);
		program->space.area_count = 0;
	}
	if (!space_release(&program->space, FRAMES_AT_ONCE)) {
		has_steps = true;
		return false;
	}
	if (!program->end_is_told)
		return false;
	program->state = PROGRAM_ENDED;
	wait_end(WAIT_FOR_END, program->is.name, (L4_Word_t)(long)program->status);
	if (!may_restart(program)) {
		if (program->restarts > 0 && !program->is_stopped && has_failed(program))
			console_say("%s has used up `restart %u` and is not started again", program->is.name,
				    program->restarts);
		wait_give_up();
		return true;
	}
	program->restarts++;
	program->state = PROGRAM_WAITS;
	return false;
}

static bool step(struct program *program)
{
	switch (program->state) {
	case PROGRAM_WAITS:
		return try_start(program);
	case PROGRAM_RUNS:
		return keep_running(program);
	case PROGRAM_ENDING:
		return finish(program);
	default:
		return true;
	}
}

void supervise(void)
{
	struct program *program;
	bool is_done = true;

	if (!has_work)
		return;
	has_steps = false;
	for (unsigned int i = 0; (program = program_at(i)); i++)
		is_done &= step(program);
	has_work = !is_done || has_steps;
}

bool supervise_all_finished(int *status)
{
	struct program *program;

	*status = program_at(0) ? 0 : STATUS_STOPPED;
	for (unsigned int i = 0; (program = program_at(i)); i++) {
		bool lives = program->state == PROGRAM_WAITS || program->state == PROGRAM_RUNS ||
			     (program->state == PROGRAM_ENDING && may_restart(program));

		if (lives && !program->is.is_server)
			return false;
		if (!lives && !program->is.is_manual && !program->is_stopped && *status == 0)
			*status = program->status;
	}
	return true;
}
