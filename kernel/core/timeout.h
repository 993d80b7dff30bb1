/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/timeout.h - who must be woken when.
 *
 * A hierarchical timing wheel over 64-bit microseconds: level n has 64 slots of 64^n us. A timeout lies in the
 * level of the highest bit in which its deadline differs from the wheel's present, so inserting and cancelling
 * cost the same however many there are; when the present enters a slot of a higher level, what is in it moves
 * down. Deadlines are exact. (Varghese and Lauck, SOSP 1987, scheme 7.)
 */
#ifndef CORE_TIMEOUT_H
#define CORE_TIMEOUT_H

#include "base/ring.h"

enum { WHEEL_LEVELS = 11, WHEEL_SLOTS = 64 };

struct timeout {
	struct ring link; /* empty: not running */
	usec_t deadline;
};

struct wheel {
	usec_t now;  /* everything before is expired and handed out */
	usec_t next; /* nothing expires before that */
	word_t used[WHEEL_LEVELS]; /* a bit for each slot that has timeouts */
	struct ring slot[WHEEL_LEVELS][WHEEL_SLOTS];
};

void wheel_init(struct wheel *w, usec_t now);

static inline void timeout_init(struct timeout *t)
{
	ring_init(&t->link);
}

static inline bool timeout_is_running(const struct timeout *t)
{
	return !ring_empty(&t->link);
}

/* Start a timeout that is not running. A deadline in the past expires at the next wheel_expired(). */
void wheel_insert(struct wheel *w, struct timeout *t, usec_t deadline);

/* Stop a timeout; no harm if it is not running. */
static inline void wheel_cancel(struct timeout *t)
{
	/* The slot's used bit stays: whoever comes by finds the ring empty and clears it. */
	ring_remove(&t->link);
}

/*
 * Take out one timeout whose deadline is not after `now`, earliest first, or return NULL and advance the
 * wheel's present to `now`. `now` never decreases. Each timeout or slot that is looked at takes one of *steps; when
 * they are used up, NULL is returned too, and wheel_next() says that there is more.
 */
struct timeout *wheel_expired(struct wheel *w, usec_t now, unsigned *steps);

/*
 * When wheel_expired() must be called next, at the latest; USEC_NEVER if nothing is running. May be early,
 * never late.
 */
static inline usec_t wheel_next(const struct wheel *w)
{
	return w->next;
}

#endif
