/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init/mappings.c - the kernel's half of every address space, see base/memory_map.h.
 *
 * No page is both writable and executable. The frames of the kernel image appear at its link address only, not
 * in the direct map.
 */
#include "core/frames.h"
#include "core/map.h"
#include "core/space.h"
#include "core/thread.h"
#include "init/init.h"
#include "x86/cpu.h"
#include "x86/lapic.h"
#include "x86/window.h"

static void map(virt_t address, phys_t phys, unsigned level, pte_t bits)
{
	memory_need(pagetable_map(kernel_root, address, phys, level, bits | PTE_GLOBAL, &kernel_account));
}

static void map_image(const struct boot_handoff *boot)
{
	for (virt_t at = (virt_t)image_start; at < (virt_t)image_end; at += PAGE_SIZE) {
		pte_t bits = at < (virt_t)text_end ? 0 : at < (virt_t)rodata_end ? PTE_NX : PTE_NX | PTE_WRITE;

		map(at, boot->kernel_phys + (at - (virt_t)image_start), 0, bits);
	}
}

/* Is some of [low, low + size) part of the kernel image? */
static bool holds_image(const struct boot_handoff *boot, phys_t low, word_t size)
{
	return low < boot->kernel_phys + boot->kernel_size && boot->kernel_phys < low + size;
}

static void map_ram(const struct boot_handoff *boot, phys_t low, phys_t high)
{
	while (low < high) {
		unsigned level = cpu_features.pages_1g ? 2 : 1;

		while (level && ((low & (level_size(level) - 1)) || level_size(level) > high - low ||
		                 holds_image(boot, low, level_size(level))))
			level--;
		if (!holds_image(boot, low, level_size(level)))
			map(DIRECT_MAP + low, low, level, PTE_WRITE | PTE_NX);
		low += level_size(level);
	}
}

static bool is_ram(const struct boot_memory *m)
{
	return m->type != MEMORY_RESERVED;
}

/* Neighbours of different use are mapped in one go, so that large pages serve across the borders. */
static void map_all_ram(const struct boot_handoff *boot)
{
	phys_t done = 0;

	for (;;) {
		phys_t low = ~0UL, high = 0;
		bool grown = true;

		for (unsigned i = 0; i < boot->memory_count; i++)
			if (is_ram(&boot->memory[i]) && boot->memory[i].low >= done && boot->memory[i].low < low) {
				low = boot->memory[i].low;
				high = boot->memory[i].high;
			}
		if (low == ~0UL)
			return;
		while (grown) {
			grown = false;
			for (unsigned i = 0; i < boot->memory_count; i++)
				if (is_ram(&boot->memory[i]) && boot->memory[i].low == high) {
					high = boot->memory[i].high;
					grown = true;
				}
		}
		map_ram(boot, low, high);
		done = high;
	}
}

/* The registers of a device of the kernel's own. */
static void map_device(virt_t address, phys_t registers)
{
	phys_t page = ALIGN_DOWN(registers, PAGE_SIZE);

	map_reserve(page, page + PAGE_SIZE);
	map(address, page, 0, PTE_WRITE | PTE_NX | CACHING_UNCACHEABLE);
}

void mappings_init(const struct boot_handoff *boot, const struct interrupt_wiring *wiring)
{
	kernel_root = frame_alloc();
	map_image(boot);
	map_all_ram(boot);
	/* Every page table's upper half is a copy of this, so what it points to must be there before the first copy. */
	memory_need(pagetable_make(kernel_root, CPU_AREAS, 0, 0, &kernel_account) && thread_array_init() &&
	            window_init());
	map_device(DEVICE_MAP, lapic_phys());
	for (unsigned i = 0; i < wiring->ioapics; i++)
		map_device(DEVICE_MAP + (i + 1) * PAGE_SIZE, wiring->ioapic[i].registers);
	cr3_write(direct_map_phys(kernel_root));
}
