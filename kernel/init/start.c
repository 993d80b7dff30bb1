/* SPDX-License-Identifier: BSD-2-Clause */
/* init/start.c - the order in which the kernel comes up. */
#include "base/debugger.h"
#include "base/panic.h"
#include "base/print.h"
#include "core/frames.h"
#include "entry/entry.h"
#include "init/acpi.h"
#include "init/init.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/lapic.h"
#include "x86/segments.h"

static struct boot_handoff boot; /* a copy: the original is not mapped any more once the kernel has tables of its own */
static struct interrupt_wiring wiring;

/* Is this among the words of the kernel's command line? */
static bool option(const char *word)
{
	const char *line = direct_map(boot.command_line);

	while (*line) {
		const char *w = word;

		while (*w && *line == *w)
			line++, w++;
		if (!*w && (!*line || *line == ' '))
			return true;
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
	return false;
}

#define BOOT_MAPPED (1UL << 32) /* abi/boot.h */

static void print_machine(unsigned pins)
{
	print("kernel: %lu KiB of memory for the kernel; smep %d smap %d umip %d pcid %d fsgsbase %d xsave %d path %d; "
	      "tsc %lu kHz, timer %lu kHz%s; %u interrupt pins of %u I/O APICs\n",
	      frames_free() * PAGE_SIZE / 1024, cpu_features.smep, cpu_features.smap, cpu_features.umip,
	      cpu_features.pcid,
	      cpu_features.fsgsbase, cpu_features.xsave, cpu_features.path, clock_tsc_khz(), clock_apic_khz(),
	      cpu_features.tsc_deadline ? ", by TSC deadline" : "", pins, wiring.ioapics);
}

/* Of ACPI's tables, which the boot component's tables show as long as they lie below 4 GiB. */
static const void *view(phys_t address, word_t size)
{
	return address < BOOT_MAPPED && size <= BOOT_MAPPED - address ? direct_map(address) : NULL;
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
	if (!acpi_read_wiring(boot.rsdp, view, &wiring))
		print("kernel: no ACPI table of interrupts (MADT): no pins of I/O APICs\n");
	mappings_init(&boot, &wiring);
	symbols_init(direct_map(boot.kernel_elf), boot.kernel_elf_size);

	cpu_features.path &= !option("path=off");

	struct cpu *cpu = cpu_init(0);

	segments_load(cpu);
	switch_stack((char *)cpu - CPU_DATA + CPU_STACK_TOP);
}

void kernel_go_on(void)
{
	struct cpu *cpu = (struct cpu *)(CPU_AREAS + CPU_DATA);
	unsigned pins;

	limits_init(cpu);
	lapic_init();
	pins = ioapic_init(&wiring);
	clock_init();
	print_machine(pins);
	kip_init(&boot, &wiring);
	small_kip_init();
	debugger_key_on();
	leave(servers_init(&boot, cpu));
}
