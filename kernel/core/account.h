/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/account.h - who pays for the kernel's memory.
 *
 * Every frame that the kernel allocates for a space is in that space's account, and leaves it when it is freed. A
 * space with a quota has that many frames of its own: they are set aside when the quota is given, so nobody else can
 * take them, and it gets no others. A space without one draws on what is left, as the privileged spaces do, which give
 * the quotas.
 *
 *  - Frames that must be there when something is broken up later count when they are set aside.
 *  - Four thread control blocks share a frame, of whatever spaces: the frame is the kernel's, since who makes a thread
 *    chooses its number, and each thread counts as bytes against its space's quota.
 *
 * kernel/doc/decisions/0006-kernel-memory.md says why.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "base/types.h"

struct account {
	size_t quota;  /* in frames; 0: none */
	size_t frames; /* taken or set aside */
	size_t bytes;  /* of things smaller than a frame */
};

/* Of what belongs to no space. */
extern struct account kernel_account;

/* A frame filled with zeros; NULL when the quota, or all memory, is used up. */
void *account_alloc(struct account *a);
void account_free(struct account *a, void *frame);

/* Could `count` frames be allocated now? */
bool account_has(const struct account *a, size_t count);

/*
 * Set `count` frames aside, which account_alloc_reserved() takes one by one, with anything in them. False: no memory.
 */
bool account_reserve(struct account *a, size_t count);
void account_unreserve(struct account *a, size_t count);
void *account_alloc_reserved(void);

/* Count something smaller, whose frame the kernel has. False: the quota does not allow it. */
bool account_charge(struct account *a, size_t bytes);
void account_refund(struct account *a, size_t bytes);

/* `count` frames, taken or set aside, change hands. False: no memory on the new side. */
bool account_move(struct account *from, struct account *to, size_t count);

/* Give, change or (0) take away the quota. False: it is less than what is used, or there is not so much memory. */
bool account_set_quota(struct account *a, size_t frames);

/* In bytes. */
size_t account_used(const struct account *a);

#endif
