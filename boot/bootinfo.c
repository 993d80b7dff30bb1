/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/bootinfo.c - writes X.2's boot information: who runs, and which modules wait.
 *
 * A header, three records of programs that are loaded, then a record for each further module. A
 * record's command line follows it, padded to eight bytes.
 */
#include <abi/bootinfo.h>
#include "layout.h"
#include "machine.h"

static size_t text_size(const char *text)
{
	return (strlen(text) + 8) & ~(size_t)7;
}

static size_t total_size(const struct boot_input *input)
{
	size_t size = sizeof(struct bootinfo);
	for (unsigned i = 0; i < input->module_count; i++) {
		size += i < PROGRAMS ? sizeof(struct bootrec_simple_exec)
				     : sizeof(struct bootrec_module);
		size += text_size(input->module[i].command_line);
	}
	return size;
}

static phys_t phys_of_part(const struct program *program, const struct elf_part *part)
{
	return part->size ? program->phys + (part->address - program->image.low) : 0;
}

/* Each writes one record and returns the place of the next. */
static char *program_write(char *to, const struct program *program)
{
	const struct elf_image *image = &program->image;
	const char *command_line = program->module->command_line;
	struct bootrec_simple_exec record = {
		.type = BOOTREC_SIMPLE_EXEC,
		.version = BOOTREC_VERSION,
		.offset_next = sizeof(record) + text_size(command_line),
		.text_physical = phys_of_part(program, &image->text),
		.text_virtual = image->text.address,
		.text_size = image->text.size,
		.data_physical = phys_of_part(program, &image->data),
		.data_virtual = image->data.address,
		.data_size = image->data.size,
		.bss_physical = phys_of_part(program, &image->bss),
		.bss_virtual = image->bss.address,
		.bss_size = image->bss.size,
		.initial_ip = image->entry,
		.cmdline_offset = sizeof(record),
	};
	memcpy(to, &record, sizeof(record));
	memcpy(to + sizeof(record), command_line, strlen(command_line) + 1);
	return to + record.offset_next;
}

static char *module_write(char *to, const struct boot_module *module)
{
	struct bootrec_module record = {
		.type = BOOTREC_MODULE,
		.version = BOOTREC_VERSION,
		.offset_next = sizeof(record) + text_size(module->command_line),
		.start = module->start,
		.size = module->size,
		.cmdline_offset = sizeof(record),
	};
	memcpy(to, &record, sizeof(record));
	memcpy(to + sizeof(record), module->command_line, strlen(module->command_line) + 1);
	return to + record.offset_next;
}

phys_t bootinfo_build(struct layout *layout, boot_u64 *size)
{
	const struct boot_input *input = layout->input;
	*size = total_size(input);
	phys_t place = layout_allocate(layout, *size, MEMORY_MODULE, "the boot information");
	struct bootinfo *info = at_phys(place);
	memset(info, 0, page_up(*size));
	*info = (struct bootinfo){
		.magic = BOOTINFO_MAGIC,
		.version = BOOTINFO_VERSION,
		.size = *size,
		.first_entry = sizeof(*info),
		.num_entries = input->module_count,
	};
	char *to = (char *)(info + 1);
	for (unsigned i = 0; i < input->module_count; i++) {
		if (i < PROGRAMS)
			to = program_write(to, &layout->program[i]);
		else
			to = module_write(to, &input->module[i]);
	}
	return place;
}
