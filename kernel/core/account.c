/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/account.c - see core/account.h.
 *
 * Of the frames that are set aside in all (core/frames.h), an account with a quota holds the quota less the frames
 * that it has taken; one without holds those that it has set aside itself.
 */
#include "core/account.h"
#include "core/frames.h"

struct account kernel_account;

static size_t frames_in_use(const struct account *a)
{
	return a->frames + (a->bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

static bool can_pay(const struct account *a, size_t count)
{
	return !a->quota || a->quota - frames_in_use(a) >= count;
}

void *account_alloc(struct account *a)
{
	void *frame;

	if (!can_pay(a, 1))
		return NULL;
	if (a->quota)
		frames_unreserve(1);
	frame = frame_alloc();
	if (frame)
		a->frames++;
	return frame;
}

/* The frame is free, so it can be set aside again. */
void account_free(struct account *a, void *frame)
{
	frame_free(frame);
	a->frames--;
	if (a->quota)
		frames_reserve(1);
}

bool account_has(const struct account *a, size_t count)
{
	return can_pay(a, count) && (a->quota || frames_free() >= count);
}

bool account_reserve(struct account *a, size_t count)
{
	if (!can_pay(a, count) || (!a->quota && !frames_reserve(count)))
		return false;
	a->frames += count;
	return true;
}

void account_unreserve(struct account *a, size_t count)
{
	a->frames -= count;
	if (!a->quota)
		frames_unreserve(count);
}

void *account_alloc_reserved(void)
{
	return frame_alloc_reserved();
}

bool account_charge(struct account *a, size_t bytes)
{
	if (a->quota && (a->quota - a->frames) * PAGE_SIZE < a->bytes + bytes)
		return false;
	a->bytes += bytes;
	return true;
}

void account_refund(struct account *a, size_t bytes)
{
	a->bytes -= bytes;
}

bool account_move(struct account *from, struct account *to, size_t count)
{
	if (!can_pay(to, count) || (from->quota && !to->quota && !frames_reserve(count)))
		return false;
	if (to->quota && !from->quota)
		frames_unreserve(count);
	from->frames -= count;
	to->frames += count;
	return true;
}

bool account_set_quota(struct account *a, size_t frames)
{
	size_t held = a->quota ? a->quota - a->frames : 0;
	size_t hold = frames ? frames - a->frames : 0;

	if (frames && frames < frames_in_use(a))
		return false;
	if (hold > held && !frames_reserve(hold - held))
		return false;
	if (hold < held)
		frames_unreserve(held - hold);
	a->quota = frames;
	return true;
}

size_t account_used(const struct account *a)
{
	return a->frames * PAGE_SIZE + a->bytes;
}
