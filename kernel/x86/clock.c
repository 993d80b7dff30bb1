/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/clock.c - calibration against the PIT; see x86/clock.h. */
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/lapic.h"

enum { /* 8254 channel 2, gated by port 0x61 */
	PIT_HZ = 1193182,
	PIT_CHANNEL2 = 0x42,
	PIT_COMMAND = 0x43,
	PIT_GATE = 0x61,
	GATE_ON = 1 << 0,
	SPEAKER_ON = 1 << 1,
	OUTPUT_HIGH = 1 << 5,
	ONE_SHOT_CHANNEL2 = 0xb0, /* mode 0, both bytes */
	PIT_COUNT = PIT_HZ / 400, /* 2.5 ms */
	CALIBRATIONS = 4,
	PATIENCE = 25000000,      /* polls; a machine without a PIT must not hang here */
};

enum { SOONEST_USEC = 2 };

static word_t tsc_khz, apic_khz;
static word_t soonest; /* ticks from when it is set: the timer does not fire before, see decisions/0005 */
struct clock_scale clock_scale;

/*
 * What both count while the PIT counts down once. Never too little: they are read before it starts and after it has
 * ended, so whatever comes between, a host that takes our processor away for one, makes it more.
 */
static void calibrate(word_t *tsc, word_t *apic)
{
	unsigned polls = 0;

	out8(PIT_COMMAND, ONE_SHOT_CHANNEL2);
	out8(PIT_CHANNEL2, PIT_COUNT & 0xff);
	lapic_timer_start(~0U);

	uint32_t apic_start = lapic_timer_left();
	word_t tsc_start = rdtsc();

	out8(PIT_CHANNEL2, PIT_COUNT >> 8); /* starts it */
	while (!(in8(PIT_GATE) & OUTPUT_HIGH) && ++polls < PATIENCE)
		;
	*tsc = rdtsc() - tsc_start;
	*apic = apic_start - lapic_timer_left();
}

void clock_init(void)
{
	word_t least_tsc = ~0UL, least_apic = ~0UL;

	out8(PIT_GATE, (in8(PIT_GATE) & ~SPEAKER_ON) | GATE_ON);
	for (unsigned i = 0; i < CALIBRATIONS; i++) {
		word_t tsc, apic;

		calibrate(&tsc, &apic);
		least_tsc = tsc < least_tsc ? tsc : least_tsc;
		least_apic = apic < least_apic ? apic : least_apic;
	}
	lapic_timer_start(0);
	tsc_khz = least_tsc * PIT_HZ / PIT_COUNT / 1000;
	apic_khz = least_apic * PIT_HZ / PIT_COUNT / 1000;
	tsc_khz = tsc_khz ? tsc_khz : 1;
	apic_khz = apic_khz ? apic_khz : 1;
	clock_scale.usec_per_tick = (1000UL << CLOCK_SHIFT) / tsc_khz;
	soonest = SOONEST_USEC * tsc_khz / 1000;
	if (cpu_features.tsc_deadline)
		lapic_timer_use_tsc();
	clock_scale.start = rdtsc();
}

usec_t clock_now(void)
{
	return clock_read();
}

/* The first value of the counter at which clock_now() says `at`, but never one that comes too soon. */
static word_t tsc_at(usec_t at)
{
	word_t high = at >> (64 - CLOCK_SHIFT), low = at << CLOCK_SHIFT, first = rdtsc() + soonest, tsc;

	if (high >= clock_scale.usec_per_tick)
		return ~0UL;
	tsc = clock_scale.start + divide(high, low, clock_scale.usec_per_tick) + 1;
	return tsc > first ? tsc : first;
}

/* Count down what is left until the counter has this value, or as far as the timer can. */
static void start_one_shot(word_t tsc)
{
	word_t now = rdtsc(), left = tsc > now ? tsc - now : 0;
	word_t longest = (word_t)~0U * tsc_khz / apic_khz / 2;

	/* One tick more than enough: an interrupt before its time would only have to be set again. */
	lapic_timer_start((uint32_t)((left < longest ? left : longest) * apic_khz / tsc_khz + 1));
}

void clock_set_timer(usec_t at)
{
	if (cpu_features.tsc_deadline)
		lapic_timer_at(at == USEC_NEVER ? 0 : tsc_at(at));
	else if (at == USEC_NEVER)
		lapic_timer_start(0);
	else
		start_one_shot(tsc_at(at));
}

word_t clock_tsc_khz(void)
{
	return tsc_khz;
}

word_t clock_apic_khz(void)
{
	return apic_khz;
}
