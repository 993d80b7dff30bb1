/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/lapic.c - see x86/lapic.h. */
#include "x86/lapic.h"
#include "x86/cpu.h"

enum lapic_register { /* SDM 3A table 11-1, byte offsets */
	LAPIC_ID = 0x20,
	LAPIC_TASK_PRIORITY = 0x80,
	LAPIC_SPURIOUS = 0xf0,
	LAPIC_LVT_TIMER = 0x320,
	LAPIC_LVT_LINT0 = 0x350,
	LAPIC_LVT_LINT1 = 0x360,
	LAPIC_LVT_ERROR = 0x370,
	LAPIC_TIMER_INITIAL = 0x380,
	LAPIC_TIMER_CURRENT = 0x390,
	LAPIC_TIMER_DIVIDE = 0x3e0,
};
enum { SOFTWARE_ENABLE = 1 << 8, LVT_MASKED = 1 << 16, LVT_TSC_DEADLINE = 2 << 17, DIVIDE_BY_1 = 0xb };
enum { APIC_BASE_X2 = 1 << 10, APIC_BASE_ENABLE = 1 << 11 }; /* SDM 3A 11.4.4, 11.12.1 */
enum { PIC_MASTER_DATA = 0x21, PIC_SLAVE_DATA = 0xa1 };

static volatile uint32_t *lapic_register(enum lapic_register offset)
{
	return (volatile uint32_t *)(DEVICE_MAP + offset);
}

phys_t lapic_phys(void)
{
	return ALIGN_DOWN(msr_read(MSR_APIC_BASE) & 0xffffffffff000UL, PAGE_SIZE);
}

void lapic_init(void)
{
	/* The legacy interrupt controllers stay silent: interrupts come through the APIC or not at all. */
	out8(PIC_MASTER_DATA, 0xff);
	out8(PIC_SLAVE_DATA, 0xff);

	word_t base = msr_read(MSR_APIC_BASE);

	if (base & APIC_BASE_X2) { /* the way back to memory-mapped registers leads through "off" */
		base &= ~(word_t)(APIC_BASE_X2 | APIC_BASE_ENABLE);
		msr_write(MSR_APIC_BASE, base);
	}
	msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	*lapic_register(LAPIC_TASK_PRIORITY) = 0;
	*lapic_register(LAPIC_LVT_LINT0) = LVT_MASKED;
	*lapic_register(LAPIC_LVT_LINT1) = LVT_MASKED;
	*lapic_register(LAPIC_LVT_ERROR) = LVT_MASKED;
	*lapic_register(LAPIC_TIMER_DIVIDE) = DIVIDE_BY_1;
	*lapic_register(LAPIC_LVT_TIMER) = VECTOR_TIMER;
	*lapic_register(LAPIC_SPURIOUS) = SOFTWARE_ENABLE | VECTOR_SPURIOUS;
}

unsigned lapic_id(void)
{
	return *lapic_register(LAPIC_ID) >> 24;
}

phys_t lapic_message_address(void)
{
	enum { DESTINATION_SHIFT = 12 }; /* SDM 3A 11.11: fixed delivery, one CPU, edge */

	return 0xfee00000UL | (phys_t)lapic_id() << DESTINATION_SHIFT;
}

void lapic_timer_start(uint32_t ticks)
{
	*lapic_register(LAPIC_TIMER_INITIAL) = ticks;
}

uint32_t lapic_timer_left(void)
{
	return *lapic_register(LAPIC_TIMER_CURRENT);
}

void lapic_timer_use_tsc(void)
{
	*lapic_register(LAPIC_LVT_TIMER) = VECTOR_TIMER | LVT_TSC_DEADLINE;
	__asm__ volatile("mfence" : : : "memory"); /* writing the MSR does not wait for that (SDM 3A 11.5.4.1) */
}

void lapic_timer_at(word_t tsc)
{
	msr_write(MSR_TSC_DEADLINE, tsc);
}
