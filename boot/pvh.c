/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/pvh.c - reads what a PVH loader left: QEMU's -kernel with -initrd.
 *
 * Layouts are those of Xen's public header arch-x86/hvm/start_info.h, version 1. QEMU loads one
 * module; if that is a bundle (bundle.h), each of its parts becomes a boot module.
 */
#include "bundle.h"
#include "console.h"
#include "input.h"
#include "machine.h"

struct pvh_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t module_count;
	uint64_t modules;
	uint64_t command_line;
	uint64_t rsdp;
	uint64_t memory_map; /* from version 1 on */
	uint32_t memory_map_count;
	uint32_t reserved;
};

struct pvh_module {
	uint64_t start;
	uint64_t size;
	uint64_t command_line;
	uint64_t reserved;
};

struct pvh_memory_entry {
	uint64_t address;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

static void bundle_read(struct boot_input *input, struct bundle_reader *reader, phys_t start)
{
	struct bundle_entry entry;
	for (;;) {
		switch (bundle_next(reader, &entry)) {
		case BUNDLE_ENTRY:
			input_add_module(input, start + entry.offset, entry.size,
					 entry.command_line, entry.command_line_length);
			break;
		case BUNDLE_END:
			return;
		case BUNDLE_BROKEN:
			fail("the module bundle is truncated or broken after %u modules: "
			     "make it again with boot/make-bundle",
			     input->module_count);
		}
	}
}

static void module_read(struct boot_input *input, const struct pvh_module *module)
{
	struct bundle_reader reader;
	if (module->start >= PHYS_END || module->size > PHYS_END - module->start)
		fail("the loader put a module above 4 GiB, at 0x%llx: give the machine less memory",
		     module->start);
	if (bundle_open(&reader, at_phys(module->start), module->size)) {
		bundle_read(input, &reader, module->start);
		return;
	}
	const char *command_line = module->command_line ? at_phys(module->command_line) : "";
	input_add_module(input, module->start, module->size, command_line, strlen(command_line));
}

void pvh_collect(struct boot_input *input, phys_t address)
{
	const struct pvh_start_info *info = at_phys(address);
	input->loader = "PVH";
	if (info->magic != PVH_MAGIC || info->version < 1 || info->memory_map_count == 0)
		fail("the PVH start information at 0x%x is broken or has no memory map: "
		     "use QEMU 4.0 or later, or boot the image",
		     (unsigned)address);
	const struct pvh_memory_entry *entry = at_phys(info->memory_map);
	for (unsigned i = 0; i < info->memory_map_count; i++)
		input_add_region(input, entry[i].address, entry[i].size, entry[i].type);
	const struct pvh_module *module = at_phys(info->modules);
	for (unsigned i = 0; i < info->module_count; i++)
		module_read(input, &module[i]);
	if (info->rsdp != 0 && info->rsdp < PHYS_END - RSDP_SIZE) {
		const unsigned char *rsdp = at_phys(info->rsdp);
		input_set_rsdp(input, rsdp, rsdp[15] < 2 ? 20 : RSDP_SIZE);
	}
}
