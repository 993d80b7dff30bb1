/* SPDX-License-Identifier: BSD-2-Clause */
/* init/start.c - the order in which the kernel comes up. */
#include "base/panic.h"
#include "base/print.h"
#include "core/frames.h"
#include "entry/entry.h"
#include "init/init.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/lapic.h"
#include "x86/segments.h"

static struct boot_handoff boot; /* a copy: the original is not mapped any more once the kernel has tables of its own */

static void print_machine(void)
{
	print("kernel: %lu KiB of memory for the kernel; smep %d smap %d umip %d fsgsbase %d xsave %d; "
	      "tsc %lu kHz, timer %lu kHz%s\n",
	      frames_free() * PAGE_SIZE / 1024, cpu_features.smep, cpu_features.smap, cpu_features.umip,
	      cpu_features.fsgsbase, cpu_features.xsave, clock_tsc_khz(), clock_apic_khz(),
	      cpu_features.tsc_deadline ? ", by TSC deadline" : "");
}

void kernel_start(const struct boot_handoff *handoff)
{
	if (handoff->magic != BOOT_MAGIC || handoff->size != sizeof(boot))
		panic("the boot component and the kernel are not of one build; rebuild both");
	boot = *handoff;
	print("kernel: Pecan, an L4 X.2 microkernel for x86-64\n");
	segments_init();
	cpu_features_init();
	memory_init(&boot);
	mappings_init(&boot);
	symbols_init(direct_map(boot.kernel_elf), boot.kernel_elf_size);

	struct cpu *cpu = cpu_init(0);

	segments_load(cpu);
	switch_stack((char *)cpu - CPU_DATA + CPU_STACK_TOP);
}

void kernel_go_on(void)
{
	struct cpu *cpu = (struct cpu *)(CPU_AREAS + CPU_DATA);

	lapic_init();
	clock_init();
	print_machine();
	kip_init(&boot);
	leave_to(leave(servers_init(&boot, cpu)));
}
