/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/main.c - the boot from the loader to the kernel, as a list.
 *
 * Entered from start.asm with paging and interrupts off. What a loader left is copied first,
 * because any later step may write over it.
 */
#include "console.h"
#include "layout.h"
#include "machine.h"

static struct boot_input input;
static struct layout layout;

static void collect(uint32_t who, uint32_t info)
{
	switch (who) {
	case MULTIBOOT2_MAGIC:
		multiboot2_collect(&input, info);
		break;
	case PVH_MAGIC:
		pvh_collect(&input, info);
		break;
	default:
		fail("the loader identifies itself by 0x%x, not by multiboot2's 0x%x: "
		     "load this file with GRUB's multiboot2 command or with QEMU's -kernel",
		     who, MULTIBOOT2_MAGIC);
	}
	input_find_rsdp(&input);
}

static void banner(void)
{
	boot_u64 ram =
		memory_total(&layout.map, MEMORY_FREE) + memory_total(&layout.map, MEMORY_BOOT);
	print("Pecan boot: %s%s%s, %u MiB RAM, modules:", input.is_uefi ? "UEFI, " : "",
	      input.loader, input.rsdp_size ? "" : ", no ACPI", (unsigned)(ram >> 20));
	for (unsigned i = 0; i < input.module_count; i++)
		print(" %s", input.module[i].name);
	print("\n");
}

static void summary(void)
{
	const struct program *kernel = &layout.program[KERNEL];
	const struct elf_image *sigma0 = &layout.program[SIGMA0].image,
			       *root = &layout.program[ROOT].image;
	print("Pecan boot: kernel at 0x%llx (%u KiB), sigma0 at 0x%llx (%u KiB), root task at "
	      "0x%llx (%u KiB)\n",
	      kernel->phys, (unsigned)((kernel->image.high - kernel->image.low) >> 10), sigma0->low,
	      (unsigned)((sigma0->high - sigma0->low) >> 10), root->low,
	      (unsigned)((root->high - root->low) >> 10));
}

void boot_main(uint32_t who, uint32_t info) __attribute__((noreturn));

void boot_main(uint32_t who, uint32_t info)
{
	uart_init();
	cpu_check();
	collect(who, info);
	layout.input = &input;
	layout_map(&layout);
	banner();
	layout_check(&layout);
	layout_place(&layout);
	summary();
	kernel_start(&layout);
}
