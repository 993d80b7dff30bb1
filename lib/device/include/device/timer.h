/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/timer.h - alarms, from the timer of a PC (servers/timer).
 *
 * A program has TIMER_ALARMS alarms, which it calls by their numbers, from 0. One that is set is due at a time and,
 * if it has a period, at each period behind that: from the time that was asked for, so that nothing adds up. Any
 * thread of the program sets them; one waits for them. An alarm that nobody takes stays due until somebody does, who
 * is told how often it has been due meanwhile.
 *
 * Times are microseconds of the system clock, L4_SystemClock(). An alarm never comes before its time.
 *
 * Each request is an L4_Call whose answer's label is 0, or 1: no such request. When the driver ends, calls fail, and
 * all that was set is forgotten. All functions use message registers.
 */
#ifndef DEVICE_TIMER_H
#define DEVICE_TIMER_H

#include <stdbool.h>

#include <l4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum timer_request {
	TIMER_SET = 0x491,    /* number, time, period */
	TIMER_CANCEL = 0x492, /* a bit for each alarm, bit 0 being number 0 */
	TIMER_NEXT = 0x493,   /* answered when one is due, or with count 0 when another thread of this program asks */
};

enum { TIMER_ALARMS = 64 };

/* The longest period: 2^48 microseconds are nine years. */
#define TIMER_PERIOD_MAX (1UL << 48)

/* The answer to TIMER_NEXT. */
struct timer_alarm {
	unsigned long number;
	unsigned long count; /* how often it has been due since it was told last; 0: no alarm */
	unsigned long time;  /* when it was due last */
};

/*
 * The driver, once there is one; none of this program's alarms is set, whatever was before. nilthread: there will be
 * none.
 */
L4_ThreadId_t timer_open(const char *name);

/*
 * Sets an alarm, again if it was set. period 0: once. False: the driver has ended; or there is no such alarm, or
 * period.
 */
bool timer_set(L4_ThreadId_t timer, unsigned int number, unsigned long time, unsigned long period);

/* The same, so many microseconds from now. */
bool timer_set_after(L4_ThreadId_t timer, unsigned int number, unsigned long microseconds, unsigned long period);

/* It is not set any more, nor due. False: the driver has ended. */
bool timer_cancel(L4_ThreadId_t timer, unsigned int number);

/* Waits for the next alarm; of several that are due, the one that has been so longest. False: the driver has ended. */
bool timer_next(L4_ThreadId_t timer, struct timer_alarm *alarm);

/*
 * For who waits for other messages, too: a thread of this program that does nothing but wait for the alarms,
 * sends its receiver a message with each, and waits until that one takes it. Begins with a
 * message that the driver is there; when that has ended, another one comes as soon as there is a new one.
 */
struct timer_relay {
	L4_ThreadId_t thread; /* from whom the messages come */
	L4_ThreadId_t to;
	const char *name;
	char stack[2048] __attribute__((aligned(16)));
};

enum timer_message {
	TIMER_IS_THERE = 0x4a1, /* one word: the driver's id; no alarm is set */
	TIMER_ALARM = 0x4a2,	/* three words, as in struct timer_alarm */
};

/* name: of the driver; it must stay where it is, as must *relay. False: no thread can be had. */
bool timer_relay_start(struct timer_relay *relay, const char *name, L4_ThreadId_t to);

#ifdef __cplusplus
}
#endif
#endif
