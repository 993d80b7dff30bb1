/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/lapic.h - the local APIC: the timer and the end of an interrupt. SDM 3A chapter 11. */
#ifndef X86_LAPIC_H
#define X86_LAPIC_H

#include "base/memory_map.h"

/* Switch it on, with its registers mapped at DEVICE_MAP; mask everything but the timer. */
void lapic_init(void);

/* Physical address of its registers. */
phys_t lapic_phys(void);

/* The number of this CPU's, to which interrupts are sent. */
unsigned lapic_id(void);

/* Where a device writes a vector to interrupt this CPU. */
phys_t lapic_message_address(void);

/* The interrupt that is being served is done. SDM 3A 10.8.5. */
static inline void lapic_end_of_interrupt(void)
{
	enum { LAPIC_EOI = 0xb0 };

	*(volatile uint32_t *)(DEVICE_MAP + LAPIC_EOI) = 0;
}

/* Count down from `ticks` and interrupt at zero; 0 stops it. */
void lapic_timer_start(uint32_t ticks);
uint32_t lapic_timer_left(void);

/* Interrupt when the time-stamp counter reaches a value, at once if it has; 0: not at all. SDM 3A 11.5.4.1. */
void lapic_timer_use_tsc(void);
void lapic_timer_at(word_t tsc);

#endif
