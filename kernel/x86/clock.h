/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/clock.h - the time, from the time-stamp counter, and the local APIC's timer.
 *
 * Both are calibrated once against the PIT, the one clock whose frequency every PC agrees on. A timer that can be set
 * to a value of the counter itself (TSC deadline) is; then it fires at the tick at which the clock shows the time.
 * Otherwise it counts down once, a tick of its own more than enough.
 */
#ifndef X86_CLOCK_H
#define X86_CLOCK_H

#include "x86/cpu.h"

/* Calibrate; needs the local APIC. */
void clock_init(void);

/* How the counter becomes microseconds. No division on the way to the time. */
enum { CLOCK_SHIFT = 44 };
extern struct clock_scale {
	word_t start;         /* of the counter, at clock_init() */
	word_t usec_per_tick; /* << CLOCK_SHIFT */
} clock_scale;

/* Microseconds since clock_init(); never decreases. */
usec_t clock_now(void);

/* The same, without a call. */
static inline usec_t clock_read(void)
{
	return multiply_shift(rdtsc() - clock_scale.start, clock_scale.usec_per_tick, CLOCK_SHIFT);
}

/*
 * Let the timer interrupt come at this time. USEC_NEVER: not at all. If it is past, or nearly, it comes some
 * microseconds from now: when the work of one interrupt is left for a next one, the devices' come in between, though
 * the timer's vector goes before theirs.
 */
void clock_set_timer(usec_t at);

/* Frequencies that the calibration found, in kHz. */
word_t clock_tsc_khz(void);
word_t clock_apic_khz(void);

#endif
