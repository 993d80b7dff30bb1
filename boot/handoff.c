/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/handoff.c - the last step: page tables, struct boot_handoff, and into the kernel.
 *
 * All that the kernel still uses when it starts lies in one block of type MEMORY_KERNEL: the
 * handoff, behind it the ACPI root pointer, the segment descriptors and the kernel's command line,
 * then the page tables.
 */
#include "console.h"
#include "layout.h"
#include "machine.h"

/* SDM 3A, 4.5: entries of 4-level paging. */
enum {
	PTE_PRESENT = 1 << 0,
	PTE_WRITE = 1 << 1,
	PDE_LARGE = 1 << 7,
	ENTRIES = 512,
	SHIFT_PT = 12,
	SHIFT_PD = 21,
	SHIFT_PDPT = 30,
	SHIFT_PML4 = 39,
	GIGABYTES = 4, /* mapped 1:1 */
};

typedef uint64_t pte_t;

/* What follows struct boot_handoff in its block. */
struct extras {
	struct boot_handoff handoff;
	_Alignas(16) unsigned char rsdp[RSDP_SIZE];
	_Alignas(8) unsigned char gdt[32];
	char command_line[];
};

static unsigned slot(uint64_t address, unsigned shift)
{
	return (unsigned)(address >> shift) % ENTRIES;
}

/* PML4, two PDPTs, four page directories 1:1, the kernel's directory, its page tables. */
static unsigned tables_count(const struct elf_image *image)
{
	return 3 + GIGABYTES + 1 + slot(image->high - 1, SHIFT_PD) - slot(image->low, SHIFT_PD) + 1;
}

static pte_t pte_to(const void *table)
{
	return phys_of(table) | PTE_PRESENT | PTE_WRITE;
}

static void tables_build(pte_t (*table)[ENTRIES], const struct program *kernel)
{
	const struct elf_image *image = &kernel->image;
	pte_t *pml4 = table[0], *pdpt = table[1], *kernel_pdpt = table[2];
	pte_t(*pd)[ENTRIES] = table + 3;
	pte_t *kernel_pd = table[3 + GIGABYTES];
	pte_t(*kernel_pt)[ENTRIES] = table + 3 + GIGABYTES + 1;

	memset(table, 0, tables_count(image) * sizeof(table[0]));
	pml4[0] = pte_to(pdpt);
	for (unsigned i = 0; i < GIGABYTES * ENTRIES; i++)
		pd[0][i] = (pte_t)i << SHIFT_PD | PTE_PRESENT | PTE_WRITE | PDE_LARGE;
	for (unsigned i = 0; i < GIGABYTES; i++)
		pdpt[i] = pte_to(pd[i]);

	pml4[slot(image->low, SHIFT_PML4)] = pte_to(kernel_pdpt);
	kernel_pdpt[slot(image->low, SHIFT_PDPT)] = pte_to(kernel_pd);
	unsigned first = slot(image->low, SHIFT_PD);
	for (uint64_t page = image->low; page < image->high; page += PAGE_SIZE) {
		unsigned which = slot(page, SHIFT_PD);
		kernel_pd[which] = pte_to(kernel_pt[which - first]);
		kernel_pt[which - first][slot(page, SHIFT_PT)] =
			(kernel->phys + (page - image->low)) | PTE_PRESENT | PTE_WRITE;
	}
}

static struct boot_program as_linked(const struct program *program)
{
	return (struct boot_program){ program->image.entry, program->image.low,
				      program->image.high };
}

static void handoff_fill(struct layout *layout, struct extras *extras)
{
	const struct boot_input *input = layout->input;
	const struct program *kernel = &layout->program[KERNEL];
	struct boot_handoff *handoff = &extras->handoff;
	handoff->magic = BOOT_MAGIC;
	handoff->size = sizeof(*handoff);
	handoff->kernel_phys = kernel->phys;
	handoff->kernel_size = kernel->image.high - kernel->image.low;
	handoff->kernel_elf = kernel->module->start;
	handoff->kernel_elf_size = kernel->module->size;
	handoff->sigma0 = as_linked(&layout->program[SIGMA0]);
	handoff->root = as_linked(&layout->program[ROOT]);

	const char *command_line = kernel->module->command_line;
	memcpy(extras->command_line, command_line, strlen(command_line) + 1);
	handoff->command_line = phys_of(extras->command_line);
	memcpy(extras->gdt, boot_gdt, (size_t)(boot_gdt_end - boot_gdt));
	memcpy(extras->rsdp, input->rsdp, input->rsdp_size);
	handoff->rsdp = input->rsdp_size ? phys_of(extras->rsdp) : 0;
}

void kernel_start(struct layout *layout)
{
	const struct program *kernel = &layout->program[KERNEL];
	unsigned head =
		(unsigned)page_up(sizeof(struct extras) + strlen(kernel->module->command_line) + 1);
	unsigned size = head + tables_count(&kernel->image) * PAGE_SIZE;
	struct extras *extras =
		at_phys(layout_allocate(layout, size, MEMORY_KERNEL, "the handoff"));
	pte_t(*tables)[ENTRIES] = (void *)((char *)extras + head);

	memset(extras, 0, head);
	handoff_fill(layout, extras);
	extras->handoff.boot_info = bootinfo_build(layout, &extras->handoff.boot_info_size);
	tables_build(tables, kernel);

	/* Nothing is placed any more: from the kernel's first instruction on this is free. */
	layout_set(layout, phys_of(boot_start), phys_of(boot_end), MEMORY_FREE);
	memory_fit(&layout->map, BOOT_MEMORY_MAX);
	if (layout->map.count > BOOT_MEMORY_MAX)
		fail("the memory map has more than %u entries: "
		     "this boot component was not made for that",
		     BOOT_MEMORY_MAX);
	extras->handoff.memory_count = layout->map.count;
	memcpy(extras->handoff.memory, layout->map.entry,
	       layout->map.count * sizeof(struct boot_memory));

	uart_drain();
	enter_kernel((uint32_t)phys_of(tables), kernel->image.entry, (uint32_t)phys_of(extras),
		     (uint32_t)phys_of(extras->gdt));
	fail("this processor has no SYSCALL instruction in 64-bit mode: use another 64-bit "
	     "processor, or give the emulator another processor model");
}
