/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/layout.c - decides where everything goes, and puts it there (layout.h).
 *
 * sigma0 and root task must lie where they are linked; the loader may have put modules just there.
 * So the modules move first: from the highest to the lowest, each to the highest free place. A
 * module may slide over itself, never over another one, and so no second copy of all modules has to
 * fit. The result is one block at the top of memory, and one large free piece below it.
 */
#include "console.h"
#include "layout.h"
#include "machine.h"

#define MORE_MEMORY "give the machine more memory (16 MiB are enough for the default modules)"

enum {
	LOW_MEMORY = 0x100000,  /* below: nothing, further processors need it to start */
	KERNEL_SPAN = 1 << 30,
};

static unsigned kib(boot_u64 size)
{
	return (unsigned)((size + 1023) >> 10);
}

static void map_full(void) __attribute__((noreturn));

static void map_full(void)
{
	fail("the memory map has more than %u entries: this boot component was not made for that",
	     MEMORY_MAP_MAX);
}

void layout_set(struct layout *layout, phys_t low, phys_t high, boot_u64 type)
{
	if (!memory_set(&layout->map, low, high, type))
		map_full();
}

phys_t layout_allocate(struct layout *layout, boot_u64 size, boot_u64 type, const char *what)
{
	phys_t place = memory_find(&layout->map, size, LOW_MEMORY, BOOT_WINDOW);
	if (place == 0)
		fail("too little memory: %u KiB for %s do not fit in one piece "
		     "below 3 GiB; " MORE_MEMORY,
		     kib(size), what);
	layout_set(layout, place, place + page_up(size), type);
	return place;
}

void layout_map(struct layout *layout)
{
	const struct boot_input *input = layout->input;
	layout->map.count = 0;
	for (int pass = 0; pass < 3; pass++) {
		static const boot_u64 type[] = { MEMORY_FREE, MEMORY_ACPI, MEMORY_RESERVED };
		for (unsigned i = 0; i < input->region_count; i++) {
			const struct boot_region *region = &input->region[i];
			if (region->type == type[pass] &&
			    !memory_add_firmware(&layout->map, region->address, region->size,
						 region->type))
				map_full();
		}
	}
	if (memory_total(&layout->map, MEMORY_FREE) == 0)
		fail("the loader passed no memory map: use GRUB 2, or QEMU 4.0 or later");
	/* Address 0 is nobody's: a null pointer stays one in physical memory, too. */
	layout_set(layout, 0, PAGE_SIZE, MEMORY_RESERVED);
	layout_set(layout, phys_of(boot_start), phys_of(boot_end), MEMORY_BOOT);
}

static bool overlap(phys_t low_a, phys_t high_a, phys_t low_b, phys_t high_b)
{
	return low_a < high_b && low_b < high_a;
}

static phys_t pages_end(const struct boot_module *module)
{
	return page_up(module->start + module->size);
}

static void module_check(struct layout *layout, unsigned number)
{
	const struct boot_module *module = &layout->input->module[number];
	phys_t end = module->start + module->size;
	if (end < module->start || end > PHYS_END ||
	    !memory_is(&layout->map, page_down(module->start), pages_end(module), MEMORY_FREE))
		fail("module %u (%s) lies at 0x%llx-0x%llx, which is not all free RAM "
		     "below 4 GiB: " MORE_MEMORY ", or use another loader",
		     number + 1, module->name, module->start, end);
	for (unsigned i = 0; i < number; i++) {
		const struct boot_module *other = &layout->input->module[i];
		if (overlap(module->start, end, other->start, other->start + other->size))
			fail("modules %u (%s) and %u (%s) overlap in memory: use another loader",
			     i + 1, other->name, number + 1, module->name);
	}
}

static void program_check(struct layout *layout, unsigned number, const char *title)
{
	struct program *program = &layout->program[number];
	struct boot_module *module = &layout->input->module[number];
	enum elf_result result = elf_check(at_phys(module->start), module->size, &program->image);
	*program = (struct program){ title, module, program->image, program->image.low };
	if (result != ELF_GOOD)
		fail("module %u (%s), to be %s, %s", number + 1, module->name, title,
		     elf_complaint(result));
}

static void kernel_check(const struct program *kernel)
{
	const struct elf_image *image = &kernel->image;
	if (image->low < KERNEL_BASE || image->high - KERNEL_BASE > KERNEL_SPAN)
		fail("module 1 (%s) is linked at 0x%llx-0x%llx, which is no place for a kernel "
		     "(0x%llx, 1 GiB): make the kernel the first module",
		     kernel->module->name, image->low, image->high, KERNEL_BASE);
}

static void link_address_check(const struct layout *layout, const struct program *program)
{
	const struct elf_image *image = &program->image;
	const struct program *sigma0 = &layout->program[SIGMA0];
	const char *obstacle = 0;
	if (image->high > BOOT_WINDOW)
		obstacle = "is not below 3 GiB";
	else if (overlap(image->low, image->high, phys_of(boot_start), phys_of(boot_end)))
		obstacle = "overlaps this boot component";
	else if (program != sigma0 &&
		 overlap(image->low, image->high, sigma0->image.low, sigma0->image.high))
		obstacle = "overlaps sigma0";
	if (obstacle)
		fail("%s (%s) is linked at 0x%llx-0x%llx, which %s: link it elsewhere",
		     program->title, program->module->name, image->low, image->high, obstacle);
	if (!memory_is(&layout->map, image->low, image->high, MEMORY_FREE))
		fail("%s (%s) is linked at 0x%llx-0x%llx, which is not all free RAM "
		     "on this machine: " MORE_MEMORY ", or link it elsewhere",
		     program->title, program->module->name, image->low, image->high);
}

void layout_check(struct layout *layout)
{
	static const char *const missing[PROGRAMS] = {
		[KERNEL] = "kernel, sigma0 and root task are",
		[SIGMA0] = "sigma0 and root task are",
		[ROOT] = "the root task is",
	};
	if (layout->input->module_count < PROGRAMS)
		fail("%s missing; the first three boot modules are kernel, sigma0 and root task, "
		     "in this order: add the missing module2 lines to grub.cfg",
		     missing[layout->input->module_count]);
	for (unsigned i = 0; i < layout->input->module_count; i++)
		module_check(layout, i);
	program_check(layout, KERNEL, "the kernel");
	program_check(layout, SIGMA0, "sigma0");
	program_check(layout, ROOT, "the root task");
	kernel_check(&layout->program[KERNEL]);
	link_address_check(layout, &layout->program[SIGMA0]);
	link_address_check(layout, &layout->program[ROOT]);
}

/* Marks the images to come and the modules that have not moved: those last, they are there. */
static void claim(struct layout *layout, const bool *moved)
{
	for (unsigned i = SIGMA0; i <= ROOT; i++) {
		const struct elf_image *image = &layout->program[i].image;
		layout_set(layout, image->low, image->high, MEMORY_ROOT);
	}
	for (unsigned i = 0; i < layout->input->module_count; i++) {
		const struct boot_module *module = &layout->input->module[i];
		if (!moved[i])
			layout_set(layout, page_down(module->start), pages_end(module),
				   MEMORY_MODULE);
	}
}

static void module_move(struct layout *layout, unsigned number, bool *moved)
{
	struct boot_module *module = &layout->input->module[number];
	layout_set(layout, page_down(module->start), pages_end(module), MEMORY_FREE);
	moved[number] = true;
	/* Two modules may share a page, and images to come may lie below this one. */
	claim(layout, moved);
	/* An empty module gets a page, too, so that it has an address of its own. */
	boot_u64 size = page_up(module->size ? module->size : 1);
	phys_t place = layout_allocate(layout, size, MEMORY_MODULE, module->name);
	memmove(at_phys(place), at_phys(module->start), module->size);
	memset(at_phys(place + module->size), 0, size - module->size);
	module->start = place;
}

static void modules_move(struct layout *layout)
{
	const struct boot_input *input = layout->input;
	bool moved[MODULES_MAX] = { false };
	claim(layout, moved);
	for (unsigned round = 0; round < input->module_count; round++) {
		unsigned highest = MODULES_MAX;
		for (unsigned i = 0; i < input->module_count; i++) {
			if (!moved[i] && (highest == MODULES_MAX ||
					  input->module[i].start > input->module[highest].start))
				highest = i;
		}
		module_move(layout, highest, moved);
	}
}

/* What the loader says of the screen is one module more. */
static void framebuffer_place(struct layout *layout)
{
	struct boot_input *input = layout->input;
	const struct boot_framebuffer *framebuffer = &input->framebuffer;
	if (framebuffer->width == 0 || input->module_count == MODULES_MAX)
		return;
	phys_t place = layout_allocate(layout, sizeof(*framebuffer), MEMORY_MODULE, BOOT_FRAMEBUFFER);
	memset(at_phys(place), 0, PAGE_SIZE);
	memcpy(at_phys(place), framebuffer, sizeof(*framebuffer));
	input_add_module(input, place, sizeof(*framebuffer), BOOT_FRAMEBUFFER,
			 sizeof(BOOT_FRAMEBUFFER) - 1);
}

void layout_place(struct layout *layout)
{
	modules_move(layout);
	framebuffer_place(layout);
	for (unsigned i = SIGMA0; i <= ROOT; i++) {
		struct program *program = &layout->program[i];
		elf_load(at_phys(program->module->start), &program->image, at_phys(program->phys));
		layout_set(layout, program->module->start, pages_end(program->module), MEMORY_FREE);
	}
	struct program *kernel = &layout->program[KERNEL];
	layout_set(layout, kernel->module->start, pages_end(kernel->module), MEMORY_KERNEL);
	kernel->phys = layout_allocate(layout, kernel->image.high - kernel->image.low,
				       MEMORY_KERNEL, "the kernel");
	elf_load(at_phys(kernel->module->start), &kernel->image, at_phys(kernel->phys));
}
