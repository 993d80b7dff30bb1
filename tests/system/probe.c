/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/probe.c - see probe.h. */
#include "probe.h"

void probe_read(L4_Word_t address)
{
	L4_Word_t value;

	__asm__ volatile(".globl probe_read_at\nprobe_read_at: movq (%1), %0"
			 : "=r"(value)
			 : "r"(address)
			 : "memory");
	report(LABEL_DONE, value);
	sleep_forever();
}

void probe_write(L4_Word_t address)
{
	__asm__ volatile(".globl probe_write_at\nprobe_write_at: movq %0, (%1)"
			 :
			 : "r"(PROBE_VALUE), "r"(address)
			 : "memory");
	report(LABEL_DONE, 0);
	sleep_forever();
}

void probe_execute(L4_Word_t address)
{
	((void (*)(void))address)();
	report(LABEL_DONE, 1);
	sleep_forever();
}
